/**
 * Finds what the calls of one thread launched between two moments: how many operations, from when to when. A tree over the
 * launches in order of time answers in the logarithm of their number, whatever nests in whatever.
 */

/** Operations launched in a range of time, on the clock of the trace in ns. */
export interface LaunchedWork {
  count: number;
  startNs: number;
  endNs: number;
}

export function noWork(): LaunchedWork {
  return { count: 0, startNs: Infinity, endNs: -Infinity };
}

export class LaunchIndex {
  #launches: { readonly at: number; readonly startNs: number; readonly endNs: number }[] = [];
  #at = new Float64Array(0);
  /** Least start and greatest end of the subtree: leaves are size … 2 · size − 1. */
  #starts = new Float64Array(0);
  #ends = new Float64Array(0);

  add(at: number, startNs: number, endNs: number): void {
    this.#launches.push({ at, startNs, endNs });
  }

  /** Call once, when all launches are in. */
  build(): void {
    const size = this.#launches.length;
    this.#launches.sort((a, b) => a.at - b.at);
    this.#at = Float64Array.from(this.#launches, ({ at }) => at);
    this.#starts = new Float64Array(2 * size);
    this.#ends = new Float64Array(2 * size);
    this.#launches.forEach(({ startNs, endNs }, index) => {
      this.#starts[size + index] = startNs;
      this.#ends[size + index] = endNs;
    });
    for (let node = size - 1; node > 0; node--) {
      this.#starts[node] = Math.min(this.#starts[2 * node], this.#starts[2 * node + 1]);
      this.#ends[node] = Math.max(this.#ends[2 * node], this.#ends[2 * node + 1]);
    }
    this.#launches.length = 0;
  }

  /** Adds to `work` what was launched at a moment in [fromNs, toNs). */
  collect(fromNs: number, toNs: number, work: LaunchedWork): void {
    const size = this.#at.length;
    let left = firstAtOrAfter(this.#at, fromNs);
    let right = firstAtOrAfter(this.#at, toNs);
    if (left >= right) return;
    work.count += right - left;
    for (left += size, right += size; left < right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) this.#take(left++, work);
      if ((right & 1) === 1) this.#take(--right, work);
    }
  }

  #take(node: number, work: LaunchedWork): void {
    if (this.#starts[node] < work.startNs) work.startNs = this.#starts[node];
    if (this.#ends[node] > work.endNs) work.endNs = this.#ends[node];
  }
}

/** Place of the first value of an ascending list that is not below `value`. */
export function firstAtOrAfter(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
