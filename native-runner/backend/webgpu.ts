/**
 * tfjs's WebGPU backend on Dawn (npm package `webgpu`): any vendor's GPU through Vulkan, Metal or D3D12, without a browser.
 *
 * tfjs finds WebGPU where a browser has it, at `navigator.gpu`; here Dawn's is put there before the backend is loaded. Each
 * worker has a Dawn device of its own; all of them share the one GPU. Commands are collected by tfjs and submitted at the
 * fence, so `compute` ends when the device says so. An upload ends when the values lie in memory that the device reads; its
 * own copy of them is a command like any other. Without a hardware GPU a software one (SwiftShader) may be found; it is used
 * only when asked for by name.
 */
import { AppError } from "#common/errors.ts";
import { copyToTensor, type Backend } from "./backend.ts";
import { watchDevice, type FallibleDevice } from "./gpu-failures.ts";

/** What of Dawn is used here; the package types the full WebGPU API. */
interface DawnGpu {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<DawnAdapter | null>;
}
interface DawnAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly device: string;
    readonly isFallbackAdapter?: boolean;
  };
}
/** tfjs's WebGPU backend object, as far as tfjs-core's own interface does not show it. */
interface WebgpuEngine {
  /** Copies a tensor's values into a staging buffer and enqueues the copy to the device; tfjs does it at first use. */
  uploadToGPU(dataId: object): void;
  /** Commands are collected in one open compute pass; it must be ended before they can be submitted. */
  endComputePassEncoder(): void;
  /** Submits what was collected; fails when that is nothing. */
  submitQueue(): void;
  /** Where commands are collected; null when there are none. */
  readonly commandEncoder: object | null;
  readonly device: FallibleDevice & { readonly queue: { onSubmittedWorkDone(): Promise<void> } };
}

export interface GpuAdapter {
  readonly device: string;
  /** A processor that plays a GPU. */
  readonly software: boolean;
}

/**
 * tfjs's matrix product without atomics (`MatMulProgramType.MatMulPackedProgram`). Its choice for small outputs, "split K", adds
 * partial sums in whatever order the GPU takes, so that equal runs would differ in the last bits.
 */
const PACKED_MATMUL = 3;

let gpu: DawnGpu | undefined;

/** Dawn's entry point, put where tfjs looks for it; once a thread. */
async function loadDawn(): Promise<DawnGpu> {
  if (gpu !== undefined) return gpu;
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  // The object must outlive every use: Dawn's instance ends with it.
  const created = create([]) as unknown as DawnGpu;
  Object.defineProperty(globalThis, "navigator", { value: { gpu: created }, configurable: true });
  gpu = created;
  return created;
}

/**
 * Looks for a GPU.
 * @throws AppError backend-unavailable with the reason: no Vulkan loader, no driver, no device
 */
export async function findGpu(): Promise<GpuAdapter> {
  let adapter: DawnAdapter | null;
  try {
    adapter = await (await loadDawn()).requestAdapter({ powerPreference: "high-performance" });
  } catch (cause) {
    throw unavailable(`Dawn could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (adapter === null) throw unavailable("no GPU was found through Vulkan, Metal or D3D12");
  const { description, device, vendor, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe/iu.test(`${device} ${description}`);
  return { device: describeDevice([device, description, vendor]), software };
}

const describeDevice = (names: readonly string[]): string =>
  names.find((name) => name.trim() !== "")?.trim() ?? "GPU without a name";

function unavailable(what: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: "backend-unavailable",
      what: `the webgpu backend cannot be used here: ${what}`,
      todo: "install the GPU's driver and, on Linux, the Vulkan loader (libvulkan.so.1), which does not come with Pipewave, or use --backend wasm",
    },
    { cause },
  );
}

export async function openWebgpu(): Promise<Backend> {
  const adapter = await findGpu();
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw unavailable("the GPU was found, but gives no device");
  await tf.ready();
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", PACKED_MATMUL);
  const engine = tf.backend() as unknown as WebgpuEngine;
  const throwIfFailed = watchDevice(engine.device);
  return {
    name: "webgpu",
    device: adapter.device,
    tf,
    asynchronous: true,
    shared: true,
    upload: (values, shape) => {
      const tensor = copyToTensor(tf, values, shape);
      engine.uploadToGPU(tensor.dataId);
      return tensor;
    },
    fence: async () => {
      engine.endComputePassEncoder();
      if (engine.commandEncoder !== null) engine.submitQueue();
      await engine.device.queue.onSubmittedWorkDone();
      throwIfFailed();
    },
    read: async (tensor) => {
      const values = await tensor.data<"float32">();
      throwIfFailed();
      return values;
    },
    dispose: () => {
      tf.removeBackend("webgpu");
    },
  };
}
