/**
 * Failures that WebGPU tells apart from the call that caused them: an operation that the device refuses gives wrong values,
 * not an error. Here they are kept until somebody waits for the device, who then gets the first of them.
 */
import { AppError } from "#common/errors.ts";

/** What of a `GPUDevice` is used here. */
export interface FallibleDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(type: "uncapturederror", listener: (event: UncapturedErrorEvent) => void): void;
}
interface UncapturedErrorEvent {
  readonly error: { readonly message: string };
  preventDefault(): void;
}

/** Sizes that a device cannot have are "validation errors" for WebGPU, and lack of memory for a person. */
const TOO_LARGE = /out of memory|exceeds the max|larger than the max|too large|binding size|allocation/iu;

/** Watches a device; the function it gives throws the first failure, if there was one. */
export function watchDevice(device: FallibleDevice): () => void {
  let failure: AppError | undefined;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    failure ??= describeGpuFailure(event.error.message);
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") failure ??= describeGpuFailure(`the device was lost: ${message}`);
  });
  return () => {
    if (failure !== undefined) throw failure;
  };
}

function describeGpuFailure(message: string): AppError {
  const reason = (message.split("\n", 1)[0] ?? "").trim().replace(/\.$/u, "");
  if (TOO_LARGE.test(message)) {
    return new AppError({
      code: "out-of-memory",
      what: `the GPU cannot hold a tensor of this size (${reason})`,
      todo: "choose a smaller --input-size or --batch-size",
    });
  }
  return new AppError({
    code: "runner-died",
    what: `the GPU refused an operation, so the outputs would be wrong (${reason})`,
    todo: "use --backend wasm, and report it with the name of the GPU",
  });
}
