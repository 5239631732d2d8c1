/**
 * What a measured dataflow (a captured run, or any forward-only pipeline of contiguous ranges) would have taken under changes.
 *
 * Costs are the run's own: every batch keeps its compute, in and out times. Where a partition cuts between stages that shared a
 * rank, in and out take what a byte took at the cuts that were measured, or their mean where bytes are not known. Whether phases
 * overlap, and whether one device is shared, is read off the recording. Ranks that share a machine slow each other down: what
 * computing then costs in another arrangement is for shared-machine.ts.
 */
import { AppError } from "#common/errors.ts";
import { upTo } from "#common/schedule/action.ts";
import { DEFAULT_BUFFER_DEPTH } from "#common/schedule/catalogue.ts";
import { orderDataflow } from "#common/schedule/dataflow.ts";
import { partitionBalanced, type StageRange } from "#common/schedule/partition.ts";
import type { Scope } from "#common/report.ts";
import type { ContentionFigures } from "#common/simulation.ts";
import type { Changes } from "#common/schedule/changes.ts";
import type { Costs } from "./costs.ts";
import type { DataflowRules } from "./dataflow-tasks.ts";
import { createDurations, type Durations } from "./durations.ts";
import type { MeasuredIteration, MeasuredPipeline, MeasuredTransfer } from "./measured.ts";
import { recordedMakespan } from "./replay.ts";
import { createSharedMachine, type ComputeTable } from "./shared-machine.ts";
import { simulateOrder } from "./simulate.ts";
import type { Simulation } from "./simulation.ts";

interface DataflowModel {
  readonly simulate: (changes: Changes) => Simulation;
  readonly partition: readonly StageRange[];
  /** Relative error of the makespan that is simulated without changes; nothing is fitted to it. */
  readonly replayErrorRatio: number;
  /** Where ranks share a machine. */
  readonly contention?: ContentionFigures;
}

interface DataflowContext {
  readonly isSequential: boolean;
  /** Do all ranks compute on one device that serves one at a time? */
  readonly sharesDevice: boolean;
  /** Do all ranks compute at once on one machine, whose cores and memory they compete for? */
  readonly sharesMachine: boolean;
  /** Bytes of a batch that cross the cut after a stage, where the network is known. */
  readonly cutBytes?: (after: number) => number;
}

/** Contiguous stages of each rank, ascending; undefined when ranks do not hold such ranges. */
export function findPartition({ stages, iterations }: MeasuredPipeline): readonly StageRange[] | undefined {
  const rankOf = new Map<number, number>();
  for (const { actions } of iterations) {
    for (const { stage, rank } of actions) {
      if ((rankOf.get(stage) ?? rank) !== rank) return undefined;
      rankOf.set(stage, rank);
    }
  }
  const ranges: { first: number; last: number; rank: number }[] = [];
  for (const stage of upTo(stages)) {
    const rank = rankOf.get(stage);
    const open = ranges.at(-1);
    if (rank === undefined) return undefined;
    if (open?.rank === rank) open.last = stage;
    else if (rank === ranges.length) ranges.push({ first: stage, last: stage, rank });
    else return undefined;
  }
  return ranges.map(({ first, last }) => ({ first, last }));
}

