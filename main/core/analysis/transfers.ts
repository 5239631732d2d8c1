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
import type { SpanColumns } from "#common/model.ts";
import { mergeIntervals, sortIntervals } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";
import type { Places } from "./input.ts";
import type { RankSpans } from "./scope-spans.ts";
import { BACKWARD, DIRECTION_OF_PASS, FORWARD } from "./work-keys.ts";
import type { KeyTable, WorkKeys } from "./work-keys.ts";

/** Transfers as [start, end) per span: entry i belongs to span `indices[i]`. */
export interface Transfers {
  readonly indices: Int32Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** 1 where the transfer is the overlap of a send and a recv. */
  readonly met: Uint8Array;
}

export interface RankTransfers {
  readonly inbound: Transfers;
  readonly outbound: Transfers;
}

/** Both ends of a hand-over: entries of `recvs` and `sends`, NONE where nobody recorded that end. */
export interface HandOver {
  readonly recv: number;
  readonly send: number;
}

export interface ScopeTransfers {
  readonly ofRanks: readonly RankTransfers[];
  /** Those of all ranks, of which the lists of the ranks are views. */
  readonly recvs: Transfers;
  readonly sends: Transfers;
  /** The first transfers of what (stage position, batch, direction) needs from the stage before it in its direction. */
  readonly handOverTo: (position: number, batch: number, direction: number) => HandOver;
}

interface Context {
  readonly spans: SpanColumns;
  readonly places: Places;
  readonly keys: WorkKeys;
}

/** Boundary s lies before stage s: forward work gets its input over its own and hands on over the next, backward the other way. */
const boundaryBefore = (position: number, direction: number): number =>
  direction === FORWARD ? position : position + 1;
const boundaryAfter = (position: number, direction: number): number =>
  direction === FORWARD ? position + 1 : position;

/** Key of the hand-over that a transfer is one end of; NONE when batch or stage is not known. */
function handOverKey(
  { spans, places, keys }: Context,
  { span, isInbound }: { span: number; isInbound: boolean },
): number {
  const batch = spans.batch[span];
  const stage = spans.stage[span];
  if (batch === NONE || stage === NONE) return NONE;
  const direction = DIRECTION_OF_PASS[spans.pass[span]] === FORWARD ? FORWARD : BACKWARD;
  const position = places.stageOrdinal[stage];
  const boundary = isInbound ? boundaryBefore(position, direction) : boundaryAfter(position, direction);
  return keys.keyOf(boundary, batch, direction);
}

/** Cuts the transfers of all ranks of one scope to what was really transferred. */
export function measureTransfers(context: Context, { ranks }: { ranks: readonly RankSpans[] }): ScopeTransfers {
  const recvs = wholeSpans(
    context.spans,
    ranks.map(({ inbound }) => inbound),
  );
  const sends = wholeSpans(
    context.spans,
    ranks.map(({ outbound }) => outbound),
  );
  const firstRecv = context.keys.createTable();
  const firstSend = context.keys.createTable();
  cutPairs(context, { recvs: recvs.all, sends: sends.all, firstRecv, firstSend });
  const find = (boundary: number, batch: number, direction: number): HandOver => {
    const key = context.keys.keyOf(boundary, batch, direction);
    return key === NONE ? { recv: NONE, send: NONE } : { recv: firstRecv.get(key), send: firstSend.get(key) };
  };
  return {
    ofRanks: ranks.map((_, i) => ({ inbound: recvs.parts[i], outbound: sends.parts[i] })),
    recvs: recvs.all,
    sends: sends.all,
    handOverTo: (position, batch, direction) => find(boundaryBefore(position, direction), batch, direction),
  };
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
  const met = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) {
    starts[i] = start[indices[i]];
    ends[i] = starts[i] + duration[indices[i]];
  }
  const parts = bounds.map(({ from: first, to }) => ({
    indices: indices.subarray(first, to),
    starts: starts.subarray(first, to),
    ends: ends.subarray(first, to),
    met: met.subarray(first, to),
  }));
  return { all: { indices, starts, ends, met }, parts };
}

/** Pairs the k-th recv of a hand-over with its k-th send; notes the first of each. */
function cutPairs(
  context: Context,
  {
    recvs,
    sends,
    firstRecv,
    firstSend,
  }: { recvs: Transfers; sends: Transfers; firstRecv: KeyTable; firstSend: KeyTable },
): void {
  // Filled from the back, so that the first comes first; `next` leads on to the others.
  const next = new Int32Array(sends.indices.length).fill(NONE);
  for (let at = sends.indices.length - 1; at >= 0; at -= 1) {
    const key = handOverKey(context, { span: sends.indices[at], isInbound: false });
    if (key === NONE) continue;
    next[at] = firstSend.get(key);
    firstSend.set(key, at);
  }
  /** Send that the next recv of a hand-over pairs with, where that is not the first. */
  const following = new Map<number, number>();
  for (let at = 0; at < recvs.indices.length; at += 1) {
    const key = handOverKey(context, { span: recvs.indices[at], isInbound: true });
    if (key === NONE) continue;
    let send = firstSend.get(key);
    if (firstRecv.get(key) === NONE) firstRecv.set(key, at);
    else send = following.get(key) ?? NONE;
    if (send === NONE) continue;
    if (next[send] !== NONE) following.set(key, next[send]);
    else following.delete(key);
    const start = Math.max(recvs.starts[at], sends.starts[send]);
    const end = Math.min(recvs.ends[at], sends.ends[send]);
    if (end <= start) continue;
    recvs.starts[at] = sends.starts[send] = start;
    recvs.ends[at] = sends.ends[send] = end;
    recvs.met[at] = sends.met[send] = 1;
  }
}

/** Union of transfers; the transfers themselves stay as they are. */
export function uniteTransfers({ starts, ends }: Intervals): Intervals {
  const sorted = sortIntervals({ starts: starts.slice(), ends: ends.slice() });
  return mergeIntervals(sorted);
}
