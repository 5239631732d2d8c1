/** Stages per ms. */
import { expect, test } from "vitest";

import { fitDiagonal, readRuler } from "../../../renderer/data/wavefront-slope.ts";

test("a ruler over 8 stages and 4 ms reads 2 stages a ms", () => {
  expect(readRuler({ from: { ns: 1e6, stage: 2 }, to: { ns: 5e6, stage: 10 } })).toEqual({
    deltaNs: 4e6,
    deltaStages: 8,
    stagesPerMs: 2,
  });
});

test("a ruler without time has no slope", () => {
  expect(readRuler({ from: { ns: 5, stage: 0 }, to: { ns: 5.2, stage: 3 } })).toEqual({ deltaNs: 0, deltaStages: 3 });
});

test("a straight diagonal is found exactly, whatever the order of its points", () => {
  const points = [3, 0, 2, 1].map((stage) => ({ startNs: 7e6 + stage * 250_000, stage }));
  const diagonal = fitDiagonal(points, 5);
  expect(diagonal?.stagesPerMs).toBeCloseTo(4, 9);
  expect(diagonal?.from).toEqual({ startNs: 7e6, stage: expect.closeTo(0, 9) as number });
  expect(diagonal?.to).toEqual({ startNs: 7_750_000, stage: expect.closeTo(3, 9) as number });
});

test("the line is the least-squares line", () => {
  // By hand: x = 0, 1, 2 ms, y = 0, 2, 1: slope = Σ(x−1)(y−1) / Σ(x−1)² = (1 + 0 + 0) / 2.
  const points = [
    { startNs: 0, stage: 0 },
    { startNs: 1e6, stage: 2 },
    { startNs: 2e6, stage: 1 },
  ];
  expect(fitDiagonal(points, 0)?.stagesPerMs).toBeCloseTo(0.5, 9);
});

test("one point, or several at one time, have no diagonal", () => {
  expect(fitDiagonal([{ startNs: 1, stage: 0 }], 0)).toBeUndefined();
  expect(
    fitDiagonal(
      [
        { startNs: 1, stage: 0 },
        { startNs: 1, stage: 1 },
      ],
      0,
    ),
  ).toBeUndefined();
});
