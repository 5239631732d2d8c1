/** Where a batch starts at a rank: the intervals of drawn pipelines, in ns counted by hand. */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { checkReport } from "../../../main/core/analysis/invariants.ts";
import type { RunReport } from "../../../main/common/report.ts";
import { readDrawing } from "./drawing.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

function intervalsOf(work: readonly Work[]): RunReport["initiationInterval"] {
  const report = buildReport(columnsOf(work));
  if (isNoPipeline(report)) throw new Error(report.error);
  expect(checkReport(report)).toEqual([]);
  return report.initiationInterval;
}

const figuresOf = ({ rows }: RunReport["initiationInterval"]): unknown =>
  rows.map(({ measuredNs, meanNs, boundNs }) => [measuredNs, meanNs, boundNs]);

describe("a rank that executes several neighbouring stages", () => {
  test("starts a batch once, forward with the first of them, and its bound is comparable with that of others", () => {
    const intervals = intervalsOf(
      readDrawing(`
        a0 a0 a1 a1 -- a2 a2 -- -- -- --
        -- -- b0 c0 d0 b1 c1 d1 b2 c2 d2
      `),
    );
    expect(figuresOf(intervals)).toEqual([
      [25, 25, 20],
      [30, 30, 30],
    ]);
    expect(intervals.bottleneck).toEqual({ rank: 1, stage: 1, phase: "compute" });
  });

  test("starts a batch backward with the last of them", () => {
    const intervals = intervalsOf(
      readDrawing(`
        a0 a1 -- -- -- -- -- -- A0 -- -- -- A1
        -- b0 c0 b1 c1 C0 C0 B0 -- C1 C1 B1 --
      `),
    );
    expect(figuresOf(intervals)).toEqual([
      [40, 40, 10],
      [40, 40, 30],
    ]);
    expect(intervals.bottleneck).toEqual({ rank: 1, stage: 2, phase: "compute" });
  });

  test("starts one batch for each of its chunks where its stages lie apart", () => {
    const intervals = intervalsOf(
      readDrawing(`
        a0 a1 c0 c1 --
        -- b0 b1 d0 d1
      `),
    );
    expect(figuresOf(intervals)).toEqual([
      [10, 10, 10],
      [10, 10, 10],
    ]);
  });

  test("starts one batch for every stage where only the turn of a V-shaped schedule makes neighbours of its chunks", () => {
    const intervals = intervalsOf(
      readDrawing(`
        a0 a1 -- d0 -- d1
        -- b0 c0 b1 c1 --
      `),
    );
    expect(figuresOf(intervals)).toEqual([
      [20, 17, 10],
      [10, 10, 10],
    ]);
  });
});

describe("a device that several ranks name", () => {
  const shared = readDrawing(`
    a0 -- a1 -- a2 --
    -- b0 -- b1 -- b2
  `).map((one) => ({ ...one, device: "cpu" }));

  test("is one serial resource, whatever it is called", () => {
    const intervals = intervalsOf(shared);
    expect(intervals).toMatchObject({ meanNs: 20, boundNs: 20, bottleneck: { rank: 0, stage: 0, phase: "compute" } });
    expect(intervals.rows.map(({ resource }) => resource)).toEqual(["device", "device"]);
  });

  test("is only a label in an imported trace, which every host has", () => {
    const report = buildReport({ ...columnsOf(shared), run: { name: "test", kind: "imported" } });
    if (isNoPipeline(report)) throw new Error(report.error);
    expect(report.initiationInterval.rows.map(({ resource, boundNs }) => [resource, boundNs])).toEqual([
      ["compute", 10],
      ["compute", 10],
    ]);
  });

  test("of one rank alone is bound by nobody else", () => {
    const own = shared.map((one) => ({ ...one, device: `cpu ${one.rank}` }));
    expect(intervalsOf(own).rows.map(({ resource }) => resource)).toEqual(["compute", "compute"]);
  });
});
