/** Words for the parts of a comparison, the same in commands, reports and the window. Figures are format.ts's business. */
import type { Attribution, CompareReport } from "./comparison.ts";

const WAITS = {
  blocked: "waiting for a free slot",
  transfer: "waiting for a transfer",
  sync: "waiting at the end of the iteration",
  starved: "waiting for input that is not produced yet",
  "hand-over": "unrecorded hand-over between ranks",
  other: "pauses of ranks whose input was there",
} as const;

/** `1.234 /s`. */
export const describeRate = (perSecond: number): string => `${perSecond.toPrecision(4)} /s`;

/** `+0.12 /s`, `−0.12 /s`. */
export const describeRateChange = (perSecond: number): string =>
  `${perSecond > 0 ? "+" : ""}${perSecond.toPrecision(3).replace("-", "−")} /s`;

/** What a share stands for, in words. */
export function describeShare(
  { what, row, pass, cause }: Attribution,
  stageMapping: CompareReport["stageMapping"],
): string {
  const pair = row === undefined ? undefined : stageMapping[row];
  const stage = pair?.nameA ?? pair?.nameB ?? "work without a stage";
  switch (what) {
    case "compute":
      return `computing ${stage} ${pass ?? ""}`;
    case "unmatched":
      return `${stage} ${pass ?? ""}, which only one run does`;
    case "transfer":
      return "transfers";
    case "sync":
      return "the end of the iteration";
    case "wait":
      return WAITS[cause ?? "other"];
    case "order":
      return "another order of work on the critical path";
    case "unexplained":
      return "unexplained";
  }
}
