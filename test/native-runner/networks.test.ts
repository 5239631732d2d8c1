/** The networks against what is published: REFERENCE §1 for resnet28, He et al. 2015 and torchvision for the others. */
import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { NETWORK_NAMES } from "#common/runner-api.ts";

import { findNetwork } from "#common/network/catalogue.ts";
import type { Block, Network } from "#common/network/layer.ts";
import { liveAfter } from "../../native-runner/network/program.ts";
import { createWeights } from "../../native-runner/network/weights.ts";

const kinds = ({ blocks }: Network): string => blocks.map(({ index, op }) => `${index} ${op}`).join(", ");

const describeBlock = ({ spec, input, output }: Block): string => {
  const size = output.height === 1 ? `${output.channels}` : `${output.channels} x ${output.height}`;
  switch (spec.op) {
    case "conv":
      return `conv ${spec.kernel}x${spec.kernel}/${spec.stride} ${input.channels}->${spec.channels} = ${size}`;
    case "pool":
      return `${spec.pool} pool = ${size}`;
    case "res":
      return `res = ${size}`;
    case "fc":
      return `fc ${input.channels}->${spec.outputs}`;
  }
};

describe("resnet28", () => {
  const network = findNetwork({ name: "resnet28" });

  test("has the 28 blocks of the figure in its order", () => {
    // Copied from REFERENCE §1, "A, architecture".
    expect(kinds(network)).toBe(
      "0 conv, 1 conv, 2 pool, 3 conv, 4 conv, 5 pool, 6 conv, 7 res, 8 conv, 9 res, 10 conv, 11 res, 12 conv, 13 pool, 14 conv, 15 res, " +
        "16 conv, 17 res, 18 conv, 19 res, 20 conv, 21 res, 22 conv, 23 res, 24 conv, 25 res, 26 pool, 27 fc",
    );
  });

  test("has the sizes of the table", () => {
    const repeat = (lines: readonly string[], times: number): string[] =>
      Array.from({ length: times }, () => lines).flat();
    expect(network.blocks.map(describeBlock)).toEqual([
      "conv 7x7/2 3->64 = 64 x 112",
      "conv 3x3/1 64->64 = 64 x 112",
      "max pool = 64 x 56",
      "conv 3x3/1 64->64 = 64 x 56",
      "conv 3x3/1 64->64 = 64 x 56",
      "max pool = 64 x 28",
      "conv 3x3/1 64->128 = 128 x 28",
      "res = 128 x 28",
      ...repeat(["conv 3x3/1 128->128 = 128 x 28", "res = 128 x 28"], 2),
      "conv 3x3/1 128->256 = 256 x 28",
      "max pool = 256 x 14",
      ...repeat(["conv 3x3/1 256->256 = 256 x 14", "res = 256 x 14"], 3),
      "conv 3x3/2 256->512 = 512 x 7",
      "res = 512 x 7",
      ...repeat(["conv 3x3/1 512->512 = 512 x 7", "res = 512 x 7"], 2),
      "average pool = 512",
      "fc 512->1000",
    ]);
  });

  test("adds the output of block k − 2 in res block k, projected at 7 (64 → 128) and 21 (256 → 512, stride 2) only", () => {
    const skips = network.blocks.filter(({ op }) => op === "res");
    for (const { index, skip } of skips) expect(skip?.block).toBe(index - 2);
    expect(
      skips.flatMap(({ index, skip }) => (skip?.projection === undefined ? [] : [{ index, ...skip.projection }])),
    ).toEqual([
      { index: 7, stride: 1, from: 64, to: 128 },
      { index: 21, stride: 2, from: 256, to: 512 },
    ]);
  });

  test("leaves the ReLU to the addition exactly where a convolution is followed by res", () => {
    for (const { spec, index } of network.blocks) {
      if (spec.op === "conv") {
        expect({ index, relu: spec.relu }).toEqual({ index, relu: network.blocks[index + 1]?.op !== "res" });
      }
    }
  });

  test("sends the skip along where a cut passes under it", () => {
    const crossing = (after: number): number[] => liveAfter({ network, after, images: 1 }).map(({ block }) => block);
    expect(crossing(-1)).toEqual([-1]);
    expect(crossing(3)).toEqual([3]);
    expect(crossing(5)).toEqual([5]); // block 6 reads 5, and res 7 too: one tensor
    expect(crossing(6)).toEqual([6, 5]);
    expect(crossing(20)).toEqual([20, 19]);
    expect(crossing(27)).toEqual([27]);
  });
});

