/**
 * Who is slower than its peers, and how evenly the work lies on the ranks.
 *
 * Slowdown = own time / median time of the peers, the others of the same kind. Stages are peers when they have the same op,
 * the same pass and, where it is known, the same number of operations: a pool is not slow because a conv takes longer. Only
 * slowdowns of a tenth or more are listed. The best contiguous partition takes the measured times of the stages a batch and
 * is given where every rank runs one contiguous range and there are more stages than ranks; transfers are not counted.
 */
import type { IterationWindow } from "#common/api.ts";
import { NONE } from "#common/ids.ts";
import type { Stage } from "#common/model.ts";
import type { Imbalance, Straggler } from "#common/report.ts";
import { partitionBalanced, partitionInterval } from "#common/schedule/partition.ts";
import { totalLength } from "./intervals.ts";
import type { Occupancy } from "./occupancy.ts";
import { medianInPlace } from "./statistics.ts";

const LEAST_SLOWDOWN = 1.1;
const MOST_STRAGGLERS = 20;
/** Above this many stages the dynamic programme (quadratic) is not worth its time. */
const MOST_STAGES_TO_PARTITION = 1000;

/** @param windows of all replicas and iterations */
export function measureImbalance(occupancy: Occupancy, windows: readonly IterationWindow[]): Imbalance {
  const { ranks, window } = occupancy;
  const busy = ranks.map(({ busy: union }) => totalLength(union));
  const maxNs = Math.max(...busy);
  const meanNs = Math.round(busy.reduce((sum, ns) => sum + ns, 0) / busy.length);
  const best = findBestPartition(occupancy);
  const replicas = windows
    .filter(({ iteration }) => iteration === window.iteration)
    .map(({ replica, startNs, endNs }) => ({ id: replica, ns: endNs - startNs }));
  const stragglers = [
    ...compareStages(occupancy),
    ...compare(
      "rank",
      ranks.map(({ rank }, i) => ({ id: rank, ns: busy[i] })),
    ),
    ...compare("batch", sumBatches(occupancy)),
    ...compare("replica", replicas),
  ];
  return {
    maxNs,
    meanNs,
    ratio: meanNs === 0 ? 1 : maxNs / meanNs,
    ...(best === undefined ? {} : { best }),
    stragglers: stragglers.sort((a, b) => b.slowdown - a.slowdown).slice(0, MOST_STRAGGLERS),
  };
}

interface Timed {
  readonly id: number;
  readonly ns: number;
}

function compare(kind: Straggler["kind"], all: readonly Timed[]): Straggler[] {
  if (all.length < 2) return [];
  const sorted = Float64Array.from(all, ({ ns }) => ns).sort();
  return all.flatMap(({ id, ns }) => {
    const peersNs = Math.round(medianWithout(sorted, ns));
    const slowdown = peersNs === 0 ? 1 : ns / peersNs;
    if (slowdown < LEAST_SLOWDOWN) return [];
    return [{ kind, id, ns: Math.round(ns), peersNs, peers: all.length - 1, slowdown }];
  });
}

/** Median of sorted values without one of them. */
function medianWithout(sorted: Float64Array, value: number): number {
  const rest = sorted.length - 1;
  // Which of equal values is left out makes no difference; only whether it lies before the middle does.
  const at = (index: number): number => (sorted[index] < value ? sorted[index] : sorted[index + 1]);
  return rest % 2 === 1 ? at(rest >> 1) : (at((rest >> 1) - 1) + at(rest >> 1)) / 2;
}

/** Compute time of every stage: the median over batches of what it computes for one, all passes together. */
export function medianStageTimes(occupancy: Occupancy): ReadonlyMap<number, number> {
  let times = timesOf.get(occupancy);
  if (times === undefined) timesOf.set(occupancy, (times = measureStageTimes(occupancy)));
  return times;
}

/** Asked for several times for one report. */
const timesOf = new WeakMap<Occupancy, ReadonlyMap<number, number>>();

