/**
 * Runs the figure's network on tfjs's WebAssembly backend with tfjs's own threads, in one process, and prints images per second
 * as JSON: what the pipeline of single-threaded workers is compared with.
 *
 * tfjs switches its threads off under Node (tensorflow/tfjs#3830), because it starts them from `blob:` addresses, which Node's
 * workers do not take. Here, and only here, such an address is a file instead. Nothing of this is in the product.
 *
 * Arguments: threads, batches, input size.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Worker } from "node:worker_threads";

import type { Backend } from "../../native-runner/backend/backend.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import { createProgram } from "../../native-runner/network/program.ts";
import { createImages } from "../../native-runner/network/weights.ts";

const [threads = 4, batches = 16, size = 224] = process.argv.slice(2).map(Number);
const require = createRequire(import.meta.url);
const folder = mkdtempSync(path.join(tmpdir(), "pipewave-wasm-threads-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What the bundler of tfjs called Node's modules outside the function whose text becomes the worker's script. */
const OUTSIDE = `var commonjsGlobal = globalThis, require$$0 = require("fs"), require$$1 = require("path"), require$$3 = require("perf_hooks"), require$$4 = require("os");\n`;

class ScriptFile {
  static count = 0;
  readonly path = path.join(folder, `${ScriptFile.count++}.cjs`);
  constructor(parts: readonly string[]) {
    writeFileSync(this.path, OUTSIDE + parts.join(""));
  }
}

function replaceBlobsByFiles(): void {
  const { URL: Address } = globalThis;
  Object.assign(globalThis, { Blob: ScriptFile });
  Object.assign(Address, { createObjectURL: (script: ScriptFile) => script.path });
  const workerThreads = require("node:worker_threads") as { Worker: typeof Worker };
  workerThreads.Worker = class extends workerThreads.Worker {
    override postMessage(message: { urlOrBlob?: unknown }): void {
      const { urlOrBlob } = message;
      super.postMessage(urlOrBlob instanceof ScriptFile ? { ...message, urlOrBlob: urlOrBlob.path } : message);
    }
  };
}

interface WasmPackage {
  setThreadsCount(count: number): void;
  getThreadsCount(): number;
}

replaceBlobsByFiles();
const print = console.log;
console.log = () => undefined;
console.warn = () => undefined;
const tf = require("@tensorflow/tfjs-core") as Backend["tf"];
const wasm = require("@tensorflow/tfjs-backend-wasm") as WasmPackage;
tf.env().set("WASM_HAS_SIMD_SUPPORT", true);
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
wasm.setThreadsCount(threads);
await tf.setBackend("wasm");
await tf.ready();

const network = findNetwork({ name: "resnet28", size });
const last = network.blocks.length - 1;
const backend = {
  tf,
  upload: (values: Float32Array, shape: readonly number[]) => tf.tensor(values, [...shape], "float32"),
} as Backend;
const createBatchProgram = createProgram({ network, first: 0, last, backend, seed: 1 });
const images = createImages({ seed: 1, batch: 0, length: 3 * size * size });

function runBatch(): void {
  const program = createBatchProgram();
  program.put(-1, backend.upload(images, [1, size, size, 3]));
  for (let block = 0; block <= last; block++) program.run(block);
  program.get(last).dataSync();
  program.clear();
}

for (let warmUp = 0; warmUp < 2; warmUp++) runBatch();
const start = performance.now();
for (let batch = 0; batch < batches; batch++) runBatch();
const elapsedMs = performance.now() - start;
print(JSON.stringify({ threads: wasm.getThreadsCount(), imagesPerSecond: (batches * 1000) / elapsedMs }));
process.exit();
