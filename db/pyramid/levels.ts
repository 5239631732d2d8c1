/**
 * How fine the finest tiles of a run are, how many levels lie above them, and from which level on an axis is stored. Pure.
 *
 * Bins are powers of two wide, so that the bin of a moment is exact in doubles and two runs have levels in common.
 */
import { TILE_BINS } from "#common/tile.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";

/** The finest level has at most one cell per so many spans (DESIGN §5). */
const SPANS_PER_CELL = 8;
/** Lanes up to so many times the ranks share their finest level: the lanes of a rank are its phases and streams. */
const LANES_PER_RANK = 4;
/** Runs up to this size are one chunk at most, which gives a tile as fast as a stored one. */
const STORED_FROM_SPANS = 32_768;

export interface Levels {
  /** Width of a bin of level 0, integer ns. */
  readonly baseNs: number;
  /** At the last level one tile on each side of the origin holds the whole run. */
  readonly count: number;
}

export interface RunSize {
  readonly startNs: number;
  readonly endNs: number;
  readonly spanCount: number;
}

/** Number of rows that the finest level is made for: the lanes, or the ranks where these are few beside them. */
export function rowsToResolve(rows: Readonly<Record<RowAxis, readonly HeatmapRow[]>>): number {
  const ranks = rows.rank.length;
  const lanes = rows.lane.length;
  return Math.max(1, ranks === 0 || lanes <= LANES_PER_RANK * ranks ? lanes : ranks);
}

/** The same for every axis. @param rows see `rowsToResolve` */
export function chooseLevels({ startNs, endNs, spanCount, rows }: RunSize & { readonly rows: number }): Levels {
  const bins = Math.max(TILE_BINS, spanCount / SPANS_PER_CELL / Math.max(1, rows));
  let baseNs = 1;
  while (baseNs * bins < endNs - startNs) baseNs *= 2;
  return countLevels({ startNs, endNs, baseNs });
}

/** Levels of a run whose finest bins are `baseNs` wide. */
export function countLevels({ startNs, endNs, baseNs }: Omit<RunSize, "spanCount"> & { baseNs: number }): Levels {
  const reachNs = Math.max(-startNs, endNs);
  let count = 1;
  while (baseNs * 2 ** (count - 1) * TILE_BINS < reachNs) count++;
  return { baseNs, count };
}

/**
 * The finest level that is stored of an axis with so many rows: the first one with at most one cell per 8 spans, else the
 * last one. Undefined when nothing is stored: for small runs, and where a single level would have more cells than spans.
 */
export function finestStored(
  { startNs, endNs, spanCount }: RunSize,
  { rows, levels }: { readonly rows: number; readonly levels: Levels },
): number | undefined {
  if (spanCount <= STORED_FROM_SPANS || rows === 0) return undefined;
  const last = levels.count - 1;
  for (let level = 0; level <= last; level++) {
    const bins = Math.ceil((endNs - startNs) / (levels.baseNs * 2 ** level));
    if (rows * bins * SPANS_PER_CELL <= spanCount) return level;
  }
  return rows * TILE_BINS <= spanCount ? last : undefined;
}