function measureStageTimes(occupancy: Occupancy): ReadonlyMap<number, number> {
  const { spans, places } = occupancy;
  const { sums, firsts } = sumComputing(occupancy, (i) =>
    spans.stage[i] === NONE ? NONE : places.stageOrdinal[spans.stage[i]],
  );
  const byStage = Map.groupBy(sums.keys(), (slot) => spans.stage[firsts[slot]]);
  return new Map(
    [...byStage].map(([stage, slots]) => [stage, medianInPlace(Float64Array.from(slots, (slot) => sums[slot])) ?? 0]),
  );
}

/** Sums of computing by (position, batch): how long, how many spans, and the first of them. Without a position or batch: none. */
function sumComputing(
  { spans, ranks, keys }: Occupancy,
  positionOf: (span: number) => number,
): { sums: Float64Array; counts: Int32Array; firsts: Int32Array } {
  const slots = keys.createTable();
  const most = ranks.reduce((count, rank) => count + rank.spans.compute.length, 0);
  const sums = new Float64Array(most);
  const counts = new Int32Array(most);
  const firsts = new Int32Array(most);
  let used = 0;
  for (const { spans: ofRank } of ranks) {
    for (const i of ofRank.compute) {
      const key = keys.keyOf(positionOf(i), spans.batch[i], 0);
      if (key === NONE) continue;
      let slot = slots.get(key);
      if (slot === NONE) {
        slots.set(key, (slot = used++));
        firsts[slot] = i;
      }
      sums[slot] += spans.duration[i];
      counts[slot] += 1;
    }
  }
  return { sums: sums.subarray(0, used), counts: counts.subarray(0, used), firsts: firsts.subarray(0, used) };
}

function compareStages(occupancy: Occupancy): Straggler[] {
  const times = medianStageTimes(occupancy);
  const peers = Map.groupBy(
    occupancy.stages.filter(({ id }) => times.has(id)),
    ({ op, flops }: Stage) => `${op} ${flops ?? ""}`,
  );
  return [...peers.values()].flatMap((stages) =>
    compare(
      "stage",
      stages.map(({ id }) => ({ id, ns: times.get(id) ?? 0 })),
    ),
  );
}

/** Batches that every stage worked on: one that has only begun is not fast. */
function sumBatches(occupancy: Occupancy): Timed[] {
  const { sums, counts, firsts } = sumComputing(occupancy, () => 0);
  const whole = counts.reduce((most, count) => Math.max(most, count), 0);
  const batches: Timed[] = [];
  for (let slot = 0; slot < sums.length; slot += 1) {
    if (counts[slot] === whole) batches.push({ id: occupancy.spans.batch[firsts[slot]], ns: sums[slot] });
  }
  return batches;
}

function findBestPartition(occupancy: Occupancy): Imbalance["best"] {
  const { spans, stages, ranks } = occupancy;
  const count = stages.length;
  if (count <= ranks.length || ranks.length < 2 || count > MOST_STAGES_TO_PARTITION) return undefined;
  const byOrdinal = stages.toSorted((a, b) => a.ordinal - b.ordinal);
  const rankOf = new Map<number, number>();
  for (const { rank, spans: ofRank } of ranks) for (const i of ofRank.compute) rankOf.set(spans.stage[i], rank);
  let changes = 0;
  for (let at = 1; at < count; at += 1) {
    if (rankOf.get(byOrdinal[at].id) !== rankOf.get(byOrdinal[at - 1].id)) changes += 1;
  }
  if (changes !== ranks.length - 1 || byOrdinal.some(({ id }) => !rankOf.has(id))) return undefined;
  const times = medianStageTimes(occupancy);
  const costs = byOrdinal.map(({ id }) => times.get(id) ?? 0);
  const problem = { costs, workers: ranks.length };
  const partition = partitionBalanced(problem);
  const maxNs = Math.round(partitionInterval(problem, partition));
  const meanNs = costs.reduce((sum, ns) => sum + ns, 0) / ranks.length;
  const current = ranks.map(({ rank }) =>
    byOrdinal.reduce((sum, { id }, at) => sum + (rankOf.get(id) === rank ? costs[at] : 0), 0),
  );
  return {
    maxNs,
    currentMaxNs: Math.round(Math.max(...current)),
    ratio: meanNs === 0 ? 1 : maxNs / meanNs,
    partition: partition.map(({ first, last }) => [first, last] as const),
  };
}
