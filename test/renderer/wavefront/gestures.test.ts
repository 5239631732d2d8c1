/** Keys and wheel. */
import { expect, test } from "vitest";

import { plotAction, wheelPx, zoomFactor } from "../../../renderer/views/wavefront/gestures.ts";

const key = (name: string, held: { shift?: boolean; alt?: boolean; ctrl?: boolean; meta?: boolean } = {}) =>
  plotAction({
    key: name,
    shiftKey: held.shift ?? false,
    altKey: held.alt ?? false,
    ctrlKey: held.ctrl ?? false,
    metaKey: held.meta ?? false,
  });

test("W and S undo each other, as A and D do", () => {
  const [zoomIn, zoomOut] = [key("w"), key("s")];
  if (zoomIn?.kind !== "zoom" || zoomOut?.kind !== "zoom") throw new Error("W and S zoom");
  expect(zoomIn.factor).toBeGreaterThan(1);
  expect(zoomIn.factor * zoomOut.factor).toBeCloseTo(1, 12);
  expect([key("a"), key("d")]).toEqual([
    { kind: "pan", share: -0.12 },
    { kind: "pan", share: 0.12 },
  ]);
});

test("capital letters and arrows do the same, Shift goes further", () => {
  expect(key("W")).toEqual(key("w"));
  expect(key("ArrowLeft")).toEqual(key("a"));
  expect(key("ArrowDown", { shift: true })).toEqual({ kind: "scroll", rows: 4 });
});

test("brackets and Alt with arrows go back and forward through zooms", () => {
  expect([key("["), key("]")]).toEqual([{ kind: "back" }, { kind: "forward" }]);
  expect([key("ArrowLeft", { alt: true }), key("ArrowRight", { alt: true })]).toEqual([
    { kind: "back" },
    { kind: "forward" },
  ]);
});

test("what belongs to the browser is left to it", () => {
  for (const held of [{ ctrl: true }, { meta: true }]) expect(key("s", held)).toBeUndefined();
  expect(key("Tab")).toBeUndefined();
  expect(key("d", { alt: true })).toBeUndefined();
});

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
