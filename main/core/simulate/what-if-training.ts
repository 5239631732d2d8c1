/**
 * What a measured training run would have taken under changes: replayed in its own order where that stays, simulated in a new
 * one where the schedule, the number of batches or the partition changes (REFERENCE §6, "What-if").
 *
 * Where the model differs from straggler-analysis's: makespans are those of the compute window, without the collectives before
 * and after it; and a send occupies nobody but the two ranks, through the latencies fitted by replay.ts.
 */
import { AppError } from "#common/errors.ts";
import { createOrder, type ScheduleName } from "#common/schedule/catalogue.ts";
import { partitionBalanced, partitionEvenly, type StageRange } from "#common/schedule/partition.ts";
import { upTo } from "#common/schedule/action.ts";
import type { Scope } from "#common/report.ts";
import type { StragglerFigures } from "#common/simulation.ts";
import type { Changes, DurationChanges } from "#common/schedule/changes.ts";
import { createDurations, type Durations } from "./durations.ts";
import type { MeasuredIteration, MeasuredPipeline } from "./measured.ts";
import { createMeasuredCosts, measureStageTimes, recogniseSchedule, type StageTimes } from "./measured-order.ts";
import { fitLatencies, measureReplayError, NETWORK_KINDS, prepareReplay, replay } from "./replay.ts";
import type { Latencies, ReplayTrace } from "./replay.ts";
import { simulateOrder } from "./simulate.ts";
import { summariseSimulation, type Simulation } from "./simulation.ts";

interface TrainingModel {
  readonly simulate: (changes: Changes) => Simulation;
  readonly schedule: ScheduleName | undefined;
  /** Median relative error on even iterations of what the odd ones taught; absent when one of the two is missing. */
  readonly replayErrorRatio: number | undefined;
  readonly measureStragglers: (average: "mean" | "median") => StragglerFigures;
  /** Makespan of every (replica, iteration) without stragglers. */
  readonly listIdealMakespans: (average: "mean" | "median") => readonly (Scope & { readonly makespanNs: number })[];
}

interface Learned {
  readonly measured: MeasuredPipeline;
  readonly chosen: MeasuredIteration & { readonly trace: ReplayTrace };
  readonly latencies: Latencies;
  readonly schedule: ScheduleName | undefined;
}

export function createTrainingModel(measured: MeasuredPipeline, scope: Scope): TrainingModel {
  const traces = measured.iterations.map((iteration) => ({
    ...iteration,
    trace: prepareReplay(iteration.actions, measured.stages),
  }));
  const chosen = traces.find(({ replica, iteration }) => replica === scope.replica && iteration === scope.iteration);
  if (chosen === undefined) {
    throw new AppError({
      code: "unknown-scope",
      what: `iteration ${scope.iteration} of replica ${scope.replica} is warm-up or holds no computing`,
      todo: "choose another iteration",
    });
  }
  const odd = traces.filter(({ iteration }) => iteration % 2 === 1).map(({ trace }) => trace);
  const even = traces.filter(({ iteration }) => iteration % 2 === 0).map(({ trace }) => trace);
  const isSplit = odd.length > 0 && even.length > 0;
  const latencies = fitLatencies(isSplit ? odd : traces.map(({ trace }) => trace));
  const learned: Learned = { measured, chosen, latencies, schedule: recogniseSchedule(chosen, measured) };
  const replayAll = (changes: DurationChanges): readonly (Scope & { readonly makespanNs: number })[] => {
    const durations = createDurations(measured, changes);
    return traces.map(({ trace, iteration, replica }) => ({
      iteration,
      replica,
      makespanNs: replay(trace, { latencies, durationNs: durations.actionNs }).makespanNs,
    }));
  };
  return {
    simulate: (changes) => simulateChanges(learned, changes),
    schedule: learned.schedule,
    replayErrorRatio: isSplit ? measureReplayError(even, latencies) : undefined,
    listIdealMakespans: (average) => replayAll({ noStragglers: average }),
    measureStragglers(average) {
      const ideal = meanOfSlowest(replayAll({ noStragglers: average }));
      const slowdownOf = (changes: DurationChanges): number => meanOfSlowest(replayAll(changes)) / ideal;
      return {
        slowdown: slowdownOf({}),
        byStage: upTo(measured.stages)
          .map((stage) => ({ stage, slowdown: slowdownOf({ noStragglers: average, straggling: [stage] }) }))
          .sort((a, b) => b.slowdown - a.slowdown),
      };
    },
  };
}

