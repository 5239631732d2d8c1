/** Numbers as colours: limits by percentile, linear and logarithmic places, stragglers told apart, counts that add up. */
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  chooseScale,
  countByPlace,
  keyOf,
  MAP_COLOURS,
  OVER_KEY,
  packScalars,
  placeOf,
  relateToRows,
  sortNumbers,
  valueAt,
} from "../../../renderer/data/scalar-cells.ts";

const numbers = fc.array(fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 1e9 })), {
  minLength: 1,
  maxLength: 300,
});
const choices = fc.record({ percent: fc.constantFrom(0, 1, 5), isLog: fc.boolean() });

test("greater numbers never get a lower colour, and only those over the limit get the one outside the map", () => {
  fc.assert(
    fc.property(numbers, choices, (values, choice) => {
      const sorted = sortNumbers(Float64Array.from(values));
      const scale = chooseScale(sorted, choice);
      let before = 0;
      for (const value of sorted) {
        const key = keyOf(value, scale);
        expect(key).toBeGreaterThanOrEqual(before);
        expect(key === OVER_KEY).toBe(value > scale.high);
        if (key !== OVER_KEY) expect(key).toBeLessThan(MAP_COLOURS);
        before = key;
      }
    }),
  );
});

test("every number is counted once", () => {
  fc.assert(
    fc.property(numbers, choices, fc.integer({ min: 1, max: 60 }), (values, choice, bins) => {
      const sorted = sortNumbers(Float64Array.from(values));
      const { counts, below, above } = countByPlace(sorted, { scale: chooseScale(sorted, choice), bins });
      expect(counts.reduce((sum, count) => sum + count, below + above)).toBe(sorted.length);
      if (choice.percent === 0 && !choice.isLog) expect([below, above]).toEqual([0, 0]);
    }),
  );
});

test("a place and its number are each other's inverse, and equal factors are equally far apart on a logarithmic scale", () => {
  const sorted = Float64Array.of(0, 10, 100, 1000, 10_000);
  const linear = chooseScale(sorted, { percent: 0, isLog: false });
  const log = chooseScale(sorted, { percent: 0, isLog: true });
  expect([linear.low, linear.high, log.low, log.high]).toEqual([0, 10_000, 10, 10_000]);
  for (const scale of [linear, log]) {
    for (const place of [0, 0.2, 0.5, 1]) expect(placeOf(valueAt(place, scale), scale)).toBeCloseTo(place);
  }
  expect(placeOf(100, log)).toBeCloseTo(1 / 3);
  expect(placeOf(1000, log)).toBeCloseTo(2 / 3);
});

test("limits by percentile leave the outermost numbers out", () => {
  const sorted = Float64Array.from({ length: 201 }, (_, i) => i);
  expect(chooseScale(sorted, { percent: 5, isLog: false })).toMatchObject({ low: 10, high: 190 });
});

test("an absent number is an empty cell, and one straggler among equals is told apart", () => {
  const values = new Float64Array(400).fill(20);
  values[7] = NaN;
  values[300] = 90;
  const scale = chooseScale(sortNumbers(values), { percent: 1, isLog: false });
  const texels = packScalars(values, scale);
  expect(texels[7 * 4]).toBe(0);
  expect(texels[300 * 4 + 2]).toBe(OVER_KEY);
  expect(texels[301 * 4 + 2]).toBe(0);
});

test("a number against its row is a multiple of the row's median, whatever the other rows hold", () => {
  const values = Float64Array.of(10, 20, 40, NaN, 1000, 1000, 3000, 3000, 0, 0, 0, 5);
  expect([...relateToRows(values, 4)]).toEqual([0.5, 1, 2, NaN, 0.5, 0.5, 1.5, 1.5, NaN, NaN, NaN, NaN]);
});
