/**
 * Which level of tiles to draw for a zoom, and whether the raw spans can be drawn instead.
 *
 * A bin is never narrower than a device pixel: nearest sampling then shows every bin, so no bubble falls between two
 * pixels ("just under one bin per device pixel", DESIGN §5). Level k has bins of `baseNs · 2^k`.
 */

export interface Levels {
  readonly baseNs: number;
  readonly count: number;
}

/** More spans than this on screen are drawn from tiles even where the finest bins are wider than a pixel. */
const RAW_SPAN_LIMIT = 120_000;

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

/**
 * Whether to draw raw spans: the finest bins are wider than a device pixel, and the spans of the window, taken as evenly
 * spread over the run's time and rows, are few enough to read.
 */
export function drawsRawSpans({
  levels,
  nsPerDevicePx,
  spanCount,
  shareOfTime,
  shareOfRows,
}: {
  levels: Levels;
  nsPerDevicePx: number;
  spanCount: number;
  shareOfTime: number;
  shareOfRows: number;
}): boolean {
  return (
    nsPerDevicePx < levels.baseNs && spanCount * Math.min(1, shareOfTime) * Math.min(1, shareOfRows) <= RAW_SPAN_LIMIT
  );
}
