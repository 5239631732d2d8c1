/**
 * Bubbles: the time of the compute window in which a rank computes nothing, and why (REFERENCE §6).
 *
 * Bubble ratio of a rank = 1 − busy / window; of the pipeline = the mean over its ranks. Causes are summed from the pieces of
 * idle-causes.ts, which are counted gap by gap and apart from the busy time, so that busy + idle = window is a check. A cause
 * that the run records nothing of is left out: without transfers nobody can say that something was being transferred.
 */
import { IDLE_CAUSES } from "#common/report.ts";
import type { BubbleRow, IdleByCause, IdleCause, RunReport } from "#common/report.ts";
import type { RankIdle } from "./idle-causes.ts";
import { totalLength } from "./intervals.ts";
import type { Occupancy } from "./occupancy.ts";

/** A window without length holds no bubble. */
function bubbleRatio({ busyNs, windowNs }: { busyNs: number; windowNs: number }): number {
  return windowNs === 0 ? 0 : 1 - busyNs / windowNs;
}

/** Causes that the spans of the scope can tell: the others would be 0 for want of evidence. */
function findKnowable({ ranks }: Occupancy): readonly IdleCause[] {
  const hasTransfers = ranks.some(({ spans }) => spans.inbound.length + spans.outbound.length > 0);
  const hasWaits = ranks.some(({ spans }) => spans.wait.length > 0);
  const hasSync = ranks.some(({ spans }) => spans.sync.length > 0);
  return IDLE_CAUSES.filter(
    (cause) =>
      (cause !== "transfer" || hasTransfers) &&
      (cause !== "blocked" || hasTransfers || hasWaits) &&
      (cause !== "sync" || hasSync),
  );
}

/** Bubbles per rank and of the pipeline. @param idle of the same ranks in the same order */
export function measureBubbles(occupancy: Occupancy, idle: readonly RankIdle[]): RunReport["bubble"] {
  const { window, ranks } = occupancy;
  const windowNs = window.endNs - window.startNs;
  const knowable = findKnowable(occupancy);
  const rows = ranks.map(({ rank, busy }, i): BubbleRow => {
    const { pieces } = idle[i];
    const sums = new Float64Array(IDLE_CAUSES.length);
    for (let at = 0; at < pieces.length; at += 1) sums[pieces.cause[at]] += pieces.to[at] - pieces.from[at];
    const busyNs = totalLength(busy);
    const byCauseNs = Object.fromEntries(knowable.map((cause) => [cause, sums[IDLE_CAUSES.indexOf(cause)]]));
    return { rank, ratio: bubbleRatio({ busyNs, windowNs }), busyNs, byCauseNs };
  });
  const sum = (cause: IdleCause): number => rows.reduce((ns, row) => ns + (row.byCauseNs[cause] ?? 0), 0);
  const byCauseNs: IdleByCause = Object.fromEntries(knowable.map((cause) => [cause, sum(cause)]));
  return { ratio: rows.reduce((total, row) => total + row.ratio, 0) / rows.length, byCauseNs, rows };
}
