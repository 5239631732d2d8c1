/** Measures what every block costs on a backend, one batch at a time: the costs that a balanced partition is made from. */
import { performance } from "node:perf_hooks";
import type { Backend } from "../backend/backend.ts";
import type { Network } from "../network/layer.ts";
import { liveAfter, type LiveTensor, type Program } from "../network/program.ts";
import { createImages } from "../network/weights.ts";

const NS_PER_MS = 1e6;

/** Median time of every block in ns over `rounds` batches, after one that is not counted. */
export async function measureProfile({
  network,
  backend,
  createBatchProgram,
  images,
  seed,
  rounds,
}: {
  network: Network;
  backend: Backend;
  createBatchProgram: () => Program;
  images: number;
  seed: number;
  rounds: number;
}): Promise<readonly number[]> {
  const samples: number[][] = network.blocks.map(() => []);
  const [input] = liveAfter({ network, after: -1, images }) as [LiveTensor];
  for (let round = 0; round <= rounds; round++) {
    const program = createBatchProgram();
    const values = createImages({ seed, batch: round, length: input.byteLength / Float32Array.BYTES_PER_ELEMENT });
    program.put(-1, backend.upload(values, input.shape));
    await backend.fence();
    for (const { index } of network.blocks) {
      const start = performance.now();
      program.run(index);
      await backend.fence();
      if (round > 0) samples[index]?.push((performance.now() - start) * NS_PER_MS);
    }
    program.clear();
  }
  return samples.map((times) => Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0));
}
