/** Where a window comes back: where it was, as long as somebody can reach it there. */
import { expect, test } from "vitest";

import { placeWindow } from "../../main/electron/window-state.ts";

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const beside = { x: 1440, y: 0, width: 2560, height: 1440 };
const left = { bounds: { x: 1600, y: 100, width: 1800, height: 1200 }, maximized: false, fullScreen: false };

test("a window comes back where it was left, on the second screen too", () => {
  expect(placeWindow(left, [laptop, beside])).toEqual(left);
});

test("when its screen is gone, it comes to the primary one, centred, and still maximised", () => {
  const placed = placeWindow({ ...left, maximized: true, fullScreen: true }, [laptop]);
  expect(placed).toEqual({ bounds: { width: 1440, height: 875 }, maximized: true, fullScreen: false });
});

test.each([
  { what: "above the screen", bounds: { x: 100, y: -200, width: 900, height: 700 } },
  { what: "below its lower edge", bounds: { x: 100, y: 890, width: 900, height: 700 } },
  { what: "all but gone to the left", bounds: { x: -860, y: 100, width: 900, height: 700 } },
  { what: "all but gone to the right", bounds: { x: 1400, y: 100, width: 900, height: 700 } },
])("a title bar $what is out of reach", ({ bounds }) => {
  expect(placeWindow({ ...left, bounds }, [laptop]).bounds).not.toHaveProperty("x");
});

test("a window that hangs over an edge stays; one larger than the screen is cut to it, a tiny one grows", () => {
  const over = { x: -200, y: 100, width: 900, height: 700 };
  expect(placeWindow({ ...left, bounds: over }, [laptop]).bounds).toEqual(over);
  const huge = { x: 0, y: 25, width: 5000, height: 4000 };
  expect(placeWindow({ ...left, bounds: huge }, [laptop]).bounds).toEqual(laptop);
  const tiny = { x: 5, y: 30, width: 130, height: 40 };
  expect(placeWindow({ ...left, bounds: tiny }, [laptop]).bounds).toEqual({ x: 5, y: 30, width: 760, height: 520 });
});

test.each([undefined, null, 7, "x", [], {}, { ...left, bounds: { x: 0 } }, { ...left, bounds: { ...laptop, x: 0.5 } }])(
  "settings that are none (%j) give the usual window, no larger than the screen",
  (saved) => {
    const small = { x: 0, y: 0, width: 1024, height: 700 };
    const usual = { width: 1024, height: 700 };
    expect(placeWindow(saved, [small])).toEqual({ bounds: usual, maximized: false, fullScreen: false });
  },
);
