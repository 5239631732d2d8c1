/**
 * tfjs's WebAssembly backend, single-threaded with SIMD: the default without a GPU, the same everywhere.
 *
 * Operations are synchronous; each pipeline worker has an instance and a heap of its own. tfjs's own threads stay off: the
 * pipeline is what uses the cores.
 */
import { cpus } from "node:os";
import type { Backend } from "./backend.ts";

export async function openWasm(): Promise<Backend> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    name: "wasm",
    device: cpus()[0]?.model ?? "CPU",
    tf,
    asynchronous: false,
    shared: false,
    // The backend copies the values into its heap before it returns.
    upload: (values, shape) => tf.tensor(values, [...shape], "float32"),
    fence: () => Promise.resolve(),
    read: (tensor) => Promise.resolve(tensor.dataSync<"float32">()),
    dispose: () => {
      tf.removeBackend("wasm");
    },
  };
}
