/**
 * ResNet-18 and ResNet-50 as published (He et al. 2015, arXiv 1512.03385, table 1): the stride of a bottleneck is in its 3 × 3
 * convolution (the "v1.5" that every framework ships), batch norm is folded into the convolutions' biases, and the projection
 * shortcut of a stage's first unit is part of its `res` block.
 */
import type { BlockSpec } from "./layer.ts";

const stem: readonly BlockSpec[] = [
  { op: "conv", kernel: 7, stride: 2, channels: 64, relu: true },
  { op: "pool", pool: "max" },
];
const head: readonly BlockSpec[] = [
  { op: "pool", pool: "average" },
  { op: "fc", outputs: 1000 },
];

/** Two 3 × 3 convolutions and the addition. */
const basicUnit = ({ channels, stride }: { channels: number; stride: number }): readonly BlockSpec[] => [
  { op: "conv", kernel: 3, stride, channels, relu: true },
  { op: "conv", kernel: 3, stride: 1, channels, relu: false },
  { op: "res", skipFrom: 3 },
];

/** 1 × 1 down, 3 × 3, 1 × 1 up to four times the channels, and the addition. */
const bottleneckUnit = ({ channels, stride }: { channels: number; stride: number }): readonly BlockSpec[] => [
  { op: "conv", kernel: 1, stride: 1, channels, relu: true },
  { op: "conv", kernel: 3, stride, channels, relu: true },
  { op: "conv", kernel: 1, stride: 1, channels: channels * 4, relu: false },
  { op: "res", skipFrom: 4 },
];

function stack({
  unit,
  unitsPerStage,
}: {
  unit: typeof basicUnit;
  unitsPerStage: readonly [number, number, number, number];
}): readonly BlockSpec[] {
  const units = unitsPerStage.flatMap((count, stage) =>
    Array.from({ length: count }, (_, position) =>
      unit({ channels: 64 * 2 ** stage, stride: stage > 0 && position === 0 ? 2 : 1 }),
    ).flat(),
  );
  return [...stem, ...units, ...head];
}

export const resnet18 = stack({ unit: basicUnit, unitsPerStage: [2, 2, 2, 2] });
export const resnet50 = stack({ unit: bottleneckUnit, unitsPerStage: [3, 4, 6, 3] });
