/** The difference figure: less, noise and more in their colours, work without a partner crossed out, values where they fit. */
import { expect, test } from "vitest";

import type { DifferenceMatrix } from "#common/comparison.ts";
import { drawDifferenceFigure } from "#common/figure/difference-figure.ts";
import { DIFFERENCE_STEPS, figureColours } from "#common/figure/figure-colours.ts";

const COLOURS = figureColours("light");

function matrixOf(deltas: readonly (number | undefined)[]): DifferenceMatrix {
  const zeros = (): Float64Array => new Float64Array(deltas.length);
  return {
    pass: "forward",
    phase: "compute",
    rows: 1,
    columns: deltas.length,
    batchesPerColumn: 1,
    firstBatch: Int32Array.from(deltas, (_, batch) => batch),
    matched: Uint32Array.from(deltas, (delta) => (delta === undefined ? 0 : 1)),
    onlyA: Uint32Array.from(deltas, (delta) => (delta === undefined ? 1 : 0)),
    onlyB: new Uint32Array(deltas.length),
    durationANs: Float64Array.from(deltas, (delta) => (delta === undefined ? 0 : 1000)),
    durationBNs: Float64Array.from(deltas, (delta) => (delta === undefined ? 0 : 1000 + delta)),
    startANs: zeros(),
    startBNs: zeros(),
    waitANs: zeros(),
    waitBNs: zeros(),
  };
}

const draw = (matrix: DifferenceMatrix): string =>
  drawDifferenceFigure(
    {
      title: "difference",
      matrix,
      rows: ["stage 0"],
      choice: { quantity: "duration", measure: "difference", threshold: 0.05 },
    },
    COLOURS,
  );

test("cells are blue for less, grey for noise, red for more; values are written into those that differ", () => {
  const svg = draw(matrixOf([-800, 20, 800, undefined]));
  const cells = [...svg.matchAll(/<path d="M[^"]*z" fill="(#[\da-f]{6})"\/>/g)].map(([, colour]) => colour);
  const { differences } = COLOURS;
  expect(cells).toEqual([differences[0], differences[DIFFERENCE_STEPS], differences[2 * DIFFERENCE_STEPS]]);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(texts).toContain("−800 ns");
  expect(texts).toContain("+800 ns");
  expect(texts).not.toContain("+20 ns");
  expect([...svg.matchAll(/<path d="M[^"]*L[^"]*" stroke=/g)]).toHaveLength(1);
});

test("more batches than there are columns share them, and every label stays apart", () => {
  const svg = draw(matrixOf(Array.from({ length: 5000 }, (_, i) => (i % 7) * 100)));
  expect(svg).toContain("first of 13 batches");
  expect(svg.length).toBeLessThan(60_000);
});
