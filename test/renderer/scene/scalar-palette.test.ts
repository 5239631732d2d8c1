/** The colour map of scalars: every step is lighter than the one before, as the eye sees it. */
import { expect, test } from "vitest";

import { MAP_COLOURS, OVER_KEY } from "../../../renderer/data/scalar-cells.ts";
import { colourOfKey } from "../../../renderer/scene/palette.ts";
import { createScalarPalette, OVER_COLOUR } from "../../../renderer/scene/scalar-palette.ts";

/** Relative luminance of sRGB (WCAG 2). */
function luminanceOf(colour: number): number {
  const linear = [colour >> 16, (colour >> 8) & 255, colour & 255].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

test("lightness rises from key to key, in both themes", () => {
  for (const theme of ["light", "dark"] as const) {
    const palette = createScalarPalette(theme);
    let before = -1;
    for (let key = 0; key < MAP_COLOURS; key += 5) {
      const luminance = luminanceOf(colourOfKey(palette, key));
      expect(luminance).toBeGreaterThan(before);
      before = luminance;
    }
    expect(colourOfKey(palette, OVER_KEY)).toBe(OVER_COLOUR);
  }
});

test("its ends are those of viridis", () => {
  const palette = createScalarPalette("light");
  expect(colourOfKey(palette, 0)).toBe(0x440154);
  expect(colourOfKey(palette, MAP_COLOURS - 1)).toBe(0xfde725);
});
