/** Which level is drawn: never a bin narrower than a device pixel, never twice as coarse as needed. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { binWidthNs, chooseLevel, drawsRawSpans } from "../../../renderer/data/level-of-detail.ts";

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
  const view = { levels, spanCount: 1e6, shareOfTime: 0.01, shareOfRows: 1 };
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 99 })).toBe(true);
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 100 })).toBe(false);
  expect(drawsRawSpans({ ...view, nsPerDevicePx: 99, shareOfTime: 0.5 })).toBe(false);
});
