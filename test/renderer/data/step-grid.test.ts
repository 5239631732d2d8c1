/** The step grid: columns of one initiation interval each. */
import { expect, test } from "vitest";

import { buildRawPage } from "../../../renderer/data/raw-page.ts";
import { RowIndex } from "../../../renderer/data/row-index.ts";
import { buildStepGrid, stepOf } from "../../../renderer/data/step-grid.ts";
import type { StepGrid } from "../../../renderer/data/step-grid.ts";
import { fakeRun } from "../wavefront/fake-run.ts";
import type { FakeSpan } from "../wavefront/fake-run.ts";

function gridOf(
  spans: readonly Omit<FakeSpan, "phase">[],
  { intervalNs, toNs }: { intervalNs: number; toNs: number },
): StepGrid {
  const stages = Math.max(...spans.map(({ stage = 0 }) => stage)) + 1;
  const { detail, columns } = fakeRun({
    name: "t",
    ops: new Array(stages).fill("conv"),
    rankOfStage: Array.from({ length: stages }, (_, i) => i),
    lanes: Array.from({ length: stages }, (_, rank) => ({ replica: 0, rank, label: `rank ${rank}` })),
    spans: spans.map((span) => ({ ...span, phase: "compute" })),
  });
  const index = new RowIndex({ axis: "stage", rows: detail.rows.stage, stages: detail.stages });
  const window = { ids: Float64Array.from(columns.lane, (_, i) => i), columns, names: [], truncated: false };
  const pages = [buildRawPage(window, { index, rowBlock: 0, fromNs: 0, toNs })];
  return buildStepGrid({ pages, rowCount: detail.rows.stage.length, toNs, scale: { firstNs: 0, intervalNs } });
}

/** A line a row: the batch in each step, lower case for forward, `.` for idle. */
function drawing({ cells, rowCount, stepCount }: StepGrid): string[] {
  return Array.from({ length: rowCount }, (_, row) =>
    cells
      .slice(row * stepCount, (row + 1) * stepCount)
      .map((cell) => (cell === undefined ? "." : (cell.kind >> 4 === 1 ? "abcdef" : "ABCDEF")[cell.batch]))
      .join(""),
  );
}

const span = (stage: number, batch: number, startNs: number, pass: FakeSpan["pass"] = "forward", durationNs = 90) => ({
  lane: stage,
  stage,
  batch,
  startNs,
  durationNs,
  pass,
});

test("a linear pipeline is a diagonal", () => {
  const spans = [0, 1, 2, 3].flatMap((batch) => [0, 1, 2].map((stage) => span(stage, batch, (stage + batch) * 100)));
  expect(drawing(gridOf(spans, { intervalNs: 100, toNs: 600 }))).toEqual(["abcd..", ".abcd.", "..abcd"]);
});

test("forward and backward of a stage fill cells of their own", () => {
  const spans = [span(0, 0, 0), span(1, 0, 100), span(1, 0, 200, "backward"), span(0, 0, 300, "backward")];
  expect(drawing(gridOf(spans, { intervalNs: 100, toNs: 400 }))).toEqual(["a..A", ".aA."]);
});

test("of two spans that start in one step the longer is shown and both are counted", () => {
  const grid = gridOf([span(0, 0, 0, "forward", 10), span(0, 1, 20, "forward", 70)], { intervalNs: 100, toNs: 100 });
  expect(drawing(grid)).toEqual(["b"]);
  expect(grid.cells[0]?.spans).toBe(2);
});

test("spans outside the window are not in the grid", () => {
  expect(drawing(gridOf([span(0, 0, 0), span(0, 1, 100), span(0, 2, 200)], { intervalNs: 100, toNs: 200 }))).toEqual([
    "ab",
  ]);
});

test("a start on the edge of a step belongs to that step although the interval is a fraction", () => {
  const intervalNs = 1_000 / 3;
  for (let k = 0; k < 300; k++) expect(stepOf({ firstNs: 7, intervalNs }, 7 + k * intervalNs)).toBe(k);
});
