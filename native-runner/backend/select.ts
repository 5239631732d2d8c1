/** Which backend to use, and why the others cannot be: `--backend` and `--list-backends`. */
import { AppError } from "#common/errors.ts";
import type { BackendName, BackendStatus, ComputeBackend } from "#common/runner-api.ts";
import type { Backend } from "./backend.ts";

/** Opens a backend by name in this thread. Modules are loaded only when asked for. */
export async function openBackend(name: ComputeBackend): Promise<Backend> {
  switch (name) {
    case "wasm":
      return (await import("./wasm.ts")).openWasm();
    case "webgpu":
      return (await import("./webgpu.ts")).openWebgpu();
    case "tensorflow":
      return (await import("./tensorflow.ts")).openTensorflow();
    case "cpu":
      return (await import("./cpu.ts")).openCpu();
  }
}

/** What is usable on this machine. Never throws: why a backend is not usable is part of the answer. */
export async function listBackends(): Promise<readonly BackendStatus[]> {
  const [webgpu, tensorflow] = await Promise.all([probeWebgpu(), probeTensorflow()]);
  const hardware = webgpu.usable && !webgpu.software;
  const chosen = hardware ? "webgpu" : tensorflow.usable && tensorflow.gpu ? "tensorflow" : "wasm";
  const wasm = { name: "wasm" as const, usable: true, detail: "WebAssembly with SIMD, one thread a worker" };
  return [wasm, webgpu, tensorflow].map(({ name, usable, detail }) => ({
    name,
    usable,
    detail,
    chosenByAuto: name === chosen,
  }));
}

/** `auto` is a hardware GPU when there is one, else wasm. */
export async function resolveBackend(name: BackendName | "cpu"): Promise<ComputeBackend> {
  if (name !== "auto") return name;
  return (await listBackends()).find(({ chosenByAuto }) => chosenByAuto)?.name ?? "wasm";
}

async function probeWebgpu() {
  const { findGpu } = await import("./webgpu.ts");
  try {
    const { device, software } = await findGpu();
    const detail = software ? `${device}: a software GPU, slower than wasm, used only when asked for by name` : device;
    return { name: "webgpu" as const, usable: true, software, detail };
  } catch (error) {
    return { name: "webgpu" as const, usable: false, software: false, detail: reasonOf(error) };
  }
}

async function probeTensorflow() {
  const { openTensorflow } = await import("./tensorflow.ts");
  try {
    const backend = await openTensorflow();
    backend.dispose();
    return { name: "tensorflow" as const, usable: true, gpu: backend.shared, detail: backend.device };
  } catch (error) {
    return { name: "tensorflow" as const, usable: false, gpu: false, detail: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  const { what, todo } = error.fields;
  return todo === undefined ? what : `${what}; ${todo}`;
}
