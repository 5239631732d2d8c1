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
  let sorted = indices.filter((i) => duration[i] > 0);
  // Spans of one lane do not overlap, so their order of start is their order of end.
  for (let at = 1; at < sorted.length; at += 1) {
    if (endOf(sorted[at - 1]) <= endOf(sorted[at])) continue;
    sorted = sorted.sort((a, b) => endOf(a) - endOf(b) || a - b);
    break;
  }
  return {
    findLast(atNs) {
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
