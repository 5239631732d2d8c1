/** A simulation is a run like any other: canonical columns, a report whose invariants hold, a file that opens. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { findNetwork } from "../../../main/common/network/catalogue.ts";
import type { RunReport } from "../../../main/common/report.ts";
import { describeAction } from "../../../main/common/schedule/action.ts";
import { SCHEDULE_NAMES } from "../../../main/common/schedule/catalogue.ts";
import { readScheduleCsv } from "../../../main/common/schedule/csv.ts";
import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { checkReport } from "../../../main/core/analysis/invariants.ts";
import { DEFAULT_DEVICE } from "../../../main/common/simulation.ts";
import { simulateRequest, type SimulateRequest } from "../../../main/core/simulate/request.ts";
import type { SimulatedRun } from "../../../main/core/simulate/simulated-run.ts";
import type { SimulatedSpan } from "../../../main/core/simulate/simulation.ts";
import { writeSimulatedRun } from "../../../main/core/simulate/write-simulated.ts";
import { sharedTrace } from "../../support/shared-traces.ts";

const simulate = (request: Omit<SimulateRequest, "createdAtEpochMs">) =>
  simulateRequest({ createdAtEpochMs: 0, ...request });

function report(simulated: SimulatedRun): RunReport {
  const made = buildReport(simulated);
  if (isNoPipeline(made)) throw new Error("no pipeline in a simulated run");
  return made;
}

const network = (name: string) => ({ ...findNetwork({ name }), device: DEFAULT_DEVICE, batchSize: 1 });

describe.each(SCHEDULE_NAMES)("%s", (schedule) => {
  const times = { forwardNs: 1_000, backwardNs: 1_100, weightNs: 900, transfer: { occupancyNs: 150, latencyNs: 20 } };
  const request = { schedule, ranks: 4, batches: 8, times };

  test("comes as spans in canonical order whose report keeps every invariant", () => {
    const { simulated, simulation } = simulate(request);
    const { spans } = simulated;
    for (let i = 1; i < spans.length; i += 1) {
      const [before, after] = [i - 1, i].map((at) => [
        spans.start[at],
        spans.lane[at],
        -spans.duration[at],
        spans.depth[at],
      ]);
      const at = before.findIndex((value, key) => value !== after[key]);
      expect(before[at]).toBeLessThanOrEqual(after[at]);
    }
    const made = report(simulated);
    expect(checkReport(made)).toEqual([]);
    expect(made.makespanNs).toBe(simulation.makespanNs);
    expect(made.run).toMatchObject({ kind: "simulated", ranks: 4, batches: 8, pipelineSpans: spans.length });
  });

  test("spans of a lane do not overlap but nest", () => {
    const { spans, lanes } = simulate(request).simulated;
    for (const { id } of lanes) {
      const ofLane = Array.from(spans.start.keys()).filter((i) => spans.lane[i] === id);
      for (const [at, i] of ofLane.entries()) {
        if (at === 0) continue;
        const before = ofLane[at - 1];
        const isAfter = spans.start[i] >= spans.start[before] + spans.duration[before];
        const isInside = spans.start[i] === spans.start[before] && spans.depth[i] === spans.depth[before] + 1;
        expect(isAfter || isInside).toBe(true);
      }
    }
  });
});

test("a file of it opens as the same run", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { simulated } = simulate({ schedule: "zb-h1", ranks: 3, batches: 5 });
  const out = path.join(folder, "zb.pipewave");
  writeSimulatedRun(simulated, { out });
  const reader = openRun(out);
  onTestFinished(() => reader.close());
  expect(reader.run).toEqual(simulated.run);
  expect(reader.readAllSpans()).toEqual(simulated.spans);
  expect(reader.stages).toEqual(simulated.stages);
  expect(reader.lanes).toEqual(simulated.lanes);
  expect(() => writeSimulatedRun(simulated, { out })).toThrow(/file-exists|exists/);
});

test("8 ranks run 1,000 batches of 3 passes as 24,000 spans without idling longer than ZB-H1 allows", () => {
  const { simulation, simulated } = simulate({ schedule: "zb-h1", ranks: 8, batches: 1_000 });
  expect(simulated.spans.length).toBe(24_000);
  expect(simulation.bubbleSizeNs).toBe(7 * 1_000_000);
});

test("transfers occupy their link one after the other and delay what waits for them", () => {
  const { simulation } = simulate({
    schedule: "gpipe",
    ranks: 2,
    batches: 3,
    times: { forwardNs: 10, backwardNs: 10, weightNs: 0, transfer: { occupancyNs: 25, latencyNs: 4 } },
  });
  const starts = (wanted: Partial<SimulatedSpan>) =>
    simulation.spans
      .filter((span) => Object.entries(wanted).every(([key, value]) => span[key as keyof SimulatedSpan] === value))
      .map(({ startNs }) => startNs);
  expect(starts({ rank: 0, lane: "out", pass: "forward" })).toEqual([10, 35, 60]);
  expect(starts({ rank: 1, lane: "in", pass: "forward" })).toEqual([10, 35, 60]);
  expect(starts({ rank: 1, lane: "compute", pass: "forward" })).toEqual([39, 64, 89]);
});

describe("the figure", () => {
  const figure = () => simulate({ schedule: "dataflow", batches: 8, network: network("resnet28") });

  test("has 28 layers of the figure's kinds, each on a rank of its own, and batches 0 to 7", () => {
    const { simulated } = figure();
    const kinds =
      "conv conv pool conv conv pool conv res conv res conv res conv pool conv res " +
      "conv res conv res conv res conv res conv res pool fc";
    expect(simulated.stages.map(({ op }) => op).join(" ")).toBe(kinds);
    expect(simulated.stages.map(({ rank }) => rank)).toEqual(Array.from({ length: 28 }, (_, rank) => rank));
    expect(new Set(simulated.spans.batch)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
    // The skip of res block 7 is the output of block 5.
    expect(simulated.edges).toContainEqual({ from: 5, to: 7 });
  });

  test("brings batch 1 into layer 1 while batch 0 computes in layer 2", () => {
    const { spans } = figure().simulation;
    const find = (wanted: Pick<SimulatedSpan, "lane" | "stage" | "batch">) => {
      const span = spans.find((s) => s.lane === wanted.lane && s.stage === wanted.stage && s.batch === wanted.batch);
      if (span === undefined) throw new Error(`no ${wanted.lane} of batch ${wanted.batch} in layer ${wanted.stage}`);
      return { from: span.startNs, to: span.startNs + span.durationNs };
    };
    const bringsIn = find({ lane: "in", stage: 1, batch: 1 });
    const computes = find({ lane: "compute", stage: 2, batch: 0 });
    expect(Math.min(bringsIn.to, computes.to)).toBeGreaterThan(Math.max(bringsIn.from, computes.from));
  });

  test("starts one new batch after MAX(in, compute, out) of the slowest layer", () => {
    const made = report(figure().simulated);
    const rules = made.initiationInterval.stages.map(({ ruleNs }) => ruleNs ?? 0);
    expect(made.initiationInterval.meanNs).toBe(Math.max(...rules));
  });
});

test("a network's training stages cost what their blocks cost", () => {
  const { simulation, simulated } = simulate({ schedule: "1f1b", ranks: 4, batches: 8, network: network("resnet18") });
  expect(simulated.stages.map(({ name }) => name).join(" ")).toMatch(/^blocks? 0/);
  const forward = simulation.spans.filter(({ lane, pass }) => lane === "compute" && pass === "forward");
  const { blocks } = findNetwork({ name: "resnet18" });
  const flops = blocks.reduce((sum, block) => sum + block.flops, 0);
  const computing = forward.reduce((sum, { durationNs }) => sum + durationNs, 0);
  // No faster than the device computes.
  expect(computing).toBeGreaterThanOrEqual((8 * flops * 1e9) / DEFAULT_DEVICE.flopsPerSecond);
});

describe.each(["dualpipev_4rank_10mb.csv", "zb1p_2rank_2stagep_comms.csv", "zb1p_2rank_2stagep_compute.csv"])(
  "PyTorch's %s",
  (file) => {
    test("simulates every action of the table, none before what it needs", (context) => {
      const text = readFileSync(sharedTrace(context, `pytorch-schedules/${file}`), "utf8");
      const order = readScheduleCsv(text, { name: file });
      const { simulation, simulated } = simulate({
        schedule: order,
        times: { forwardNs: 3, backwardNs: 3, weightNs: 3 },
      });
      const computing = [...text.matchAll(/\d+(?:BW|F|B|I|W)\d+/gu)].length;
      expect(simulation.spans).toHaveLength(computing);
      const ends = new Map(
        simulation.spans.map((span) => [
          describeAction({ kind: "compute", ...span, pass: span.pass === "backward" ? "input-grad" : span.pass }),
          span.startNs + span.durationNs,
        ]),
      );
      for (const { stage, batch, pass, startNs } of simulation.spans) {
        const needed =
          pass === "forward"
            ? `${stage - 1}F${batch}`
            : pass === "weight-grad"
              ? `${stage}I${batch}`
              : `${stage + 1}I${batch}`;
        expect(ends.get(needed) ?? 0).toBeLessThanOrEqual(startNs);
      }
      expect(checkReport(report(simulated))).toEqual([]);
    });
  },
);

test("a request that cannot be met is refused by name", () => {
  expect(() => simulate({ schedule: "dualpipe", ranks: 3, batches: 8 })).toThrow(/DualPipe cannot run 8 batches on 3/);
  expect(() => simulate({ schedule: "1f1b", ranks: 3, batches: 8, times: { forwardNs: [1, 2] } })).toThrow(
    /2 times were given for 3 stages/,
  );
  expect(() => simulate({ schedule: "1f1b", ranks: 99, batches: 8, network: network("resnet28") })).toThrow(
    /99 stages cannot share the 28 blocks/,
  );
});
