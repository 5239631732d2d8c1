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
    ...compare("batch", measureTimes(occupancy).ofBatches),
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
  return measureTimes(occupancy).ofStages;
}

interface Times {
  readonly ofStages: ReadonlyMap<number, number>;
  readonly ofBatches: readonly Timed[];
}

/** Asked for several times for one report. */
const timesOf = new WeakMap<Occupancy, Times>();

function measureTimes(occupancy: Occupancy): Times {
  let times = timesOf.get(occupancy);
  if (times === undefined) {
    const sums = sumComputing(occupancy);
    timesOf.set(occupancy, (times = { ofStages: medianPerStage(occupancy, sums), ofBatches: sumBatches(sums) }));
  }
  return times;
}

/** Sums of computing by (stage, batch): entry i of every column is one such piece of work. */
interface ComputeSums {
  readonly length: number;
  readonly ns: Float64Array;
  readonly spans: Int32Array;
  readonly stage: Int32Array;
  readonly batch: Int32Array;
}

/** Without a stage or batch: none. */
function sumComputing({ spans, places, ranks, keys }: Occupancy): ComputeSums {
  const slots = keys.createTable();
  const most = ranks.reduce((count, rank) => count + rank.spans.compute.length, 0);
  const [ns, counts] = [new Float64Array(most), new Int32Array(most)];
  const [stages, batches] = [new Int32Array(most), new Int32Array(most)];
  let length = 0;
  for (const { spans: ofRank } of ranks) {
    const { compute } = ofRank;
    for (let at = 0; at < compute.length; at += 1) {
      const i = compute[at];
      const stage = spans.stage[i];
      if (stage === NONE) continue;
      const batch = spans.batch[i];
      const key = keys.keyOf(places.stageOrdinal[stage], batch, 0);
      if (key === NONE) continue;
      let slot = slots.get(key);
      if (slot === NONE) {
        slots.set(key, (slot = length++));
        stages[slot] = stage;
        batches[slot] = batch;
      }
      ns[slot] += spans.duration[i];
      counts[slot] += 1;
    }
  }
  return { length, ns, spans: counts, stage: stages, batch: batches };
}

function medianPerStage({ places }: Occupancy, { length, ns, stage }: ComputeSums): ReadonlyMap<number, number> {
  const counts = new Int32Array(places.stageOrdinal.length);
  for (let slot = 0; slot < length; slot += 1) counts[stage[slot]] += 1;
  const ofStages = Array.from(counts, (count) => new Float64Array(count));
  for (let slot = 0; slot < length; slot += 1) ofStages[stage[slot]][(counts[stage[slot]] -= 1)] = ns[slot];
  const medians = ofStages.map((ofStage) => medianInPlace(ofStage));
  return new Map(medians.flatMap((median, id) => (median === undefined ? [] : [[id, median]])));
}

/** Batches that every stage worked on: one that has only begun is not fast. */
function sumBatches({ length, ns, spans, batch }: ComputeSums): Timed[] {
  const sums = new Map<number, { ns: number; spans: number }>();
  for (let slot = 0; slot < length; slot += 1) {
    const sum = sums.get(batch[slot]);
    if (sum === undefined) sums.set(batch[slot], { ns: ns[slot], spans: spans[slot] });
    else {
      sum.ns += ns[slot];
      sum.spans += spans[slot];
    }
  }
  let whole = 0;
  for (const sum of sums.values()) whole = Math.max(whole, sum.spans);
  return [...sums].flatMap(([id, sum]) => (sum.spans === whole ? [{ id, ns: sum.ns }] : []));
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

function findBestPartition(occupancy: Occupancy): Imbalance["best"] {
  const { spans, stages, ranks } = occupancy;
  const count = stages.length;
  if (count <= ranks.length || ranks.length < 2 || count > MOST_STAGES_TO_PARTITION) return undefined;
  const byOrdinal = stages.toSorted((a, b) => a.ordinal - b.ordinal);
  const rankOf = new Map<number, number>();
  for (const { rank, spans: ofRank } of ranks) {
    let last = NONE;
    for (const i of ofRank.compute) {
      if (spans.stage[i] !== last) rankOf.set((last = spans.stage[i]), rank);
    }
  }
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
