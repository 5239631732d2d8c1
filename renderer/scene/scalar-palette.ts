/**
 * The colour map of scalars: viridis, whose steps look equally large and whose lightness rises throughout, so that it reads
 * in grey and with every kind of colour blindness. Table: 16 of matplotlib's 256 colours (Smith and van der Walt, CC0),
 * mixed linearly in between. What is over the upper limit is vermilion, which is not in the map.
 */
import { ELSEWHERE_COLOURS, IDLE_COLOURS, mix } from "#common/colours.ts";
import type { Rgb, ThemeName } from "#common/colours.ts";

import { MAP_COLOURS, OVER_KEY } from "../data/scalar-cells.ts";
import { paletteOf } from "./palette.ts";
import type { Palette } from "./palette.ts";

const VIRIDIS: readonly Rgb[] = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b, 0x22a884, 0x35b779,
  0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
];
/** Of numbers over the upper limit. */
export const OVER_COLOUR: Rgb = 0xe2431e;

/** Colour at a place between the limits, 0…1. */
export function colourAt(place: number): Rgb {
  const at = Math.max(0, Math.min(1, place)) * (VIRIDIS.length - 1);
  const before = Math.min(VIRIDIS.length - 2, Math.floor(at));
  return mix({ from: VIRIDIS[before], to: VIRIDIS[before + 1], share: at - before });
}

export function createScalarPalette(theme: ThemeName): Palette {
  const idle = IDLE_COLOURS[theme];
  return paletteOf({
    idle,
    elsewhere: ELSEWHERE_COLOURS[theme],
    line: idle,
    colourOf: (key) => (key === OVER_KEY ? OVER_COLOUR : colourAt(key / (MAP_COLOURS - 1))),
  });
}
