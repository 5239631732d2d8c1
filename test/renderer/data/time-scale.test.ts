/** Time and rows to pixels and back. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { pxToRow, pxToTime, rowToPx, timeToPx, visibleRows } from "../../../renderer/data/time-scale.ts";

const SCALE = { fromNs: 1_000, toNs: 3_000, widthPx: 500 };

test("the edges of the range are the edges of the plot", () => {
  expect(timeToPx(SCALE, 1_000)).toBe(0);
  expect(timeToPx(SCALE, 3_000)).toBe(500);
});

test("a pixel taken to time and back is the same pixel", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 500, noNaN: true }), (px) => {
      expect(timeToPx(SCALE, pxToTime(SCALE, px))).toBeCloseTo(px, 9);
    }),
  );
});

test("rows scroll by fractions", () => {
  const scale = { scrollRow: 2.5, rowHeightPx: 20 };
  expect(rowToPx(scale, 3)).toBe(10);
  expect(pxToRow(scale, 10)).toBe(3);
});

test("rows that show a part of themselves are visible, rows that do not exist are not", () => {
  expect(visibleRows({ scrollRow: 2.5, rowHeightPx: 20 }, { heightPx: 45, rowCount: 100 })).toEqual({
    fromRow: 2,
    toRow: 5,
  });
  expect(visibleRows({ scrollRow: 0, rowHeightPx: 20 }, { heightPx: 900, rowCount: 4 })).toEqual({
    fromRow: 0,
    toRow: 4,
  });
  expect(visibleRows({ scrollRow: 9, rowHeightPx: 20 }, { heightPx: 900, rowCount: 4 })).toEqual({
    fromRow: 4,
    toRow: 4,
  });
});
