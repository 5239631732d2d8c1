/**
 * Numbers as colours: limits, the place of a number between them, texels for the scene, and the histogram of the legend.
 * Pure. A number over the upper limit is told apart from one at it: a straggler is never just the last colour of the map.
 */
import { TEXEL_BYTES } from "./cell-key.ts";

export interface ScalarScale {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
}

/** Places of the colour map; the key of a cell is its place. */
export const MAP_COLOURS = 251;
/** Key of numbers above the upper limit. */
export const OVER_KEY = 255;

/** The numbers that are there, ascending. */
export function sortNumbers(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/**
 * Every number as a multiple of the median of its row: how much slower than its peers, the other batches of its stage.
 * Rows whose median is 0 have none.
 */
export function relateToRows(values: Float64Array, columns: number): Float64Array {
  const related = new Float64Array(values.length).fill(NaN);
  for (let from = 0; from < values.length; from += columns) {
    const sorted = sortNumbers(values.subarray(from, from + columns));
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    if (sorted.length === 0 || median === 0) continue;
    for (let i = from; i < from + columns; i++) related[i] = values[i] / median;
  }
  return related;
}

/**
 * Limits that leave out `percent` of the numbers on either side; with 0 the least and the greatest. The logarithmic ones
 * begin at the least number above 0.
 * @param sorted ascending, without NaN
 */
export function chooseScale(
  sorted: Float64Array,
  { percent, isLog }: { percent: number; isLog: boolean },
): ScalarScale {
  if (sorted.length === 0) return { low: 0, high: 1, isLog: false };
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const low = at(percent / 100);
  const high = at(1 - percent / 100);
  if (!isLog) return { low, high, isLog };
  const least = sorted.find((value) => value > 0);
  if (least === undefined) return { low, high, isLog: false };
  return { low: Math.max(low, least), high: Math.max(high, least), isLog };
}

/**
 * 0 at the lower limit and below, 1 at the upper one and above.
 * @internal Tests check that it and `valueAt` are each other's inverse.
 */
export function placeOf(value: number, { low, high, isLog }: ScalarScale): number {
  if (value <= low) return 0;
  if (value >= high) return 1;
  return isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The number at a place between the limits. */
export function valueAt(place: number, { low, high, isLog }: ScalarScale): number {
  return isLog ? low * (high / low) ** place : low + place * (high - low);
}

/** Place of a number in the colour map, as the key of its cell. */
export function keyOf(value: number, scale: ScalarScale): number {
  return value > scale.high ? OVER_KEY : Math.round(placeOf(value, scale) * (MAP_COLOURS - 1));
}

/** Texels as the scene's cells: full with the key of the number, or empty where there is none. */
export function packScalars(values: Float64Array, scale: ScalarScale): Uint8Array {
  const texels = new Uint8Array(values.length * TEXEL_BYTES);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    texels[i * TEXEL_BYTES] = 255;
    texels[i * TEXEL_BYTES + 2] = keyOf(values[i], scale);
  }
  return texels;
}

/** How many numbers lie in each of `bins` equal parts between the limits, and how many outside. */
export function countByPlace(
  sorted: Float64Array,
  { scale, bins }: { scale: ScalarScale; bins: number },
): { readonly counts: readonly number[]; readonly below: number; readonly above: number } {
  const counts = new Array<number>(bins).fill(0);
  let [below, above] = [0, 0];
  for (const value of sorted) {
    if (value < scale.low) below += 1;
    else if (value > scale.high) above += 1;
    else counts[Math.min(bins - 1, Math.floor(placeOf(value, scale) * bins))] += 1;
  }
  return { counts, below, above };
}
