/**
 * What computing costs in another arrangement of a run whose ranks share one machine (contention.ts has the fit).
 *
 * A stage takes its undisturbed cost along to another rank; what disturbed a rank stays with the machine. So a rank of the new
 * arrangement is given, batch by batch, the disturbance of the recorded rank at the same place in the order of load, the busiest
 * that of the busiest: a rank that often waits is disturbed more than one that never does. Half of what that rank's mean differs
 * by from the machine's is taken for chance and left out (both found on captures of 2 to 4 workers, each predicting the others:
 * 1.2 × for the busiest worker, up to 1.5 × for those that wait most; neither all nor nothing of it predicts as well as half). Contention,
 * e^(slope · others), is that of the new arrangement, and because how many compute at once follows from the durations again,
 * both are repeated until they agree. A rank that keeps its stages keeps their recorded durations: nothing changed gives the
 * recorded run.
 */
import { upTo } from "#common/schedule/action.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import type { ContentionFigures } from "#common/simulation.ts";
import { fitContention, measureRankConcurrency } from "./contention.ts";
import type { MeasuredAction } from "./measured.ts";
import type { Simulation } from "./simulation.ts";

/** Ns by stage and batch, as recorded batches are numbered. */
export type ComputeTable = (stage: number, batch: number) => number;

interface SharedMachine {
  readonly figures: ContentionFigures;
  /** Duration of a stage undisturbed and alone. */
  readonly costNs: (stage: number) => number;
  readonly simulate: (arrangement: Arrangement) => Simulation;
}

interface Arrangement {
  /** Stages of each rank. */
  readonly ranges: readonly StageRange[];
  /** Recorded durations under the changes asked for. */
  readonly compute: ComputeTable;
  /** Share of its duration that the changes leave to a stage. */
  readonly left: (stage: number) => number;
  /** Whether every batch is disturbed alike. */
  readonly isEven: boolean;
  readonly simulateWith: (compute: ComputeTable) => Simulation;
}

/** Slowdowns that differ by less are the same. */
const SETTLED = 1e-3;
const MOST_ROUNDS = 20;
/** Part of the (logarithmic) difference between a rank and the machine that is taken for chance. */
const CHANCE_SHARE = 0.5;

/** @param simulateRecorded the replay of the recorded durations: concurrency is compared with that of the replay, not of the recording */
export function createSharedMachine(
  actions: readonly MeasuredAction[],
  { partition, simulateRecorded }: { partition: readonly StageRange[]; simulateRecorded: () => Simulation },
): SharedMachine {
  const { costNs, slope, slowdownAt, others } = fitContention(actions);
  const loadOf = (range: StageRange): number => stagesOf(range).reduce((sum, stage) => sum + costNs(stage), 0);
  const disturbances = measureDisturbances(
    actions.map(({ rank, stage, batch, startNs, endNs }, i) => ({
      rank,
      batch,
      ns: endNs - startNs,
      expectedNs: costNs(stage) * slowdownAt(others[i]),
    })),
    partition.length,
  );
  const recordedNs = actions.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
  const undisturbedNs = actions.reduce((sum, { stage }) => sum + costNs(stage), 0);
  const thenAt = slope === 0 ? partition.map(() => 1) : concurrencyOf(simulateRecorded()).map(slowdownAt);
  return {
    figures: {
      slowdownPerRank: Math.expm1(slope),
      meanSlowdown: undisturbedNs === 0 ? 1 : recordedNs / undisturbedNs,
    },
    costNs,
    simulate({ ranges, compute, left, isEven, simulateWith }) {
      const models = matchByLoad({ ranges: ranges.map(loadOf), recorded: partition.map(loadOf) });
      const rankOf = new Map(ranges.flatMap((range, rank) => stagesOf(range).map((stage) => [stage, rank])));
      const aloneNs = (stage: number, batch: number): number => {
        const rank = rankOf.get(stage) ?? 0;
        const model = models[rank];
        const keepsStages =
          ranges[rank].first === partition[model].first && ranges[rank].last === partition[model].last;
        if (keepsStages) return compute(stage, batch) / thenAt[model];
        const { ofBatch, mean } = disturbances[model];
        return costNs(stage) * left(stage) * (isEven ? mean : (ofBatch.get(batch) ?? mean));
      };
      let slowdowns = models.map((model) => thenAt[model]);
      for (let round = 0; ; round += 1) {
        const now = slowdowns;
        const simulation = simulateWith((stage, batch) => aloneNs(stage, batch) * now[rankOf.get(stage) ?? 0]);
        if (slope === 0 || round === MOST_ROUNDS) return simulation;
        const next = concurrencyOf(simulation).map(slowdownAt);
        if (next.every((slowdown, rank) => Math.abs(slowdown / now[rank] - 1) < SETTLED)) return simulation;
        // Half way after the first rounds: two arrangements that lead to each other meet between them.
        slowdowns = round < 2 ? next : next.map((slowdown, rank) => (slowdown + now[rank]) / 2);
      }
    },
  };
}

const stagesOf = ({ first, last }: StageRange): readonly number[] => upTo(last - first + 1).map((at) => first + at);

interface Disturbance {
  readonly ofBatch: ReadonlyMap<number, number>;
  readonly mean: number;
}

/** Of each rank, what its batches took over what they were expected to take, less what is taken for chance. */
function measureDisturbances(
  computed: readonly { rank: number; batch: number; ns: number; expectedNs: number }[],
  ranks: number,
): readonly Disturbance[] {
  const byRank = Map.groupBy(computed, ({ rank }) => rank);
  const ofMachine = divide(computed);
  return upTo(ranks).map((rank) => {
    const ofRank = byRank.get(rank) ?? [];
    const mean = divide(ofRank);
    const chance = (ofMachine / mean) ** CHANCE_SHARE;
    const batches = Map.groupBy(ofRank, ({ batch }) => batch);
    return {
      ofBatch: new Map([...batches].map(([batch, entries]) => [batch, divide(entries) * chance])),
      mean: mean * chance,
    };
  });
}

function divide(entries: readonly { ns: number; expectedNs: number }[]): number {
  const expectedNs = entries.reduce((sum, entry) => sum + entry.expectedNs, 0);
  return expectedNs === 0 ? 1 : entries.reduce((sum, { ns }) => sum + ns, 0) / expectedNs;
}

function concurrencyOf({ spans, ranks }: Simulation): readonly number[] {
  const computing = spans
    .filter(({ lane }) => lane === "compute")
    .map(({ rank, startNs, durationNs }) => ({ rank, startNs, endNs: startNs + durationNs }));
  return measureRankConcurrency(computing, ranks);
}

/** For each rank the recorded one at the same place in the order of load; beyond their number the least loaded one. */
function matchByLoad(loads: { ranges: readonly number[]; recorded: readonly number[] }): readonly number[] {
  const byLoad = (of: readonly number[]): readonly number[] => upTo(of.length).toSorted((a, b) => of[b] - of[a]);
  const known = byLoad(loads.recorded);
  const models = new Array<number>(loads.ranges.length);
  for (const [place, rank] of byLoad(loads.ranges).entries()) models[rank] = known[Math.min(place, known.length - 1)];
  return models;
}
