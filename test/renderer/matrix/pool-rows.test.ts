/** Rows lower than a pixel: the straggler among them is what is seen and what is pointed at. */
import { expect, test } from "vitest";

import { poolRows, rowShown } from "../../../renderer/views/matrix/pool-rows.ts";

const columns = 2;
const rows = 5;
// prettier-ignore
const values = Float64Array.of(
  1, NaN,
  9, NaN,
  2, 4,
  3, 5,
  7, NaN,
);

test("of the rows of a pool the greatest number is shown, and none where there is none", () => {
  const pooled = poolRows(values, { rows, columns, size: 2 });
  expect(pooled).toEqual({ values: Float64Array.of(9, NaN, 3, 5, 7, NaN), rows: 3, size: 2 });
});

test("rows of a pixel or more stay as they are", () => {
  expect(poolRows(values, { rows, columns, size: 1 }).values).toBe(values);
});

test("a pool is pointed at by the row that it shows", () => {
  const shownAt = (row: number, column: number) => rowShown(values, { row, column, size: 2, rows, columns });
  expect([shownAt(0, 0), shownAt(1, 0), shownAt(2, 1), shownAt(4, 0)]).toEqual([1, 1, 3, 4]);
  expect(rowShown(Float64Array.of(NaN, 3), { row: 0, column: 0, size: 2, rows: 2, columns: 1 })).toBe(1);
  // Nothing to show: the row itself.
  expect(shownAt(0, 1)).toBe(0);
});
