/** The network as SVG: a block a stage in order, arrows between neighbours, skips that join what they join, and the bottleneck. */
import { expect, test } from "vitest";

import { figureColours } from "#common/figure/figure-colours.ts";
import { drawNetworkFigure } from "#common/figure/network-figure.ts";
import type { NetworkFigure, NetworkSkip } from "#common/figure/network-figure.ts";
import { findOutside, parseSvg, pathPoints, rectsOf, textsOf } from "./parse-svg.ts";
import type { ParsedSvg } from "./parse-svg.ts";

const COLOURS = figureColours("light");
const [IN, COMPUTE, OUT] = [0xaaaaaa, 0x3b82d6, 0xbbbbbb];

function figureOf({ count, skips = [] }: { count: number; skips?: readonly NetworkSkip[] }): NetworkFigure {
  return {
    title: "net <&>",
    subtitle: "28 stages",
    blocks: Array.from({ length: count }, (_, number) => ({
      number,
      name: `${number} <conv> & co`,
      note: `rank ${number}`,
      colour: COMPUTE,
      parts: [
        { ns: 10, colour: IN },
        { ns: 10 * (number + 1), colour: 0x123456 },
        { ns: 20, colour: OUT },
      ],
      time: `${number} ms`,
      isBottleneck: number === count - 1,
    })),
    skips,
    legend: [{ label: "conv", colour: "#3b82d6" }],
  };
}

const draw = (figure: NetworkFigure): ParsedSvg => parseSvg(drawNetworkFigure(figure, COLOURS));

/** Frames of the blocks by number. */
function blocksOf({ elements }: ParsedSvg): Map<number, { x: number; y: number; height: number }> {
  return new Map(
    elements.flatMap(({ attributes }) => {
      const { x, y, height, "data-block": number } = attributes;
      return number === undefined ? [] : [[Number(number), { x: Number(x), y: Number(y), height: Number(height) }]];
    }),
  );
}

test("28 blocks stand in one column, each below the one before, with number, name, rank and time", () => {
  const svg = draw(figureOf({ count: 28 }));
  expect(findOutside(svg)).toEqual([]);
  const blocks = [...blocksOf(svg)];
  expect(blocks.map(([number]) => number)).toEqual(Array.from({ length: 28 }, (_, i) => i));
  expect(new Set(blocks.map(([, { x }]) => x)).size).toBe(1);
  for (const [i, [, { y }]] of blocks.entries()) {
    const before = blocks[i - 1]?.[1];
    if (before !== undefined) expect(y).toBeGreaterThan(before.y + before.height);
  }
  const texts = textsOf(svg);
  for (const text of ["net <&>", "5", "5 <conv> & co", "rank 5", "5 ms", "bottleneck", "conv"]) {
    expect(texts).toContain(text);
  }
  expect(texts.filter((text) => text === "bottleneck")).toHaveLength(1);
});

test("the parts of a bar are as long as they last, on one scale for all blocks", () => {
  const svg = draw(figureOf({ count: 4 }));
  const widths = rectsOf(svg, "#123456").map(({ width }) => width);
  // A pixel between parts is left out of each.
  const [first = 0, ...rest] = widths.map((width) => width + 1);
  for (const [i, width] of rest.entries()) expect(width / first).toBeCloseTo(i + 2, 1);
  const ins = rectsOf(svg, "#aaaaaa").map(({ width }) => width + 1);
  expect(ins.every((width) => Math.abs(width - first) < 0.1)).toBe(true);
});

test("a skip leaves the block that it starts at and arrives at the one that it goes to", () => {
  const svg = draw(
    figureOf({
      count: 12,
      skips: [
        { from: 2, to: 5, track: 0 },
        { from: 4, to: 9, track: 1 },
      ],
    }),
  );
  expect(findOutside(svg)).toEqual([]);
  const blocks = blocksOf(svg);
  const skips = svg.elements.filter(({ attributes }) => attributes["data-part"] === "skip");
  const ends = skips.map(({ attributes }) => {
    const points = pathPoints(attributes["d"] ?? "");
    const within = (y: number) => [...blocks].find(([, block]) => y >= block.y && y <= block.y + block.height)?.[0];
    // The last three points are the head of the arrow; its tip is the middle one.
    return [within(points[0]?.[1] ?? NaN), within(points.at(-2)?.[1] ?? NaN)];
  });
  expect(ends).toEqual([
    [2, 5],
    [4, 9],
  ]);
});

test("a long network goes on in the next column, and a skip across columns says where it goes and comes from", () => {
  const svg = draw(
    figureOf({
      count: 100,
      skips: [
        { from: 1, to: 90, track: 0 },
        { from: 3, to: 6, track: 0 },
      ],
    }),
  );
  expect(findOutside(svg)).toEqual([]);
  expect(new Set([...blocksOf(svg).values()].map(({ x }) => x)).size).toBe(4);
  expect(textsOf(svg)).toContain("→ 90");
  expect(textsOf(svg)).toContain("1 →");
});

test("a run without stages is an empty picture", () => {
  expect(blocksOf(draw(figureOf({ count: 0 }))).size).toBe(0);
});
