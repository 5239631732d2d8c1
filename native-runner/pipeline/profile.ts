/** Measures what every block costs on a backend, one batch at a time: the costs that a balanced partition is made from. */
import { performance } from "node:perf_hooks";
import type { Backend } from "../backend/backend.ts";
import type { Network } from "#common/network/layer.ts";
import { liveAfter, type LiveTensor, type Program } from "../network/program.ts";
import { createImages } from "../network/weights.ts";

const NS_PER_MS = 1e6;

/** A median of fewer rounds follows every disturbance. */
const MINIMUM_ROUNDS = 3;
const MAXIMUM_ROUNDS = 11;
/** Fast networks get more rounds, slow ones do not make a person wait. */
const ENOUGH_NS = 1_500 * NS_PER_MS;

/** Median time of every block in ns over 3 to 11 batches, after one that is not counted. */
export async function measureProfile({
  network,
  backend,
  createBatchProgram,
  images,
  seed,
}: {
  network: Network;
  backend: Backend;
  createBatchProgram: () => Program;
  images: number;
  seed: number;
}): Promise<readonly number[]> {
  const samples: number[][] = network.blocks.map(() => []);
  const [input] = liveAfter({ network, after: -1, images }) as [LiveTensor];
  const began = performance.now() * NS_PER_MS;
  const isEnough = (rounds: number): boolean =>
    rounds >= MAXIMUM_ROUNDS || (rounds >= MINIMUM_ROUNDS && performance.now() * NS_PER_MS - began > ENOUGH_NS);
  for (let round = 0; !isEnough(round - 1); round++) {
    const program = createBatchProgram();
    const values = createImages({ seed, batch: round, length: input.byteLength / Float32Array.BYTES_PER_ELEMENT });
    const uploaded = backend.upload(values, input.shape);
    program.put(-1, uploaded);
    await backend.fence(uploaded);
    for (const { index } of network.blocks) {
      const start = performance.now();
      await backend.fence(program.run(index));
      if (round > 0) samples[index]?.push((performance.now() - start) * NS_PER_MS);
    }
    program.clear();
  }
  return samples.map((times) => Math.round(lowerMedian(times)));
}

const lowerMedian = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[(times.length - 1) >> 1] ?? 0;
