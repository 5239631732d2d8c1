/** Sequential: one batch at a time goes through all stages, forward and back. What every pipeline is compared with. */
import { backward, forward, upTo, type Order } from "./action.ts";

/** One stage a rank. */
export function orderSequential({
  ranks,
  batches,
  isTraining,
}: {
  ranks: number;
  batches: number;
  isTraining: boolean;
}): Order {
  return {
    schedule: "sequential",
    stages: ranks,
    batches,
    ranks: upTo(ranks).map((stage) =>
      upTo(batches).flatMap((batch) =>
        isTraining ? [forward(stage, batch), backward(stage, batch)] : [forward(stage, batch)],
      ),
    ),
    inFlightLimit: 1,
  };
}
