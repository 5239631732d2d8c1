/** Medians against sorting, and the largest of many against sorting. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { keepLargest, medianInPlace } from "../../../main/core/analysis/statistics.ts";

const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 200 });

test("the median is the middle of the sorted values, or the mean of the two in the middle", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const middle = values.length >> 1;
      const [lower = 0, upper = 0] =
        values.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
      expect(medianInPlace(Float64Array.from(values))).toBe(values.length === 0 ? undefined : (lower + upper) / 2);
    }),
  );
});

test("the largest are kept in order, of equal ones the first", () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 12 }), (values, most) => {
      const kept = keepLargest(most);
      values.forEach((value, item) => kept.add(item, value));
      const expected = [...values.entries()].sort(([i, a], [j, b]) => b - a || i - j).slice(0, most);
      expect(kept.items).toEqual(expected.map(([item]) => item));
    }),
  );
});
