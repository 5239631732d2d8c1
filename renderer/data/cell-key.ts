/**
 * What a texel of the heatmap says, and how a tile becomes texels.
 *
 * A texel is four bytes: coverage, elsewhere, and a 16-bit key (low byte first) that the palette texture turns into a
 * colour. The key holds what the colour may depend on, so that another theme or colour map uploads a palette and no cell:
 *
 *     bits 0–3 op · 4–6 pass · 7–9 phase · 10 first pixel of a span · 11–15 hue
 *
 * The hue is the ordinal of the stage modulo 32; for work without a stage 0, or 1…31 by its name where that is known.
 */
import { OPS, PASSES, PHASES } from "#common/model.ts";
import type { Op, Pass, Phase } from "#common/model.ts";
import { NO_STAGE, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

export const TEXEL_BYTES = 4;
export const KEY_COUNT = 65_536;
const EDGE_BIT = 1 << 10;

export interface CellMeaning {
  readonly op: Op;
  readonly pass: Pass;
  readonly phase: Phase;
  /** The first pixel of a span that is wide enough to show where it begins. */
  readonly edge: boolean;
  /** Ordinal of the stage modulo 32, or of the name where there is no stage. */
  readonly hue: number;
}

/** Index in `OPS` of each stage, by ordinal. */
export type OpOfStage = Uint8Array;

const OTHER_OP = OPS.indexOf("other");

export function opOfStage(stages: readonly { readonly ordinal: number; readonly op: Op }[]): OpOfStage {
  const ops = new Uint8Array(stages.reduce((most, { ordinal }) => Math.max(most, ordinal + 1), 0)).fill(OTHER_OP);
  for (const { ordinal, op } of stages) ops[ordinal] = OPS.indexOf(op);
  return ops;
}

/** `stage` is an ordinal or `NO_STAGE`, `kind` is `pass · 16 + phase` as in tiles. */
export function cellKey({ ops, stage, kind }: { ops: OpOfStage; stage: number; kind: number }): number {
  const op = stage === NO_STAGE ? OTHER_OP : (ops.at(stage) ?? OTHER_OP);
  return op | ((kind >> 4) << 4) | ((kind & 15) << 7) | (stage === NO_STAGE ? 0 : (stage & 31) << 11);
}

/** The key of work without a stage, told apart by its name. */
export const withName = (key: number, name: number): number => key | ((1 + (name % 31)) << 11);

/** Index in `PASSES`. */
export const passOfKey = (key: number): number => (key >> 4) & 7;

export const withEdge = (key: number): number => key | EDGE_BIT;

/** What a key stands for; `undefined` for keys that no cell has. */
export function meaningOfKey(key: number): CellMeaning | undefined {
  const op = OPS.at(key & 15);
  const pass = PASSES.at((key >> 4) & 7);
  const phase = PHASES.at((key >> 7) & 7);
  if (op === undefined || pass === undefined || phase === undefined) return undefined;
  return { op, pass, phase, edge: (key & EDGE_BIT) !== 0, hue: key >> 11 };
}

/** Writes a tile's cells as texels, row-major, at texel `offset` of `into`. By words, little-endian as every browser is. */
export function packTile(
  tile: Tile,
  { ops, into, offset }: { ops: OpOfStage; into: Uint8Array; offset: number },
): void {
  const { coverage, elsewhere, stage, kind } = tile;
  const cells = TILE_ROWS * TILE_BINS;
  const words = new Uint32Array(into.buffer, into.byteOffset + offset * TEXEL_BYTES, cells);
  const hasElsewhere = elsewhere.length > 0;
  // Neighbours are often of the same work.
  let [knownStage, knownKind, key] = [-1, -1, 0];
  for (let i = 0; i < cells; i++) {
    let word = coverage[i];
    if (word > 0) {
      if (stage[i] !== knownStage || kind[i] !== knownKind) {
        [knownStage, knownKind] = [stage[i], kind[i]];
        key = cellKey({ ops, stage: knownStage, kind: knownKind }) << 16;
      }
      word |= key;
    }
    words[i] = hasElsewhere ? word | (elsewhere[i] << 8) : word;
  }
}
