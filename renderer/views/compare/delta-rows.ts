/** The figures of a comparison as rows of text: name, A, B, difference, and what repeated iterations say of it. Pure. */
import type { CompareReport } from "#common/comparison.ts";
import { formatDuration, formatExactNs, formatShare, formatShareDelta, formatSignedDuration } from "#common/format.ts";
import { formatRatio } from "../../format/difference.ts";

export interface DeltaRow {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly delta: string;
  /** Exact figures. */
  readonly title?: string | undefined;
  /** Below the row. */
  readonly note?: string | undefined;
  /** Belongs to the row above it. */
  readonly isPart?: boolean;
  /** B is better, worse, or neither. */
  readonly tone?: "better" | "worse" | undefined;
}

const UNKNOWN = "–";

export function deltaRows({
  makespan,
  throughput,
  bubble,
  initiationInterval,
  identical,
  a,
  b,
}: CompareReport): readonly DeltaRow[] {
  const { bound } = initiationInterval;
  const ratio = formatRatio({ a: makespan.aNs, b: makespan.bNs });
  return [
    {
      ...timeRow("Makespan", makespan),
      note: identical ? undefined : [ratio, repeatedText(makespan.repeated)].filter(Boolean).join("; "),
      tone: makespan.repeated?.significant === false ? undefined : toneOf(makespan.deltaNs),
    },
    {
      name: "Throughput",
      a: `${perSecond(throughput.a)} /s`,
      b: `${perSecond(throughput.b)} /s`,
      delta: formatRatio(throughput) ?? UNKNOWN,
      title: `Batches a second: ${a.batches} in A's and ${b.batches} in B's iteration`,
      tone: toneOf(-throughput.delta),
    },
    timeRow("Mean II", initiationInterval),
    timeRow("Bound of II", bound),
    {
      name: "Bubble share",
      a: formatShare(bubble.a),
      b: formatShare(bubble.b),
      delta: formatShareDelta(bubble.delta),
      tone: toneOf(bubble.delta),
    },
    ...bubble.byCause.map((row) => ({ ...timeRow(row.cause, row), isPart: true })),
  ];
}

function timeRow(name: string, { aNs, bNs, deltaNs }: { aNs?: number; bNs?: number; deltaNs?: number }): DeltaRow {
  const exact = [aNs, bNs].map((ns) => (ns === undefined ? UNKNOWN : formatExactNs(ns))).join(" → ");
  return {
    name,
    a: aNs === undefined ? UNKNOWN : formatDuration(aNs),
    b: bNs === undefined ? UNKNOWN : formatDuration(bNs),
    delta: deltaNs === undefined ? UNKNOWN : formatSignedDuration(deltaNs),
    title: deltaNs === undefined ? exact : `${exact}: ${formatExactNs(deltaNs)}`,
    tone: deltaNs === undefined ? undefined : toneOf(deltaNs),
  };
}

const toneOf = (deltaNs: number) => (deltaNs === 0 ? undefined : deltaNs < 0 ? "better" : "worse");

function perSecond(rate: number): string {
  return rate >= 1_000 ? Math.round(rate).toLocaleString("en-US") : Number(rate.toPrecision(3)).toString();
}

function repeatedText(repeated: CompareReport["makespan"]["repeated"]): string | undefined {
  if (repeated === undefined) return undefined;
  const { iterationsA, iterationsB, shiftNs, lowNs, highNs, confidence, pValue, significant } = repeated;
  const over = `over ${iterationsA} and ${iterationsB} iterations`;
  const p = pValue < 0.001 ? "p < 0.001" : `p = ${pValue.toFixed(3)}`;
  const range =
    confidence === undefined
      ? ""
      : `, ${Math.round(confidence * 100)} % interval ${formatSignedDuration(lowNs)} … ${formatSignedDuration(highNs)}`;
  return significant
    ? `${formatSignedDuration(shiftNs)} ${over}${range} (${p})`
    : `no more than noise ${over} (${p})${range}`;
}
