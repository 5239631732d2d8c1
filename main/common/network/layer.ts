/**
 * A network as data: a list of blocks with shapes, work and traffic, independent of any backend.
 *
 * A network is written as a list of `BlockSpec` (what it is) and completed by `describeNetwork` (what follows from the input
 * size: shapes, FLOPs, bytes, parameters). Blocks run in order; block k reads the output of block k − 1, and a `res` block
 * also that of an earlier one. Nothing here holds weights or computes on tensors.
 *
 * FLOPs count a multiply-add as two operations; bytes are those of float32 tensors; all figures are for one image.
 */
import type { Op } from "../model.ts";

export interface ConvSpec {
  readonly op: "conv";
  readonly kernel: number;
  readonly stride: number;
  readonly channels: number;
  /** False for the convolution just before a `res` block, whose ReLU comes after the addition. */
  readonly relu: boolean;
}
export interface PoolSpec {
  readonly op: "pool";
  /** `max` is 3×3 with stride 2 and zero padding; `average` is global. */
  readonly pool: "max" | "average";
}
export interface ResSpec {
  readonly op: "res";
  /** The skip is the output of the block this many positions before. */
  readonly skipFrom: number;
}
export interface FcSpec {
  readonly op: "fc";
  readonly outputs: number;
}
export type BlockSpec = ConvSpec | PoolSpec | ResSpec | FcSpec;

/** Height, width and channels of one image's activation; 1 × 1 × C after global pooling. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** 1 × 1 convolution that adapts the skip of a `res` block. */
export interface Projection {
  readonly stride: number;
  readonly from: number;
  readonly to: number;
}

export interface Block {
  readonly index: number;
  readonly spec: BlockSpec;
  readonly op: Op;
  readonly input: Shape;
  readonly output: Shape;
  /** Block whose output is added, and the projection where shapes differ; only on `res`. */
  readonly skip?: { readonly block: number; readonly projection?: Projection };
  readonly flops: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly parameters: number;
}

export interface Network {
  readonly name: string;
  readonly input: Shape;
  readonly blocks: readonly Block[];
}

const BYTES_PER_FLOAT = 4;

export const elements = ({ height, width, channels }: Shape): number => height * width * channels;
export const bytesOf = (shape: Shape): number => elements(shape) * BYTES_PER_FLOAT;

/** Output length of a convolution or pooling padded by `floor(kernel / 2)`, as published ResNets pad. */
function stridedLength({ length, kernel, stride }: { length: number; kernel: number; stride: number }): number {
  return Math.floor((length + 2 * Math.floor(kernel / 2) - kernel) / stride) + 1;
}

/** Index of the block whose output the `res` block at `index` adds. */
const skipSource = ({ index, spec }: { index: number; spec: ResSpec }): number => index - spec.skipFrom;

/**
 * Completes a network for an input of `size × size × 3`.
 * @throws RangeError when the size is too small for the network: a tensor would vanish.
 */
export function describeNetwork({
  name,
  specs,
  size,
}: {
  name: string;
  specs: readonly BlockSpec[];
  size: number;
}): Network {
  const input: Shape = { height: size, width: size, channels: 3 };
  const blocks: Block[] = [];
  for (const [index, spec] of specs.entries()) {
    const before = blocks[index - 1]?.output ?? input;
    blocks.push(describeBlock({ index, spec, input: before, blocks }));
    const { output } = blocks[index];
    if (output.height < 1 || output.width < 1) {
      throw new RangeError(`${name}: block ${index} has no output for an input of ${size} × ${size}`);
    }
  }
  return { name, input, blocks };
}

interface BlockPlace {
  readonly index: number;
  readonly input: Shape;
  readonly blocks: readonly Block[];
}

function describeBlock({ index, spec, input, blocks }: BlockPlace & { readonly spec: BlockSpec }): Block {
  switch (spec.op) {
    case "conv":
      return describeConv({ index, spec, input });
    case "pool":
      return describePool({ index, spec, input });
    case "res":
      return describeRes({ index, spec, input, blocks });
    case "fc":
      return describeFc({ index, spec, input });
  }
}

function describeConv({ index, spec, input }: { index: number; spec: ConvSpec; input: Shape }): Block {
  const { kernel, stride, channels } = spec;
  const output: Shape = {
    height: stridedLength({ length: input.height, kernel, stride }),
    width: stridedLength({ length: input.width, kernel, stride }),
    channels,
  };
  const weights = kernel * kernel * input.channels * channels;
  return {
    index,
    spec,
    op: "conv",
    input,
    output,
    flops: 2 * weights * output.height * output.width + elements(output),
    bytesIn: bytesOf(input),
    bytesOut: bytesOf(output),
    parameters: weights + channels,
  };
}

function describePool({ index, spec, input }: { index: number; spec: PoolSpec; input: Shape }): Block {
  const halved = { kernel: 3, stride: 2 };
  const output: Shape =
    spec.pool === "average"
      ? { height: 1, width: 1, channels: input.channels }
      : {
          height: stridedLength({ length: input.height, ...halved }),
          width: stridedLength({ length: input.width, ...halved }),
          channels: input.channels,
        };
  return {
    index,
    spec,
    op: "pool",
    input,
    output,
    flops: spec.pool === "average" ? elements(input) : elements(output) * 9,
    bytesIn: bytesOf(input),
    bytesOut: bytesOf(output),
    parameters: 0,
  };
}

function describeRes({ index, spec, input, blocks }: BlockPlace & { readonly spec: ResSpec }): Block {
  const source = blocks[skipSource({ index, spec })];
  if (source === undefined) throw new RangeError(`block ${index}: its skip lies before the network`);
  const from = source.output;
  const fits = from.channels === input.channels && from.height === input.height;
  const projection: Projection | undefined = fits
    ? undefined
    : { stride: Math.round(from.height / input.height), from: from.channels, to: input.channels };
  const projectionWeights = projection === undefined ? 0 : projection.from * projection.to;
  return {
    index,
    spec,
    op: "res",
    input,
    output: input,
    skip: { block: source.index, ...(projection === undefined ? {} : { projection }) },
    flops: 2 * elements(input) + 2 * projectionWeights * input.height * input.width,
    bytesIn: bytesOf(input) + bytesOf(from),
    bytesOut: bytesOf(input),
    parameters: projection === undefined ? 0 : projectionWeights + projection.to,
  };
}

function describeFc({ index, spec, input }: { index: number; spec: FcSpec; input: Shape }): Block {
  const inputs = elements(input);
  return {
    index,
    spec,
    op: "fc",
    input,
    output: { height: 1, width: 1, channels: spec.outputs },
    flops: 2 * inputs * spec.outputs + spec.outputs,
    bytesIn: bytesOf(input),
    bytesOut: spec.outputs * BYTES_PER_FLOAT,
    parameters: inputs * spec.outputs + spec.outputs,
  };
}
