/**
 * What a person has chosen about colours and units: kept by the browser, the same for every run, followed live. The theme is
 * in theme/theme.svelte.ts. One document has one set, so there is one instance.
 */
import type { OpColours, OpPaletteName, Rgb } from "#common/colours.ts";
import { OP_PALETTES } from "#common/colours.ts";
import { DURATION_UNITS, followDurationUnit } from "#common/format.ts";
import type { DurationUnit } from "#common/format.ts";
import { OPS } from "#common/model.ts";
import type { Op } from "#common/model.ts";
import { recall, remember } from "./storage.ts";

const STORAGE_KEY = "settings";
const MOST_RGB = 0xffffff;

interface Kept {
  readonly palette: OpPaletteName;
  readonly own: Readonly<Partial<Record<Op, Rgb>>>;
  readonly unit: DurationUnit;
}

const USUAL: Kept = { palette: "figure", own: {}, unit: "auto" };

/** @internal */
export class Settings {
  #kept = $state.raw<Kept>(USUAL);
  /** A new object whenever a colour has changed, and only then. */
  readonly opColours: OpColours = $derived({ ...OP_PALETTES[this.#kept.palette], ...this.#kept.own });

  /** Reads what was kept, and has times in its unit from now on. Called once, before anything is mounted. */
  start(): void {
    this.#kept = readKept(recall(STORAGE_KEY));
    followDurationUnit(() => this.unit);
  }

  get palette(): OpPaletteName {
    return this.#kept.palette;
  }

  /** The unit of every length of time in the page. */
  get unit(): DurationUnit {
    return this.#kept.unit;
  }

  /** Whether a colour is a person's own. */
  get hasOwnColours(): boolean {
    return Object.keys(this.#kept.own).length > 0;
  }

  /** Another palette; own colours give way to it. */
  choosePalette(palette: OpPaletteName): void {
    this.#keep({ ...this.#kept, palette, own: {} });
  }

  chooseColour(op: Op, colour: Rgb): void {
    this.#keep({ ...this.#kept, own: { ...this.#kept.own, [op]: colour } });
  }

  /** Back to the palette's colours. */
  forgetOwnColours(): void {
    this.#keep({ ...this.#kept, own: {} });
  }

  chooseUnit(unit: DurationUnit): void {
    this.#keep({ ...this.#kept, unit });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    remember(STORAGE_KEY, JSON.stringify(kept));
  }
}

/** What cannot be read, such as what another version has written, is as usual. */
function readKept(text: string | undefined): Kept {
  const read = parse(text);
  const own = isRecord(read["own"]) ? read["own"] : {};
  return {
    palette: read["palette"] === "colour-blind" ? "colour-blind" : USUAL.palette,
    own: Object.fromEntries(OPS.flatMap((op) => (isRgb(own[op]) ? [[op, own[op]]] : []))),
    unit: DURATION_UNITS.find((unit) => unit === read["unit"]) ?? USUAL.unit,
  };
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isRecord(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isRgb = (value: unknown): value is Rgb =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST_RGB;

export const settings = new Settings();
