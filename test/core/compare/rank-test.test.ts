/** The rank test and its interval against counting out all possibilities and against published tables. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { estimateShift, findDiscoveries, testRanks } from "../../../main/core/compare/rank-test.ts";

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const range = (from: number, count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => from + i);

/** Two-sided p-value of the rank sum over every way to choose which values are those of A. */
function countOut(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const rankOf = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rankOf);
  const middle = (a.length * (all.length + 1)) / 2;
  const sumOf = (chosen: readonly number[]): number => chosen.reduce((sum, at) => sum + ranks[at], 0);
  const seen = Math.abs(sumOf(a.map((_, at) => at)) - middle);
  let ways = 0;
  let extreme = 0;
  for (let set = 0; set < 1 << all.length; set += 1) {
    const chosen = all.flatMap((_, at) => ((set >> at) & 1 ? [at] : []));
    if (chosen.length !== a.length) continue;
    ways += 1;
    if (Math.abs(sumOf(chosen) - middle) >= seen - 1e-9) extreme += 1;
  }
  return extreme / ways;
}

describe("the rank test", () => {
  test("gives the share of all orders that are as extreme, ties included", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(testRanks({ a: sorted(a), b: sorted(b) })).toBeCloseTo(countOut(a, b), 12);
      }),
      { numRuns: 200 },
    );
  });

  test("cannot call three against three significant, but four against four", () => {
    expect(testRanks({ a: range(0, 3), b: range(10, 3) })).toBeCloseTo(0.1, 12);
    expect(testRanks({ a: range(0, 4), b: range(10, 4) })).toBeCloseTo(2 / 70, 12);
  });

  test("finds nothing where all values are equal, or a sample is empty", () => {
    expect(testRanks({ a: new Float64Array(40).fill(7), b: new Float64Array(40).fill(7) })).toBe(1);
    expect(testRanks({ a: new Float64Array(0), b: range(0, 9) })).toBeUndefined();
  });

  test("calls about one in twenty pairs of equal samples different, for large ones too", () => {
    let state = 1;
    const random = (): number => (state = Math.imul(state, 48271) >>> 0) / 2 ** 32;
    let called = 0;
    for (let trial = 0; trial < 2000; trial += 1) {
      const [a, b] = [25, 30].map((size) => sorted(Array.from({ length: size }, random)));
      if ((testRanks({ a, b }) ?? 1) < 0.05) called += 1;
    }
    expect(called / 2000).toBeGreaterThan(0.03);
    expect(called / 2000).toBeLessThan(0.07);
  });
});

describe("the interval", () => {
  test("leaves out as many differences as the tables of the test allow", () => {
    // Critical values of U, two-sided 5 %: 2 for 5 against 5, 23 for 10 against 10 (Mann and Whitney 1947).
    for (const { size, critical } of [
      { size: 5, critical: 2 },
      { size: 10, critical: 23 },
    ]) {
      const a = range(0, size);
      const b = Float64Array.from({ length: size }, (_, i) => 1000 * i);
      const differences = sorted([...b].flatMap((y) => [...a].map((x) => y - x)));
      const { low, high, confidence } = estimateShift({ a, b });
      expect([low, high]).toEqual([differences[critical], differences[differences.length - 1 - critical]]);
      expect(confidence).toBeGreaterThanOrEqual(0.95);
    }
  });

  test("says which level so few values allow", () => {
    expect(estimateShift({ a: range(0, 2), b: range(5, 2) })).toEqual({
      shift: 5,
      low: 4,
      high: 6,
      confidence: 1 - 2 / 6,
    });
  });
});

test("of many tests those are believed that keep false discoveries at one in twenty", () => {
  // The example of Benjamini and Hochberg (1995), section 3.2: fifteen p-values, of which the first four are believed.
  const pValues = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(findDiscoveries(pValues).flatMap((believed, at) => (believed ? [at] : []))).toEqual([0, 1, 2, 3]);
  expect(findDiscoveries([0.04, undefined])).toEqual([true, false]);
  expect(findDiscoveries([])).toEqual([]);
});
