/** Forecasts of captures, with costs that can be added up in one's head. */
import { describe, expect, test } from "vitest";

import { findNetwork } from "#common/network/catalogue.ts";
import type { CaptureForecast, CaptureQuestion } from "../../../renderer/state/plan-capture.ts";
import { formatFlops, forecastCapture, writeRanges } from "../../../renderer/state/plan-capture.ts";

const network = findNetwork({ name: "tiny", size: 32 });
/** Eight blocks. */
const profileNs = [4, 1, 1, 2, 3, 1, 2, 2];

function forecast(question: Partial<CaptureQuestion> = {}): CaptureForecast {
  const answer = forecastCapture({
    network,
    partition: "even",
    workers: 2,
    mode: "pipelined",
    batchSize: 1,
    sharedDevice: false,
    profileNs,
    ...question,
  });
  if ("problem" in answer) throw new Error(answer.problem);
  return answer;
}

describe("the interval", () => {
  test("of a pipeline is the time of its slowest worker", () => {
    expect(forecast({ partition: "0-4,5-7" })).toMatchObject({
      unit: "ns",
      intervalCost: 11,
      totalCost: 16,
      boundBy: "worker",
    });
    expect(forecast({ partition: "0-4,5-7" }).workers).toEqual([
      { worker: 0, range: { first: 0, last: 4 }, cost: 11, isSlowest: true },
      { worker: 1, range: { first: 5, last: 7 }, cost: 5, isSlowest: false },
    ]);
  });

  test("of one batch at a time is the time of all workers", () => {
    expect(forecast({ mode: "sequential" })).toMatchObject({ intervalCost: 16, boundBy: "sequence" });
  });

  test("on a device that the workers share is the time of all of them", () => {
    expect(forecast({ sharedDevice: true })).toMatchObject({ intervalCost: 16, boundBy: "device" });
  });
});

test("the balanced partition of the profile is cut where both workers need the same", () => {
  const { workers } = forecast({ partition: "balanced" });
  expect(workers.map(({ cost }) => cost)).toEqual([8, 8]);
  expect(writeRanges(workers.map(({ range }) => range))).toBe("0-3,4-7");
});

test("without a profile the work is counted in FLOPs of a whole batch", () => {
  const once = forecast({ profileNs: undefined });
  const four = forecast({ profileNs: undefined, batchSize: 4 });
  expect(once.unit).toBe("flops");
  expect(once.totalCost).toBe(network.blocks.reduce((sum, { flops }) => sum + flops, 0));
  expect(four.totalCost).toBe(4 * once.totalCost);
});

test("what is no partition is refused in words, with one that is", () => {
  const refused = { network, workers: 2, mode: "pipelined", batchSize: 1, sharedDevice: false } as const;
  expect(forecastCapture({ ...refused, partition: "0-2,4-7" })).toEqual({
    problem: "Ranges must cover 0-7 in order without gaps, such as 0-3,4-7",
  });
  expect(forecastCapture({ ...refused, partition: "even", workers: 9 })).toEqual({
    problem: "tiny has 8 blocks: at most 8 workers",
  });
});

test("work is written in the unit that leaves three digits", () => {
  expect([999_000, 1e6, 594_400_000, 3.968e9, 2e12].map((flops) => formatFlops(flops))).toEqual([
    "999 kFLOP",
    "1.00 MFLOP",
    "594 MFLOP",
    "3.97 GFLOP",
    "2.00 TFLOP",
  ]);
});
