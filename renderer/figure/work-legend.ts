/** The legend of a figure's work: the ops, passes and phases that are drawn in it, in the colours they have in it. */
import type { Rgb, ThemeName } from "#common/colours.ts";
import { OPS, PASSES, PHASES } from "#common/model.ts";
import type { Phase } from "#common/model.ts";
import { meaningOfKey } from "../data/cell-key.ts";
import type { CellMeaning } from "../data/cell-key.ts";
import { colourOfKey, createPalette } from "../scene/palette.ts";
import { settings } from "../state/settings.svelte.ts";
import { describeWork } from "./describe-work.ts";

interface WorkEntry {
  readonly label: string;
  readonly colour: Rgb;
}

/** Phases whose name a reader need not be told. */
const PLAIN_PHASES: readonly Phase[] = ["none", "compute"];
/** Op, pass and phase of a key, without what tells spans of one kind apart. */
const KIND_BITS = 0x3ff;

/** @param keys of the drawn cells (cell-key.ts) */
export function listWork(keys: ReadonlySet<number>, theme: ThemeName): readonly WorkEntry[] {
  const palette = createPalette(theme, settings.opColours);
  const kinds = [...new Set([...keys].map((key) => key & KIND_BITS))].flatMap((key) => {
    const meaning = meaningOfKey(key);
    return meaning === undefined ? [] : [{ meaning, colour: colourOfKey(palette, key) }];
  });
  const entries = kinds
    .toSorted((a, b) => placeOf(a.meaning) - placeOf(b.meaning))
    .map(({ meaning, colour }) => {
      const { phase } = meaning;
      return { label: `${describeWork(meaning)}${PLAIN_PHASES.includes(phase) ? "" : ` ${phase}`}`, colour };
    });
  return entries.filter(({ label }, at) => entries.findIndex((other) => other.label === label) === at);
}

const placeOf = ({ op, pass, phase }: CellMeaning): number =>
  (OPS.indexOf(op) * PASSES.length + PASSES.indexOf(pass)) * PHASES.length + PHASES.indexOf(phase);
