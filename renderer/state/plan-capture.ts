/**
 * What a capture would do, before it runs: which worker gets which blocks, and the interval that follows from it. Pure.
 *
 * The initiation interval of a pipeline with enough buffers is the time of its slowest worker; one batch at a time takes the
 * sum of all, and so does a device that all workers share. Costs are a measured profile where there is one; FLOPs else, which
 * say how the work is spread but not how long it takes. Transfers between workers are left out: nobody has measured them yet.
 */
import type { Network } from "#common/network/layer.ts";
import type { CaptureMode } from "#common/runner-api.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import { parsePartition, partitionBalanced, partitionEvenly, rangeCost } from "#common/schedule/partition.ts";

export type CostUnit = "ns" | "flops";

export interface WorkerForecast {
  readonly worker: number;
  readonly range: StageRange;
  /** For one batch, in the forecast's unit. */
  readonly cost: number;
  readonly isSlowest: boolean;
}

export interface CaptureForecast {
  readonly unit: CostUnit;
  readonly workers: readonly WorkerForecast[];
  /** One batch through all workers. */
  readonly totalCost: number;
  /** Interval between batches that the partition allows. */
  readonly intervalCost: number;
  /** What the interval comes from. */
  readonly boundBy: "worker" | "device" | "sequence";
}

export interface CaptureQuestion {
  readonly network: Network;
  /** `balanced`, `even`, or ranges. */
  readonly partition: string;
  readonly workers: number;
  readonly mode: CaptureMode;
  readonly batchSize: number;
  /** All workers compute on one device. */
  readonly sharedDevice: boolean;
  /** Measured time of every block for one batch, ns. */
  readonly profileNs?: readonly number[] | undefined;
}

/** Why a partition cannot be used, in words. */
export interface PartitionProblem {
  readonly problem: string;
}

export function forecastCapture(question: CaptureQuestion): CaptureForecast | PartitionProblem {
  const { network, mode, batchSize, sharedDevice, profileNs } = question;
  const costs = profileNs ?? network.blocks.map(({ flops }) => flops * batchSize);
  const ranges = choosePartition(question, costs);
  if ("problem" in ranges) return ranges;
  const each = ranges.map((range) => rangeCost({ costs, workers: ranges.length }, range));
  const slowest = Math.max(...each);
  const totalCost = each.reduce((sum, cost) => sum + cost, 0);
  const boundBy = mode === "sequential" ? "sequence" : sharedDevice ? "device" : "worker";
  return {
    unit: profileNs === undefined ? "flops" : "ns",
    workers: ranges.map((range, worker) => ({
      worker,
      range,
      cost: each[worker] ?? 0,
      isSlowest: ranges.length > 1 && worker === each.indexOf(slowest),
    })),
    totalCost,
    intervalCost: boundBy === "worker" ? slowest : totalCost,
    boundBy,
  };
}

function choosePartition(
  { network, partition, workers }: CaptureQuestion,
  costs: readonly number[],
): readonly StageRange[] | PartitionProblem {
  const stages = network.blocks.length;
  if (workers > stages) return { problem: `${network.name} has ${stages} blocks: at most ${stages} workers` };
  if (partition === "even") return partitionEvenly({ stages, workers });
  if (partition === "balanced") return partitionBalanced({ costs, workers });
  const ranges = parsePartition({ text: partition, stages });
  if (ranges !== undefined) return ranges;
  return {
    problem: `Ranges must cover 0-${stages - 1} in order without gaps, such as ${exampleRanges(stages, workers)}`,
  };
}

/** A partition in words that one can start from: the even one. */
export function exampleRanges(stages: number, workers: number): string {
  return writeRanges(partitionEvenly({ stages, workers: Math.max(1, Math.min(stages, workers)) }));
}

/**
 * `0-2,3-7,8`.
 * @internal Tests read back what it writes.
 */
export function writeRanges(ranges: readonly StageRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

/** `3.64 GFLOP`: work has no time until somebody measures it. */
export function formatFlops(flops: number): string {
  for (const { unit, size } of [
    { unit: "TFLOP", size: 1e12 },
    { unit: "GFLOP", size: 1e9 },
    { unit: "MFLOP", size: 1e6 },
  ]) {
    if (flops >= size * 0.9995) return `${(flops / size).toPrecision(3)} ${unit}`;
  }
  return `${Math.round(flops / 1e3)} kFLOP`;
}
