/** The step grid as SVG: every square where its row and step say, as large as it can be read, with its number. */
import { expect, test } from "vitest";

import { figureColours } from "#common/figure/figure-colours.ts";
import { drawStepFigure } from "#common/figure/step-figure.ts";
import type { StepFigure } from "#common/figure/step-figure.ts";
import { findOutside, parseSvg, piecesOf, textsOf } from "./parse-svg.ts";

const CONV = 0x8457c9;
const RES = 0x2f9e63;

/** A diagonal: batch b is at row r in step b + r. */
function diagonal({ rows, batches }: { rows: number; batches: number }): StepFigure {
  const cells = Array.from({ length: rows * batches }, (_, at) => ({
    row: Math.floor(at / batches),
    batch: at % batches,
  }));
  return {
    title: "steps <of> a & b",
    subtitle: "step grid",
    labels: Array.from({ length: rows }, (_, row) => `${row} "conv" & <res>`),
    cells: {
      row: Int32Array.from(cells, ({ row }) => row),
      step: Int32Array.from(cells, ({ row, batch }) => row + batch),
      colour: Uint32Array.from(cells, ({ row }) => (row % 2 === 0 ? CONV : RES)),
      number: Int32Array.from(cells, ({ row }) => row),
    },
    fromStep: 0,
    toStep: rows + batches - 1,
    axisTitle: "step of 1.000 ms",
    legend: [
      { label: "conv", colour: CONV },
      { label: "res", colour: RES },
    ],
  };
}

test.each([
  { rows: 4, batches: 3 },
  { rows: 28, batches: 16 },
  { rows: 28, batches: 200 },
  { rows: 40, batches: 600 },
])("$rows rows × $batches batches: a square for each cell, at its row and step", (size) => {
  const svg = parseSvg(drawStepFigure(diagonal(size), figureColours("light")));
  expect(findOutside(svg)).toEqual([]);
  const squares = [...piecesOf(svg, "#8457c9"), ...piecesOf(svg, "#2f9e63")];
  expect(squares).toHaveLength(size.rows * size.batches);
  const [left, top] = [Math.min(...squares.map(({ x }) => x)), Math.min(...squares.map(({ y }) => y))];
  const right = Math.max(...squares.map(({ x }) => x));
  const bottom = Math.max(...squares.map(({ y }) => y));
  const steps = size.rows + size.batches - 1;
  const columnPx = (right - left) / (steps - 1);
  const rowPx = (bottom - top) / (size.rows - 1);
  expect(rowPx).toBeCloseTo(Math.max(1, columnPx), 1);
  const places = new Set(
    squares.map(({ x, y }) => `${Math.round((y - top) / rowPx)} ${Math.round((x - left) / columnPx)}`),
  );
  const cells = Array.from({ length: size.rows * size.batches }, (_, at) => {
    const row = Math.floor(at / size.batches);
    return `${row} ${row + (at % size.batches)}`;
  });
  expect(cells.filter((cell) => !places.has(cell))).toEqual([]);
});

test("squares that can be read carry their numbers, and the axis counts the steps", () => {
  const texts = textsOf(parseSvg(drawStepFigure(diagonal({ rows: 28, batches: 16 }), figureColours("dark"))));
  expect(texts.filter((text) => text === "27").length).toBeGreaterThanOrEqual(16);
  for (const text of ["steps <of> a & b", "step grid", '0 "conv" & <res>', "step of 1.000 ms", "conv", "res"]) {
    expect(texts).toContain(text);
  }
});

test("only the steps that are asked for are drawn", () => {
  const figure = { ...diagonal({ rows: 4, batches: 8 }), fromStep: 4, toStep: 6 };
  const svg = parseSvg(drawStepFigure(figure, figureColours("light")));
  const squares = [...piecesOf(svg, "#8457c9"), ...piecesOf(svg, "#2f9e63")];
  // Rows 0 to 3 are busy in both of them.
  expect(squares).toHaveLength(8);
});
