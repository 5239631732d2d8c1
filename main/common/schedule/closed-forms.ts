/**
 * What the literature says that a schedule of equal stages and free transfers must give (REFERENCE §3): to be put beside what
 * was simulated. A form is given only where its assumptions hold; nothing here looks at an order.
 */
import type { PerStage } from "../simulation.ts";
import type { ScheduleName } from "./catalogue.ts";

export interface ClosedFormQuestion {
  readonly schedule: ScheduleName;
  readonly ranks: number;
  readonly batches: number;
  readonly chunks: number;
  readonly forwardNs: PerStage;
  /** Input-grad alone. */
  readonly backwardNs: PerStage;
  readonly weightNs: PerStage;
  /** An overlapped forward and whole backward; their sum when left out. */
  readonly overlapNs?: number;
  readonly inNs?: PerStage;
  readonly outNs?: PerStage;
}

export interface ClosedForm {
  /** What it speaks of: the share of the common window, the bubble size (REFERENCE §3), or first start to last end of all spans. */
  readonly of: "bubbleRatio" | "bubbleSizeNs" | "extentNs";
  readonly formula: string;
  /** A share, or ns. */
  readonly value: number;
}

export function listClosedForms(question: ClosedFormQuestion): readonly ClosedForm[] {
  const { schedule, ranks: p, batches: m, chunks: v, forwardNs: f, backwardNs: b, weightNs: w } = question;
  if (schedule === "dataflow") return [dataflowExtent(question)];
  if (typeof f !== "number" || typeof b !== "number" || typeof w !== "number") return [];
  const size = (formula: string, value: number): readonly ClosedForm[] =>
    value < 0 ? [] : [{ of: "bubbleSizeNs", formula, value }];
  switch (schedule) {
    case "gpipe":
      return [share(p, m)];
    case "1f1b":
      return [share(p, m), ...(m < p ? [] : size("(p−1)(F+B+W)", (p - 1) * (f + b + w)))];
    case "interleaved":
      return m % p === 0 ? [{ of: "bubbleRatio", formula: "(p−1)/(v·m+p−1)", value: (p - 1) / (v * m + p - 1) }] : [];
    // A weight-grad that is longer than a forward or an input-grad does not fit where the paper puts it.
    case "zb-h1":
      return m < 2 * p || w > Math.min(f, b) ? [] : size("(p−1)(F+B−W)", (p - 1) * (f + b - w));
    case "zb-h2":
      return m < 2 * p || w > Math.min(f, b) ? [] : size("(p−1)(F+B−2W)", (p - 1) * (f + b - 2 * w));
    case "dualpipe": {
      // Its chunks take forward and input-grad as equally long, and overlapping must save nothing to show in a rank's own window.
      const overlap = question.overlapNs ?? f + b + w;
      if (f !== b || overlap !== f + b + w || m < 2 * p) return [];
      return size("(p/2−1)(F&B+B+W−3W)", (p / 2 - 1) * (overlap + b + w - 3 * w));
    }
    case "sequential":
      return [];
  }
}

const share = (p: number, m: number): ClosedForm => ({
  of: "bubbleRatio",
  formula: "(p−1)/(m+p−1)",
  value: (p - 1) / (m + p - 1),
});

function dataflowExtent({ ranks, batches, forwardNs, inNs = 0, outNs = 0 }: ClosedFormQuestion): ClosedForm {
  const phases = [inNs, forwardNs, outNs].map((times) =>
    typeof times === "number" ? new Array<number>(ranks).fill(times) : times,
  );
  const all = phases.flat();
  const latencyNs = all.reduce((sum, time) => sum + time, 0);
  const intervalNs = all.reduce((most, time) => Math.max(most, time), 0);
  return {
    of: "extentNs",
    formula: "latency + (N−1)·MAX(in, compute, out)",
    value: latencyNs + (batches - 1) * intervalNs,
  };
}
