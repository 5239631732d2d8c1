/**
 * 1F1B (PipeDream-Flush; Narayanan et al. 2021, arXiv 2006.09503): after p − rank forwards every rank alternates backward and
 * forward, so that at most p − rank batches are in flight on it.
 */
import { backward, forward, upTo, type Order } from "./action.ts";

/** One stage a rank. */
export function orderOneFOneB({ ranks, batches }: { ranks: number; batches: number }): Order {
  return {
    schedule: "1f1b",
    stages: ranks,
    batches,
    ranks: upTo(ranks).map((stage) => {
      const ahead = Math.min(ranks - stage, batches);
      return [
        ...upTo(ahead).map((batch) => forward(stage, batch)),
        ...upTo(batches).flatMap((batch) =>
          batch + ahead < batches ? [backward(stage, batch), forward(stage, batch + ahead)] : [backward(stage, batch)],
        ),
      ];
    }),
  };
}
