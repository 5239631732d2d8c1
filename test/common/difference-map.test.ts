/** The difference heatmap in numbers: signs, noise, and columns that are added up. */
import fc from "fast-check";
import { expect, test } from "vitest";

import type { DifferenceMatrix } from "#common/comparison.ts";
import {
  cellMeans,
  cellValue,
  coarsenMatrix,
  columnOfBatch,
  DIFFERENCE_COLOURS,
  differenceColour,
  scaleOf,
} from "#common/difference-map.ts";

/** One row; a cell is [A, B] in ns, of as many matched spans as said. */
function matrixOf(cells: readonly (readonly [a: number, b: number, matched?: number])[]): DifferenceMatrix {
  const columns = cells.length;
  const zeros = () => new Float64Array(columns);
  return {
    pass: "forward",
    phase: "compute",
    rows: 1,
    columns,
    batchesPerColumn: 1,
    firstBatch: Int32Array.from({ length: columns }, (_, batch) => batch),
    matched: Uint32Array.from(cells, ([, , matched = 1]) => matched),
    onlyA: new Uint32Array(columns),
    onlyB: new Uint32Array(columns),
    durationANs: Float64Array.from(cells, ([a]) => a),
    durationBNs: Float64Array.from(cells, ([, b]) => b),
    startANs: zeros(),
    startBNs: zeros(),
    waitANs: zeros(),
    waitBNs: zeros(),
  };
}

const duration = { quantity: "duration", threshold: 0.05 } as const;

test("a cell is the mean of its spans, B less A, or the ratio as a power of two", () => {
  const matrix = matrixOf([
    [100, 300, 2],
    [100, 50],
    [0, 0, 0],
  ]);
  expect(cellMeans(matrix, { cell: 0, quantity: "duration" })).toEqual({ aNs: 50, bNs: 150 });
  const valueOf = (cell: number, measure: "difference" | "ratio") =>
    cellValue(matrix, { cell, quantity: "duration", measure });
  expect([0, 1, 2].map((cell) => valueOf(cell, "difference"))).toEqual([100, -50, undefined]);
  expect(valueOf(0, "ratio")).toBeCloseTo(Math.log2(3), 12);
  expect(valueOf(1, "ratio")).toBe(-1);
});

test("what is less than the threshold of the usual duration is grey, what is more has the colour of its sign", () => {
  // The usual duration is 100: up to 5 ns of difference is noise.
  const matrix = matrixOf([
    [100, 105],
    [100, 106],
    [100, 60],
    [100, 140],
  ]);
  const scale = scaleOf(matrix, { ...duration, measure: "difference" });
  expect(scale.noise).toBe(5);
  const colourOf = (value: number) => differenceColour(value, { scale, theme: "light" });
  const { more, less, same } = DIFFERENCE_COLOURS.light;
  expect([5, -5, 0].map(colourOf)).toEqual([same, same, same]);
  expect(colourOf(6)).not.toBe(same);
  expect([40, 400].map(colourOf)).toEqual([more, more]);
  expect(colourOf(-40)).toBe(less);
});

const cells = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1, max: 4 })),
  { minLength: 1, maxLength: 40 },
);

test("with A and B swapped every cell has the other sign", () => {
  fc.assert(
    fc.property(cells, (drawn) => {
      const matrix = matrixOf(drawn);
      const swapped = matrixOf(drawn.map(([a, b, matched]) => [b, a, matched]));
      for (const cell of drawn.keys()) {
        const of = (one: DifferenceMatrix) => cellValue(one, { cell, quantity: "duration", measure: "difference" });
        expect((of(matrix) ?? 0) + (of(swapped) ?? 0)).toBe(0);
      }
    }),
  );
});

test("columns that are added up lose nothing, and still hold every batch", () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 50 }), (drawn, most) => {
      const matrix = matrixOf(drawn);
      const coarse = coarsenMatrix(matrix, most);
      expect(coarse.columns).toBeLessThanOrEqual(most);
      const sum = (column: Float64Array | Uint32Array) => [...column].reduce((all, one) => all + one, 0);
      for (const name of ["matched", "durationANs", "durationBNs"] as const) {
        expect(sum(coarse[name])).toBe(sum(matrix[name]));
      }
      for (const batch of drawn.keys()) {
        const column = columnOfBatch(coarse, batch);
        expect(coarse.firstBatch[column]).toBeLessThanOrEqual(batch);
        expect(batch).toBeLessThan((coarse.firstBatch[column] ?? 0) + coarse.batchesPerColumn);
      }
    }),
  );
});
