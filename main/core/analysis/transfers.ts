/**
 * How long transfers really took: a recorded recv mostly waits for its peer (REFERENCE §3, "send and receive are not
 * transfer times").
 *
 * A recv (phase in) and a send (phase out) are a pair when replica, iteration, batch, direction and the boundary between the
 * two stages agree; the k-th of one with the k-th of the other. The transfer of a pair that overlaps in time is the overlap,
 * min(end) − max(start), for both of them; the rest is waiting. A span without such a counterpart is a transfer in full:
 * nobody recorded the other end, or the hand-over went through a buffer, as in the runner, and never overlaps.
 */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import { mergeIntervals, sortIntervals } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";
import type { Places } from "./input.ts";
import type { RankSpans } from "./scope-spans.ts";

/** Transfers as [start, end) per span: entry i belongs to span `indices[i]`. */
export interface Transfers {
  readonly indices: Int32Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

export interface RankTransfers {
  readonly inbound: Transfers;
  readonly outbound: Transfers;
}

/** 1 for passes that run from the last stage to the first. */
const RUNS_BACKWARD = Uint8Array.from(PASSES, (pass) => (pass === "none" || pass === "forward" ? 0 : 1));

/**
 * Key of the hand-over that a transfer is one end of: (batch, boundary, direction); boundary s lies before stage s. NONE when
 * batch or stage is not known.
 */
function handOverKey(
  { spans, places, boundaries }: { spans: SpanColumns; places: Places; boundaries: number },
  { span, isInbound }: { span: number; isInbound: boolean },
): number {
  const batch = spans.batch[span];
  const stage = spans.stage[span];
  if (batch === NONE || stage === NONE) return NONE;
  const backward = RUNS_BACKWARD[spans.pass[span]];
  const isAfterStage = isInbound === (backward === 1);
  return (batch * boundaries + places.stageOrdinal[stage] + (isAfterStage ? 1 : 0)) * 2 + backward;
}

/** Cuts the transfers of all ranks of one scope to what was really transferred. */
export function measureTransfers(
  spans: SpanColumns,
  { places, ranks }: { places: Places; ranks: readonly RankSpans[] },
): RankTransfers[] {
  const context = { spans, places, boundaries: places.stageOrdinal.length + 1 };
  const recvs = wholeSpans(
    spans,
    ranks.map(({ inbound }) => inbound),
  );
  const sends = wholeSpans(
    spans,
    ranks.map(({ outbound }) => outbound),
  );
  if (sends.all.indices.length > 0) cutPairs(context, { recvs: recvs.all, sends: sends.all });
  return ranks.map((_, i) => ({ inbound: recvs.parts[i], outbound: sends.parts[i] }));
}

/** Whole spans of all ranks in one list, of which the lists of the ranks are views. */
function wholeSpans(
  { start, duration }: SpanColumns,
  lists: readonly Int32Array[],
): { all: Transfers; parts: Transfers[] } {
  const indices = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  const bounds: { from: number; to: number }[] = [];
  let from = 0;
  for (const list of lists) {
    indices.set(list, from);
    bounds.push({ from, to: from + list.length });
    from += list.length;
  }
  const starts = new Float64Array(indices.length);
  const ends = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) {
    starts[i] = start[indices[i]];
    ends[i] = starts[i] + duration[indices[i]];
  }
  const parts = bounds.map(({ from: first, to }) => ({
    indices: indices.subarray(first, to),
    starts: starts.subarray(first, to),
    ends: ends.subarray(first, to),
  }));
  return { all: { indices, starts, ends }, parts };
}

/** Pairs the k-th recv of a hand-over with its k-th send. */
function cutPairs(
  context: Parameters<typeof handOverKey>[0],
  { recvs, sends }: { recvs: Transfers; sends: Transfers },
): void {
  /** First send of a hand-over that is not taken; `next` leads on to the others. Filled from the back, so that the first comes first. */
  const first = new Map<number, number>();
  const next = new Int32Array(sends.indices.length).fill(NONE);
  for (let at = sends.indices.length - 1; at >= 0; at -= 1) {
    const key = handOverKey(context, { span: sends.indices[at], isInbound: false });
    if (key === NONE) continue;
    next[at] = first.get(key) ?? NONE;
    first.set(key, at);
  }
  for (let at = 0; at < recvs.indices.length; at += 1) {
    const key = handOverKey(context, { span: recvs.indices[at], isInbound: true });
    const send = key === NONE ? undefined : first.get(key);
    if (send === undefined) continue;
    if (next[send] === NONE) first.delete(key);
    else first.set(key, next[send]);
    const start = Math.max(recvs.starts[at], sends.starts[send]);
    const end = Math.min(recvs.ends[at], sends.ends[send]);
    if (end <= start) continue;
    recvs.starts[at] = sends.starts[send] = start;
    recvs.ends[at] = sends.ends[send] = end;
  }
}

/** Union of transfers; the transfers themselves stay as they are. */
export function uniteTransfers({ starts, ends }: Transfers): Intervals {
  const sorted = sortIntervals({ starts: starts.slice(), ends: ends.slice() });
  return mergeIntervals(sorted);
}
