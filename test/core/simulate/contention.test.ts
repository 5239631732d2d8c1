/** What-ifs of workers that share one machine: against runs whose contention is known, and where there is none. */
import { describe, expect, test } from "vitest";

import { phaseCode } from "../../../main/common/model.ts";
import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { measureConcurrency } from "../../../main/core/simulate/contention.ts";
import { answerWhatIf, type WhatIf, type WhatIfInput } from "../../../main/core/simulate/what-if.ts";
import type { StageRange } from "../../../main/common/schedule/partition.ts";
import type { Changes } from "../../../main/common/schedule/changes.ts";
import { captureTruth } from "./contending-run.ts";

const ask = (input: WhatIfInput, changes: Changes = {}): WhatIf =>
  answerWhatIf(input, { changes, createdAtEpochMs: 0 });

function intervalOf(input: Parameters<typeof buildReport>[0]): number {
  const report = buildReport(input);
  return isNoPipeline(report) ? Number.NaN : (report.initiationInterval.meanNs ?? Number.NaN);
}

const ranges = (...lasts: readonly number[]): StageRange[] =>
  lasts.map((last, rank) => ({ first: rank === 0 ? 0 : lasts[rank - 1] + 1, last }));

/** Twelve stages in ms, of which the first are the heaviest, as in a network for images. */
const COSTS = [30, 12, 12, 9, 9, 8, 8, 6, 6, 5, 5, 2].map((ms) => ms * 1e6);
const PARTITIONS = [ranges(2, 5, 8, 11), ranges(0, 2, 5, 11), ranges(0, 3, 7, 11), ranges(1, 2, 4, 11)];
const PAIRS = PARTITIONS.flatMap((from, i) => PARTITIONS.flatMap((to, j) => (i === j ? [] : [{ from, to }])));

/** A disturbance of 1 to 1.3 for each stage and batch, from its number alone. */
const disturb =
  (seed: number) =>
  (stage: number, batch: number): number => {
    const hash = Math.sin(seed * 12.9898 + stage * 78.233 + batch * 37.719) * 43_758.545_3;
    return 1 + 0.3 * (hash - Math.floor(hash));
  };

const truth = { costs: COSTS, batches: 24 };

