/**
 * Dataflow: the figure's schedule (REFERENCE §1). Every rank takes batch after batch as soon as its input is there and its
 * output has room; ranks are joined by bounded channels. Forward only. Pure order: who waits when is the simulator's business.
 */
import { forward, upTo, type Order } from "./action.ts";
import type { StageRange } from "./partition.ts";

interface DataflowShape {
  /** Stages of each rank. */
  readonly partition: readonly StageRange[];
  readonly batches: number;
  /** Batches that the channel between two ranks holds, 1 or more. */
  readonly bufferDepth: number;
}

export function orderDataflow({ partition, batches, bufferDepth }: DataflowShape): Order {
  return {
    schedule: "dataflow",
    stages: (partition.at(-1)?.last ?? -1) + 1,
    batches,
    ranks: partition.map(({ first, last }) =>
      upTo(batches).flatMap((batch) => upTo(last - first + 1).map((offset) => forward(first + offset, batch))),
    ),
    bufferDepth,
  };
}
