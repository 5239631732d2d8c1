/**
 * Raw spans to texels, one a device pixel: exact edges at any zoom.
 *
 * Coverage of a pixel is the union of the row's spans within it, quantised once as in tiles: 0 only if exactly idle, 255
 * only if exactly full. Its key is that of the stage and kind with the longest share; without stages, of the innermost spans. A span wide enough to be told from
 * its neighbour gets a mark on its first pixel. Work is bounded by spans × rows on screen plus pixels, never by the run.
 */
import { NO_STAGE } from "#common/tile.ts";
import { cellKey, TEXEL_BYTES, withEdge, withName } from "./cell-key.ts";
import type { OpOfStage } from "./cell-key.ts";
import type { RawPage } from "./raw-page.ts";
import type { TimeScale } from "./time-scale.ts";

/** Narrower spans get no mark where they begin. */
const LEAST_MARKED_PX = 5;
/** Sums of fractions of pixels are off by far less; a bubble of 1 ns in a pixel of 10 s is far more. */
const ROUNDING = 1e-11;
const SLOTS = 4;

/** Scratch of one row of pixels, reused for every row. */
export class RowRaster {
  readonly widthPx: number;
  /** Covered part of each pixel, 0…1. */
  readonly covered: Float64Array;
  /** Key of each pixel with the longest share; meaningless where nothing is covered. */
  readonly key: Uint16Array;
  /** Up to four candidates a pixel: their keys and shares. */
  readonly #slotKey: Int32Array;
  readonly #slotShare: Float32Array;
  readonly #slotRank: Uint8Array;
  readonly #edge: Uint8Array;

  constructor(widthPx: number) {
    this.widthPx = widthPx;
    this.covered = new Float64Array(widthPx);
    this.key = new Uint16Array(widthPx);
    this.#slotKey = new Int32Array(widthPx * SLOTS);
    this.#slotShare = new Float32Array(widthPx * SLOTS);
    this.#slotRank = new Uint8Array(widthPx * SLOTS);
    this.#edge = new Uint8Array(widthPx);
  }

  /** Draws row `row` of the page over the pixels [fromPx, toPx) of the scale; both within the raster. */
  draw({
    page,
    row,
    scale,
    fromPx,
    toPx,
    ops,
    marks = true,
  }: {
    page: RawPage;
    row: number;
    scale: TimeScale;
    fromPx: number;
    toPx: number;
    ops: OpOfStage;
    marks?: boolean;
  }): void {
    const { covered } = this;
    covered.fill(0, fromPx, toPx);
    this.#slotShare.fill(0, fromPx * SLOTS, toPx * SLOTS);
    this.#slotKey.fill(-1, fromPx * SLOTS, toPx * SLOTS);
    this.#edge.fill(0, fromPx, toPx);
    const pxPerNs = scale.widthPx / (scale.toNs - scale.fromNs);
    const { start, end, stage, kind, depth, name, offsets } = page;
    // Right end of what the union covers so far, in pixels.
    let unionPx = fromPx;
    for (let i = offsets[row - page.firstRow]; i < offsets[row - page.firstRow + 1]; i++) {
      const startPx = (start[i] - scale.fromNs) * pxPerNs;
      if (startPx >= toPx) break;
      const endPx = Math.min((end[i] - scale.fromNs) * pxPerNs, toPx);
      const left = Math.max(startPx, fromPx);
      if (endPx <= left) continue;
      const plain = cellKey({ ops, stage: stage[i], kind: kind[i] });
      const hasStage = stage[i] !== NO_STAGE;
      const key = hasStage ? plain : withName(plain, name[i]);
      this.#share({ key, from: left, to: endPx, rank: hasStage ? STAGE_RANK : Math.min(depth[i], STAGE_RANK - 1) });
      if (endPx > unionPx) {
        this.#cover(Math.max(left, unionPx), endPx);
        unionPx = endPx;
      }
      if (marks && startPx >= fromPx && endPx - startPx >= LEAST_MARKED_PX) this.#edge[Math.floor(startPx)] = 1;
    }
    for (let px = fromPx; px < toPx; px++) this.key[px] = this.#dominant(px);
  }

