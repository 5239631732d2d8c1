/**
 * Finds partners by equal keys: the k-th entry of a key in A belongs with the k-th of that key in B.
 *
 * Works on columns alone, for runs of millions of spans: keys are integers, tables are arrays wherever the keys are dense, as
 * those of pipelines are, and positions among the sorted keys where they are not.
 */
import { NONE } from "#common/ids.ts";

/** Tables of fewer entries than this are arrays in any case. */
const ALWAYS_DENSE = 1 << 16;
/** Entries of an array for each key that is looked up. */
const SPARSEST = 8;

/**
 * @param keys non-negative integers below `bound`, NONE for what belongs with nothing
 * @returns for every entry of A that of B, and the other way round; NONE where there is no partner
 */
export function matchKeys(
  { a, b }: { readonly a: Float64Array; readonly b: Float64Array },
  { bound }: { readonly bound: number },
): { readonly partnerOfA: Int32Array; readonly partnerOfB: Int32Array } {
  const entries = createEntries(b, {
    bound,
    isDense: bound <= Math.max(ALWAYS_DENSE, SPARSEST * (a.length + b.length)),
  });
  // Filled from the back, so that the first comes first; `next` leads on to the others of the same key.
  const next = new Int32Array(b.length).fill(NONE);
  const first = new Int32Array(entries.count).fill(NONE);
  for (let j = b.length - 1; j >= 0; j -= 1) {
    if (b[j] === NONE) continue;
    const entry = entries.find(b[j]);
    next[j] = first[entry];
    first[entry] = j;
  }
  const partnerOfA = new Int32Array(a.length).fill(NONE);
  const partnerOfB = new Int32Array(b.length).fill(NONE);
  for (let i = 0; i < a.length; i += 1) {
    const entry = a[i] === NONE ? NONE : entries.find(a[i]);
    if (entry === NONE || first[entry] === NONE) continue;
    const j = first[entry];
    first[entry] = next[j];
    partnerOfA[i] = j;
    partnerOfB[j] = i;
  }
  return { partnerOfA, partnerOfB };
}

interface Entries {
  readonly count: number;
  /** NONE for a key that B does not have. */
  find(key: number): number;
}

function createEntries(
  keys: Float64Array,
  { bound, isDense }: { readonly bound: number; readonly isDense: boolean },
): Entries {
  if (isDense) return { count: bound, find: (key) => key };
  const sorted = keys.slice().sort();
  let count = 0;
  for (const key of sorted) {
    if (key === NONE || (count > 0 && sorted[count - 1] === key)) continue;
    sorted[count] = key;
    count += 1;
  }
  return {
    count,
    find(key) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] < key) low = middle + 1;
        else high = middle;
      }
      return low < count && sorted[low] === key ? low : NONE;
    },
  };
}