/** @throws AppError unknown-scope */
export function createDataflowModel(
  measured: MeasuredPipeline,
  { partition, scope, context }: { partition: readonly StageRange[]; scope: Scope; context: DataflowContext },
): DataflowModel {
  const chosen = measured.iterations.find(
    ({ replica, iteration }) => replica === scope.replica && iteration === scope.iteration,
  );
  if (chosen === undefined) {
    throw new AppError({
      code: "unknown-scope",
      what: `iteration ${scope.iteration} of replica ${scope.replica} is warm-up or holds no computing`,
      todo: "choose another iteration",
    });
  }
  const phasesOverlap = doPhasesOverlap(chosen);
  const rules: DataflowRules = {
    phasesOverlap,
    sharesDevice: context.sharesDevice,
    ...(phasesOverlap ? {} : { beforeComputeNs: measureBeforeCompute(chosen) }),
  };
  const recordedBatches = [...new Set(chosen.actions.map(({ batch }) => batch))].sort((a, b) => a - b);
  const asRecorded = tabulate(chosen, createDurations(measured, {}));
  const simulateWith = (changes: Changes, ranges: readonly StageRange[], table: DurationTable): Simulation => {
    const order = orderDataflow({
      partition: ranges,
      batches: changes.batches ?? recordedBatches.length,
      bufferDepth: changes.bufferDepth ?? DEFAULT_BUFFER_DEPTH,
    });
    const isSequential = changes.schedule === undefined ? context.isSequential : changes.schedule === "sequential";
    const costs = createCosts({ table, partition, context, recordedBatches, isFree: changes.infiniteNetwork === true });
    return simulateOrder(isSequential ? { ...order, schedule: "sequential", inFlightLimit: 1 } : order, costs, rules);
  };
  const machine = context.sharesMachine
    ? createSharedMachine(chosen.actions, {
        partition,
        simulateRecorded: () => simulateWith({}, partition, asRecorded),
      })
    : undefined;
  const simulate = (changes: Changes): Simulation => {
    refuseTraining(changes);
    const table = tabulate(chosen, createDurations(measured, changes));
    const left = (stage: number): number => {
      const recordedNs = asRecorded.meanCompute(stage);
      return recordedNs === 0 ? 1 : table.meanCompute(stage) / recordedNs;
    };
    const costOf = machine === undefined ? table.meanCompute : (stage: number) => machine.costNs(stage) * left(stage);
    const ranges = choosePartition({ changes, partition, costOf, stages: measured.stages });
    if (machine === undefined) return simulateWith(changes, ranges, table);
    return machine.simulate({
      ranges,
      compute: table.compute,
      left,
      isEven: changes.noStragglers !== undefined,
      simulateWith: (compute) => simulateWith(changes, ranges, { ...table, compute }),
    });
  };
  const recordedNs = recordedMakespan(chosen);
  return {
    simulate,
    partition,
    replayErrorRatio: recordedNs === 0 ? 0 : Math.abs(simulate({}).makespanNs / recordedNs - 1),
    ...(machine === undefined ? {} : { contention: machine.figures }),
  };
}

function refuseTraining({ schedule }: Changes): void {
  if (schedule === undefined || schedule === "dataflow" || schedule === "sequential") return;
  throw new AppError({
    code: "invalid-argument",
    what: `the run has no backward, which ${schedule} schedules`,
    todo: "choose dataflow or sequential",
  });
}

/** Enough to tell; all of a long run would take its square. */
const TRANSFERS_TO_LOOK_AT = 2_000;

/** Does anything come in or go out while the same rank computes? A thousandth is the clock's noise. */
function doPhasesOverlap({ actions, transfers }: MeasuredIteration): boolean {
  const byRank = Map.groupBy(actions, ({ rank }) => rank);
  let total = 0;
  let shared = 0;
  for (const { rank, startNs, endNs } of transfers.slice(0, TRANSFERS_TO_LOOK_AT)) {
    total += endNs - startNs;
    for (const action of byRank.get(rank) ?? []) {
      if (action.startNs >= endNs) break;
      shared += Math.max(0, Math.min(endNs, action.endNs) - Math.max(startNs, action.startNs));
    }
  }
  return total === 0 || shared > total / 1_000;
}

/** Mean time between the end of an `in` and the computing that it feeds: what a rank that does one thing at a time spends there. */
function measureBeforeCompute({ actions, transfers }: MeasuredIteration): number {
  const starts = new Map(actions.map(({ stage, batch, startNs }) => [`${stage} ${batch}`, startNs]));
  const gaps = transfers.flatMap(({ direction, stage, batch, endNs }) => {
    const start = direction === "in" ? starts.get(`${stage} ${batch}`) : undefined;
    return start === undefined || start < endNs ? [] : [start - endNs];
  });
  return gaps.length === 0 ? 0 : Math.round(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length);
}

