/**
 * Which level of tiles to draw for a zoom, and whether the raw spans can be drawn instead.
 *
 * A bin is never narrower than a device pixel: nearest sampling then shows every bin, so no bubble falls between two
 * pixels ("just under one bin per device pixel", DESIGN §5). Level k has bins of `baseNs · 2^k`.
 */
import { countRowLevels, TILE_BINS } from "#common/tile.ts";

export interface Levels {
  readonly baseNs: number;
  readonly count: number;
}

/** More spans than this on screen are drawn from tiles even where the finest bins are wider than a pixel. */
const RAW_SPAN_LIMIT = 120_000;
/** A hundred rows over a wide screen. The picture of raw spans is drawn by the CPU, some 30 ns a texel. */
const RAW_TEXEL_LIMIT = 200_000;

export function binWidthNs({ baseNs }: Pick<Levels, "baseNs">, level: number): number {
  return baseNs * 2 ** level;
}

/** The finest level whose bins are at least `nsPerDevicePx` wide; the last level where none is. */
export function chooseLevel({ baseNs, count }: Levels, nsPerDevicePx: number): number {
  if (nsPerDevicePx <= baseNs) return 0;
  let level = Math.ceil(Math.log2(nsPerDevicePx / baseNs));
  // A logarithm may round either way: decide with the bins' exact widths.
  while (level > 0 && binWidthNs({ baseNs }, level - 1) >= nsPerDevicePx) level -= 1;
  while (binWidthNs({ baseNs }, level) < nsPerDevicePx) level += 1;
  return Math.min(level, Math.max(0, count - 1));
}

/** A tile below the levels that are stored is binned from its spans when it is asked for: of these at most so many. */
const FINE_TILE_SPANS = 262_144;

/**
 * The level to draw where bins of level 0 are wider than a pixel and raw spans are not drawn: below 0 if the spans of a tile
 * are few enough to be binned when asked for, else 0. Bins are at least a pixel wide and a whole number of ns.
 */
export function chooseFineLevel({
  levels: { baseNs },
  nsPerDevicePx,
  spanCount,
  extentNs,
}: {
  levels: Levels;
  nsPerDevicePx: number;
  spanCount: number;
  extentNs: number;
}): number {
  const leastNs = Math.max(1, nsPerDevicePx);
  let level = 0;
  while (binWidthNs({ baseNs }, level - 1) >= leastNs) level -= 1;
  const tileNs = binWidthNs({ baseNs }, level) * TILE_BINS;
  return (spanCount * tileNs) / extentNs <= FINE_TILE_SPANS ? level : 0;
}

/**
 * How many rows a line of cells stands for, as a power of two: the least with which a line is no lower than a device pixel,
 * so that here too nothing falls between two pixels.
 */
export function chooseRowLevel({ rowHeightPx, rowCount }: { rowHeightPx: number; rowCount: number }): number {
  let rowLevel = 0;
  while (rowHeightPx * 2 ** rowLevel < 1 && rowLevel < countRowLevels(rowCount) - 1) rowLevel += 1;
  return rowLevel;
}

/**
 * Whether to draw raw spans: the finest bins are wider than a device pixel, the spans of the window, taken as evenly spread
 * over the run's time and rows, are few enough to read, and the rows on screen few enough to be drawn anew every frame.
 */
export function drawsRawSpans({
  levels,
  nsPerDevicePx,
  spanCount,
  shareOfTime,
  shareOfRows,
  texels,
}: {
  levels: Levels;
  nsPerDevicePx: number;
  spanCount: number;
  shareOfTime: number;
  shareOfRows: number;
  /** Rows on screen · device pixels of a row. */
  texels: number;
}): boolean {
  return (
    nsPerDevicePx < levels.baseNs &&
    texels <= RAW_TEXEL_LIMIT &&
    spanCount * Math.min(1, shareOfTime) * Math.min(1, shareOfRows) <= RAW_SPAN_LIMIT
  );
}
