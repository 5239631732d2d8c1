/**
 * Bubbles: the time of the compute window in which a rank computes nothing, and why (REFERENCE §6).
 *
 * Bubble ratio of a rank = 1 − busy / window; of the pipeline = the mean over its ranks. Of the causes this file tells apart
 * `fill` (before the rank's first compute) and `drain` (after its last); everything between stays `other` until causes by
 * dependency are told apart, so that the causes given always sum to the idle time exactly. A rank that computes nothing in
 * the window neither fills nor drains: all of it is `other`.
 */
import type { BubbleRow, IdleByCause, RunReport } from "#common/report.ts";
import { totalLength } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";
import type { Computing, RankComputing } from "./occupancy.ts";

function measureRow({ rank, spans: { compute }, busy }: RankComputing, { spans, window }: Computing): BubbleRow {
  const windowNs = window.endNs - window.startNs;
  const busyNs = totalLength(busy);
  if (compute.length === 0) {
    return {
      rank,
      ratio: bubbleRatio({ busyNs, windowNs }),
      busyNs,
      byCauseNs: { fill: 0, drain: 0, other: windowNs },
    };
  }
  let lastEnd = -Infinity;
  for (const i of compute) lastEnd = Math.max(lastEnd, spans.start[i] + spans.duration[i]);
  const fill = spans.start[compute[0]] - window.startNs;
  const drain = window.endNs - lastEnd;
  const other = lengthOfGaps(busy, { fromNs: spans.start[compute[0]], toNs: lastEnd });
  const byCauseNs = { fill, drain, other };
  return { rank, ratio: bubbleRatio({ busyNs, windowNs }), busyNs, byCauseNs };
}

/** Ns of [fromNs, toNs) outside a union that lies in it: counted gap by gap, so that busy + idle = window is a check. */
function lengthOfGaps({ starts, ends }: Intervals, { fromNs, toNs }: { fromNs: number; toNs: number }): number {
  let length = 0;
  let at = fromNs;
  for (let i = 0; i < starts.length; i += 1) {
    length += starts[i] - at;
    at = ends[i];
  }
  return length + toNs - at;
}

/** A window without length holds no bubble. */
function bubbleRatio({ busyNs, windowNs }: { busyNs: number; windowNs: number }): number {
  return windowNs === 0 ? 0 : 1 - busyNs / windowNs;
}

/** Bubbles per rank and of the pipeline. */
export function measureBubbles(computing: Computing): RunReport["bubble"] {
  const rows = computing.ranks.map((rank) => measureRow(rank, computing));
  const sum = (cause: keyof IdleByCause): number => rows.reduce((ns, row) => ns + (row.byCauseNs[cause] ?? 0), 0);
  return {
    ratio: rows.reduce((total, row) => total + row.ratio, 0) / rows.length,
    byCauseNs: { fill: sum("fill"), drain: sum("drain"), other: sum("other") },
    rows,
  };
}
