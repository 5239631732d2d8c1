/**
 * Which tiles cover a window of time and rows, and how tiles of different levels lie over one another.
 *
 * The same addresses serve for pages of raw spans (raw-pages.ts), where the level may be negative. Nothing is fetched here.
 */
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { RowAxis, TileKey } from "#common/tile.ts";
import { binWidthNs } from "./level-of-detail.ts";

export interface PlotWindow {
  readonly fromNs: number;
  readonly toNs: number;
  /** Rows [fromRow, toRow). */
  readonly fromRow: number;
  readonly toRow: number;
}

/** Time that a tile covers: [fromNs, toNs). */
export function tileRange({ level, column }: Pick<TileKey, "level" | "column">, baseNs: number) {
  const widthNs = binWidthNs({ baseNs }, level) * TILE_BINS;
  return { fromNs: column * widthNs, toNs: (column + 1) * widthNs };
}

/** Tiles of one level that touch the window, row block by row block, left to right. */
export function tilesInWindow({
  axis,
  level,
  baseNs,
  window: { fromNs, toNs, fromRow, toRow },
  rowLevel = 0,
}: {
  axis: RowAxis;
  level: number;
  baseNs: number;
  window: PlotWindow;
  rowLevel?: number;
}): TileKey[] {
  const keys: TileKey[] = [];
  if (!(toNs > fromNs) || toRow <= fromRow) return keys;
  const widthNs = binWidthNs({ baseNs }, level) * TILE_BINS;
  const firstColumn = Math.floor(fromNs / widthNs);
  const lastColumn = Math.ceil(toNs / widthNs) - 1;
  const blockRows = TILE_ROWS * 2 ** rowLevel;
  const pooled = rowLevel === 0 ? {} : { rowLevel };
  for (let rowBlock = Math.floor(fromRow / blockRows); rowBlock * blockRows < toRow; rowBlock++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      keys.push({ axis, level, rowBlock, column, ...pooled });
    }
  }
  return keys;
}

/** The window with one screen more on either side, cut to the run. */
export function widenWindow(window: PlotWindow, bounds: { fromNs: number; toNs: number }): PlotWindow {
  const widthNs = window.toNs - window.fromNs;
  return {
    ...window,
    fromNs: Math.max(bounds.fromNs, window.fromNs - widthNs),
    toNs: Math.min(bounds.toNs, window.toNs + widthNs),
  };
}

/** The tile `up` levels coarser that covers this one. */
export function ancestor(key: TileKey, up: number): TileKey {
  return { ...key, level: key.level + up, column: Math.floor(key.column / 2 ** up) };
}

/** The two tiles one level finer that cover this one. */
export function children(key: TileKey): readonly [TileKey, TileKey] {
  const { level, column } = key;
  return [
    { ...key, level: level - 1, column: column * 2 },
    { ...key, level: level - 1, column: column * 2 + 1 },
  ];
}

/** The tiles whose lines stand for half as many rows that lie over this one, those beyond the last row included. */
export function finerInRows(key: TileKey): readonly TileKey[] {
  const { rowLevel = 0, rowBlock } = key;
  if (rowLevel === 0) return [];
  return [0, 1].map((half) => ({ ...key, rowBlock: rowBlock * 2 + half, rowLevel: rowLevel - 1 }));
}

/** The tile whose lines stand for twice as many rows that covers this one. */
export function coarserInRows(key: TileKey): TileKey {
  return { ...key, rowBlock: Math.floor(key.rowBlock / 2), rowLevel: (key.rowLevel ?? 0) + 1 };
}
