/** Colours: readable text on every op, idle apart from work, in both themes. */
import { expect, test } from "vitest";

import { OPS, PASSES } from "#common/model.ts";
import {
  contrast,
  cssColour,
  ELSEWHERE_COLOURS,
  IDLE_COLOURS,
  mix,
  OP_COLOURS,
  textColourOn,
  workColour,
} from "#common/colours.ts";

/** Hue in degrees. */
function hue(colour: number): number {
  const [r, g, b] = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255] as [number, number, number];
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  const sector =
    most === r ? (g - b) / (most - least) : most === g ? 2 + (b - r) / (most - least) : 4 + (r - g) / (most - least);
  return (sector * 60 + 360) % 360;
}

test("conv is purple, pool blue, res green, fc orange", () => {
  expect(hue(OP_COLOURS.conv)).toBeGreaterThan(250);
  expect(hue(OP_COLOURS.conv)).toBeLessThan(290);
  expect(hue(OP_COLOURS.pool)).toBeGreaterThan(200);
  expect(hue(OP_COLOURS.pool)).toBeLessThan(225);
  expect(hue(OP_COLOURS.res)).toBeGreaterThan(130);
  expect(hue(OP_COLOURS.res)).toBeLessThan(160);
  expect(hue(OP_COLOURS.fc)).toBeGreaterThan(20);
  expect(hue(OP_COLOURS.fc)).toBeLessThan(40);
});

test("idle is white in the light theme", () => {
  expect(IDLE_COLOURS.light).toBe(0xffffff);
});

test("no two ops look alike, and every kind of work stands out from idle and from the pale tint", () => {
  expect(new Set(Object.values(OP_COLOURS)).size).toBe(OPS.length);
  for (const theme of ["light", "dark"] as const) {
    for (const op of OPS) {
      for (const pass of PASSES) {
        const colour = workColour({ op, pass });
        expect(contrast(colour, IDLE_COLOURS[theme]), `${op} ${pass} on idle, ${theme}`).toBeGreaterThan(1.8);
        expect(contrast(colour, ELSEWHERE_COLOURS[theme]), `${op} ${pass} on the tint, ${theme}`).toBeGreaterThan(1.5);
      }
    }
  }
});

test("the numbers in cells and blocks can be read on every colour", () => {
  for (const op of OPS) {
    for (const pass of PASSES) {
      const colour = workColour({ op, pass });
      expect(contrast(colour, textColourOn(colour)), `${op} ${pass}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test("a mix goes from one end to the other, channel by channel", () => {
  const ends = { from: 0x102030, to: 0x506070 };
  expect(mix({ ...ends, share: 0 })).toBe(0x102030);
  expect(mix({ ...ends, share: 1 })).toBe(0x506070);
  expect(mix({ ...ends, share: 0.5 })).toBe(0x304050);
});

test("black on white has the greatest contrast there is", () => {
  expect(contrast(0x000000, 0xffffff)).toBeCloseTo(21, 5);
  expect(cssColour(0x00ff0a)).toBe("#00ff0a");
});

test("the numbers can be read on whatever colour a person chooses", () => {
  for (let colour = 0; colour <= 0xffffff; colour += 4_099) {
    expect(contrast(colour, textColourOn(colour)), cssColour(colour)).toBeGreaterThanOrEqual(4.5);
  }
});
