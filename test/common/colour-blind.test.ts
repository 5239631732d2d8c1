/**
 * The colour-blind-safe palette, seen as people without red, green or blue cones see it. Simulation: Machado, Oliveira and
 * Fernandes 2009, severity 1, on linear RGB; difference: CIE 1976 ΔE in L*a*b* under D65.
 */
import { expect, test } from "vitest";

import type { Rgb } from "#common/colours.ts";
import { ELSEWHERE_COLOURS, IDLE_COLOURS, OP_COLOURS, OP_PALETTES } from "#common/colours.ts";
import { OPS } from "#common/model.ts";

const SIGHT = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
  "all cones": [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

type Three = readonly [number, number, number];

const times = (m: readonly number[], [x, y, z]: Three): Three => {
  const row = (r: number) => (m[r * 3] ?? 0) * x + (m[r * 3 + 1] ?? 0) * y + (m[r * 3 + 2] ?? 0) * z;
  return [row(0), row(1), row(2)];
};

function lab(colour: Rgb, sight: readonly number[]): Three {
  const linear = (shift: number) => {
    const value = ((colour >> shift) & 0xff) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const seen = times(sight, [linear(16), linear(8), linear(0)]).map((v) => Math.max(0, Math.min(1, v)));
  const toXyz = [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041];
  const [x, y, z] = times(toXyz, seen as unknown as Three);
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const difference = ([a, b]: readonly [Rgb, Rgb], sight: readonly number[]) => {
  const [p, q] = [lab(a, sight), lab(b, sight)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
};

const pairs = OPS.flatMap((a, i) => OPS.slice(i + 1).map((b) => [a, b] as const));
const safe = OP_PALETTES["colour-blind"];

for (const [name, sight] of Object.entries(SIGHT)) {
  test(`any two ops differ with ${name}, and each from idle and from a busy rank`, () => {
    for (const [a, b] of pairs) expect(difference([safe[a], safe[b]], sight), `${a} and ${b}`).toBeGreaterThan(20);
    for (const op of OPS) {
      for (const theme of ["light", "dark"] as const) {
        expect(difference([safe[op], IDLE_COLOURS[theme]], sight), `${op} on ${theme}`).toBeGreaterThan(20);
        expect(difference([safe[op], ELSEWHERE_COLOURS[theme]], sight), `${op} on ${theme}`).toBeGreaterThan(13);
      }
    }
  });
}

test("the measure sees what is wrong with the figure's colours: without green cones conv and pool are one", () => {
  expect(difference([OP_COLOURS.conv, OP_COLOURS.pool], SIGHT.deuteranopia)).toBeLessThan(10);
  expect(difference([OP_COLOURS.conv, OP_COLOURS.pool], SIGHT["all cones"])).toBeGreaterThan(20);
});
