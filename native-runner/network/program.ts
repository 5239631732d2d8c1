/**
 * A range of blocks as something that runs: weights on a device, operations of tfjs-core, one call a block.
 *
 * Between blocks the program keeps the tensors that later blocks still need (the running activation and the sources of
 * skips). What must cross from one range to the next is `liveAfter`: the channel carries exactly those. Every mode and
 * partition runs the same operations in the same order on the same values, so outputs are equal bit for bit.
 */
import type { Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Backend, Tensor } from "../backend/backend.ts";
import { bytesOf, elements, type Block, type Network } from "#common/network/layer.ts";
import { createWeights } from "./weights.ts";

/** A tensor that crosses a cut: the output of a block (−1: the network's input). */
export interface LiveTensor {
  readonly block: number;
  /** [images, height, width, channels] */
  readonly shape: readonly number[];
  readonly byteLength: number;
}

function liveTensor({ network, block, images }: { network: Network; block: number; images: number }): LiveTensor {
  const shape = network.blocks[block]?.output ?? network.input;
  return {
    block,
    shape: [images, shape.height, shape.width, shape.channels],
    byteLength: images * bytesOf(shape),
  };
}

/** Outputs that blocks after `after` still read, the running activation first. `after` −1 is the network's input. */
export function liveAfter({
  network,
  after,
  images,
}: {
  network: Network;
  after: number;
  images: number;
}): readonly LiveTensor[] {
  const skips = network.blocks
    .filter((block) => block.index > after && block.skip !== undefined && block.skip.block < after)
    .map((block) => block.skip?.block as number);
  return [after, ...new Set(skips)].map((block) => liveTensor({ network, block, images }));
}

export interface Program {
  /** Runs one block; its inputs were given by `put` or computed before. The result belongs to the program: do not dispose it. */
  run(block: number): Tensor;
  /** Brings a tensor that crossed a cut. */
  put(block: number, tensor: Tensor): void;
  /** A tensor that is to cross the cut after the range; it stays alive until `clear`. */
  get(block: number): Tensor;
  /** Forgets all activations of the batch. */
  clear(): void;
}

/** Makes the program of the blocks first … last. Each batch is a fresh sequence of `put`, `run` …, `get`, `clear`. */
export function createProgram({
  network,
  first,
  last,
  backend,
  seed,
}: {
  network: Network;
  first: number;
  last: number;
  backend: Backend;
  seed: number;
}): () => Program {
  const kernels = new Map<number, BlockKernel>();
  for (let index = first; index <= last; index++) {
    const block = network.blocks[index];
    kernels.set(index, createKernel({ block, backend, seed }));
  }
  const lastUse = lastUses(network);
  return () => {
    const tensors = new Map<number, Tensor>();
    const need = (block: number): Tensor => {
      const tensor = tensors.get(block);
      if (tensor === undefined) throw new Error(`the output of block ${block} is not here`);
      return tensor;
    };
    return {
      run(index) {
        const kernel = kernels.get(index);
        const block = network.blocks[index];
        if (kernel === undefined) throw new Error(`block ${index} is not part of this range`);
        const skip = block.skip === undefined ? undefined : need(block.skip.block);
        const result = kernel(need(index - 1), skip);
        tensors.set(index, result);
        for (const [held, tensor] of tensors) {
          // What the cut after the range carries is kept: its last use lies beyond `last`.
          if ((lastUse.get(held) ?? Infinity) <= index) {
            tensor.dispose();
            tensors.delete(held);
          }
        }
        return result;
      },
      put: (block, tensor) => {
        tensors.set(block, tensor);
      },
      get: need,
      clear() {
        for (const tensor of tensors.values()) tensor.dispose();
        tensors.clear();
      },
    };
  };
}

/** Last block that reads the output of each block; the network's output has none. */
function lastUses(network: Network): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const { index, skip } of network.blocks) {
    uses.set(index - 1, Math.max(uses.get(index - 1) ?? 0, index));
    if (skip !== undefined) uses.set(skip.block, Math.max(uses.get(skip.block) ?? 0, index));
  }
  return uses;
}

type BlockKernel = (input: Tensor, skip: Tensor | undefined) => Tensor;

function createKernel({ block, backend, seed }: { block: Block; backend: Backend; seed: number }): BlockKernel {
  const { tf } = backend;
  const weights = createWeights({ block, seed });
  const kernel = weights.kernel === undefined ? undefined : backend.upload(weights.kernel.values, weights.kernel.shape);
  const bias = weights.bias === undefined ? undefined : backend.upload(weights.bias, [weights.bias.length]);
  const { spec } = block;
  switch (spec.op) {
    case "conv":
      return (input) =>
        tf.fused.conv2d({
          x: input as Tensor4D,
          filter: kernel as Tensor4D,
          strides: spec.stride,
          pad: Math.floor(spec.kernel / 2),
          bias: bias as Tensor1D,
          activation: spec.relu ? "relu" : "linear",
        });
    case "pool":
      return spec.pool === "average"
        ? (input) => tf.mean(input, [1, 2], true)
        : (input) => tf.maxPool(input as Tensor4D, 3, 2, 1, "floor");
    case "res": {
      const projection = block.skip?.projection;
      return (input, skip) =>
        tf.tidy(() => {
          const adapted =
            projection === undefined
              ? (skip as Tensor)
              : tf.fused.conv2d({
                  x: skip as Tensor4D,
                  filter: kernel as Tensor4D,
                  strides: projection.stride,
                  pad: 0,
                  bias: bias as Tensor1D,
                  activation: "linear",
                });
          return tf.relu(tf.add(input, adapted));
        });
    }
    case "fc":
      return (input) =>
        tf.tidy(() => {
          const images = input.shape[0];
          const flat: Tensor2D = tf.reshape(input, [images, elements(block.input)]);
          const output = tf.fused.matMul({ a: flat, b: kernel as Tensor2D, bias: bias as Tensor1D });
          return tf.reshape(output, [images, 1, 1, spec.outputs]);
        });
  }
}
