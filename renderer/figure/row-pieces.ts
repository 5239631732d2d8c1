/** Collects the pieces of a figure's rows: spans as they are, bins joined with the bin before where both look alike. */
import type { Rgb } from "#common/colours.ts";
import type { FigureRow } from "#common/figure/wavefront-figure.ts";
import { TEXEL_BYTES } from "../data/cell-key.ts";
import { colourOfKey } from "../scene/palette.ts";
import type { Palette } from "../scene/palette.ts";
import type { FlatSpan } from "./flatten-spans.ts";

interface Piece {
  readonly from: number;
  to: number;
  readonly colour: Rgb;
  readonly share: number;
  readonly number: number;
}

type Tint = Omit<Piece, "colour" | "number">;

/** Shares that differ less are one. */
const ALIKE = 1 / 32;
const FULL = 255;

export class RowPieces {
  /** Keys of the work that was added. */
  readonly keys = new Set<number>();
  /** What 0 means to the figure. */
  readonly originNs: number;
  readonly #window: { readonly fromNs: number; readonly toNs: number };
  readonly #palette: Palette;
  readonly #work = new Map<number, Piece[]>();
  readonly #elsewhere = new Map<number, Tint[]>();

  constructor({ fromNs, toNs, originNs }: { fromNs: number; toNs: number; originNs: number }, palette: Palette) {
    this.#window = { fromNs, toNs };
    this.originNs = originNs;
    this.#palette = palette;
  }

  workOf(row: number): readonly Piece[] {
    return this.#work.get(row) ?? [];
  }

  elsewhereOf(row: number): readonly Tint[] {
    return this.#elsewhere.get(row) ?? [];
  }

  addSpan(row: number, { from, to, key, number }: FlatSpan): void {
    this.keys.add(key);
    listOf(this.#work, row).push({ from, to, colour: colourOfKey(this.#palette, key), share: 1, number });
  }

  addElsewhere(row: number, tint: Tint): void {
    listOf(this.#elsewhere, row).push({ ...tint });
  }

  /** Texels as the scene's cells (cell-key.ts), one a bin, in order of time. */
  addBins(row: number, { texels, startNs, binNs }: { texels: Uint8Array; startNs: number; binNs: number }): void {
    const { fromNs, toNs } = this.#window;
    for (let bin = 0, at = 0; at < texels.length; bin++, at += TEXEL_BYTES) {
      const [own, other] = [texels[at], Math.min(texels[at + 1], FULL - texels[at])];
      if (own + other === 0) continue;
      const from = Math.max(fromNs, startNs + bin * binNs);
      const to = Math.min(toNs, startNs + (bin + 1) * binNs);
      if (to <= from) continue;
      // Beneath the work, whose own share lies over it.
      if (other > 0) this.#extend(this.#elsewhere, row, { from, to, share: other / (FULL - own) });
      if (own === 0) continue;
      const key = texels[at + 2] | (texels[at + 3] << 8);
      this.keys.add(key);
      const colour = colourOfKey(this.#palette, key);
      this.#extend(this.#work, row, { from, to, colour, share: own / FULL, number: -1 });
    }
  }

  #extend<P extends Tint & { readonly colour?: Rgb }>(rows: Map<number, P[]>, row: number, piece: P): void {
    const own = listOf(rows, row);
    const last = own.at(-1);
    // Edges of neighbouring bins are the same number but for rounding.
    const meets = last !== undefined && Math.abs(last.to - piece.from) < 1e-3 * (piece.to - piece.from);
    if (meets && last.colour === piece.colour && Math.abs(last.share - piece.share) < ALIKE) last.to = piece.to;
    else own.push(piece);
  }
}

/** A row as the figure takes it, but for its label. */
export function rowOfPieces(
  pieces: RowPieces,
  { row, areSpans }: { row: number; areSpans: boolean },
): Omit<FigureRow, "label"> {
  const { originNs } = pieces;
  const work = pieces.workOf(row);
  const tints = pieces.elsewhereOf(row);
  const times = (list: readonly Tint[]) => ({
    from: Float64Array.from(list, ({ from }) => from - originNs),
    to: Float64Array.from(list, ({ to }) => to - originNs),
    share: Float64Array.from(list, ({ share }) => share),
  });
  return {
    ...times(work),
    colour: Uint32Array.from(work, ({ colour }) => colour),
    ...(areSpans ? { number: Int32Array.from(work, ({ number }) => number) } : {}),
    ...(tints.length === 0 ? {} : { elsewhere: times(tints) }),
  };
}

function listOf<P>(rows: Map<number, P[]>, row: number): P[] {
  const known = rows.get(row);
  if (known !== undefined) return known;
  const made: P[] = [];
  rows.set(row, made);
  return made;
}
