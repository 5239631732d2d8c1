/**
 * Costs of a network on a described device: FLOPs and bytes of its blocks over the rates of the device.
 *
 * A block takes the longer of its computing and its memory traffic (the roofline: Williams et al. 2009); what crosses a cut
 * between two ranks goes over a link, what enters the first rank comes from the host. A skip that spans a cut travels with it.
 * Both halves of the backward of a block take as long as its forward; a block without weights has no weight-grad. It is an
 * estimate from first principles and says nothing about kernels or caches.
 */
import { AppError } from "#common/errors.ts";
import type { Op } from "#common/model.ts";
import type { Device } from "#common/simulation.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import type { Costs } from "./costs.ts";

/** What a block of a network is to the simulator; main/common/network describes more. Figures are for one image. */
interface CostedBlock {
  readonly index: number;
  readonly op: Op;
  readonly flops: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly parameters: number;
  readonly skip?: { readonly block: number };
}

const BYTES_PER_FLOAT = 4;
const NS_PER_SECOND = 1e9;

const timeNs = (amount: number, perSecond: number): number => Math.ceil((amount / perSecond) * NS_PER_SECOND);

/** Bytes of one image that go from block `after` to the next, skips that end later included. */
export function bytesAcrossCut(blocks: readonly CostedBlock[], after: number): number {
  const passing = new Set([after]);
  for (const { index, skip } of blocks) {
    if (skip !== undefined && skip.block < after && index > after) passing.add(skip.block);
  }
  return [...passing].reduce((sum, block) => sum + blocks[block].bytesOut, 0);
}

/** Time of one block and one batch. */
export function forwardNs(
  { flops, bytesIn, bytesOut, parameters }: CostedBlock,
  { device, batchSize }: { device: Device; batchSize: number },
): number {
  const bytes = (bytesIn + bytesOut) * batchSize + parameters * BYTES_PER_FLOAT;
  return Math.max(timeNs(flops * batchSize, device.flopsPerSecond), timeNs(bytes, device.memoryBytesPerSecond));
}

export interface NetworkOnDevice {
  readonly blocks: readonly CostedBlock[];
  readonly device: Device;
  /** Images a batch. */
  readonly batchSize: number;
}

/**
 * Costs of a dataflow, stage = block: in, compute and out of the ranks of a partition.
 * @throws AppError invalid-argument for a device with a rate of 0
 */
export function createDataflowCosts({ blocks, device, batchSize }: NetworkOnDevice): Costs {
  checkDevice(device);
  const cutNs = (after: number): number =>
    device.linkLatencyNs + timeNs(bytesAcrossCut(blocks, after) * batchSize, device.linkBytesPerSecond);
  const last = blocks.length - 1;
  return {
    computeNs: ({ stage }) => forwardNs(blocks[stage], { device, batchSize }),
    inNs: (stage) =>
      stage === 0 ? timeNs(blocks[0].bytesIn * batchSize, device.hostBytesPerSecond) : cutNs(stage - 1),
    outNs: (stage) =>
      stage === last ? timeNs(blocks[last].bytesOut * batchSize, device.hostBytesPerSecond) : cutNs(stage),
  };
}

/**
 * Costs of a training schedule whose stages are ranges of blocks; activations and gradients of a cut have equal size.
 * @throws AppError invalid-argument for a device with a rate of 0
 */
export function createTrainingCosts(
  { blocks, device, batchSize }: NetworkOnDevice,
  stages: readonly StageRange[],
): Costs {
  checkDevice(device);
  const rangeNs = ({ first, last }: StageRange, counts: (block: CostedBlock) => boolean): number =>
    blocks
      .slice(first, last + 1)
      .filter(counts)
      .reduce((sum, block) => sum + forwardNs(block, { device, batchSize }), 0);
  const whole = stages.map((range) => rangeNs(range, () => true));
  const weighted = stages.map((range) => rangeNs(range, ({ parameters }) => parameters > 0));
  return {
    computeNs({ stage, pass }) {
      if (pass === "weight-grad") return weighted[stage];
      return pass === "backward" ? whole[stage] + weighted[stage] : whole[stage];
    },
    transfer: ({ stage, pass }) => {
      const after = pass === "forward" ? stages[stage].last : stages[stage].first - 1;
      return {
        occupancyNs: timeNs(bytesAcrossCut(blocks, after) * batchSize, device.linkBytesPerSecond),
        latencyNs: device.linkLatencyNs,
      };
    },
  };
}

function checkDevice({ linkLatencyNs, ...rates }: Device): void {
  const wrong = Object.entries(rates).find(([, rate]) => !(rate > 0 && Number.isFinite(rate)));
  if (wrong === undefined && linkLatencyNs >= 0) return;
  throw new AppError({
    code: "invalid-argument",
    what: wrong === undefined ? "the latency of the device is negative" : `${wrong[0]} of the device is ${wrong[1]}`,
    todo: "give rates above 0 and a latency of 0 or more",
  });
}