/** Replicas wait for each other at the end of an iteration: the slowest one's makespan counts. */
function meanOfSlowest(makespans: readonly (Scope & { readonly makespanNs: number })[]): number {
  const slowest = [...Map.groupBy(makespans, ({ iteration }) => iteration).values()].map((replicas) =>
    replicas.reduce((most, { makespanNs }) => Math.max(most, makespanNs), 0),
  );
  return slowest.reduce((sum, ns) => sum + ns, 0) / slowest.length;
}

function simulateChanges(learned: Learned, changes: Changes): Simulation {
  const { measured, chosen } = learned;
  const durations = createDurations(measured, changes);
  const latencies =
    changes.infiniteNetwork === true
      ? new Map([...learned.latencies].map(([kind, ns]) => [kind, NETWORK_KINDS.includes(kind) ? 0 : ns]))
      : learned.latencies;
  if (changes.bufferDepth !== undefined) {
    throw new AppError({
      code: "invalid-argument",
      what: "a training run has no bounded channels whose depth could change",
      todo: "leave --buffers out",
    });
  }
  const keepsOrder = changes.schedule === undefined && changes.batches === undefined && changes.partition === undefined;
  return keepsOrder
    ? replayOrder({ ...learned, latencies }, durations)
    : simulateNewOrder({ ...learned, latencies }, { changes, durations, chosen });
}

function replayOrder({ measured, chosen, latencies, schedule }: Learned, { actionNs }: Durations): Simulation {
  const { startNs, endNs } = replay(chosen.trace, { latencies, durationNs: actionNs });
  return summariseSimulation({
    schedule: schedule ?? "as recorded",
    stages: measured.stages,
    ranks: measured.ranks,
    batches: countBatches(chosen),
    spans: chosen.actions.map(({ rank, stage, batch, pass }, at) => ({
      rank,
      lane: "compute",
      stage,
      batch,
      pass,
      startNs: startNs[at],
      durationNs: endNs[at] - startNs[at],
    })),
  });
}

const countBatches = ({ actions }: Pick<MeasuredIteration, "actions">): number =>
  1 + actions.reduce((most, { batch }) => Math.max(most, batch), -1);

function simulateNewOrder(
  { measured, latencies, schedule: recorded }: Learned,
  { changes, durations, chosen }: { changes: Changes; durations: Durations; chosen: MeasuredIteration },
): Simulation {
  const schedule = changes.schedule ?? recorded;
  if (schedule === undefined) {
    throw new AppError({
      code: "invalid-argument",
      what: "the order that was recorded is none of the known schedules, so it cannot be continued",
      todo: "say which one to simulate with --schedule",
    });
  }
  if (schedule === "dataflow") {
    throw new AppError({
      code: "invalid-argument",
      what: "a training run cannot be a dataflow, which has no backward",
      todo: "choose a schedule that runs forward and backward",
    });
  }
  const times = measureStageTimes(measured, durations);
  const batches = changes.batches ?? countBatches(chosen);
  const { ranks, stages } = measured;
  const chunks = schedule === "interleaved" ? Math.max(1, Math.floor(stages / ranks)) : 1;
  const ranges =
    chunks > 1
      ? upTo(stages).map((stage) => ({ first: stage, last: stage }))
      : mergeStages({ changes, times, measured });
  const order = createOrder(schedule, { ranks, batches, chunks });
  if (order.stages !== ranges.length) {
    throw new AppError({
      code: "invalid-argument",
      what: `${schedule} on ${ranks} ranks has ${order.stages} stages, but the run has ${ranges.length}`,
      todo: "choose another schedule, or a partition with a range for each rank",
    });
  }
  return simulateOrder(order, createMeasuredCosts(times, { stages: ranges, latencies }));
}

/** One range a rank. */
function mergeStages({
  changes: { partition },
  times,
  measured: { stages, ranks },
}: {
  changes: Changes;
  times: StageTimes;
  measured: MeasuredPipeline;
}): readonly StageRange[] {
  if (partition === undefined) return partitionEvenly({ stages, workers: ranks });
  if (partition !== "balanced") return partition;
  return partitionBalanced({
    costs: upTo(stages).map((stage) => times(stage, "forward") + times(stage, "backward")),
    workers: ranks,
  });
}
