/**
 * The spans of one scope as a comparison looks at them: those of the pipeline's phases in, compute and out, rank by rank in
 * order of start, with the row of their stage. Waiting is left aside: who waits and how long is what a comparison explains,
 * not work that two runs share.
 *
 * Times count from the start of the window; a transfer is as long as it took (REFERENCE §3), not as long as it was recorded.
 */
import { NONE } from "#common/ids.ts";

import type { Occupancy, RankOccupancy } from "../analysis/occupancy.ts";
import type { Transfers } from "../analysis/transfers.ts";

/** Entry i of every array is one span. */
export interface ComparedSpans {
  readonly length: number;
  /** Position in the columns of the run. */
  readonly span: Int32Array;
  /** Row of the stage mapping, or NONE. */
  readonly row: Int32Array;
  readonly start: Float64Array;
  readonly duration: Float64Array;
  /** Idle time of the rank just before a compute span, 0 for others. */
  readonly wait: Float64Array;
}

/** @param rowOfStage row of every stage, by id */
export function gatherComparedSpans(occupancy: Occupancy, rowOfStage: Int32Array): ComparedSpans {
  const { spans, ranks, window } = occupancy;
  const length = ranks.reduce(
    (sum, { spans: { compute, inbound, outbound } }) => sum + compute.length + inbound.length + outbound.length,
    0,
  );
  const gathered: ComparedSpans = {
    length,
    span: new Int32Array(length),
    row: new Int32Array(length),
    start: new Float64Array(length),
    duration: new Float64Array(length),
    wait: new Float64Array(length),
  };
  let at = 0;
  const add = (span: number, start: number, end: number): void => {
    const stage = spans.stage[span];
    gathered.span[at] = span;
    gathered.row[at] = stage === NONE ? NONE : rowOfStage[stage];
    gathered.start[at] = start - window.startNs;
    gathered.duration[at] = end - start;
    at += 1;
  };
  for (const rank of ranks) {
    const firstCompute = at;
    for (const i of rank.spans.compute) add(i, spans.start[i], spans.start[i] + spans.duration[i]);
    measureWaits(gathered, { rank, from: firstCompute });
    for (const transfers of [rank.transfers.inbound, rank.transfers.outbound]) addTransfers(transfers, add);
  }
  return gathered;
}

function addTransfers(
  { indices, starts, ends }: Transfers,
  add: (span: number, start: number, end: number) => void,
): void {
  for (let k = 0; k < indices.length; k += 1) add(indices[k], starts[k], ends[k]);
}

function measureWaits(
  { start, duration, wait }: ComparedSpans,
  { rank, from }: { readonly rank: RankOccupancy; readonly from: number },
): void {
  let busyUntil = 0;
  for (let i = from; i < from + rank.spans.compute.length; i += 1) {
    wait[i] = Math.max(0, start[i] - busyUntil);
    busyUntil = Math.max(busyUntil, start[i] + duration[i]);
  }
}
