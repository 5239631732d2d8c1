/**
 * The spans of one scope (replica, iteration), sorted out by rank and phase.
 *
 * Indices come in order of start, the longer span first, whatever the order of the input: every figure made from them is
 * the same for any order. Spans of no rank or of phase none are left aside. The end of an iteration
 * (`sync`) is often recorded without saying of which: such spans count for every iteration, where they lie in its window.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import type { Scope } from "#common/report.ts";
import { PHASE_IN, PHASE_OUT, PHASE_SYNC, PHASE_WAIT, rankOfSpan } from "./input.ts";
import type { Places } from "./input.ts";
import { mergeIntervals } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";

/** Spans of one rank by phase: indices into the columns. */
export interface RankSpans {
  readonly rank: number;
  readonly compute: Int32Array;
  readonly inbound: Int32Array;
  readonly outbound: Int32Array;
  readonly wait: Int32Array;
  readonly sync: Int32Array;
}

/** A growing list of integers. */
interface Gathering {
  indices: Int32Array;
  count: number;
}

const SYNC_GROUP = 4;
const GROUPS = 5;
const GROUP_OF_PHASE = new Map([
  [PHASE_COMPUTE, 0],
  [PHASE_IN, 1],
  [PHASE_OUT, 2],
  [PHASE_WAIT, 3],
  [PHASE_SYNC, SYNC_GROUP],
]);

/** @returns one entry a rank that has any of these spans in the scope, by rank */
export function selectScope(
  spans: SpanColumns,
  { places, scope, hasIterations }: { places: Places; scope: Scope; hasIterations: boolean },
): RankSpans[] {
  const groupOf = Int8Array.from({ length: 256 }, (_, phase) => GROUP_OF_PHASE.get(phase) ?? NONE);
  const wanted = hasIterations ? scope.iteration : NONE;
  const byRank = new Map<number, Gathering[]>();
  for (let i = 0; i < spans.length; i += 1) {
    const iteration = spans.iteration[i];
    if (iteration !== wanted && iteration !== NONE) continue;
    const group = groupOf[spans.phase[i]];
    if (iteration !== wanted && group !== SYNC_GROUP) continue;
    if (group === NONE || places.laneReplica[spans.lane[i]] !== scope.replica) continue;
    const rank = rankOfSpan(spans, places, i);
    if (rank === NONE) continue;
    let gatherings = byRank.get(rank);
    if (gatherings === undefined) {
      gatherings = Array.from({ length: GROUPS }, () => ({ indices: new Int32Array(64), count: 0 }));
      byRank.set(rank, gatherings);
    }
    append(gatherings[group], i);
  }
  const finish = ({ indices, count }: Gathering): Int32Array => sortByStart(spans, indices.subarray(0, count));
  return [...byRank]
    .sort(([a], [b]) => a - b)
    .map(([rank, [compute, inbound, outbound, wait, sync]]) => ({
      rank,
      compute: finish(compute),
      inbound: finish(inbound),
      outbound: finish(outbound),
      wait: finish(wait),
      sync: finish(sync),
    }))
    .filter((rank) => rank.compute.length + rank.inbound.length + rank.outbound.length + rank.wait.length > 0);
}

function append(gathering: Gathering, index: number): void {
  if (gathering.count === gathering.indices.length) {
    const grown = new Int32Array(gathering.count * 2);
    grown.set(gathering.indices);
    gathering.indices = grown;
  }
  gathering.indices[gathering.count] = index;
  gathering.count += 1;
}

/** Canonical order within the indices; the columns of a run file have it already, so this is a check that rarely sorts. */
function sortByStart({ start, duration }: SpanColumns, indices: Int32Array): Int32Array {
  const order = (a: number, b: number): number => start[a] - start[b] || duration[b] - duration[a];
  for (let i = 1; i < indices.length; i += 1) {
    if (order(indices[i - 1], indices[i]) > 0) return indices.sort(order);
  }
  return indices;
}

/** Union of spans given in order of start. */
export function uniteSpans({ start, duration }: SpanColumns, indices: Int32Array): Intervals {
  const starts = new Float64Array(indices.length);
  const ends = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) {
    starts[i] = start[indices[i]];
    ends[i] = starts[i] + duration[indices[i]];
  }
  return mergeIntervals({ starts, ends });
}
