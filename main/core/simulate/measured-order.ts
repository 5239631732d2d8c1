/**
 * The schedule that a measured iteration followed, and measured costs for another one.
 *
 * A schedule is recognised when every rank ran exactly its actions in its order; nothing close to it counts. Costs are means
 * over the measured iterations by stage and pass. Stages may be merged: a stage of the new order is a range of measured ones.
 */
import { describeAction, type ComputePass } from "#common/schedule/action.ts";
import { createOrder, SCHEDULE_NAMES, type ScheduleName } from "#common/schedule/catalogue.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import { AppError } from "#common/errors.ts";
import type { Costs } from "./costs.ts";
import type { Durations } from "./durations.ts";
import type { MeasuredAction, MeasuredIteration, MeasuredPipeline } from "./measured.ts";
import { gapKind, type Latencies } from "./replay.ts";

/** The schedule whose order the iteration followed; undefined when it is none that we know. */
export function recogniseSchedule(
  { actions }: Pick<MeasuredIteration, "actions">,
  { stages, ranks }: Pick<MeasuredPipeline, "stages" | "ranks">,
): ScheduleName | undefined {
  const batches = 1 + actions.reduce((most, { batch }) => Math.max(most, batch), -1);
  const recorded = Array.from({ length: ranks }, (_, rank) => describeActions(actions.filter((a) => a.rank === rank)));
  return SCHEDULE_NAMES.find((name) => {
    if (name === "sequential" || name === "dataflow") return false;
    try {
      const order = createOrder(name, { ranks, batches, chunks: stages / ranks });
      return order.ranks.every((ofRank, rank) => ofRank.map(describeAction).join(" ") === recorded[rank]);
    } catch (error) {
      // The schedule has no order of this shape: it is not the one.
      if (error instanceof AppError) return false;
      throw error;
    }
  });
}

const describeActions = (actions: readonly MeasuredAction[]): string =>
  actions.map((action) => describeAction({ kind: "compute", ...action })).join(" ");

/** Mean time of a stage for one batch and pass; 0 for what was not measured. */
export type StageTimes = (stage: number, pass: ComputePass) => number;

/** Where only the whole backward was measured, input-grad and weight-grad are half of it each. */
export function measureStageTimes({ iterations }: MeasuredPipeline, { actionNs }: Durations): StageTimes {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { actions } of iterations) {
    for (const action of actions) {
      const key = `${action.stage} ${action.pass}`;
      const entry = sums.get(key) ?? { sum: 0, count: 0 };
      entry.sum += actionNs(action);
      entry.count += 1;
      sums.set(key, entry);
    }
  }
  const meanOf = (stage: number, pass: ComputePass): number | undefined => {
    const entry = sums.get(`${stage} ${pass}`);
    return entry === undefined ? undefined : entry.sum / entry.count;
  };
  return (stage, pass) => {
    const measured = meanOf(stage, pass);
    if (measured !== undefined) return measured;
    if (pass === "backward") return (meanOf(stage, "input-grad") ?? 0) + (meanOf(stage, "weight-grad") ?? 0);
    return pass === "forward" ? 0 : (meanOf(stage, "backward") ?? 0) / 2;
  };
}

/** Costs of an order whose stage k is the range `stages[k]` of measured stages. */
export function createMeasuredCosts(
  times: StageTimes,
  { stages, latencies }: { stages: readonly StageRange[]; latencies: Latencies },
): Costs {
  return {
    computeNs({ stage, pass }) {
      const { first, last } = stages[stage];
      let sum = 0;
      for (let measured = first; measured <= last; measured += 1) sum += times(measured, pass);
      return Math.round(sum);
    },
    transfer: ({ pass }) => ({ occupancyNs: 0, latencyNs: Math.round(latencies.get(pass) ?? 0) }),
    gapNs: createGaps(latencies),
  };
}

/** What a rank spends between two actions, as a replay fitted it; a half of a split backward is followed as the whole one was. */
export function createGaps(latencies: Latencies): NonNullable<Costs["gapNs"]> {
  const passText = (pass: ComputePass): string =>
    (pass === "input-grad" || pass === "weight-grad") && !latencies.has(gapKind({ before: pass, after: "forward" }))
      ? "backward"
      : pass;
  return ({ before, after }) =>
    // Input-grad and weight-grad of one batch are halves of one measured backward: nothing lies between them.
    before === "input-grad" && after === "weight-grad"
      ? 0
      : Math.round(latencies.get(gapKind({ before: passText(before), after: passText(after) })) ?? 0);
}
