/**
 * Colours of what a run does, as numbers for the scene and as CSS for views and figures: one palette, the same everywhere.
 *
 * conv purple, pool blue, res green, fc orange as in the figure (REFERENCE §1). Colours of the surroundings (text, lines,
 * surfaces) are CSS custom properties in theme.css. Nothing here knows of Pixi or of the DOM.
 */
import type { Op, Pass } from "./model.ts";
import type { IdleCause } from "./report.ts";

/** 0xRRGGBB in sRGB. */
export type Rgb = number;
export type ThemeName = "light" | "dark";
export type OpColours = Readonly<Record<Op, Rgb>>;

/**
 * Forward work of a stage of that op. Equal in both themes: a picture of a run is recognised by its colours.
 * @internal
 */
export const OP_COLOURS: OpColours = {
  conv: 0x8457c9,
  pool: 0x3b82d6,
  res: 0x2f9e63,
  fc: 0xe8842c,
  attention: 0xd24b7e,
  mlp: 0x1d9aa6,
  embedding: 0x9a7b2f,
  loss: 0xcf4a3f,
  other: 0x5776a3,
};

/**
 * For people who see fewer hues: any two differ by at least ΔE 20 (CIE 1976) to people without red, green or blue cones, as
 * simulated by Machado et al. 2009. Found by a search that began at the colours of Okabe and Ito.
 */
const COLOUR_BLIND_SAFE: OpColours = {
  conv: 0x4a005a,
  pool: 0x16ddff,
  res: 0x1da164,
  fc: 0xde8e30,
  attention: 0x9c71a4,
  mlp: 0x48454d,
  embedding: 0xffe42c,
  loss: 0x771c08,
  other: 0x0055ae,
};

/** Palettes of ops that a person may choose from. */
export const OP_PALETTES = { figure: OP_COLOURS, "colour-blind": COLOUR_BLIND_SAFE } as const;
export type OpPaletteName = keyof typeof OP_PALETTES;

/**
 * Where the op is not known the hue is free to tell the pass: forward slate blue, backward terracotta. Where it is known
 * the hue stays the op's, and the passes differ in lightness.
 */
const OTHER_BY_PASS: Readonly<Record<Exclude<Pass, "forward">, Rgb>> = {
  none: 0x97a0ae,
  backward: 0xc77b58,
  "input-grad": 0xd9a25f,
  "weight-grad": 0x8b7f4f,
};

/** Share of black mixed into the op's colour. */
const SHADE_BY_PASS: Readonly<Record<Pass, number>> = {
  none: 0,
  forward: 0,
  backward: 0.28,
  "input-grad": 0.16,
  "weight-grad": 0.38,
};

/** Idle: the paper shows through. White in the light theme; dark paper in the dark one. */
export const IDLE_COLOURS: Readonly<Record<ThemeName, Rgb>> = { light: 0xffffff, dark: 0x14161b };

/** On stage rows: the rank is busy with another stage. Pale, between idle and any op. */
export const ELSEWHERE_COLOURS: Readonly<Record<ThemeName, Rgb>> = { light: 0xebeef3, dark: 0x242831 };

/**
 * Bubbles by cause, where a person asks for them: pale beside any work in the light theme, dull in the dark one, so that work
 * stays what is seen first. Greys are the ramps, which every pipeline has; warm colours are waiting that could be less.
 */
export const CAUSE_COLOURS: Readonly<Record<ThemeName, Readonly<Record<IdleCause, Rgb>>>> = {
  light: {
    fill: 0xe3e7ee,
    drain: 0xccd3df,
    blocked: 0xcdb9f0,
    transfer: 0xf6e187,
    sync: 0xa5e0e4,
    starved: 0xf8c3d2,
    other: 0xdcd8c6,
  },
  dark: {
    fill: 0x323846,
    drain: 0x434b5c,
    blocked: 0x4a3d70,
    transfer: 0x635421,
    sync: 0x1f535a,
    starved: 0x66304a,
    other: 0x413f35,
  },
};

/** Colour of the work of a cell or span; `ops` where a person has chosen other colours. */
export function workColour({ op, pass }: { op: Op; pass: Pass }, ops: OpColours = OP_COLOURS): Rgb {
  if (op === "other") return pass === "forward" ? ops.other : OTHER_BY_PASS[pass];
  return mix({ from: ops[op], to: 0x000000, share: SHADE_BY_PASS[pass] });
}

/** What WCAG 2 asks of small text. */
const LEAST_CONTRAST = 4.5;

/** Text that reads on `background`: white, else near-black, else black; one of white and black always has enough contrast. */
export function textColourOn(background: Rgb): Rgb {
  const [white, nearBlack, black] = [0xffffff, 0x16181d, 0x000000];
  if (contrast(background, white) >= LEAST_CONTRAST) return white;
  return contrast(background, nearBlack) >= LEAST_CONTRAST ? nearBlack : black;
}

/** Linear mix in sRGB, channel by channel, rounded: share 0 gives `from`, 1 gives `to`. */
export function mix({ from, to, share }: { from: Rgb; to: Rgb; share: number }): Rgb {
  const channel = (shift: number) => {
    const a = (from >> shift) & 0xff;
    const b = (to >> shift) & 0xff;
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

export function cssColour(colour: Rgb): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}

/**
 * WCAG 2 contrast ratio, 1…21.
 * @internal
 */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const linear = (shift: number) => {
    const value = ((colour >> shift) & 0xff) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0);
}
