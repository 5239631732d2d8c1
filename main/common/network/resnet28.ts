/** The 28 blocks of the figure that the product grew from (REFERENCE §1), exactly as tabulated there. */
import type { BlockSpec, ConvSpec } from "./layer.ts";

const conv = (channels: number, { kernel = 3, stride = 1, relu = true }: Partial<ConvSpec> = {}): ConvSpec => ({
  op: "conv",
  kernel,
  stride,
  channels,
  relu,
});
const maxPool: BlockSpec = { op: "pool", pool: "max" };

/** A convolution and the addition that closes it: the skip of `res` block k is the output of block k − 2. */
const residual = (channels: number, stride = 1): readonly BlockSpec[] => [
  conv(channels, { stride, relu: false }),
  { op: "res", skipFrom: 2 },
];

export const resnet28: readonly BlockSpec[] = [
  conv(64, { kernel: 7, stride: 2 }), // 0
  conv(64), // 1
  maxPool, // 2
  conv(64), // 3
  conv(64), // 4
  maxPool, // 5
  ...residual(128), // 6, 7: projection 64 → 128
  ...residual(128), // 8, 9
  ...residual(128), // 10, 11
  conv(256), // 12
  maxPool, // 13
  ...residual(256), // 14, 15
  ...residual(256), // 16, 17
  ...residual(256), // 18, 19
  ...residual(512, 2), // 20, 21: projection, stride 2
  ...residual(512), // 22, 23
  ...residual(512), // 24, 25
  { op: "pool", pool: "average" }, // 26
  { op: "fc", outputs: 1000 }, // 27
];
