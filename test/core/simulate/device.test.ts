/** Costs from FLOPs and bytes: what crosses a cut, what a block takes, what a device must say. */
import { describe, expect, test } from "vitest";

import { findNetwork } from "../../../main/common/network/catalogue.ts";
import { bytesAcrossCut, createDataflowCosts, forwardNs } from "../../../main/core/simulate/device.ts";
import type { Device } from "../../../main/common/simulation.ts";
import { findCutBytes } from "../../../main/core/simulate/cut-bytes.ts";
import { stageId } from "../../../main/common/ids.ts";

const DEVICE: Device = {
  flopsPerSecond: 1e12,
  memoryBytesPerSecond: 1e12,
  linkBytesPerSecond: 1e9,
  hostBytesPerSecond: 1e9,
  linkLatencyNs: 500,
};
const { blocks } = findNetwork({ name: "resnet28" });
const MIB = 4 * 64 * 56 * 56;

describe("what crosses a cut of resnet28", () => {
  test("is the output of the block before it", () => {
    expect(bytesAcrossCut(blocks, 2)).toBe(MIB);
  });

  test("and the skip that a later res adds: block 5's output travels with block 6's to block 7", () => {
    expect(bytesAcrossCut(blocks, 6)).toBe(4 * 128 * 28 * 28 + 4 * 64 * 28 * 28);
  });

  test("which counts once where it is the output itself", () => {
    expect(bytesAcrossCut(blocks, 5)).toBe(4 * 64 * 28 * 28);
  });
});

test("a block takes the longer of computing and memory traffic", () => {
  const conv = { index: 0, op: "conv", flops: 2e6, bytesIn: 400, bytesOut: 600, parameters: 0 } as const;
  expect(forwardNs(conv, { device: DEVICE, batchSize: 3 })).toBe(6_000);
  const slowMemory = { ...DEVICE, memoryBytesPerSecond: 1e9 };
  expect(forwardNs({ ...conv, parameters: 1_000 }, { device: slowMemory, batchSize: 3 })).toBe(7_000);
});

test("a transfer takes the link's latency and its bytes, the first and last the host's rate", () => {
  const { inNs, outNs } = createDataflowCosts({ blocks, device: DEVICE, batchSize: 1 });
  expect(inNs?.(0, 0)).toBe(4 * 3 * 224 * 224);
  expect(inNs?.(3, 0)).toBe(500 + MIB);
  expect(outNs?.(2, 0)).toBe(500 + MIB);
  expect(outNs?.(27, 0)).toBe(4_000);
});

test.each([{ flopsPerSecond: 0 }, { linkBytesPerSecond: Number.NaN }, { linkLatencyNs: -1 }])(
  "a device with %o is refused",
  (wrong) => {
    expect(() => createDataflowCosts({ blocks, device: { ...DEVICE, ...wrong }, batchSize: 1 })).toThrow(
      /of the device/,
    );
  },
);

describe("the bytes of a captured network", () => {
  const stagesAt = (size: number) =>
    findNetwork({ name: "resnet28", size }).blocks.map(({ index, op, flops }) => ({
      id: stageId(index),
      name: `${index} ${op}`,
      op,
      ordinal: index,
      flops,
    }));

  test("are found by the FLOPs of its stages, whatever the size of its images", () => {
    const cutBytes = findCutBytes({ run: { network: "resnet28" }, stages: stagesAt(96) });
    expect(cutBytes?.(2)).toBe(4 * 64 * 24 * 24);
  });

  test("are not known for another network or other stages", () => {
    expect(findCutBytes({ run: { network: "of somebody else" }, stages: stagesAt(96) })).toBeUndefined();
    expect(findCutBytes({ run: {}, stages: stagesAt(96) })).toBeUndefined();
    expect(findCutBytes({ run: { network: "resnet28" }, stages: stagesAt(96).slice(1) })).toBeUndefined();
  });
});
