/**
 * One interface for whatever computes: tensors in, operations of tfjs-core, tensors out.
 *
 * A backend belongs to one thread. `tf` is the tfjs-core instance that the backend registered itself with; every operation
 * of the network goes through it. What differs between backends, and only that, is behind the methods: how bytes get to the
 * device, how one knows that the device is done, how they get back.
 */
import type * as tfjs from "@tensorflow/tfjs-core";
import type { ComputeBackend } from "#common/runner-api.ts";

export type Tf = typeof tfjs;
export type Tensor = tfjs.Tensor;

export interface Backend {
  readonly name: ComputeBackend;
  /** What a person calls the device. */
  readonly device: string;
  readonly tf: Tf;
  /**
   * True when the device works on its own while the thread goes on: then `in`, `compute` and `out` of neighbouring batches
   * overlap. False when an operation returns only when it is done.
   */
  readonly asynchronous: boolean;
  /** True when all workers share one device, which then is a serial resource of the run. */
  readonly shared: boolean;
  /** Copies values to the device; `values` may be reused afterwards. */
  upload(values: Float32Array, shape: readonly number[]): Tensor;
  /**
   * Resolves when the device has finished computing `result`, the last thing that was enqueued: a span of `compute` ends here.
   * @throws AppError when the device refused an operation or is lost, which WebGPU tells apart from the call
   */
  fence(result: Tensor): Promise<void>;
  /** Values of a tensor; rejects like `fence`. */
  read(tensor: Tensor): Promise<Float32Array>;
  dispose(): void;
}

/** A tensor over a private copy of the values, for backends that keep a reference to what they are given. */
export function copyToTensor(tf: Tf, values: Float32Array, shape: readonly number[]): Tensor {
  return tf.tensor(values.slice(), [...shape], "float32");
}
