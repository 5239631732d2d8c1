/** Places the order of a schedule table in time, one step of 1 ms an action, and collects it as spans. */
import { computeActionsOf, describeAction } from "#common/schedule/action.ts";
import type { Order } from "#common/schedule/action.ts";
import { createConstantCosts } from "../../simulate/costs.ts";
import { simulateOrder } from "../../simulate/simulate.ts";
import { SpanCollector } from "../collect-span.ts";
import type { CollectedTrace } from "../collected-trace.ts";

const STEP_NS = 1_000_000;

/** @throws AppError impossible-order */
export function collectPlan(order: Order, trace: CollectedTrace): void {
  const collector = new SpanCollector(trace);
  const { tally } = trace;
  for (const actions of order.ranks) {
    for (const action of actions) {
      const computed = computeActionsOf(action).length;
      tally.read += action.kind === "idle" ? 0 : Math.max(1, computed);
      if (action.kind !== "idle" && computed === 0) {
        tally.skip("transfer or other action that takes no time in a plan", () => describeAction(action));
      }
    }
  }
  const costs = createConstantCosts({ forwardNs: STEP_NS, inputGradNs: STEP_NS, weightNs: STEP_NS }, order);
  for (const { rank, lane, stage, batch, pass, startNs, durationNs } of simulateOrder(order, costs).spans) {
    if (lane !== "compute") continue;
    collector.add({
      lane: collector.lane(`rank ${rank}`, "compute"),
      name: describeAction({ kind: "compute", stage, batch, pass }),
      category: "plan",
      startNs,
      durationNs,
      args: { stage, batch, phase: "compute", pass, iteration: 0, replica: 0, rank },
    });
  }
}
