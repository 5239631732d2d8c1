/**
 * The colour map of the heatmap: from a cell's key to a colour, for every key, as the bytes of a 256 × 256 texture.
 *
 * A fully busy cell has exactly this colour, an idle one exactly the theme's idle colour; what lies between is mixed by
 * coverage in the shader and in `mixCell`, by the same arithmetic. Another theme is another palette: no cell is uploaded.
 */
import { KEY_COUNT, meaningOfKey } from "../data/cell-key.ts";
import type { CellMeaning } from "../data/cell-key.ts";
import { ELSEWHERE_COLOURS, IDLE_COLOURS, mix, workColour } from "#common/colours.ts";
import type { OpColours, Rgb, ThemeName } from "#common/colours.ts";

export interface Palette {
  /** RGBA, key `k` at byte `4 k`. */
  readonly bytes: Uint8Array;
  readonly idle: Rgb;
  readonly elsewhere: Rgb;
  /** Between rows. */
  readonly line: Rgb;
}

export const PALETTE_SIDE = 256;

/** Share of idle mixed into the colour of phases that are not compute: the work stands out, the rest stays in its hue. */
const PALE_BY_PHASE = { none: 0, in: 0.5, compute: 0, out: 0.5, wait: 0.82, sync: 0.65 } as const;
/** Share of black on the first pixel of a span. */
const EDGE_SHADE = 0.28;
/** Mixed into the grey of named work. */
const NAME_TINTS: readonly Rgb[] = [0x7d8ba1, 0xb9c2ce, 0x8fa0a8, 0xa79fb5, 0x87a396, 0xb5a896, 0x6f7c92, 0xa0b4c4];
const LINES: Readonly<Record<ThemeName, Rgb>> = { light: 0xe6e9ee, dark: 0x262a33 };

/** Colour of a fully busy cell. */
function colourOfMeaning({ op, pass, phase, edge, hue }: CellMeaning, theme: ThemeName, ops?: OpColours): Rgb {
  const plain = workColour({ op, pass }, ops);
  // What is no part of the pipeline is grey; greys and near-greys tell neighbours of different names apart.
  const isNamed = op === "other" && pass === "none" && hue > 0;
  const work = isNamed ? mix({ from: plain, to: NAME_TINTS[hue % NAME_TINTS.length], share: 0.42 }) : plain;
  const pale = mix({ from: work, to: IDLE_COLOURS[theme], share: PALE_BY_PHASE[phase] });
  return edge ? mix({ from: pale, to: 0x000000, share: EDGE_SHADE }) : pale;
}

/** The last one: plot and overview want the same. */
let known: { readonly theme: ThemeName; readonly ops: OpColours | undefined; readonly palette: Palette } | undefined;

/** `ops` where a person has chosen other colours than the figure's. */
export function createPalette(theme: ThemeName, ops?: OpColours): Palette {
  if (known?.theme !== theme || known.ops !== ops) known = { theme, ops, palette: colourAll(theme, ops) };
  return known.palette;
}

function colourAll(theme: ThemeName, ops: OpColours | undefined): Palette {
  const bytes = new Uint8Array(KEY_COUNT * 4);
  for (let key = 0; key < KEY_COUNT; key++) {
    const meaning = meaningOfKey(key);
    if (meaning === undefined) continue;
    const colour = colourOfMeaning(meaning, theme, ops);
    bytes[key * 4] = colour >> 16;
    bytes[key * 4 + 1] = (colour >> 8) & 0xff;
    bytes[key * 4 + 2] = colour & 0xff;
    bytes[key * 4 + 3] = 255;
  }
  return { bytes, idle: IDLE_COLOURS[theme], elsewhere: ELSEWHERE_COLOURS[theme], line: LINES[theme] };
}

export function colourOfKey({ bytes }: Palette, key: number): Rgb {
  return (bytes[key * 4] << 16) | (bytes[key * 4 + 1] << 8) | bytes[key * 4 + 2];
}

/** Colour of a texel: `own` and `elsewhere` are bytes as in tiles. The shader's arithmetic, for pictures without a GPU and for tests. */
export function mixCell(
  palette: Palette,
  { own, elsewhere, key }: { own: number; elsewhere: number; key: number },
): Rgb {
  const busy = own / 255;
  const other = Math.min(elsewhere / 255, 1 - busy);
  const work = colourOfKey(palette, key);
  const channel = (shift: number) => {
    const part = (colour: Rgb) => (colour >> shift) & 0xff;
    return Math.round(part(palette.idle) * (1 - busy - other) + part(palette.elsewhere) * other + part(work) * busy);
  };
  return (channel(16) << 16) | (channel(8) << 8) | channel(0);
}
