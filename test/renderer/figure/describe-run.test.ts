/** What pictures say of a run in words: stages, rows, figures, and the kinds of work in their legends. */
import { expect, test } from "vitest";

import { stageId } from "#common/ids.ts";
import { OPS, PASSES, PHASES } from "#common/model.ts";
import type { Op, Pass, Phase, Stage } from "#common/model.ts";
import type { RunReport } from "#common/report.ts";
import { withEdge } from "../../../renderer/data/cell-key.ts";
import { describeRows, joinParts, listFigures, nameStage } from "#common/figure/describe-run.ts";
import { listWork } from "../../../renderer/figure/work-legend.ts";
import { describeBlocks, longestTime } from "../../../renderer/views/network/block-facts.ts";
import { rowsToExport } from "../../../renderer/views/wavefront/rows-to-export.ts";

/** Ids run against the ordinals, so that one cannot stand for the other. */
const STAGES: readonly Stage[] = [
  { id: stageId(2), ordinal: 0, name: "0 conv", op: "conv", rank: 0 },
  { id: stageId(1), ordinal: 1, name: "1", op: "pool", rank: 1 },
  { id: stageId(0), ordinal: 2, name: "head", op: "fc", rank: 1 },
];

const REPORT = {
  scope: { iteration: 10, replica: 0 },
  makespanNs: 676_673_000,
  bubble: { ratio: 0.4377, byCauseNs: {}, rows: [] },
  initiationInterval: {
    meanNs: 11_000_000,
    boundNs: 10_000_000,
    bottleneck: { rank: 1, stage: 0, phase: "compute" },
    rows: [],
    stages: [
      { stage: 2, name: "0 conv", op: "conv", inNs: 1, computeNs: 5 },
      { stage: 0, name: "head", op: "fc", computeNs: 40, outNs: 2, ruleNs: 40 },
    ],
  },
} as unknown as RunReport;

test("a stage is named so that its number is there once", () => {
  expect(STAGES.map((stage) => nameStage(stage))).toEqual(["0 conv", "stage 1 pool", "2 head"]);
});

test("figures are the report's, those that are not known are left out", () => {
  expect(listFigures(REPORT, STAGES).map(({ label, value }) => `${label} ${value}`)).toEqual([
    "makespan 676.7 ms",
    "bubble 43.8 %",
    "mean II 11.00 ms",
    "bound on II 10.00 ms",
    "bottleneck rank 1, 2 head, compute",
  ]);
});

test("blocks have the times of their own stage, and one of them bounds the run", () => {
  const blocks = describeBlocks(STAGES, REPORT);
  expect(blocks.map(({ times }) => times?.computeNs)).toEqual([5, undefined, 40]);
  expect(blocks.map(({ bottleneck }) => bottleneck)).toEqual([undefined, undefined, "compute"]);
  expect(blocks.map(({ title }) => title)).toEqual(["0 conv", "1 · pool", "head"]);
  expect(longestTime(blocks)).toBe(42);
  expect(describeBlocks(STAGES, undefined).every(({ times }) => times === undefined)).toBe(true);
});

test("rows are counted from 1, and all of them need no numbers", () => {
  expect(describeRows({ axis: "rank", fromRow: 0, toRow: 4, count: 4 })).toBe("4 ranks");
  expect(describeRows({ axis: "lane", fromRow: 64, toRow: 128, count: 1_024 })).toBe("rows 65–128 of 1,024 lanes");
  expect(joinParts("wavefront of 4 ranks", undefined, "", "12 ms")).toBe("Wavefront of 4 ranks · 12 ms");
});

test("all rows are saved where they can be read, else those on screen", () => {
  const screen = { rowScale: { scrollRow: 100.5, rowHeightPx: 20 }, heightPx: 400 };
  expect(rowsToExport(200, screen)).toEqual({ fromRow: 0, toRow: 200 });
  expect(rowsToExport(1_000, screen)).toEqual({ fromRow: 100, toRow: 121 });
  expect(rowsToExport(1_000, undefined)).toEqual({ fromRow: 0, toRow: 1_000 });
});

test("the legend lists each kind of work once, in the order of ops, passes and phases", () => {
  const keyOf = (op: Op, pass: Pass, phase: Phase) =>
    OPS.indexOf(op) | (PASSES.indexOf(pass) << 4) | (PHASES.indexOf(phase) << 7);
  const conv = keyOf("conv", "forward", "compute");
  const keys = new Set([
    keyOf("other", "none", "none"),
    keyOf("conv", "backward", "compute"),
    keyOf("conv", "forward", "in"),
    withEdge(conv),
    conv,
    // Another stage of the same op.
    conv | (3 << 11),
  ]);
  const entries = listWork(keys, "light");
  expect(entries.map(({ label }) => label)).toEqual(["conv in", "conv", "conv backward", "not pipeline"]);
  expect([entries[1].colour, entries[3].colour]).toEqual([0x8457c9, 0x97a0ae]);
});
