/**
 * The one simulator: times any order of main/common/schedule with any costs. Pure: what comes out is spans and figures; who
 * wants a run of it calls `describeSimulatedRun`, who wants a file `writeSimulatedRun`.
 */
import type { Order } from "#common/schedule/action.ts";
import { validateOrder } from "#common/schedule/validate.ts";
import type { Costs } from "./costs.ts";
import { timeDataflow, type DataflowRules } from "./dataflow-tasks.ts";
import { timeOrder } from "./order-tasks.ts";
import { summariseSimulation, type Simulation } from "./simulation.ts";

const DEFAULT_RULES: DataflowRules = { phasesOverlap: true, sharesDevice: false };

/**
 * @param rules of orders whose ranks hand over through bounded channels; left out: phases overlap and nothing is shared
 * @throws AppError impossible-order
 */
export function simulateOrder(order: Order, costs: Costs, rules: DataflowRules = DEFAULT_RULES): Simulation {
  validateOrder(order);
  const spans = order.bufferDepth === undefined ? timeOrder(order, costs) : timeDataflow(order, costs, rules);
  return summariseSimulation({
    schedule: order.schedule,
    stages: order.stages,
    ranks: order.ranks.length,
    batches: order.batches,
    spans,
  });
}
