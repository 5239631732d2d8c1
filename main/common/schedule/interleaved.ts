/**
 * Interleaved 1F1B (Narayanan et al. 2021, arXiv 2104.04473, as Megatron-LM runs it): every rank holds v chunks, stage =
 * chunk · p + rank, and takes p batches of a chunk before it turns to the next one.
 */
import { AppError } from "../errors.ts";
import { backward, forward, upTo, type Order } from "./action.ts";

/** @throws AppError invalid-argument unless the batches are a multiple of the ranks */
export function orderInterleaved({
  ranks,
  batches,
  chunks,
}: {
  ranks: number;
  batches: number;
  chunks: number;
}): Order {
  if (batches % ranks !== 0) {
    throw new AppError({
      code: "invalid-argument",
      what: `interleaved 1F1B cannot run ${batches} batches on ${ranks} ranks`,
      todo: "give a number of batches that is a multiple of the ranks",
    });
  }
  const steps = batches * chunks;
  const batchOf = (step: number): number => Math.floor(step / (ranks * chunks)) * ranks + (step % ranks);
  const chunkOf = (step: number): number => Math.floor((step % (ranks * chunks)) / ranks);
  return {
    schedule: "interleaved",
    stages: ranks * chunks,
    batches,
    ranks: upTo(ranks).map((rank) => {
      const warmUp = Math.min((ranks - rank - 1) * 2 + (chunks - 1) * ranks, steps);
      const ahead = Math.min(warmUp + 1, steps);
      const forwardAt = (step: number): ReturnType<typeof forward> =>
        forward(chunkOf(step) * ranks + rank, batchOf(step));
      const backwardAt = (step: number): ReturnType<typeof forward> =>
        backward((chunks - 1 - chunkOf(step)) * ranks + rank, batchOf(step));
      return [
        ...upTo(ahead).map(forwardAt),
        ...upTo(steps).flatMap((step) =>
          step + ahead < steps ? [backwardAt(step), forwardAt(step + ahead)] : [backwardAt(step)],
        ),
      ];
    }),
  };
}
