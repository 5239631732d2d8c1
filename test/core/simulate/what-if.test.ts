/** Replays and what-ifs: of runs whose truth is known because they were simulated, and of the recorded ones. */
import { describe, expect, test } from "vitest";

import { createOrder, type ScheduleName } from "../../../main/common/schedule/catalogue.ts";
import type { StageRange } from "../../../main/common/schedule/partition.ts";
import type { Changes } from "../../../main/common/schedule/changes.ts";
import { createConstantCosts } from "../../../main/core/simulate/costs.ts";
import { readMeasuredPipeline } from "../../../main/core/simulate/measured.ts";
import { fitLatencies, measureReplayError, prepareReplay } from "../../../main/core/simulate/replay.ts";
import { simulateOrder } from "../../../main/core/simulate/simulate.ts";
import { describeSimulatedRun } from "../../../main/core/simulate/simulated-run.ts";
import type { Simulation } from "../../../main/core/simulate/simulation.ts";
import { answerWhatIf, type WhatIf, type WhatIfInput } from "../../../main/core/simulate/what-if.ts";
import { createTrainingModel } from "../../../main/core/simulate/what-if-training.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { readMegatronWork, readStragglerWork } from "../analysis/raw-traces.ts";
import { columnsOf, type Work } from "../analysis/work.ts";

const ask = (input: WhatIfInput, changes: Changes = {}): WhatIf =>
  answerWhatIf(input, { changes, createdAtEpochMs: 0 });

const asRun = (simulation: Simulation): WhatIfInput =>
  describeSimulatedRun(simulation, { name: "truth", createdAtEpochMs: 0 });

const FORWARD = [1_000, 1_000, 1_600];
const INPUT_GRAD = [900, 900, 1_500];

/** Three stages of which the last is slow, and a known latency between ranks. */
function train(schedule: ScheduleName, { batches = 6, latencyNs = 130, forwardNs = FORWARD } = {}): Simulation {
  const costs = createConstantCosts(
    { forwardNs, inputGradNs: INPUT_GRAD, weightNs: 700, transfer: { occupancyNs: 0, latencyNs } },
    { stages: 3 },
  );
  return simulateOrder(createOrder(schedule, { ranks: 3, batches }), costs);
}