  /** Writes the pixels as texels; `elsewhere` gives the covered part of each pixel by other stages of the rank. */
  write({
    into,
    offset,
    fromPx,
    toPx,
    elsewhere,
  }: {
    into: Uint8Array;
    /** Texel of pixel 0 of the row. */
    offset: number;
    fromPx: number;
    toPx: number;
    elsewhere?: Float64Array | undefined;
  }): void {
    for (let px = fromPx, at = (offset + fromPx) * TEXEL_BYTES; px < toPx; px++, at += TEXEL_BYTES) {
      const own = this.covered[px];
      into[at] = quantiseShare(own);
      into[at + 1] = elsewhere === undefined ? 0 : quantiseShare(elsewhere[px] - own);
      const key = this.#edge[px] === 1 ? withEdge(this.key[px]) : this.key[px];
      into[at + 2] = key & 0xff;
      into[at + 3] = key >> 8;
    }
  }

  #cover(from: number, to: number): void {
    const { covered } = this;
    const first = Math.floor(from);
    const last = Math.floor(to);
    if (first === last) {
      covered[first] += to - from;
      return;
    }
    covered[first] += first + 1 - from;
    for (let px = first + 1; px < last; px++) covered[px] = 1;
    if (last < this.widthPx && to > last) covered[last] += to - last;
  }

  #share({ key, from, to, rank }: { key: number; from: number; to: number; rank: number }): void {
    const last = Math.min(Math.floor(to), this.widthPx - 1);
    for (let px = Math.floor(from); px <= last; px++) {
      const share = Math.min(to, px + 1) - Math.max(from, px);
      if (share > 0) this.#addShare(px, { key, share, rank });
    }
  }

  #addShare(px: number, { key, share, rank }: { key: number; share: number; rank: number }): void {
    const slotKey = this.#slotKey;
    const end = (px + 1) * SLOTS;
    let least = px * SLOTS;
    for (let slot = px * SLOTS; slot < end; slot++) {
      if (slotKey[slot] === key && this.#slotRank[slot] === rank) {
        this.#slotShare[slot] += share;
        return;
      }
      if (slotKey[slot] === -1) {
        this.#put(slot, { key, share, rank });
        return;
      }
      if (this.#isBelow(slot, { rank: this.#slotRank[least], share: this.#slotShare[least] })) least = slot;
    }
    if (this.#isBelow(least, { rank, share })) this.#put(least, { key, share, rank });
  }

  #put(slot: number, { key, share, rank }: { key: number; share: number; rank: number }): void {
    this.#slotKey[slot] = key;
    this.#slotShare[slot] = share;
    this.#slotRank[slot] = rank;
  }

  #isBelow(slot: number, { rank, share }: { rank: number; share: number }): boolean {
    return this.#slotRank[slot] === rank ? this.#slotShare[slot] < share : this.#slotRank[slot] < rank;
  }

  #dominant(px: number): number {
    let best = px * SLOTS;
    for (let slot = best + 1; slot < (px + 1) * SLOTS && this.#slotKey[slot] !== -1; slot++) {
      if (this.#isBelow(best, { rank: this.#slotRank[slot], share: this.#slotShare[slot] })) best = slot;
    }
    return Math.max(0, this.#slotKey[best]);
  }
}

/** Work of a stage tells more than a range around it without one, and an inner range more than the one around it. */
const STAGE_RANK = 255;

/**
 * A covered part of a pixel, 0…1 with rounding errors, as in `quantiseCoverage`.
 * @internal exported for the test that compares it with `quantiseCoverage`
 */
export function quantiseShare(share: number): number {
  if (share <= ROUNDING) return 0;
  if (share >= 1 - ROUNDING) return 255;
  return Math.min(254, Math.max(1, Math.round(share * 255)));
}
