/**
 * Sets of time as sorted, disjoint half-open intervals [start, end) in integer ns, so that no nanosecond counts twice.
 *
 * All arithmetic is addition and comparison of integers below 2^53: exact. Refuses unsorted input: the caller sorts.
 */

/** Sorted by start, disjoint and not touching; entry i is [starts[i], ends[i]). */
export interface Intervals {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Union of intervals given in order of their starts. Empty ones vanish. The arrays given are reused for the result. */
export function mergeIntervals({ starts, ends }: Intervals): Intervals {
  let count = 0;
  for (let i = 0; i < starts.length; i += 1) {
    const start = starts[i];
    const end = ends[i];
    if (end <= start) continue;
    if (count > 0 && start <= ends[count - 1]) {
      if (end > ends[count - 1]) ends[count - 1] = end;
      continue;
    }
    starts[count] = start;
    ends[count] = end;
    count += 1;
  }
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count) };
}

/** Sorts intervals by start, so that they can be merged. */
export function sortIntervals({ starts, ends }: Intervals): Intervals {
  for (let i = 1; i < starts.length; i += 1) {
    if (starts[i] >= starts[i - 1]) continue;
    const order = Array.from(starts.keys()).sort((a, b) => starts[a] - starts[b]);
    return { starts: Float64Array.from(order, (at) => starts[at]), ends: Float64Array.from(order, (at) => ends[at]) };
  }
  return { starts, ends };
}

/** Ns of a union that lie in [fromNs, toNs). */
export function lengthWithin({ starts, ends }: Intervals, { fromNs, toNs }: { fromNs: number; toNs: number }): number {
  let length = 0;
  for (let i = 0; i < starts.length; i += 1) {
    if (starts[i] >= toNs) break;
    length += Math.max(0, Math.min(ends[i], toNs) - Math.max(starts[i], fromNs));
  }
  return length;
}

/** Ns of a union. */
export function totalLength({ starts, ends }: Intervals): number {
  let length = 0;
  for (let i = 0; i < starts.length; i += 1) length += ends[i] - starts[i];
  return length;
}

/** Ns of the union `of` that are not in the union `without`. */
export function lengthOutside({ of, without }: { of: Intervals; without: Intervals }): number {
  let shared = 0;
  let j = 0;
  for (let i = 0; i < of.starts.length; i += 1) {
    while (j < without.ends.length && without.ends[j] <= of.starts[i]) j += 1;
    for (let k = j; k < without.starts.length && without.starts[k] < of.ends[i]; k += 1) {
      shared += Math.min(of.ends[i], without.ends[k]) - Math.max(of.starts[i], without.starts[k]);
    }
  }
  return totalLength(of) - shared;
}

/** Union of several unions. */
export function uniteIntervals(parts: readonly Intervals[]): Intervals {
  const empty = { starts: new Float64Array(0), ends: new Float64Array(0) };
  return parts.reduce<Intervals>((union, part) => uniteTwo(union, part), empty);
}

/** Takes whichever starts first of two sorted lists: much faster than sorting millions of intervals again. */
function uniteTwo(a: Intervals, b: Intervals): Intervals {
  const count = a.starts.length + b.starts.length;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  for (let at = 0, i = 0, j = 0; at < count; at += 1) {
    const takesA = j === b.starts.length || (i < a.starts.length && a.starts[i] <= b.starts[j]);
    starts[at] = takesA ? a.starts[i] : b.starts[j];
    ends[at] = takesA ? a.ends[i] : b.ends[j];
    if (takesA) i += 1;
    else j += 1;
  }
  return mergeIntervals({ starts, ends });
}
