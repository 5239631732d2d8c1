/** The wheel. */
import { expect, test } from "vitest";

import { wheelPx, zoomFactor } from "../../../renderer/views/wavefront/gestures.ts";

test("a turn of the wheel and its opposite cancel out, and no turn runs away", () => {
  expect(zoomFactor({ px: 100, pinch: false }) * zoomFactor({ px: -100, pinch: false })).toBeCloseTo(1, 12);
  expect(zoomFactor({ px: -100, pinch: false })).toBeGreaterThan(1);
  expect(zoomFactor({ px: -100_000, pinch: false })).toBe(zoomFactor({ px: -240, pinch: false }));
});

test("lines and pages of a wheel are pixels in the end", () => {
  expect(wheelPx({ delta: 3, deltaMode: 0, pagePx: 500 })).toBe(3);
  expect(wheelPx({ delta: 3, deltaMode: 1, pagePx: 500 })).toBe(48);
  expect(wheelPx({ delta: 1, deltaMode: 2, pagePx: 500 })).toBe(500);
});
