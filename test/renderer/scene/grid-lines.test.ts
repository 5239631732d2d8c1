/** Lines between rows and squares: on whole pixels, inside the rows they end. */
import { expect, test } from "vitest";

import { rowLines, stepLines, stepsOnScreen } from "../../../renderer/scene/grid-lines.ts";

const time = { fromNs: 0, toNs: 1_000, widthPx: 500 };
const rows = { scrollRow: 1.5, rowHeightPx: 20 };
const grid = { firstNs: 100, intervalNs: 100, rowCount: 2, stepCount: 8, cells: [] };

test("a line is the last pixel of each visible row", () => {
  expect(rowLines({ time, rows, rowCount: 3, rowGapPx: 1 }, [500, 300])).toEqual([
    { x0: 0, x1: 500, y0: 9, y1: 10 },
    { x0: 0, x1: 500, y0: 29, y1: 30 },
  ]);
  expect(rowLines({ time, rows, rowCount: 3, rowGapPx: 0 }, [500, 300])).toEqual([]);
});

test("squares are parted on the right and below, and only as far as the grid goes", () => {
  const lines = stepLines(grid, { time, rows: { scrollRow: 0, rowHeightPx: 50 }, rowCount: 2, rowGapPx: 1 });
  const [across, down] = [lines.slice(0, 2), lines.slice(2)];
  expect(across).toEqual([
    { x0: 50, x1: 450, y0: 46, y1: 50 },
    { x0: 50, x1: 450, y0: 96, y1: 100 },
  ]);
  expect(down.map(({ x1 }) => x1)).toEqual([100, 150, 200, 250, 300, 350, 400, 450]);
});

test("squares of a few pixels touch each other", () => {
  expect(stepLines(grid, { time: { ...time, widthPx: 50 }, rows, rowCount: 2, rowGapPx: 1 })).toEqual([]);
});

test("low rows under wide columns touch each other, and are never hidden by the lines between them", () => {
  const wide = { time: { ...time, widthPx: 5_000 }, rowCount: 2, rowGapPx: 1 };
  const heights = (rowHeightPx: number) =>
    stepLines(grid, { ...wide, rows: { scrollRow: 0, rowHeightPx } })
      .filter(({ x0, x1 }) => x1 - x0 > 1_000)
      .map(({ y0, y1 }) => y1 - y0);
  expect(heights(0.4)).toEqual([]);
  expect(heights(14)).toEqual([1, 1]);
});

test("steps on screen are those of which a part is seen", () => {
  expect(stepsOnScreen(grid, { fromNs: 250, toNs: 460, widthPx: 10 })).toEqual({ from: 1, to: 4 });
  expect(stepsOnScreen(grid, { fromNs: 2_000, toNs: 3_000, widthPx: 10 })).toEqual({ from: 19, to: 19 });
});
