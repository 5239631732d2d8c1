/** Which worker runs which blocks, and the blocks as the stages of the run. Pure. */
import { AppError } from "#common/errors.ts";
import { stageId } from "#common/ids.ts";
import type { StageEdge } from "#common/model.ts";
import type { CaptureOptions, CapturePlan } from "#common/runner-api.ts";
import { parsePartition, partitionBalanced, partitionEvenly, type StageRange } from "#common/schedule/partition.ts";
import type { Network } from "#common/network/layer.ts";

/** @throws AppError invalid-argument when the partition is not one of the network */
export function planPartition({
  network,
  options,
  profileNs,
}: {
  network: Network;
  options: Pick<CaptureOptions, "partition" | "workers">;
  profileNs: readonly number[] | undefined;
}): readonly StageRange[] {
  const stages = network.blocks.length;
  const { partition, workers } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > stages) {
    throw new AppError({
      code: "invalid-argument",
      what: `${workers} workers cannot share the ${stages} blocks of ${network.name}`,
      todo: `give a whole number from 1 to ${stages}`,
    });
  }
  if (partition === "even") return partitionEvenly({ stages, workers });
  if (partition === "balanced" && profileNs !== undefined) return partitionBalanced({ costs: profileNs, workers });
  const ranges = parsePartition({ text: partition, stages });
  if (ranges === undefined) {
    throw new AppError({
      code: "invalid-argument",
      what: `"${partition}" is not a partition of the ${stages} blocks of ${network.name}`,
      todo: `write "even", "balanced" or ranges that cover 0-${stages - 1} in order, such as 0-2,3-${stages - 1}`,
    });
  }
  return ranges;
}

const edge = (from: number, to: number): StageEdge => ({ from: stageId(from), to: stageId(to) });

export function planStages({
  network,
  partition,
}: {
  network: Network;
  partition: readonly StageRange[];
}): Pick<CapturePlan, "stages" | "edges"> {
  return {
    stages: network.blocks.map(({ index, op, flops }) => ({
      name: `${index} ${op}`,
      op,
      flops,
      worker: partition.findIndex(({ first, last }) => first <= index && index <= last),
    })),
    edges: network.blocks.flatMap(({ index, skip }) => [
      ...(index === 0 ? [] : [edge(index - 1, index)]),
      ...(skip === undefined ? [] : [edge(skip.block, index)]),
    ]),
  };
}
