/**
 * Drawing data: what a cell of the heatmap is, and how cells are addressed (DESIGN §5).
 *
 * A tile covers `TILE_ROWS` rows × `TILE_BINS` bins of one level. A bin of level k is `baseNs · 2^k` wide, so that every
 * level halves the bins of the one below; bin i covers [i, i + 1) · width, counted from the run's origin (for a run whose
 * first span starts before the origin, i is negative). Rows are addressed by their position, not by rank or lane.
 */
import type { LaneId } from "./ids.ts";

/** What a row of the heatmap is: a rank of a replica, a stage of a replica, or a lane. */
export const ROW_AXES = ["rank", "stage", "lane"] as const;
export type RowAxis = (typeof ROW_AXES)[number];

export const TILE_ROWS = 64;
export const TILE_BINS = 256;

/** One row of the heatmap. Rows of an axis are listed once per run; a tile refers to them by position. */
export interface HeatmapRow {
  /** Present on rows of ranks and stages. */
  readonly replica?: number;
  readonly rank?: number;
  /** Ordinal of the stage; present on rows of stages. */
  readonly stage?: number;
  /** Lanes whose spans fill the row: one on lane rows. */
  readonly lanes: readonly LaneId[];
  readonly label: string;
}

/** Address of a tile within a run. */
export interface TileKey {
  readonly axis: RowAxis;
  /** Bins are `baseNs · 2^level` wide, a whole number of ns; levels below 0 are binned from the spans when asked for. */
  readonly level: number;
  /** The tile's first row is `rowBlock · TILE_ROWS · 2^rowLevel`. */
  readonly rowBlock: number;
  /**
   * Each line of cells stands for 2^rowLevel neighbouring rows, for plots with more rows than pixels: parts are covered parts
   * of all of these rows' time, so that 0 is still exactly idle; who dominates is summed over them. Absent: 0, one row each.
   */
  readonly rowLevel?: number;
  /** The tile's first bin is `column · TILE_BINS`. */
  readonly column: number;
}

/** "No stage" and "no batch" in a cell. */
export const NO_STAGE = 0xffff;
export const NO_BATCH = 0xffff_ffff;

/**
 * Cells of one tile, row-major: the cell of row r and bin b of the tile is entry `r · TILE_BINS + b`; every array has
 * `TILE_ROWS · TILE_BINS` entries, rows past the last one are empty.
 */
export interface Tile {
  /** Covered part of the bin: union of the row's compute spans in integer ns, quantised once. 0 only if exactly idle, 255 only if exactly full. */
  readonly coverage: Uint8Array;
  /** On rows of stages: covered part of the bin in which the owning rank runs another stage (the pale tint), quantised likewise. Empty elsewhere. */
  readonly elsewhere: Uint8Array;
  /** Ordinal of the stage with the longest share of the bin, or `NO_STAGE`. */
  readonly stage: Uint16Array;
  /** Index in `PASSES` and `PHASES` of that stage's longest share: `pass · 16 + phase`. */
  readonly kind: Uint8Array;
  /** Batch with the longest share, or `NO_BATCH`. */
  readonly batch: Uint32Array;
  /** Spans that touch the bin, saturated. */
  readonly count: Uint16Array;
}

/** Text of a tile key: equal keys, equal texts. */
export function tileKeyText({ axis, level, rowBlock, column, rowLevel = 0 }: TileKey): string {
  return `${axis}/${level}/${rowBlock}/${column}${rowLevel === 0 ? "" : `/${rowLevel}`}`;
}

/** Axes with at most so many rows have no levels of rows: there is a pixel for each. */
const ROWS_WITHOUT_LEVELS = 256;

/** How many levels of rows an axis has; the last one has at most 256 lines. */
export function countRowLevels(rows: number): number {
  let count = 1;
  while (rows > ROWS_WITHOUT_LEVELS * 2 ** (count - 1)) count++;
  return count;
}

/** Quantises a covered part of a bin: `covered` and `width` in integer ns, 0 ≤ covered ≤ width. 0 only if idle, 255 only if full. */
export function quantiseCoverage({ covered, width }: { covered: number; width: number }): number {
  if (covered <= 0) return 0;
  if (covered >= width) return 255;
  return Math.min(254, Math.max(1, Math.round((covered / width) * 255)));
}