/**
 * Parameters of the published networks with batch norm: every convolution has a scale and a shift per channel and no bias.
 * Here batch norm is folded, so there is one bias per channel instead of two figures: published − (channels of convolutions).
 */
const convChannels = ({ blocks }: Network): number =>
  blocks.reduce(
    (sum, { spec, skip }) => sum + (spec.op === "conv" ? spec.channels : 0) + (skip?.projection?.to ?? 0),
    0,
  );
const parameters = ({ blocks }: Network): number => blocks.reduce((sum, block) => sum + block.parameters, 0);

describe.each([
  // Parameters: torchvision's model table. Multiply-adds at 224: the same table's GFLOPS (1.81, 4.09).
  { name: "resnet18", parametersPublished: 11_689_512, batchNorm: 9_600, multiplyAdds: 1.81e9, convolutions: 20 },
  { name: "resnet50", parametersPublished: 25_557_032, batchNorm: 53_120, multiplyAdds: 4.09e9, convolutions: 53 },
])("$name", ({ name, parametersPublished, batchNorm, multiplyAdds, convolutions }) => {
  const network = findNetwork({ name });

  test("has as many convolutions as published, projections included", () => {
    const count = network.blocks.filter(({ op, skip }) => op === "conv" || skip?.projection !== undefined).length;
    expect(count).toBe(convolutions);
  });

  test("has the published parameters, batch norm folded", () => {
    expect(convChannels(network) * 2).toBe(batchNorm);
    expect(parameters(network)).toBe(parametersPublished - batchNorm / 2);
  });

  test("takes the published number of multiply-adds, within the share of pooling, bias and additions", () => {
    const flops = network.blocks.reduce((sum, block) => sum + block.flops, 0);
    expect(flops / 2 / multiplyAdds).toBeGreaterThan(0.99);
    expect(flops / 2 / multiplyAdds).toBeLessThan(1.02);
  });

  test("ends with 7 × 7 before the pooling, and 1000 classes", () => {
    const [pooling, classes] = network.blocks.slice(-2);
    expect([pooling?.input.height, pooling?.input.width]).toEqual([7, 7]);
    expect(classes?.output.channels).toBe(1000);
  });
});

describe.each(NETWORK_NAMES)("%s", (name) => {
  const network = findNetwork({ name, size: 64 });

  test("has weights that are as many as its parameters, the same for the same seed only", () => {
    for (const block of network.blocks.filter((one) => one.parameters < 100_000)) {
      const first = createWeights({ block, seed: 1 });
      const count = (first.kernel?.values.length ?? 0) + (first.bias?.length ?? 0);
      expect(count).toBe(block.parameters);
      expect(createWeights({ block, seed: 1 })).toEqual(first);
      if (count > 0) expect(createWeights({ block, seed: 2 })).not.toEqual(first);
    }
  });

  test("carries the bytes of float32 activations from block to block", () => {
    for (const { input, output, bytesOut, bytesIn, skip } of network.blocks) {
      expect(bytesOut).toBe(4 * output.height * output.width * output.channels);
      if (skip === undefined) expect(bytesIn).toBe(4 * input.height * input.width * input.channels);
    }
  });
});

test("weights have the deviation that He et al. give: √(2 / fan-in) before a ReLU", () => {
  const block = findNetwork({ name: "resnet28" }).blocks[1];
  const values = createWeights({ block, seed: 5 }).kernel?.values as Float32Array;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  // 36,864 draws: the standard error of the deviation is 0.4 %.
  expect(deviation / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1);
  expect(Math.abs(mean)).toBeLessThan(0.001);
});

test.each([
  { given: { name: "resnet1001" }, code: "unknown-network" },
  { given: { name: "toString" }, code: "unknown-network" },
  { given: { name: "resnet28", size: 31 }, code: "invalid-argument" },
  { given: { name: "resnet28", size: 64.5 }, code: "invalid-argument" },
])("refuses $given with $code", ({ given, code }) => {
  expect(() => findNetwork(given)).toThrow(
    expect.toSatisfy((error) => error instanceof AppError && error.code === code),
  );
});
