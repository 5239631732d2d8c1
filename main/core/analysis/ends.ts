/**
 * Spans in order of their ends, to find which was the last to end. Spans without length are left out: nothing waits for them,
 * and a walk from span to span could go in circles between them.
 */
import { NONE } from "#common/ids.ts";
import type { SpanColumns } from "#common/model.ts";

export interface ByEnd {
  /** The last span that ended at `atNs` or before, or NONE. */
  findLast(atNs: number): number;
}

export function sortByEnd({ start, duration }: SpanColumns, indices: Int32Array): ByEnd {
  const endOf = (i: number): number => start[i] + duration[i];
  let sorted: Int32Array | undefined;
  /** Only when somebody asks: of most ranks nobody does. */
  function sort(): Int32Array {
    const kept = new Int32Array(indices.length);
    let count = 0;
    let isSorted = true;
    let last = -Infinity;
    for (const i of indices) {
      if (duration[i] === 0) continue;
      const end = start[i] + duration[i];
      if (end < last) isSorted = false;
      last = end;
      kept[count++] = i;
    }
    const found = kept.subarray(0, count);
    // Spans of one lane do not overlap, so their order of start is their order of end.
    return isSorted ? found : found.sort((a, b) => endOf(a) - endOf(b) || a - b);
  }
  return {
    findLast(atNs) {
      sorted ??= sort();
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (endOf(sorted[middle]) <= atNs) low = middle + 1;
        else high = middle;
      }
      return low === 0 ? NONE : sorted[low - 1];
    },
  };
}
