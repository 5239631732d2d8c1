/**
 * Runs two batches of `tiny` through each of the backends that are named, in one thread, and prints their outputs as JSON: for
 * outputs.test.ts, which cannot give its own process the environment that a software GPU needs.
 */
import type { ComputeBackend } from "#common/runner-api.ts";

import { openBackend } from "../../native-runner/backend/select.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import { createProgram } from "../../native-runner/network/program.ts";
import { createImages } from "../../native-runner/network/weights.ts";

const SIZE = 64;
const IMAGES = 2;

const network = findNetwork({ name: "tiny", size: SIZE });
const last = network.blocks.length - 1;

async function computeOutputs(name: ComputeBackend): Promise<number[][]> {
  const backend = await openBackend(name);
  const createBatchProgram = createProgram({ network, first: 0, last, backend, seed: 3 });
  const outputs: number[][] = [];
  for (const batch of [0, 1]) {
    const program = createBatchProgram();
    const images = createImages({ seed: 3, batch, length: IMAGES * SIZE * SIZE * 3 });
    program.put(-1, backend.upload(images, [IMAGES, SIZE, SIZE, 3]));
    for (let block = 0; block <= last; block++) await backend.fence(program.run(block));
    outputs.push([...(await backend.read(program.get(last)))]);
    program.clear();
  }
  return outputs;
}

// tfjs greets on the console; stdout is for the one document.
const print = console.log;
console.log = () => undefined;
const results: Record<string, number[][]> = {};
for (const name of process.argv.slice(2)) results[name] = await computeOutputs(name as ComputeBackend);
print(JSON.stringify(results));
process.exit();
