/**
 * Puts collected spans in canonical order: start, lane, longer first, then the order of reading. Traces are nearly sorted
 * (by thread, by end, by rank file), so this is a merge sort of the runs that are there: sorted input costs one comparison a
 * span.
 */

/** What decides the order; entry i of every array is row i. */
export interface OrderKeys {
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly lane: Int32Array;
  /** Rank of each lane among the lanes. */
  readonly laneRank: Int32Array;
}

/** Runs shorter than this are lengthened by insertion before merging. */
const SHORTEST_RUN = 24;

/** Sorts `rows` in place. */
export function orderRows(rows: Uint32Array, keys: OrderKeys): void {
  const length = rows.length;
  let firstFall = 1;
  while (firstFall < length && !isAfter(keys, rows[firstFall - 1], rows[firstFall])) firstFall++;
  if (firstFall >= length) return;
  const ends = findRuns(rows, keys, firstFall);
  let from: Uint32Array = rows;
  let to: Uint32Array = new Uint32Array(length);
  let runs = ends;
  while (runs.length > 1) {
    const merged: number[] = [];
    let start = 0;
    for (let index = 0; index < runs.length; index += 2) {
      const middle = runs[index];
      const end = index + 1 < runs.length ? runs[index + 1] : middle;
      mergeRuns({ from, to, start, middle, end }, keys);
      merged.push(end);
      start = end;
    }
    [from, to] = [to, from];
    runs = merged;
  }
  if (from !== rows) rows.set(from);
}

/** Ends of ascending runs, each at least SHORTEST_RUN long but the last. */
function findRuns(rows: Uint32Array, keys: OrderKeys, firstFall: number): number[] {
  const { length } = rows;
  const ends: number[] = [];
  let end = firstFall;
  let start = 0;
  while (start < length) {
    if (end <= start) end = start + 1;
    while (end < length && !isAfter(keys, rows[end - 1], rows[end])) end++;
    const wanted = Math.min(length, start + SHORTEST_RUN);
    for (; end < wanted; end++) {
      const row = rows[end];
      let place = end;
      while (place > start && isAfter(keys, rows[place - 1], row)) rows[place] = rows[--place];
      rows[place] = row;
    }
    ends.push(end);
    start = end;
  }
  return ends;
}

interface Merge {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

function mergeRuns({ from, to, start, middle, end }: Merge, keys: OrderKeys): void {
  let left = start;
  let right = middle;
  let place = start;
  while (left < middle && right < end) {
    to[place++] = isAfter(keys, from[left], from[right]) ? from[right++] : from[left++];
  }
  while (left < middle) to[place++] = from[left++];
  while (right < end) to[place++] = from[right++];
}

/** Whether row a comes after row b; rows are told apart by their number, so no two are equal. */
function isAfter({ start, duration, lane, laneRank }: OrderKeys, a: number, b: number): boolean {
  const startA = start[a];
  const startB = start[b];
  if (startA !== startB) return startA > startB;
  const laneA = lane[a];
  const laneB = lane[b];
  if (laneA !== laneB) return laneRank[laneA] > laneRank[laneB];
  const durationA = duration[a];
  const durationB = duration[b];
  return durationA !== durationB ? durationA < durationB : a > b;
}