describe("a training run whose truth is known", () => {
  test.each(["gpipe", "1f1b", "zb-h1"] as const)("is replayed exactly, and %s is recognised", (schedule) => {
    const truth = train(schedule);
    const { replayedNs, recordedNs, simulation } = ask(asRun(truth));
    expect(recordedNs).toBe(truth.makespanNs);
    expect(replayedNs / recordedNs).toBeCloseTo(1, 3);
    expect(simulation.schedule).toBe(schedule);
    expect(simulation.peakInFlight).toEqual(truth.peakInFlight);
  });

  test("overlapped halves of DualPipe stay together", () => {
    const order = createOrder("dualpipe", { ranks: 4, batches: 8 });
    const costs = createConstantCosts({ forwardNs: 10, inputGradNs: 10, weightNs: 10 }, { stages: 4 });
    const truth = simulateOrder(order, costs);
    expect(ask(asRun(truth)).replayedNs).toBe(truth.makespanNs);
  });

  test("another schedule is predicted as it would really run", () => {
    const predicted = ask(asRun(train("gpipe")), { schedule: "1f1b" });
    expect(predicted.simulation.makespanNs / train("1f1b").makespanNs).toBeCloseTo(1, 2);
    expect(predicted.simulation.schedule).toBe("1f1b");
  });

  test("more batches are predicted as they would really run", () => {
    const predicted = ask(asRun(train("1f1b")), { batches: 20 });
    expect(predicted.simulation.makespanNs / train("1f1b", { batches: 20 }).makespanNs).toBeCloseTo(1, 2);
  });

  test("an infinite network takes the latency away", () => {
    const predicted = ask(asRun(train("1f1b")), { infiniteNetwork: true });
    expect(predicted.simulation.makespanNs / train("1f1b", { latencyNs: 0 }).makespanNs).toBeCloseTo(1, 2);
  });

  test("a faster stage is what helps most where that stage bounds the pipeline", () => {
    const { ranked, replayedNs } = ask(asRun(train("1f1b", { batches: 30 })), { faster: [{ stage: 2, share: 0.2 }] });
    const stages = ranked.filter(({ change }) => /^stage \d 20\.0 % faster$/.test(change));
    expect(stages.map(({ change }) => change)[0]).toBe("stage 2 20.0 % faster");
    for (const { makespanNs, gain } of ranked) expect(gain).toBeCloseTo(1 - makespanNs / replayedNs, 12);
    expect(ranked.map(({ makespanNs }) => makespanNs)).toEqual(
      ranked.map(({ makespanNs }) => makespanNs).toSorted((a, b) => a - b),
    );
  });

  test("without stragglers every operation takes the mean of its type", () => {
    const { simulation } = ask(asRun(train("1f1b")), { noStragglers: "mean" });
    const forwards = simulation.spans.filter(({ pass }) => pass === "forward").map(({ durationNs }) => durationNs);
    expect(new Set(forwards)).toEqual(new Set([1_200]));
  });

  test("the run that comes out is derived from the one that went in", () => {
    const { simulated } = ask(asRun(train("1f1b")), { schedule: "zb-h2" });
    expect(simulated.run).toMatchObject({ kind: "simulated", derivedFrom: "truth", schedule: "zb-h2" });
    expect(simulated.run.name).toBe("truth: schedule zb-h2");
  });

  test.each([
    { changes: { bufferDepth: 4 }, message: /no bounded channels/ },
    { changes: { schedule: "dataflow" }, message: /cannot be a dataflow/ },
    { changes: { faster: [{ stage: 7, share: 0.1 }] }, message: /the run has no stage 7/ },
    { changes: { schedule: "dualpipe" }, message: /DualPipe cannot run 6 batches on 3 ranks/ },
  ] as const)("refuses $changes", ({ changes, message }) => {
    expect(() => ask(asRun(train("1f1b")), changes)).toThrow(message);
  });
});

const STAGE_NS = [300, 900, 200, 500, 100, 700];
const BATCHES = 24;
/** Every cut costs the same, so that the cost of a new one is known. */
const CUT_NS = 80;

function flow(partition: readonly StageRange[], { phasesOverlap = true, bufferDepth = 2 } = {}): Simulation {
  const order = createOrder("dataflow", { ranks: partition.length, batches: BATCHES, partition, bufferDepth });
  const costs = createConstantCosts(
    { forwardNs: STAGE_NS, inputGradNs: 0, weightNs: 0, inNs: CUT_NS, outNs: CUT_NS },
    { stages: 6 },
  );
  return simulateOrder(order, costs, { phasesOverlap, sharesDevice: false });
}

const ranges = (...lasts: readonly number[]): StageRange[] =>
  lasts.map((last, rank) => ({ first: rank === 0 ? 0 : lasts[rank - 1] + 1, last }));

describe.each([true, false])("a dataflow whose phases overlap: %s", (phasesOverlap) => {
  const measured = flow(ranges(0, 1, 5), { phasesOverlap });

  test("is simulated again as it was", () => {
    const { replayedNs, replayErrorRatio, simulation } = ask(asRun(measured));
    expect(replayedNs).toBe(measured.makespanNs);
    expect(replayErrorRatio).toBe(0);
    expect(simulation.spans).toHaveLength(measured.spans.length);
  });

  test("another partition is predicted as it would really run", () => {
    const partition = ranges(1, 3, 5);
    const { simulation } = ask(asRun(measured), { partition });
    expect(simulation.makespanNs).toBe(flow(partition, { phasesOverlap }).makespanNs);
  });

  test("the best contiguous partition is found and helps", () => {
    const { simulation, ranked } = ask(asRun(measured), { partition: "balanced" });
    // {300 + 900} {200 + 500} {100 + 700}: no partition of three has a smaller maximum than 1 200.
    expect(simulation.makespanNs).toBe(flow(ranges(1, 3, 5), { phasesOverlap }).makespanNs);
    expect(ranked.find(({ change }) => change === "best contiguous partition")?.gain).toBeGreaterThan(0);
  });

  test("sequential takes longer, and deeper buffers are tried", () => {
    const { ranked } = ask(asRun(measured));
    expect(ranked.find(({ change }) => change === "schedule sequential")?.gain).toBeLessThan(0);
    expect(ranked.map(({ change }) => change)).toContain("buffers of 8");
  });

  test("a training schedule is refused", () => {
    expect(() => ask(asRun(measured), { schedule: "1f1b" })).toThrow(/the run has no backward/);
  });
});