test("concurrency is the mean number of others that compute meanwhile", () => {
  const others = measureConcurrency([
    { rank: 0, startNs: 0, endNs: 10 },
    { rank: 1, startNs: 5, endNs: 15 },
    { rank: 2, startNs: 5, endNs: 10 },
    { rank: 2, startNs: 20, endNs: 30 },
    { rank: 0, startNs: 40, endNs: 40 },
  ]);
  expect([...others]).toEqual([1, 1, 2, 0, 0]);
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([0.05, 0.15])("workers that slow each other down by %s each", (slowdownPerRank) => {
  const errors = PAIRS.map(({ from, to }, seed) => {
    const measured = { ...truth, partition: from, slowdownPerRank, disturb: disturb(seed) };
    const then = intervalOf(captureTruth({ ...truth, partition: to, slowdownPerRank, disturb: disturb(seed + 100) }));
    const predict = (kind: "captured" | "imported"): number =>
      intervalOf(ask(captureTruth({ ...measured, kind }), { partition: to }).simulated);
    return { modelled: Math.abs(predict("captured") / then - 1), asRecorded: Math.abs(predict("imported") / then - 1) };
  });

  test("another partition is predicted within 7 %, better than with the costs as they were recorded", () => {
    const modelled = errors.map((error) => error.modelled);
    expect(Math.max(...modelled)).toBeLessThan(0.07);
    expect(meanOf(modelled)).toBeLessThan(0.7 * meanOf(errors.map(({ asRecorded }) => asRecorded)));
  });

  test.each(PARTITIONS)("where nothing else disturbs them, what is said of it is so: %j", (...partition) => {
    const { contention } = ask(captureTruth({ ...truth, partition, slowdownPerRank }));
    expect(Math.abs((contention?.slowdownPerRank ?? 0) / slowdownPerRank - 1)).toBeLessThan(0.15);
    expect(contention?.meanSlowdown).toBeGreaterThan(1);
  });

  test.each(PARTITIONS)("its own partition gives the replay, and that the recorded run: %j", (...partition) => {
    const input = captureTruth({ ...truth, partition, slowdownPerRank, disturb: disturb(7) });
    const replayed = ask(input);
    expect(ask(input, { partition }).simulation).toEqual(replayed.simulation);
    expect(replayed.replayErrorRatio).toBeLessThan(0.001);
    expect(intervalOf(replayed.simulated) / intervalOf(input)).toBeCloseTo(1, 3);
  });
});

describe("workers that do not slow each other down", () => {
  test.each(PAIRS)("are predicted as if each had a machine of its own: %j", ({ from, to }) => {
    const measured = { ...truth, partition: from, slowdownPerRank: 0 };
    const captured = ask(captureTruth(measured), { partition: to });
    expect(captured.contention).toEqual({ slowdownPerRank: 0, meanSlowdown: 1 });
    expect(captured.simulation).toEqual(
      ask(captureTruth({ ...measured, kind: "imported" }), { partition: to }).simulation,
    );
  });

  test("but are disturbed at random, are predicted within 4 %, and next to no contention is claimed", () => {
    for (const [seed, { from, to }] of PAIRS.entries()) {
      const measured = captureTruth({ ...truth, partition: from, slowdownPerRank: 0, disturb: disturb(seed) });
      const then = captureTruth({ ...truth, partition: to, slowdownPerRank: 0, disturb: disturb(seed + 100) });
      const { simulated, contention } = ask(measured, { partition: to });
      expect(Math.abs(intervalOf(simulated) / intervalOf(then) - 1)).toBeLessThan(0.04);
      expect(contention?.slowdownPerRank).toBeGreaterThanOrEqual(0);
      expect(contention?.slowdownPerRank).toBeLessThan(0.02);
    }
  });
});

test("fewer than six batches are no evidence of contention", () => {
  const { contention } = ask(
    captureTruth({ ...truth, batches: 5, partition: PARTITIONS[0], slowdownPerRank: 0.2, disturb: disturb(1) }),
  );
  expect(contention?.slowdownPerRank).toBe(0);
});

test.each([
  { kind: "imported", device: undefined },
  { kind: "captured", device: "GPU 0" },
] as const)("nothing is said of contention, and costs stay as recorded: $kind, on $device", ({ kind, device }) => {
  const [from, to] = PARTITIONS;
  const input = captureTruth({ ...truth, partition: from, slowdownPerRank: 0.15, disturb: disturb(3), kind });
  const lanes = input.lanes.map((lane) => (device === undefined ? lane : { ...lane, device }));
  const { contention, simulation } = ask({ ...input, lanes }, { partition: to });
  expect(contention).toBeUndefined();
  const recordedNs = new Map(
    Array.from(input.spans.start.keys()).map((i) => [
      `${input.spans.stage[i]} ${input.spans.batch[i]} ${input.spans.phase[i]}`,
      input.spans.duration[i],
    ]),
  );
  const compute = simulation.spans.filter(({ lane }) => lane === "compute");
  expect(compute.length).toBe(COSTS.length * truth.batches);
  for (const { stage, batch, durationNs } of compute) {
    expect(durationNs).toBe(recordedNs.get(`${stage} ${batch} ${phaseCode("compute")}`));
  }
});

test("one batch at a time computes faster than all at once, as measured", () => {
  const input = captureTruth({ ...truth, partition: PARTITIONS[0], slowdownPerRank: 0.15 });
  const alone = ask(input, { schedule: "sequential" }).simulation.spans.filter(({ lane }) => lane === "compute");
  const totalNs = alone.reduce((sum, { durationNs }) => sum + durationNs, 0);
  const undisturbedNs = truth.batches * COSTS.reduce((sum, ns) => sum + ns, 0);
  expect(Math.abs(totalNs / undisturbedNs - 1)).toBeLessThan(0.05);
});
