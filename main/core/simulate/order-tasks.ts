/**
 * Times an order whose ranks hand over without bounded channels: training schedules, sequential runs, tables in CSV form.
 *
 * A rank does one action after the other. What goes from one rank to another occupies the link between them (one for each
 * direction), if it costs anything; sends never hold up the sender. Written-out transfers of a table are checked by
 * `validateOrder` and timed like those that are implied: as early as what they carry is there and the link is free.
 */
import { AppError } from "#common/errors.ts";
import {
  computeActionsOf,
  describeAction,
  type Action,
  type ComputePass,
  type Order,
} from "#common/schedule/action.ts";
import { indexActions, needsOf, type ActionPlace } from "#common/schedule/dependencies.ts";
import type { Costs } from "./costs.ts";
import { createTaskGraph, type TaskGraph } from "./engine.ts";
import type { SimulatedSpan } from "./simulation.ts";

/** @throws AppError impossible-order naming action and rank; callers validate first to learn why */
export function timeOrder(order: Order, costs: Costs): readonly SimulatedSpan[] {
  const graph = createTaskGraph();
  const index = indexActions(order);
  const taskOf = addComputing(graph, { order, costs, places: index.places });
  const transfers = addTransfers(graph, { order, costs, index, taskOf });
  limitInFlight(graph, { order, places: index.places, taskOf });
  const { startNs, endNs, stuck } = graph.run();
  if (stuck.length > 0) {
    const at = taskOf.findIndex((task) => task === stuck[0]);
    const place = index.places[Math.max(0, at)];
    throw new AppError({
      code: "impossible-order",
      what: `rank ${place.rank} waits for ever at ${describeAction(place.action)}`,
      todo: "change the order of its actions",
    });
  }
  const spanOf = (task: number): Pick<SimulatedSpan, "startNs" | "durationNs"> => ({
    startNs: startNs[task],
    durationNs: endNs[task] - startNs[task],
  });
  return [
    ...index.places.map(({ action, rank }, at): SimulatedSpan => ({
      rank,
      lane: "compute",
      stage: action.stage,
      batch: action.batch,
      pass: action.pass,
      ...spanOf(taskOf[at]),
    })),
    ...transfers.flatMap(({ task, from, to }): SimulatedSpan[] => [
      { ...describeEnd(from, { lane: "out", peer: to.rank }), ...spanOf(task) },
      { ...describeEnd(to, { lane: "in", peer: from.rank }), ...spanOf(task) },
    ]),
  ];
}

const describeEnd = (
  { action, rank }: ActionPlace,
  { lane, peer }: { lane: "in" | "out"; peer: number },
): Omit<SimulatedSpan, "startNs" | "durationNs"> => ({
  rank,
  lane,
  peer,
  stage: action.stage,
  batch: action.batch,
  pass: action.pass === "forward" ? "forward" : "backward",
});

/** One task for every action, chained by rank. @returns the task of every place */
function addComputing(
  graph: TaskGraph,
  { order, costs, places }: { order: Order; costs: Costs; places: readonly ActionPlace[] },
): readonly number[] {
  const taskOf: number[] = [];
  let last: { rank: number; position: number; task: number; pass: ComputePass } | undefined;
  for (const { rank, position, action } of places) {
    if (last?.rank !== rank || last.position !== position) {
      const task = graph.addTask({ durationNs: durationOf(order.ranks[rank][position], costs) });
      if (last?.rank === rank) {
        const latencyNs = costs.gapNs?.({ before: last.pass, after: action.pass }) ?? 0;
        graph.addWait({ task, other: last.task, latencyNs });
      }
      last = { rank, position, task, pass: action.pass };
    }
    taskOf.push(last.task);
  }
  return taskOf;
}

function durationOf(action: Action, costs: Costs): number {
  if (action.kind === "overlap" && costs.overlapNs !== undefined) return costs.overlapNs(action);
  return computeActionsOf(action).reduce((sum, part) => sum + costs.computeNs(part), 0);
}

interface Transfer {
  readonly task: number;
  readonly from: ActionPlace;
  readonly to: ActionPlace;
}

/** Lets every action wait for what it needs; over the link where that comes from another rank. */
function addTransfers(
  graph: TaskGraph,
  {
    order,
    costs,
    index,
    taskOf,
  }: { order: Order; costs: Costs; index: ReturnType<typeof indexActions>; taskOf: readonly number[] },
): readonly Transfer[] {
  const links = new Map<number, number>();
  const linkOf = ({ from, to }: { from: number; to: number }): number => {
    const key = from * order.ranks.length + to;
    let link = links.get(key);
    if (link === undefined) links.set(key, (link = graph.addResource()));
    return link;
  };
  const transfers: Transfer[] = [];
  for (const [at, to] of index.places.entries()) {
    for (const need of needsOf(to.action, order.stages)) {
      const found = index.findAny(need);
      if (found === undefined) continue;
      const from = index.places[found];
      const pass = need.kind === "forward" ? "forward" : "backward";
      const isFree = from.rank === to.rank || (need.kind !== "forward" && need.kind !== "backward");
      const cost = isFree ? undefined : costs.transfer?.({ stage: from.action.stage, pass });
      if (cost === undefined || (cost.occupancyNs === 0 && cost.latencyNs === 0)) {
        graph.addWait({ task: taskOf[at], other: taskOf[found] });
        continue;
      }
      const task = graph.addTask({
        durationNs: cost.occupancyNs,
        resource: linkOf({ from: from.rank, to: to.rank }),
      });
      graph.addWait({ task, other: taskOf[found] });
      graph.addWait({ task: taskOf[at], other: task, latencyNs: cost.latencyNs });
      transfers.push({ task, from, to });
    }
  }
  return transfers;
}

/** A batch enters the first stage only when the one that it replaces is through. */
function limitInFlight(
  graph: TaskGraph,
  { order, places, taskOf }: { order: Order; places: readonly ActionPlace[]; taskOf: readonly number[] },
): void {
  const limit = order.inFlightLimit;
  if (limit === undefined) return;
  const byBatch = Map.groupBy(places.keys(), (at) => places[at].action.batch);
  for (const [at, { action }] of places.entries()) {
    if (action.pass !== "forward" || action.stage !== 0) continue;
    for (const other of byBatch.get(action.batch - limit) ?? []) {
      graph.addWait({ task: taskOf[at], other: taskOf[other] });
    }
  }
}
