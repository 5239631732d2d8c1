/**
 * A page of raw spans: what `readSpans` gave for the time and the rows of one address, sorted by row and start.
 *
 * Pages are addressed like tiles (tile-grid.ts) at any level, negative ones included. A page that lies within a complete
 * coarser page needs no request: that one has its spans. A truncated page (too many spans) must not be drawn: what is
 * missing in it would look like a bubble.
 */
import type { SpanWindow } from "#common/api.ts";
import { NONE } from "#common/ids.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import { NO_ROW } from "./row-index.ts";
import type { RowIndex } from "./row-index.ts";

/** At most so many spans a page; then it is truncated. */
export const PAGE_SPAN_LIMIT = 200_000;

export interface RawPage {
  readonly fromNs: number;
  readonly toNs: number;
  readonly firstRow: number;
  readonly truncated: boolean;
  /** Spans of row `firstRow + r` are entries [offsets[r], offsets[r + 1]) of the arrays below, by start ascending. */
  readonly offsets: Uint32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Ordinal or `NO_STAGE`. */
  readonly stage: Int32Array;
  readonly batch: Int32Array;
  readonly iteration: Int32Array;
  /** `pass · 16 + phase`. */
  readonly kind: Uint8Array;
  readonly depth: Uint8Array;
  readonly lane: Int32Array;
  /** Id of the span's name. */
  readonly name: Int32Array;
  readonly id: Float64Array;
  /** Texts of the names that occur. */
  readonly names: ReadonlyMap<number, string>;
}

/** Level of pages for a window: pages at most as wide as the window and more than half as wide. */
export function pageLevel({ baseNs, widthNs }: { baseNs: number; widthNs: number }): number {
  let level = Math.floor(Math.log2(widthNs / (baseNs * TILE_BINS)));
  while (baseNs * TILE_BINS * 2 ** level > widthNs) level -= 1;
  while (baseNs * TILE_BINS * 2 ** (level + 1) <= widthNs) level += 1;
  return level;
}

/** Sorts a window's spans into the rows of the page's block; spans of other rows are left out. */
export function buildRawPage(
  { ids, columns, names, truncated }: SpanWindow,
  { index, rowBlock, fromNs, toNs }: { index: RowIndex; rowBlock: number; fromNs: number; toNs: number },
): RawPage {
  const firstRow = rowBlock * TILE_ROWS;
  const rowOf = new Int32Array(columns.length);
  const offsets = new Uint32Array(TILE_ROWS + 1);
  for (let i = 0; i < columns.length; i++) {
    const row = index.rowOf(columns, i) - firstRow;
    rowOf[i] = row < 0 || row >= TILE_ROWS ? NO_ROW : row;
    if (rowOf[i] !== NO_ROW) offsets[rowOf[i] + 1] += 1;
  }
  for (let row = 0; row < TILE_ROWS; row++) offsets[row + 1] += offsets[row];
  const length = offsets[TILE_ROWS];
  const page = {
    fromNs,
    toNs,
    firstRow,
    truncated,
    offsets,
    start: new Float64Array(length),
    end: new Float64Array(length),
    stage: new Int32Array(length),
    batch: new Int32Array(length),
    iteration: new Int32Array(length),
    kind: new Uint8Array(length),
    depth: new Uint8Array(length),
    lane: new Int32Array(length),
    name: new Int32Array(length),
    id: new Float64Array(length),
    names: new Map(names.map(({ id, text }) => [Number(id), text])),
  };
  const next = offsets.slice(0, TILE_ROWS);
  // Columns are in canonical order (start ascending), so that each row's are too.
  for (let i = 0; i < columns.length; i++) {
    if (rowOf[i] === NO_ROW) continue;
    const at = next[rowOf[i]]++;
    page.start[at] = columns.start[i];
    page.end[at] = columns.start[i] + columns.duration[i];
    page.stage[at] = index.stageOf(columns, i);
    page.batch[at] = columns.batch[i];
    page.iteration[at] = columns.iteration[i];
    page.kind[at] = columns.pass[i] * 16 + columns.phase[i];
    page.depth[at] = columns.depth[i];
    page.lane[at] = columns.lane[i];
    page.name[at] = columns.name[i];
    page.id[at] = ids[i];
  }
  return page;
}

export function rawPageBytes({ start }: RawPage): number {
  return start.length * 50 + 512;
}

export const hasBatch = (batch: number): boolean => batch !== NONE;
