/** Which level is drawn: never a bin narrower than a device pixel, never twice as coarse as needed. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { countRowLevels } from "#common/tile.ts";
import {
  binWidthNs,
  chooseFineLevel,
  chooseLevel,
  chooseRowLevel,
  drawsRawSpans,
} from "../../../renderer/data/level-of-detail.ts";

test("bins are at least one device pixel wide and less than two, unless the run has no such level", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
      (baseNs, count, nsPerPx) => {
        const level = chooseLevel({ baseNs, count }, nsPerPx);
        const binPx = binWidthNs({ baseNs }, level) / nsPerPx;
        expect(level).toBeGreaterThanOrEqual(0);
        expect(level).toBeLessThan(count);
        if (level < count - 1) expect(binPx).toBeGreaterThanOrEqual(1);
        if (level > 0) expect(binPx).toBeLessThan(2);
      },
    ),
  );
});

test("a bin of exactly one pixel is fine enough", () => {
  expect(chooseLevel({ baseNs: 100, count: 9 }, 100)).toBe(0);
  expect(chooseLevel({ baseNs: 100, count: 9 }, 400)).toBe(2);
  expect(chooseLevel({ baseNs: 100, count: 9 }, 401)).toBe(3);
});

test("raw spans are drawn below the finest level, if they are few enough to read", () => {
  const levels = { baseNs: 100, count: 4 };
  const view = { levels, spanCount: 1e6, shareOfTime: 0.01, shareOfRows: 1, texels: 100_000 };
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 99 })).toBe(true);
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 100 })).toBe(false);
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 99, shareOfTime: 0.5 })).toBe(false);
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 99, texels: 1_600_000 })).toBe(false);
});

test("below the finest level bins are whole ns and at least a pixel wide, if a tile has few enough spans", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.double({ min: 1e-3, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 1e8 }),
      (power, share, spanCount) => {
        const levels = { baseNs: 2 ** power, count: 3 };
        const nsPerDevicePx = levels.baseNs * share;
        const extentNs = levels.baseNs * 5000;
        const level = chooseFineLevel({ levels, nsPerDevicePx, spanCount, extentNs });
        const binNs = binWidthNs(levels, level);
        expect(Number.isInteger(binNs)).toBe(true);
        expect(binNs).toBeGreaterThanOrEqual(nsPerDevicePx);
        if (level === 0) return;
        expect((spanCount * binNs * 256) / extentNs).toBeLessThanOrEqual(262_144);
        expect(binNs === 1 || binNs < 2 * nsPerDevicePx).toBe(true);
      },
    ),
  );
});

test("a line of cells is at least a pixel high, and of one row where rows are", () => {
  expect(chooseRowLevel({ rowHeightPx: 1, rowCount: 5000 })).toBe(0);
  expect(chooseRowLevel({ rowHeightPx: 0.9, rowCount: 1024 })).toBe(1);
  expect(chooseRowLevel({ rowHeightPx: 0.3, rowCount: 1024 })).toBe(2);
  expect(chooseRowLevel({ rowHeightPx: 0.01, rowCount: 5000 })).toBe(countRowLevels(5000) - 1);
  expect(chooseRowLevel({ rowHeightPx: 0.5, rowCount: 200 })).toBe(0);
});
