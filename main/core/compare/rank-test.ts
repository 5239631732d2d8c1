/**
 * Whether two samples differ by more than noise, without assuming a distribution: the Mann–Whitney test (two-sided; exact for
 * small samples, ties included, else the normal approximation with tie and continuity correction), the Hodges–Lehmann shift
 * with the confidence interval that belongs to the test (Hollander and Wolfe, Nonparametric Statistical Methods, ch. 4), and
 * the false discovery rate of many tests at once (Benjamini and Hochberg 1995).
 *
 * Swapping the samples changes no p-value and negates every shift exactly.
 */

/** Both samples together: up to here the distribution under "no difference" is counted out. */
const MOST_EXACT = 30;
/** Standard normal quantile of 97.5 %. */
const Z_95 = 1.959963984540054;
const LEVEL = 0.95;

/** @param samples sorted ascending @returns the two-sided p-value; undefined when a sample is empty */
export function testRanks({ a, b }: { readonly a: Float64Array; readonly b: Float64Array }): number | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  const { doubledSum, doubledRanks, tieTerm } = rankTogether(a, b);
  const total = a.length + b.length;
  if (total <= MOST_EXACT) return exactPValue({ doubledRanks, doubledSum, size: a.length });
  const mean = (a.length * (total + 1)) / 2;
  const variance = ((a.length * b.length) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(doubledSum / 2 - mean) - 0.5);
  return Math.min(1, 2 * upperTail(distance / Math.sqrt(variance)));
}

/** Midranks of both samples together, doubled so that they are integers. */
function rankTogether(
  a: Float64Array,
  b: Float64Array,
): { doubledSum: number; doubledRanks: Int32Array; tieTerm: number } {
  const total = a.length + b.length;
  const doubledRanks = new Int32Array(total);
  let doubledSum = 0;
  let tieTerm = 0;
  for (let at = 0, i = 0, j = 0; at < total;) {
    const value = Math.min(i < a.length ? a[i] : Infinity, j < b.length ? b[j] : Infinity);
    const firstA = i;
    const from = at;
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    at = i + j;
    const tied = at - from;
    const doubledRank = from + 1 + at;
    doubledRanks.fill(doubledRank, from, at);
    doubledSum += (i - firstA) * doubledRank;
    tieTerm += tied * (tied * tied - 1);
  }
  return { doubledSum, doubledRanks, tieTerm };
}

/** Share of all choices of `size` ranks whose sum is at least as far from the middle as the one seen. */
function exactPValue({
  doubledRanks,
  doubledSum,
  size,
}: {
  readonly doubledRanks: Int32Array;
  readonly doubledSum: number;
  readonly size: number;
}): number {
  const all = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  // ways[k · (all + 1) + s]: choices of k ranks with the sum s.
  const ways = new Float64Array((size + 1) * (all + 1));
  ways[0] = 1;
  for (const rank of doubledRanks) {
    for (let k = size; k >= 1; k -= 1) {
      for (let s = all; s >= rank; s -= 1) ways[k * (all + 1) + s] += ways[(k - 1) * (all + 1) + s - rank];
    }
  }
  // Distances are compared as integers: |sum / 2 − size · (total + 1) / 2|, times the number of ranks.
  const middle = (all * size) / doubledRanks.length;
  const seen = Math.abs(doubledSum - middle);
  let extreme = 0;
  let choices = 0;
  for (let s = 0; s <= all; s += 1) {
    const count = ways[size * (all + 1) + s];
    choices += count;
    if (Math.abs(s - middle) >= seen - 1e-9) extreme += count;
  }
  return Math.min(1, extreme / choices);
}

/** P(Z ≥ z) of the standard normal distribution for z ≥ 0, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

export interface Shift {
  /** Hodges–Lehmann estimate of b − a, and its confidence interval: whole numbers. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** @param samples not empty, of at most some thousands: all differences are looked at */
export function estimateShift({ a, b }: { readonly a: Float64Array; readonly b: Float64Array }): Shift {
  const count = a.length * b.length;
  const differences = new Float64Array(count);
  let at = 0;
  for (const x of a) for (const y of b) differences[at++] = y - x;
  differences.sort();
  const middle = (differences[(count - 1) >> 1] + differences[count >> 1]) / 2;
  const { outside, confidence } = countOutside({ sizeA: a.length, sizeB: b.length });
  return {
    shift: Math.trunc(middle),
    low: differences[outside],
    high: differences[count - 1 - outside],
    confidence,
  };
}

/** How many differences lie below the interval (and as many above) at the level of 95 %, or at the best there is. */
function countOutside({ sizeA, sizeB }: { readonly sizeA: number; readonly sizeB: number }): {
  outside: number;
  confidence: number;
} {
  const count = sizeA * sizeB;
  if (sizeA + sizeB > MOST_EXACT) {
    const spread = Math.sqrt((count * (sizeA + sizeB + 1)) / 12);
    return { outside: Math.max(0, Math.floor(count / 2 - Z_95 * spread) - 1), confidence: LEVEL };
  }
  const below = countStatistics(sizeA, sizeB);
  const all = below.reduce((sum, ways) => sum + ways, 0);
  let tail = below[0];
  let outside = 0;
  while ((2 * (tail + below[outside + 1])) / all <= 1 - LEVEL) {
    outside += 1;
    tail += below[outside];
  }
  return { outside, confidence: 1 - (2 * tail) / all };
}

/** Number of orderings of two samples without ties by the Mann–Whitney statistic U = 0 … sizeA · sizeB. */
function countStatistics(sizeA: number, sizeB: number): Float64Array {
  const bound = sizeA * sizeB;
  // ways[k · (bound + 1) + u]: choices of k places for A with the statistic u.
  const ways = new Float64Array((sizeA + 1) * (bound + 1));
  ways[0] = 1;
  for (let place = 0; place < sizeA + sizeB; place += 1) {
    for (let k = Math.min(sizeA, place + 1); k >= 1; k -= 1) {
      const step = place - (k - 1); // entries of B before the k-th of A
      if (step > sizeB) continue;
      for (let u = bound; u >= step; u -= 1) ways[k * (bound + 1) + u] += ways[(k - 1) * (bound + 1) + u - step];
    }
  }
  return ways.subarray(sizeA * (bound + 1));
}

const DISCOVERY_RATE = 0.05;

/** Which of many tests to believe so that of those believed at most 5 % are expected to be noise. Undefined: no test. */
export function findDiscoveries(pValues: readonly (number | undefined)[]): boolean[] {
  const sorted = pValues.filter((p) => p !== undefined).sort((p, q) => p - q);
  const count = sorted.findLastIndex((p, k) => p <= (DISCOVERY_RATE * (k + 1)) / sorted.length);
  const limit = count === -1 ? -1 : sorted[count];
  return pValues.map((p) => p !== undefined && p <= limit);
}
