/** Numbers in cells: only where they fit, never over another, a row reads as one. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { opOfStage } from "../../../renderer/data/cell-key.ts";
import { fittingFontPx, pageLabels, tileLabels, usualCell } from "../../../renderer/data/cell-labels.ts";
import type { CellLabel, LabelLayout } from "../../../renderer/data/cell-labels.ts";
import { buildRawPage } from "../../../renderer/data/raw-page.ts";
import { RowIndex } from "../../../renderer/data/row-index.ts";
import { bruteTile, fakeRun } from "../wavefront/fake-run.ts";
import type { FakeSpan } from "../wavefront/fake-run.ts";

const DIGIT_PX = 7;

function madeOf(spans: readonly Pick<FakeSpan, "startNs" | "durationNs" | "batch" | "pass">[]) {
  const run = fakeRun({
    name: "t",
    ops: ["conv"],
    rankOfStage: [0],
    lanes: [{ replica: 0, rank: 0, label: "a" }],
    spans: spans.map((span) => ({ ...span, lane: 0, stage: 0, phase: "compute" })),
    baseNs: 1,
  });
  const { detail, columns } = run;
  const index = new RowIndex({ axis: "rank", rows: detail.rows.rank, stages: detail.stages });
  const window = { ids: Float64Array.from(columns.lane, (_, i) => i), columns, names: [], truncated: false };
  return { run, page: buildRawPage(window, { index, rowBlock: 0, fromNs: 0, toNs: 1e9 }) };
}

function layoutOf({ fromNs, toNs, widthPx }: { fromNs: number; toNs: number; widthPx: number }): LabelLayout {
  return {
    time: { fromNs, toNs, widthPx },
    rows: { scrollRow: 0, rowHeightPx: 20 },
    heightPx: 200,
    digitWidthPx: DIGIT_PX,
    digitHeightPx: 10,
    ops: opOfStage([{ ordinal: 0, op: "conv" }]),
    number: "batch",
  };
}

const span = (startNs: number, durationNs: number, batch: number) => ({
  startNs,
  durationNs,
  batch,
  pass: "forward" as const,
});

test("a number sits in the middle of the visible part of its cell", () => {
  const { page } = madeOf([span(0, 100, 4), span(100, 50, 5)]);
  const into: CellLabel[] = [];
  pageLabels(page, { row: 0, seen: new Set(), layout: layoutOf({ fromNs: 50, toNs: 150, widthPx: 200 }), into });
  expect(into.map(({ xPx, yPx, number }) => ({ xPx, yPx, number }))).toEqual([
    { xPx: 50, yPx: 10, number: 4 },
    { xPx: 150, yPx: 10, number: 5 },
  ]);
});

test("numbers lie within their cells and never over one another, overlapping spans included", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ startNs: fc.nat(500), durationNs: fc.nat(90), batch: fc.nat(1_200) }), {
        minLength: 1,
        maxLength: 40,
      }),
      (made) => {
        const { page } = madeOf(made.map((one) => ({ ...one, pass: "forward" as const })));
        const into: CellLabel[] = [];
        pageLabels(page, { row: 0, seen: new Set(), layout: layoutOf({ fromNs: 40, toNs: 440, widthPx: 900 }), into });
        const boxes = into
          .map(({ xPx, number }) => ({ half: (String(number).length * DIGIT_PX) / 2, xPx }))
          .map(({ xPx, half }) => [xPx - half, xPx + half] as const)
          .sort((a, b) => a[0] - b[0]);
        for (const [i, [left, right]] of boxes.entries()) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(900);
          if (i > 0) expect(left).toBeGreaterThanOrEqual(boxes[i - 1][1]);
        }
      },
    ),
  );
});

test("where few cells of a row have room only those with plenty of it carry a number", () => {
  const narrow = Array.from({ length: 9 }, (_, i) => span(i * 5, 5, i));
  const { page } = madeOf([...narrow, span(45, 12, 9), span(57, 40, 8)]);
  const into: CellLabel[] = [];
  pageLabels(page, { row: 0, seen: new Set(), layout: layoutOf({ fromNs: 0, toNs: 100, widthPx: 100 }), into });
  expect(into.map(({ number }) => number)).toEqual([8]);
});

test("a span that is in two pages gets one number", () => {
  const { page } = madeOf([span(0, 100, 4)]);
  const into: CellLabel[] = [];
  const seen = new Set<number>();
  const layout = layoutOf({ fromNs: 0, toNs: 100, widthPx: 100 });
  pageLabels(page, { row: 0, seen, layout, into });
  pageLabels(page, { row: 0, seen, layout, into });
  expect(into.length).toBe(1);
});

test("a span that reaches in from another page has its number there: what it encloses has none, and the others are not fewer", () => {
  const { page } = madeOf([span(0, 20, 0), span(0, 20, 1), span(20, 20, 2), span(40, 20, 3)]);
  const layout = layoutOf({ fromNs: 0, toNs: 100, widthPx: 100 });
  const into: CellLabel[] = [];
  const seen = new Set<number>([0]); // its number stands in the page before
  pageLabels(page, { row: 0, seen, layout, into });
  expect(into.map(({ number }) => number)).toEqual([2, 3]);
});

test("equal cells of a tile share one number", () => {
  const { run } = madeOf([span(0, 60, 3), span(60, 40, 7), span(120, 4, 9)]);
  const tile = bruteTile(run, { axis: "rank", level: 0, rowBlock: 0, column: 0 });
  const into: CellLabel[] = [];
  const layout = layoutOf({ fromNs: 0, toNs: 256, widthPx: 512 });
  tileLabels(tile, { row: 0, tileRow: 0, fromNs: 0, binNs: 1, layout, into });
  expect(into.map(({ xPx, number }) => [xPx, number])).toEqual([
    [60, 3],
    [160, 7],
  ]);
});

test("rows too low for digits have none", () => {
  const { page } = madeOf([span(0, 100, 4)]);
  const into: CellLabel[] = [];
  const layout = { ...layoutOf({ fromNs: 0, toNs: 100, widthPx: 100 }), rows: { scrollRow: 0, rowHeightPx: 11 } };
  pageLabels(page, { row: 0, seen: new Set(), layout, into });
  expect(into).toEqual([]);
});

test("digits are as large as a usual cell takes, within limits", () => {
  const { page } = madeOf(Array.from({ length: 20 }, (_, i) => span(i * 20, 20, i)));
  const cell = usualCell([page], { time: { fromNs: 0, toNs: 400, widthPx: 400 }, number: "batch" });
  expect(cell).toEqual({ widthPx: 20, digits: 2 });
  const sized = (widthPx: number) =>
    fittingFontPx({ cell: { widthPx, digits: 2 }, mostPx: 12, leastPx: 9, digitWidthPx: 7 });
  expect([sized(40), sized(16), sized(5)]).toEqual([12, 10, 9]);
});
