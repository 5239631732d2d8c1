/** Small pipelines drawn in text, whose differences a person can work out. */
import { describe, expect, test } from "vitest";

import type { Comparison, ComparisonScope } from "#common/comparison.ts";
import { compareRuns } from "../../../main/core/compare/compare-runs.ts";
import { readDrawing } from "../analysis/drawing.ts";
import { columnsOf } from "../analysis/work.ts";

const compare = (a: string, b: string, scope: ComparisonScope = {}): Comparison =>
  compareRuns({ a: columnsOf(readDrawing(a)), b: columnsOf(readDrawing(b)) }, scope);

const sharesOf = ({ report }: Comparison): string[] =>
  report.attribution.map(({ what, stage, pass, cause, deltaNs }) =>
    [what, stage, pass, cause, deltaNs].filter((word) => word !== undefined).join(" "),
  );

const PLAIN = `
  a0 a1 a2 -- -- -- --
  -- b0 b0 b1 b1 b2 b2
`;

describe("the difference is put down to", () => {
  test("the computing of a stage, where the same work takes longer", () => {
    const comparison = compare(
      PLAIN,
      `
        a0 a1 a2 -- -- -- -- -- --
        -- b0 b0 b0 b1 b1 b2 b2 b2
      `,
    );
    expect(sharesOf(comparison)).toEqual(["compute 1 forward 20", "unexplained 0"]);
    expect(comparison.report.makespan).toMatchObject({ aNs: 70, bNs: 90, deltaNs: 20 });
    expect(comparison.report.summary).toBe(
      "B takes 90 ns, 20 ns longer than A with 70 ns (+28.6 %); mostly computing stage 1 forward (+20 ns).",
    );
  });

  test("waiting, where a rank pauses between its own spans and after those of another rank", () => {
    const comparison = compare(
      PLAIN,
      `
        a0 a1 a2 -- -- -- -- -- -- --
        -- -- b0 b0 b1 b1 -- -- b2 b2
      `,
    );
    expect(sharesOf(comparison)).toEqual(["wait other 20", "wait hand-over 10", "unexplained 0"]);
  });

  test("half to the work and half to the order, where work is on one of the two paths only", () => {
    // A runs over stage 1 twice; in B stage 0 got slow, and batch 1 of it is on the path instead of batch 0 of stage 1.
    const comparison = compare(
      `
        a0 a1 -- -- --
        -- b0 b0 b1 b1
      `,
      `
        a0 a1 a1 a1 -- --
        -- b0 b0 -- b1 b1
      `,
    );
    // A: a0 b0 b1 = 50. B: a0 a1 b1 = 60. Of a1, +20, and of b0, 0, the halves: 10 for stage 0; the path 30 − 20 = 10, so 0.
    expect(sharesOf(comparison)).toEqual(["compute 0 forward 10", "unexplained 0"]);
  });

  test("work that only one of the runs does", () => {
    const comparison = compare(
      PLAIN,
      `
        a0 a1 a2 a3 -- -- -- -- --
        -- b0 b0 b1 b1 b2 b2 b3 b3
      `,
    );
    expect(sharesOf(comparison)).toEqual(["unmatched 1 forward 20", "unexplained 0"]);
    expect(comparison.report).toMatchObject({ matched: 6, unmatchedA: 0, unmatchedB: 2 });
    expect(comparison.report.throughput.ratio).toBeCloseTo(4 / 90 / (3 / 70), 12);
    expect(comparison.report.summary).toContain("A computes 3 batches and B 4, so B does 1.04 × the batches a second");
    expect(comparison.unmatchedB).toMatchObject({
      total: 2,
      row: Int32Array.of(0, 1),
      batch: Int32Array.of(3, 3),
      startNs: Float64Array.of(30, 70),
      durationNs: Float64Array.of(10, 20),
    });
  });
});

test("the matrix holds durations, starts and waits of both runs, stage by batch", () => {
  const { differences } = compare(
    PLAIN,
    `
      a0 a1 a2 -- -- -- -- -- --
      -- -- b0 b0 b0 -- b1 b1 --
    `,
  );
  const [forward] = differences;
  expect(differences).toHaveLength(1);
  expect(forward).toMatchObject({ pass: "forward", phase: "compute", rows: 2, columns: 3, batchesPerColumn: 1 });
  const ofStage1 = (column: Float64Array | Uint32Array): number[] => [...column.subarray(3, 6)];
  expect(ofStage1(forward.matched)).toEqual([1, 1, 0]);
  expect(ofStage1(forward.onlyA)).toEqual([0, 0, 1]);
  expect([ofStage1(forward.durationANs), ofStage1(forward.durationBNs)]).toEqual([
    [20, 20, 0],
    [30, 20, 0],
  ]);
  expect([ofStage1(forward.startANs), ofStage1(forward.startBNs)]).toEqual([
    [10, 30, 0],
    [20, 60, 0],
  ]);
  // Before its first span a rank has idled since the start of the window.
  expect([ofStage1(forward.waitANs), ofStage1(forward.waitBNs)]).toEqual([
    [10, 0, 0],
    [20, 10, 0],
  ]);
});

describe("another partition", () => {
  const FOUR = `
    a0 a1 -- -- --
    -- b0 b1 -- --
    -- -- c0 c1 --
    -- -- -- d0 d1
  `;
  const TWO = `
    a0 b0 a1 b1
    -- -- -- --
  `;

  test("stages without a partner have rows of their own, and their spans no partner", () => {
    const { report } = compare(FOUR, TWO);
    expect(report.stageMapping.map(({ a, b, by }) => [a, b, by])).toEqual([
      [0, 0, "name"],
      [1, 1, "name"],
      [2, undefined, "none"],
      [3, undefined, "none"],
    ]);
    expect(report).toMatchObject({ matched: 4, unmatchedA: 4, unmatchedB: 0 });
    expect(report.attribution.reduce((sum, { deltaNs }) => sum + deltaNs, 0)).toBe(-10);
  });

  test("a given mapping replaces the one found", () => {
    const { report } = compare(FOUR, TWO, { stageMap: [{ a: 3, b: 1 }] });
    expect(report).toMatchObject({ matched: 2, unmatchedA: 6, unmatchedB: 2 });
    expect(report.stageMapping.at(-1)).toEqual({ b: 0, nameB: "stage 0", by: "none" });
    expect(() => compare(FOUR, TWO, { stageMap: [{ a: 4, b: 0 }] })).toThrow("run A has no stage 4");
  });
});

test("a run without compute spans is refused by name", () => {
  const silent = columnsOf(readDrawing(PLAIN).map((work) => ({ ...work, phase: "in" as const })));
  const plain = columnsOf(readDrawing(PLAIN));
  expect(() => compareRuns({ a: plain, b: { ...silent, run: { name: "silent", kind: "imported" } } })).toThrow(
    /the run silent has no pipeline/,
  );
});
