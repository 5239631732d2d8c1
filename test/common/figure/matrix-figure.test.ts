/** The stage × batch matrix as SVG: the colour of every cell at its place, and the scale with its histogram. */
import { expect, test } from "vitest";

import { figureColours } from "#common/figure/figure-colours.ts";
import { drawMatrixFigure } from "#common/figure/matrix-figure.ts";
import type { MatrixFigure } from "#common/figure/matrix-figure.ts";
import { findOutside, parseSvg, piecesOf, rectsOf, textsOf } from "./parse-svg.ts";

const COLOURS = figureColours("light");
const MAP = [0x440154, 0x23888e, 0xfde725];
const css = (colour = 0) => `#${colour.toString(16).padStart(6, "0")}`;

/** Colours that repeat in no row or column; every seventh cell has no work. */
function matrixOf({ rows, columns }: { rows: number; columns: number }): MatrixFigure {
  const colour = Int32Array.from({ length: rows * columns }, (_, cell) =>
    cell % 7 === 3 ? -1 : (MAP[(cell * 5 + Math.floor(cell / columns)) % 3] ?? 0),
  );
  return {
    title: "matrix <&>",
    subtitle: "forward compute time",
    rows: Array.from({ length: rows }, (_, row) => `${row} <conv>`),
    columns,
    firstBatch: Int32Array.from({ length: columns }, (_, column) => column),
    batchesPerColumn: 1,
    colour,
    textOf: (cell) => (colour[cell] === -1 ? undefined : `v${cell}`),
    scale: {
      low: "1.000 ms",
      high: "3.000 ms",
      quantity: "forward compute time",
      bins: MAP.map((own, i) => ({ colour: own, cells: [0, 1, 100][i] ?? 0 })),
      over: { colour: 0xe2431e, label: "2 cells above 3.000 ms" },
    },
  };
}

test.each([
  { rows: 4, columns: 6 },
  { rows: 28, columns: 40 },
  { rows: 60, columns: 700 },
])("$rows stages × $columns batches: every cell has its colour", (size) => {
  const matrix = matrixOf(size);
  const svg = parseSvg(drawMatrixFigure(matrix, COLOURS));
  expect(findOutside(svg)).toEqual([]);
  const own = MAP.flatMap((colour) => piecesOf(svg, css(colour)).map((rect) => ({ ...rect, colour })));
  const [left, top] = [Math.min(...own.map(({ x }) => x)), Math.min(...own.map(({ y }) => y))];
  const right = Math.max(...own.map(({ x, width }) => x + width));
  const bottom = Math.max(...own.map(({ y, height }) => y + height));
  const [columnPx, rowPx] = [(right - left) / size.columns, (bottom - top) / size.rows];
  const step = Math.max(1, Math.floor((size.rows * size.columns) / 100));
  for (let cell = 0; cell < size.rows * size.columns; cell += step) {
    const [row, column] = [Math.floor(cell / size.columns), cell % size.columns];
    const point = { x: left + (column + 0.5) * columnPx, y: top + (row + 0.4) * rowPx };
    const found = own.filter(
      ({ x, y, width, height }) => point.x >= x && point.x < x + width && point.y >= y && point.y < y + height,
    );
    const wanted = matrix.colour[cell] === -1 ? [] : [matrix.colour[cell]];
    expect(
      found.map(({ colour }) => colour),
      `row ${row}, column ${column}`,
    ).toEqual(wanted);
  }
});

test("values are written where there is room for them, none where there is not", () => {
  const texts = (size: { rows: number; columns: number }) =>
    textsOf(parseSvg(drawMatrixFigure(matrixOf(size), COLOURS)));
  expect(texts({ rows: 4, columns: 6 }).filter((text) => /^v\d+$/.test(text))).toHaveLength(21);
  expect(texts({ rows: 28, columns: 400 }).some((text) => /^v\d+$/.test(text))).toBe(false);
});

test("the scale names its ends and its unit, and its bars are the higher the more cells they stand for", () => {
  const svg = parseSvg(drawMatrixFigure(matrixOf({ rows: 2, columns: 3 }), COLOURS));
  const texts = textsOf(svg);
  for (const text of ["matrix <&>", "0 <conv>", "1.000 ms", "3.000 ms", "2 cells above 3.000 ms", "batch"]) {
    expect(texts).toContain(text);
  }
  const heights = MAP.map((colour) => Math.max(...rectsOf(svg, css(colour)).map(({ height }) => height)));
  expect(heights[0]).toBe(5);
  expect(heights[2]).toBeGreaterThan(2 * (heights[1] ?? 0));
});
