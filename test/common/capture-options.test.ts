/** The options of a capture as they are typed. */
import { expect, test } from "vitest";

import { CAPTURE_OPTION_SPECS, readCaptureOptions } from "#common/capture-options.ts";
import { DEFAULT_CAPTURE } from "#common/runner-api.ts";

test("nothing typed is the default", () => {
  expect(readCaptureOptions({})).toEqual(DEFAULT_CAPTURE);
});

test("every option is read into its place", () => {
  expect(
    readCaptureOptions({
      network: "resnet50",
      backend: "webgpu",
      mode: "sequential",
      workers: "3",
      partition: "0-2,3-7",
      batches: "10",
      "warm-up": "0",
      "batch-size": "32",
      "input-size": "128",
      seed: "0",
      buffers: "4",
    }),
  ).toEqual({
    network: "resnet50",
    backend: "webgpu",
    mode: "sequential",
    workers: 3,
    partition: "0-2,3-7",
    batches: 10,
    warmUpBatches: 0,
    batchSize: 32,
    inputSize: 128,
    seed: 0,
    bufferDepth: 4,
    record: true,
  });
});

test.each([
  ["network", "resnet1001", '--network takes one of resnet28, resnet18, resnet50, tiny, not "resnet1001"'],
  ["workers", "0", '--workers takes a whole number from 1, not "0"'],
  ["batches", "1e3", '--batches takes a whole number from 1, not "1e3"'],
  ["batch-size", "-1", '--batch-size takes a whole number from 1, not "-1"'],
  ["seed", "99999999999999999999", '--seed takes a whole number from 0, not "99999999999999999999"'],
  ["partition", "thirds", '--partition takes balanced, even, or ranges such as 0-2,3-7,8-27, not "thirds"'],
])("--%s %s is refused in words", (flag, text, refusal) => {
  expect(readCaptureOptions({ [flag]: text })).toBe(refusal);
});

test("the default of every option is one that it would take", () => {
  for (const { key, read } of CAPTURE_OPTION_SPECS) {
    expect(read(String(DEFAULT_CAPTURE[key]))).toBe(DEFAULT_CAPTURE[key]);
  }
});
