/** GPipe (Huang et al. 2019, arXiv 1811.06965): all forwards, then all backwards; m batches in flight on every rank. */
import { backward, forward, upTo, type Order } from "./action.ts";

/** One stage a rank; backwards in the order of the batches, as PyTorch runs them. */
export function orderGpipe({ ranks, batches }: { ranks: number; batches: number }): Order {
  return {
    schedule: "gpipe",
    stages: ranks,
    batches,
    ranks: upTo(ranks).map((stage) => [
      ...upTo(batches).map((batch) => forward(stage, batch)),
      ...upTo(batches).map((batch) => backward(stage, batch)),
    ]),
  };
}
