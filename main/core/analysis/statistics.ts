/**
 * Medians, as REFERENCE §6 means them. Pure; refuses to hide an empty input: that has no median, and the answer says so.
 */

/** Median of the values in any order, the mean of the two middle ones for an even count; undefined for none. Sorts in place. */
export function medianInPlace(values: Float64Array): number | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/** The entry whose value is the lower median: the middle one, the smaller of the two middle ones for an even count; ties by order given. */
export function lowerMedianBy<T>(entries: readonly T[], valueOf: (entry: T) => number): T | undefined {
  const sorted = entries.toSorted((a, b) => valueOf(a) - valueOf(b));
  return sorted[(sorted.length - 1) >> 1];
}
