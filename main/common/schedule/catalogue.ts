/** The schedules by the name that `--schedule` takes. A new schedule is a file of its own and one entry here. */
import { AppError } from "../errors.ts";
import type { Order } from "./action.ts";
import { orderDataflow } from "./dataflow.ts";
import { orderDualPipe } from "./dualpipe.ts";
import { orderGpipe } from "./gpipe.ts";
import { orderInterleaved } from "./interleaved.ts";
import { orderOneFOneB } from "./one-f-one-b.ts";
import { partitionEvenly, type StageRange } from "./partition.ts";
import { orderSequential } from "./sequential.ts";
import { orderZeroBubbleH1, orderZeroBubbleH2 } from "./zero-bubble.ts";

export const SCHEDULE_NAMES = [
  "sequential",
  "dataflow",
  "gpipe",
  "1f1b",
  "interleaved",
  "zb-h1",
  "zb-h2",
  "dualpipe",
] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

export interface ScheduleShape {
  readonly ranks: number;
  readonly batches: number;
  /** Model chunks a rank; only `interleaved` takes more than one. */
  readonly chunks?: number;
  /** Only `dataflow`; 2 when left out. */
  readonly bufferDepth?: number;
  /** Only `dataflow`: the stages of each rank; one stage a rank when left out. */
  readonly partition?: readonly StageRange[];
  /** Only `sequential`: forward only when false. */
  readonly isTraining?: boolean;
}

/** What is simulated when nobody says otherwise. */
export const DEFAULT_RANKS = 4;
export const DEFAULT_BATCHES = 8;
export const DEFAULT_BUFFER_DEPTH = 2;

const ORDERS: Readonly<Record<ScheduleName, (shape: ScheduleShape) => Order>> = {
  sequential: ({ isTraining = true, ...shape }) => orderSequential({ ...shape, isTraining }),
  dataflow: ({ ranks, batches, bufferDepth = DEFAULT_BUFFER_DEPTH, partition }) =>
    orderDataflow({
      batches,
      bufferDepth,
      partition: partition ?? partitionEvenly({ stages: ranks, workers: ranks }),
    }),
  gpipe: orderGpipe,
  "1f1b": orderOneFOneB,
  interleaved: ({ chunks = 2, ...shape }) => orderInterleaved({ ...shape, chunks }),
  "zb-h1": orderZeroBubbleH1,
  "zb-h2": orderZeroBubbleH2,
  dualpipe: orderDualPipe,
};

export const isScheduleName = (text: string): text is ScheduleName =>
  (SCHEDULE_NAMES as readonly string[]).includes(text);

/** Does the schedule run weight-grads apart from input-grads? */
export const splitsBackward = (schedule: ScheduleName): boolean => ["zb-h1", "zb-h2", "dualpipe"].includes(schedule);

/** @throws AppError invalid-argument for a shape that the schedule has no order for */
export function createOrder(schedule: ScheduleName, shape: ScheduleShape): Order {
  const { ranks, batches, chunks = 1, bufferDepth = 1 } = shape;
  for (const [what, value] of Object.entries({ ranks, batches, chunks, buffers: bufferDepth })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new AppError({
      code: "invalid-argument",
      what: `a schedule needs at least one of its ${what}, not ${value}`,
      todo: "give a whole number from 1",
    });
  }
  return ORDERS[schedule](shape);
}
