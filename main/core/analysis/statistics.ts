/**
 * Medians, as REFERENCE §6 means them, and the largest of many. Pure; refuses to hide an empty input: that has no median, and
 * the answer says so.
 */

/**
 * Median of the values in any order, the mean of the two middle ones for an even count; undefined for none. Reorders in place.
 * Runs in linear time: most values are never compared with most others (quickselect, Hoare 1961).
 */
export function medianInPlace(values: Float64Array): number | undefined {
  if (values.length === 0) return undefined;
  const middle = values.length >> 1;
  const upper = selectInPlace(values, middle);
  if (values.length % 2 === 1) return upper;
  let lower = -Infinity;
  for (let i = 0; i < middle; i += 1) if (values[i] > lower) lower = values[i];
  return (lower + upper) / 2;
}

/** The value that would be at `index` if they were sorted; smaller ones lie before it afterwards, larger ones behind. */
function selectInPlace(values: Float64Array, index: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = middleOfThree(values[from], values[(from + to) >> 1], values[to]);
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i] < pivot) i += 1;
      while (values[j] > pivot) j -= 1;
      if (i > j) break;
      const value = values[i];
      values[i] = values[j];
      values[j] = value;
      i += 1;
      j -= 1;
    }
    if (index <= j) to = j;
    else if (index >= i) from = i;
    else return values[index];
  }
  return values[index];
}

const middleOfThree = (a: number, b: number, c: number): number =>
  a < b ? (b < c ? b : Math.max(a, c)) : a < c ? a : Math.max(b, c);

/** The entry whose value is the lower median: the middle one, the smaller of the two middle ones for an even count; ties by order given. */
export function lowerMedianBy<T>(entries: readonly T[], valueOf: (entry: T) => number): T | undefined {
  const sorted = entries.toSorted((a, b) => valueOf(a) - valueOf(b));
  return sorted[(sorted.length - 1) >> 1];
}

/** Keeps the `most` largest of what it is given, without keeping the rest. */
export interface Largest {
  add(item: number, value: number): void;
  /** The largest first; of equal ones the one that was added first. */
  readonly items: readonly number[];
}

export function keepLargest(most: number): Largest {
  const items: number[] = [];
  const values: number[] = [];
  return {
    add(item, value) {
      if (items.length === most && value <= values[most - 1]) return;
      let at = items.length;
      while (at > 0 && values[at - 1] < value) at -= 1;
      items.splice(at, 0, item);
      values.splice(at, 0, value);
      if (items.length > most) {
        items.pop();
        values.pop();
      }
    },
    items,
  };
}