/** Durations by stage and batch. */
interface DurationTable {
  readonly compute: ComputeTable;
  readonly transfer: (direction: "in" | "out", stage: number, batch: number) => number;
  readonly meanCompute: (stage: number) => number;
  readonly transfers: readonly (MeasuredTransfer & { readonly durationNs: number })[];
}

function tabulate({ actions, transfers }: MeasuredIteration, durations: Durations): DurationTable {
  const computing = new Map(actions.map((a) => [`${a.stage} ${a.batch}`, durations.actionNs(a)]));
  const moving = transfers.map((transfer) => ({ ...transfer, durationNs: durations.transferNs(transfer) }));
  const byKey = new Map(moving.map((t) => [`${t.direction} ${t.stage} ${t.batch}`, t.durationNs]));
  const means = new Map(
    [...Map.groupBy(actions, ({ stage }) => stage)].map(([stage, ofStage]) => [
      stage,
      ofStage.reduce((sum, action) => sum + durations.actionNs(action), 0) / ofStage.length,
    ]),
  );
  return {
    compute: (stage, batch) => computing.get(`${stage} ${batch}`) ?? means.get(stage) ?? 0,
    transfer: (direction, stage, batch) => byKey.get(`${direction} ${stage} ${batch}`) ?? 0,
    meanCompute: (stage) => means.get(stage) ?? 0,
    transfers: moving,
  };
}

function choosePartition({
  changes,
  partition,
  costOf,
  stages,
}: {
  changes: Changes;
  partition: readonly StageRange[];
  costOf: (stage: number) => number;
  stages: number;
}): readonly StageRange[] {
  if (changes.partition === undefined) return partition;
  if (changes.partition !== "balanced") return changes.partition;
  return partitionBalanced({ costs: upTo(stages).map(costOf), workers: partition.length });
}

/** Batches beyond those recorded take their times in turn. */
function createCosts({
  table,
  partition,
  context,
  recordedBatches,
  isFree,
}: {
  table: DurationTable;
  partition: readonly StageRange[];
  context: DataflowContext;
  recordedBatches: readonly number[];
  isFree: boolean;
}): Costs {
  const firsts = new Set(partition.map(({ first }) => first));
  const lasts = new Set(partition.map(({ last }) => last));
  const end = partition[partition.length - 1].last;
  const batchOf = (batch: number): number => recordedBatches[batch % recordedBatches.length];
  const newCut = { in: estimateCut("in"), out: estimateCut("out") };

  function estimateCut(direction: "in" | "out"): (after: number) => number {
    const afterOf = ({ stage }: MeasuredTransfer): number => (direction === "in" ? stage - 1 : stage);
    const inner = table.transfers.filter((t) => t.direction === direction && afterOf(t) >= 0 && afterOf(t) < end);
    if (inner.length === 0) return () => 0;
    const totalNs = inner.reduce((sum, { durationNs }) => sum + durationNs, 0);
    const { cutBytes } = context;
    if (cutBytes === undefined) return () => totalNs / inner.length;
    const totalBytes = inner.reduce((sum, transfer) => sum + cutBytes(afterOf(transfer)), 0);
    return (after) => (totalNs / totalBytes) * cutBytes(after);
  }

  return {
    computeNs: ({ stage, batch }) => Math.round(table.compute(stage, batchOf(batch))),
    inNs: (stage, batch) => {
      if (stage === 0) return Math.round(table.transfer("in", 0, batchOf(batch)));
      if (isFree) return 0;
      return Math.round(firsts.has(stage) ? table.transfer("in", stage, batchOf(batch)) : newCut.in(stage - 1));
    },
    outNs: (stage, batch) => {
      if (stage === end) return Math.round(table.transfer("out", end, batchOf(batch)));
      if (isFree) return 0;
      return Math.round(lasts.has(stage) ? table.transfer("out", stage, batchOf(batch)) : newCut.out(stage));
    },
  };
}
