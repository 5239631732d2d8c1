/**
 * What keeps a rank from computing, as unions of time, worked out once a rank: a full output, the end of an iteration,
 * recorded waiting, its own transfers. What the next batch's input does is asked for every gap anew (idle-causes.ts).
 *
 * `blocked` (its output has no free slot) is read off the spans recorded as such, and where a run records no waiting it is
 * inferred from bounded channels: an output that was ready goes out at the very moment at which the receiver has read an
 * earlier batch. Only simulated runs have such exact moments; in others nothing is inferred, so nothing is made up.
 */
import { NONE } from "#common/ids.ts";
import type { SpanColumns } from "#common/model.ts";
import type { Dependencies } from "./dependencies.ts";
import type { CursoredUnion } from "./idle-pieces.ts";
import { rankOfSpan } from "./input.ts";
import { mergeIntervals, sortIntervals } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";
import type { Occupancy, RankOccupancy } from "./occupancy.ts";
import { uniteSpans } from "./scope-spans.ts";
import { uniteTransfers } from "./transfers.ts";
import { DIRECTION_OF_PASS, FORWARD } from "./work-keys.ts";

export interface Waiting {
  readonly blocked: CursoredUnion;
  /** Waiting that was recorded and is not for a free slot. */
  readonly starved: CursoredUnion;
  readonly sync: CursoredUnion;
  /** Handing its own output on. */
  readonly sending: CursoredUnion;
  /** Sends that wait for their receiver to be ready. */
  readonly unmet: CursoredUnion;
  /** The receiver's span that made room at the end of a time of blocking, or NONE. */
  findRoomMaker(blockedUntilNs: number): number;
}

const BLOCKED_NAME = /block|full|back-?pressure/i;

const withCursor = (union: Intervals): CursoredUnion => ({ ...union, at: 0 });

export function describeWaiting(occupancy: Occupancy, dependencies: Dependencies, rank: RankOccupancy): Waiting {
  const { spans, names, ranks } = occupancy;
  const isBlocked = (i: number): boolean => BLOCKED_NAME.test(names[spans.name[i]].text);
  const receptions = findReceptions(occupancy, dependencies, rank);
  const recordsWaits = ranks.some((other) => other.spans.wait.length > 0);
  const blocked = recordsWaits
    ? uniteSpans(spans, rank.spans.wait.filter(isBlocked))
    : inferBlocking(occupancy, { dependencies, rank, receptions });
  const starved = rank.spans.wait.filter((i) => !isBlocked(i));
  return {
    blocked: withCursor(blocked),
    starved: withCursor(uniteSpans(spans, starved)),
    sync: withCursor(uniteSpans(spans, rank.spans.sync)),
    sending: withCursor(uniteTransfers(rank.transfers.outbound)),
    unmet: withCursor(uniteUnmet(occupancy, rank)),
    findRoomMaker: (untilNs) => findLastEnding(spans, receptions, untilNs),
  };
}

/** Spans, in order of start, in which the ranks that this one sends to take their input. */
export function findReceptions(occupancy: Occupancy, dependencies: Dependencies, rank: RankOccupancy): Int32Array {
  const { spans, places, ranks } = occupancy;
  const receivers = new Set<number>();
  let lastStage = NONE;
  for (const i of rank.spans.outbound) {
    const stage = spans.stage[i];
    if (stage === lastStage || stage === NONE) continue;
    lastStage = stage;
    const need = dependencies.needOf(i);
    const step = DIRECTION_OF_PASS[spans.pass[i]] === FORWARD ? 1 : -1;
    const position = places.stageOrdinal[stage] + step;
    const direction = need?.direction ?? DIRECTION_OF_PASS[spans.pass[i]];
    const receiver = dependencies.find({ position, batch: spans.batch[i], direction });
    if (receiver !== NONE) receivers.add(rankOfSpan(spans, places, receiver));
  }
  receivers.delete(rank.rank);
  const lists = ranks.filter((other) => receivers.has(other.rank)).map((other) => other.spans.inbound);
  if (lists.length === 1) return lists[0];
  return Int32Array.from(lists.flatMap((list) => [...list])).sort((a, b) => spans.start[a] - spans.start[b]);
}

/** The last of some spans in order of start that has ended at a time; transfers of a rank follow each other. */
function findLastEnding({ start, duration }: SpanColumns, indices: Int32Array, atNs: number): number {
  let low = 0;
  let high = indices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start[indices[middle]] + duration[indices[middle]] <= atNs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? NONE : indices[low - 1];
}

/** Outputs that were ready and left at the moment at which a receiver had read an earlier one. */
function inferBlocking(
  { spans, places }: Occupancy,
  { dependencies, rank, receptions }: { dependencies: Dependencies; rank: RankOccupancy; receptions: Int32Array },
): Intervals {
  const starts: number[] = [];
  const ends: number[] = [];
  const endOf = (i: number): number => spans.start[i] + spans.duration[i];
  const isRoomMadeAt = (at: number): boolean => {
    const before = findLastEnding(spans, receptions, at);
    return before !== NONE && endOf(before) === at;
  };
  let lastEnd = -Infinity;
  for (const i of receptions.length === 0 ? [] : rank.spans.outbound) {
    const wentOut = spans.start[i];
    const stage = spans.stage[i];
    const work =
      stage === NONE
        ? NONE
        : dependencies.find({
            position: places.stageOrdinal[stage],
            batch: spans.batch[i],
            direction: DIRECTION_OF_PASS[spans.pass[i]],
          });
    const ready = Math.max(lastEnd, work === NONE ? wentOut : endOf(work));
    if (ready < wentOut && isRoomMadeAt(wentOut)) {
      starts.push(ready);
      ends.push(wentOut);
    }
    lastEnd = Math.max(lastEnd, endOf(i));
  }
  return mergeIntervals(sortIntervals({ starts: Float64Array.from(starts), ends: Float64Array.from(ends) }));
}

/** From the start of each send that met its receiver to the moment at which it did. */
function uniteUnmet({ spans }: Occupancy, { transfers: { outbound } }: RankOccupancy): Intervals {
  const starts = Float64Array.from(outbound.indices, (i) => spans.start[i]);
  return mergeIntervals(sortIntervals({ starts, ends: outbound.starts.slice() }));
}
