/** Heights, widths and texts of the plot's rows. */
import { expect, test } from "vitest";

import {
  labelWidth,
  lastScrollRow,
  scrollToRow,
  shortenLabel,
  spreadRowHeight,
  squareRowHeight,
} from "../../../renderer/views/wavefront/plot-layout.ts";

const rowsOf = (...labels: string[]) => labels.map((label) => ({ lanes: [], label }));

test("few rows are spread over the height, many scroll at a height that can be read", () => {
  expect(spreadRowHeight({ heightPx: 560, rowCount: 28 })).toBe(20);
  expect(spreadRowHeight({ heightPx: 560, rowCount: 2 })).toBe(80);
  expect(spreadRowHeight({ heightPx: 560, rowCount: 5_000 })).toBe(18);
  expect(lastScrollRow({ heightPx: 560, rowCount: 5_000, rowHeightPx: 18 })).toBeCloseTo(4_968.9, 1);
  expect(lastScrollRow({ heightPx: 560, rowCount: 3, rowHeightPx: 18 })).toBe(0);
});

test("cells of the step grid are squares as far as they can be read", () => {
  expect([2, 14, 400].map((columnPx) => squareRowHeight({ columnPx }))).toEqual([9, 14, 80]);
});

test("a label that does not fit keeps its beginning and its end", () => {
  const rows = rowsOf("DP rank [0] · PP rank 0, TP rank 0, compute", "DP rank [0] · PP rank 0, TP rank 0, pp-comm");
  const widthPx = labelWidth(rows, 600);
  const [compute, communication] = rows.map(({ label }) => shortenLabel(label, { rows, widthPx }));
  expect(compute).toMatch(/^DP rank.*….*compute$/);
  expect(communication).toMatch(/pp-comm$/);
  expect(shortenLabel("rank 3", { rows, widthPx })).toBe("rank 3");
});

test("labels get the room they need and no more than they may have", () => {
  const narrow = labelWidth(rowsOf("rank 0"), 900);
  const wide = labelWidth(rowsOf("a name that is as long as names of threads tend to be in traces"), 900);
  expect(narrow).toBeLessThan(labelWidth(rowsOf("replica 0 · rank 0"), 900));
  expect(wide).toBe(labelWidth(rowsOf("x".repeat(400)), 900));
});

test("a row is brought into view by the least move", () => {
  const scale = { scrollRow: 10, rowHeightPx: 20 };
  const within = { heightPx: 100, rowCount: 100 };
  expect(scrollToRow(scale, { row: 12, ...within })).toBe(10);
  expect(scrollToRow(scale, { row: 4, ...within })).toBe(4);
  expect(scrollToRow(scale, { row: 20, ...within })).toBe(16);
  expect(scrollToRow(scale, { row: 99, ...within })).toBe(95);
});

test("a label that has its room is not shortened", () => {
  for (let length = 1; length < 60; length++) {
    const rows = [{ lanes: [], label: "x".repeat(length), stage: 0 }];
    const widthPx = labelWidth(rows, 10_000);
    if (length <= 40) expect(shortenLabel(rows[0].label, { rows, widthPx })).toBe(rows[0].label);
    else expect(shortenLabel(rows[0].label, { rows, widthPx }).length).toBeLessThanOrEqual(length);
  }
});
