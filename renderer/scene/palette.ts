/**
 * The colour map of the heatmap: from a cell's key to a colour, worked out when a key is first met, since of 65,536 a run has
 * some dozens.
 *
 * A fully busy cell has exactly this colour, an idle one exactly the theme's idle colour; what lies between is mixed by
 * coverage. Cells get their colours when they are put into a texture (`colourTexels`), so that a frame only samples.
 */
import { KEY_COUNT, meaningOfKey, TEXEL_BYTES } from "../data/cell-key.ts";
import type { CellMeaning } from "../data/cell-key.ts";
import { ELSEWHERE_COLOURS, IDLE_COLOURS, mix, workColour } from "#common/colours.ts";
import type { OpColours, Rgb, ThemeName } from "#common/colours.ts";

export interface Palette {
  readonly idle: Rgb;
  readonly elsewhere: Rgb;
  /** Between rows. */
  readonly line: Rgb;
  /** By key; `UNKNOWN` until `colourOfKey` has asked for it. */
  readonly known: Uint32Array;
  readonly colourOf: (key: number) => Rgb;
}

/** No colour. */
const UNKNOWN = 0xffff_ffff;

export function paletteOf(colours: Omit<Palette, "known">): Palette {
  return { ...colours, known: new Uint32Array(KEY_COUNT).fill(UNKNOWN) };
}

/** Share of idle mixed into the colour of phases that are not compute: the work stands out, the rest stays in its hue. */
const PALE_BY_PHASE = { none: 0, in: 0.5, compute: 0, out: 0.5, wait: 0.82, sync: 0.65 } as const;
/** Share of black on the first pixel of a span. */
const EDGE_SHADE = 0.28;
/** Mixed into the grey of named work. */
const NAME_TINTS: readonly Rgb[] = [0x7d8ba1, 0xb9c2ce, 0x8fa0a8, 0xa79fb5, 0x87a396, 0xb5a896, 0x6f7c92, 0xa0b4c4];
const LINES: Readonly<Record<ThemeName, Rgb>> = { light: 0xe6e9ee, dark: 0x262a33 };

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
  if (known?.theme !== theme || known.ops !== ops) known = { theme, ops, palette: colourWork(theme, ops) };
  return known.palette;
}

function colourWork(theme: ThemeName, ops: OpColours | undefined): Palette {
  const idle = IDLE_COLOURS[theme];
  return paletteOf({
    idle,
    elsewhere: ELSEWHERE_COLOURS[theme],
    line: LINES[theme],
    colourOf: (key) => {
      const meaning = meaningOfKey(key);
      return meaning === undefined ? idle : colourOfMeaning(meaning, theme, ops);
    },
  });
}

/** Colour of a fully busy cell. */
export function colourOfKey({ known, colourOf }: Palette, key: number): Rgb {
  if (known[key] === UNKNOWN) known[key] = colourOf(key);
  return known[key];
}

/** Colour of a texel: `own` and `elsewhere` are bytes as in tiles, what is over the whole of the second does not count. */
export function mixCell(
  palette: Palette,
  { own, elsewhere, key }: { own: number; elsewhere: number; key: number },
): Rgb {
  const work = colourOfKey(palette, key);
  if (own === 255) return work;
  const other = Math.min(elsewhere, 255 - own);
  const idle = 255 - own - other;
  const { idle: i, elsewhere: e } = palette;
  const red = mixChannel(idle * (i >> 16) + other * (e >> 16) + own * (work >> 16));
  const green = mixChannel(idle * ((i >> 8) & 0xff) + other * ((e >> 8) & 0xff) + own * ((work >> 8) & 0xff));
  const blue = mixChannel(idle * (i & 0xff) + other * (e & 0xff) + own * (work & 0xff));
  return (red << 16) | (green << 8) | blue;
}

/** sum / 255, rounded, in whole numbers: halves do not occur. */
const mixChannel = (sum: number): number => ((2 * sum + 255) / 510) | 0;

/**
 * Texels as pixels of the same number and place, RGBA and opaque. Both by words, little-endian as every browser is.
 * @param into from byte `offset · 4` on
 */
export function colourTexels(
  texels: Uint8Array,
  { palette, into, offset = 0 }: { palette: Palette; into: Uint8Array; offset?: number },
): void {
  const count = texels.length / TEXEL_BYTES;
  const words = new Uint32Array(texels.buffer, texels.byteOffset, count);
  const pixels = new Uint32Array(into.buffer, into.byteOffset + offset * TEXEL_BYTES, count);
  let known = 0;
  let pixel = abgr(palette.idle);
  for (let i = 0; i < count; i++) {
    const word = words[i];
    // Neighbours are often alike.
    if (word !== known) {
      pixel = abgr(mixCell(palette, { own: word & 0xff, elsewhere: (word >> 8) & 0xff, key: word >>> 16 }));
      known = word;
    }
    pixels[i] = pixel;
  }
}

/** A colour as a word of pixels. */
export function abgr(colour: Rgb): number {
  return ((0xff << 24) | ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16)) >>> 0;
}

/** Red, green and blue for a shader, 0…1 each. */
export function channels(colour: Rgb): Float32Array {
  return new Float32Array([colour >> 16, (colour >> 8) & 0xff, colour & 0xff].map((value) => value / 255));
}
