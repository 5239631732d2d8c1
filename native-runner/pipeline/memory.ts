/**
 * Refuses a capture that cannot fit before it takes the machine's memory: asked for page by page it would not fail, it would
 * make the whole machine swap or the system kill somebody.
 *
 * The estimate is a lower bound of what must be in this machine's memory at once; what a GPU holds is the GPU's business.
 */
import { AppError } from "#common/errors.ts";
import { formatBytes } from "#common/format.ts";
import type { CaptureOptions, ComputeBackend } from "#common/runner-api.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import { bytesOf, type Network } from "#common/network/layer.ts";
import { liveAfter } from "../network/program.ts";
import { messageBytes } from "./message.ts";
import { DISTINCT_BATCHES } from "./source.ts";

const BYTES_PER_FLOAT = 4;

/** Bytes that the images, the channels, the weights and the largest block's activations of every worker take at least. */
function estimateMemory({
  network,
  partition,
  options,
  inHostMemory,
}: {
  network: Network;
  partition: readonly StageRange[];
  options: Pick<CaptureOptions, "batchSize" | "bufferDepth">;
  /** False when weights and activations live on a device of their own. */
  inHostMemory: boolean;
}): number {
  const { batchSize, bufferDepth } = options;
  const images = DISTINCT_BATCHES * batchSize * bytesOf(network.input);
  const channels = [-1, ...partition.map(({ last }) => last)].map(
    (after) => bufferDepth * messageBytes(liveAfter({ network, after, images: batchSize })),
  );
  const workers = partition.map(({ first, last }) => {
    const blocks = network.blocks.slice(first, last + 1);
    const weights = blocks.reduce((sum, { parameters }) => sum + parameters * BYTES_PER_FLOAT, 0);
    return weights + batchSize * Math.max(...blocks.map(({ bytesIn, bytesOut }) => bytesIn + bytesOut));
  });
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  return images + sum(channels) + (inHostMemory ? sum(workers) : 0);
}

/** @throws AppError out-of-memory */
export function refuseTooLarge({
  backend,
  availableBytes = process.availableMemory(),
  ...capture
}: {
  network: Network;
  partition: readonly StageRange[];
  options: CaptureOptions;
  backend: ComputeBackend;
  availableBytes?: number;
}): void {
  const neededBytes = estimateMemory({ ...capture, inHostMemory: backend !== "webgpu" });
  if (neededBytes <= availableBytes) return;
  const { batchSize, inputSize } = capture.options;
  throw new AppError({
    code: "out-of-memory",
    what: `batches of ${batchSize} images of ${inputSize} × ${inputSize} pixels need at least ${formatBytes(neededBytes)} of memory, and ${formatBytes(availableBytes)} are free`,
    todo: "choose a smaller --input-size or --batch-size",
  });
}