const RECORDED = [
  { file: "megatron-app/pp-aggregated.json.gz", read: readMegatronWork },
  { file: "megatron-app/dpp-aggregated.json.gz", read: readMegatronWork },
  { file: "straggler-analysis/timeline-ST.json.gz", read: readStragglerWork },
];

/** Read once a file: the tests only look at it. */
function load(file: string, read: (path: string) => Work[]): WhatIfInput | undefined {
  const path = findSharedTrace(file);
  return path === undefined ? undefined : columnsOf(read(path));
}

describe.each(RECORDED)("$file", ({ file, read }) => {
  const input = load(file, read);

  test.skipIf(input === undefined)("latencies of the odd iterations predict the even ones within 5 %", () => {
    if (input === undefined) return;
    const { iterations, stages } = readMeasuredPipeline(input);
    const tracesOf = (isWanted: (iteration: number) => boolean) =>
      iterations.filter(({ iteration }) => isWanted(iteration)).map(({ actions }) => prepareReplay(actions, stages));
    const latencies = fitLatencies(tracesOf((iteration) => iteration % 2 === 1));
    const error = measureReplayError(
      tracesOf((iteration) => iteration % 2 === 0),
      latencies,
    );
    expect(error).toBeLessThan(0.05);
    expect(ask(input).replayErrorRatio).toBe(error);
  });
});

describe("straggler-analysis ST", () => {
  const input = load("straggler-analysis/timeline-ST.json.gz", readStragglerWork);
  const ideal = load("straggler-analysis/ideal-timeline-ST.json.gz", readStragglerWork);

  test.skipIf(input === undefined)(
    "the slowdown by stragglers is within 3 % of the published 1.1787, stage 3 first",
    () => {
      const { stragglers } = ask(input as WhatIfInput);
      expect(Math.abs((stragglers?.slowdown ?? 0) / 1.1787 - 1)).toBeLessThan(0.03);
      expect(stragglers?.byStage[0].stage).toBe(3);
      expect(Math.abs((stragglers?.byStage[0].slowdown ?? 0) / 1.2323 - 1)).toBeLessThan(0.03);
    },
  );

  test.skipIf(input === undefined || ideal === undefined)(
    "per-step makespans of the ideal are within 3 % of the published timeline",
    () => {
      const model = createTrainingModel(readMeasuredPipeline(input as WhatIfInput), { iteration: 519, replica: 0 });
      const published = new Map(
        readMeasuredPipeline(ideal as WhatIfInput).iterations.map(({ iteration, replica, actions }) => [
          `${iteration} ${replica}`,
          Math.max(...actions.map(({ endNs }) => endNs)) - Math.min(...actions.map(({ startNs }) => startNs)),
        ]),
      );
      const ours = model.listIdealMakespans("mean");
      expect(ours).toHaveLength(64);
      for (const { iteration, replica, makespanNs } of ours) {
        const theirs = published.get(`${iteration} ${replica}`) ?? Number.NaN;
        expect(Math.abs(makespanNs / theirs - 1)).toBeLessThan(0.03);
      }
    },
  );

  test.skipIf(input === undefined)("its order is recognised as 1F1B", () => {
    expect(ask(input as WhatIfInput).simulation.schedule).toBe("1f1b");
  });
});
