/** Measures the blocks and plans the partition, as a capture would, and goes no further: what a person sees before starting. */
import type { CaptureOptions, CapturePreview, ComputeBackend } from "#common/runner-api.ts";
import { partitionInterval } from "#common/schedule/partition.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import { refuseTooLarge } from "./memory.ts";
import { planPartition, planStages } from "./plan.ts";
import { profileInWorker } from "./threads.ts";

/** @throws AppError what a capture throws before it runs; the signal's reason */
export async function previewCapture({
  options,
  backend,
  signal,
}: {
  options: CaptureOptions;
  backend: ComputeBackend;
  signal: AbortSignal;
}): Promise<CapturePreview> {
  const network = findNetwork({ name: options.network, size: options.inputSize });
  refuseTooLarge({ network, partition: [{ first: 0, last: network.blocks.length - 1 }], options, backend });
  const profileNs = await profileInWorker(
    {
      type: "profile",
      network: options.network,
      inputSize: options.inputSize,
      images: options.batchSize,
      seed: options.seed,
      backend,
    },
    { signal },
  );
  const partition = planPartition({ network, options, profileNs });
  return {
    network: network.name,
    backend,
    partition,
    profileNs,
    predictedIntervalNs: partitionInterval({ costs: profileNs, workers: partition.length }, partition),
    ...planStages({ network, partition }),
  };
}
