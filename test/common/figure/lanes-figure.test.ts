/** Pipeline stages as SVG: boxes where their times and lanes say, links from end to start, the bracket over its interval. */
import { expect, test } from "vitest";

import { figureColours } from "#common/figure/figure-colours.ts";
import { drawLanesFigure } from "#common/figure/lanes-figure.ts";
import type { LanesFigure } from "#common/figure/lanes-figure.ts";
import { findOutside, parseSvg, pathPoints, rectsOf, textsOf } from "./parse-svg.ts";

const COLOURS = figureColours("dark");
const MS = 1_000_000;
const [IN, COMPUTE] = [0x111213, 0x3b82d6];

/** Two stages; batch b is brought in 10 b … 10 b + 4 and computed 10 b + 4 … 10 b + 10 ms at stage 0, 10 ms later at stage 1. */
const FIGURE: LanesFigure = {
  title: "lanes <&>",
  subtitle: "stages 0–1 of 2",
  stages: ["conv & pool", "fc <27>"].map((title, at) => ({
    label: String(at),
    colour: COMPUTE,
    title,
    isBottleneck: at === 1,
    lanes: at === 0 ? ["in", "compute", "out"] : ["in", "compute"],
  })),
  boxes: [0, 1].flatMap((stage) =>
    [0, 1, 2].flatMap((batch) => {
      const fromNs = 10 * MS * (batch + stage);
      return [
        { stage, lane: 0, fromNs, toNs: fromNs + 4 * MS, colour: IN, number: batch },
        { stage, lane: 1, fromNs: fromNs + 4 * MS, toNs: fromNs + 10 * MS, colour: COMPUTE, number: batch },
      ];
    }),
  ),
  links: [0, 1, 2].map((batch) => ({
    from: { stage: 0, lane: 1, ns: 10 * MS * (batch + 1) },
    to: { stage: 1, lane: 0, ns: 10 * MS * (batch + 1) },
  })),
  brackets: [{ stage: 1, lane: 1, fromNs: 14 * MS, toNs: 24 * MS, text: "II 10.00 ms" }],
  fromNs: 0,
  toNs: 40 * MS,
  axisTitle: "time from the start of the run",
  legend: [{ label: "conv", colour: "#3b82d6" }],
};

const svg = parseSvg(drawLanesFigure(FIGURE, COLOURS));
/** Boxes, not the squares beside titles and in the legend. */
const boxesOf = (fill: string) => rectsOf(svg, fill).filter(({ height }) => height > 12);

test("names are there, escaped, and nothing lies outside", () => {
  expect(findOutside(svg)).toEqual([]);
  for (const text of ["lanes <&>", "conv & pool", "fc <27>", "bottleneck", "in", "compute", "out", "II 10.00 ms"]) {
    expect(textsOf(svg)).toContain(text);
  }
});

test("boxes lie in time where the work lies, a lane and stage on one height", () => {
  const compute = boxesOf("#3b82d6").toSorted((a, b) => a.y - b.y || a.x - b.x);
  expect(compute).toHaveLength(6);
  expect(new Set(compute.map(({ y }) => y)).size).toBe(2);
  const [first, second] = compute;
  const pxPerMs = ((second?.x ?? 0) - (first?.x ?? 0)) / 10;
  const left = (first?.x ?? 0) - 4 * pxPerMs;
  for (const [i, box] of compute.entries()) {
    const startMs = 10 * ((i % 3) + Math.floor(i / 3)) + 4;
    expect(box.x).toBeCloseTo(left + startMs * pxPerMs, 0);
    // A hair's breadth to the next box is left free.
    expect(box.width + 0.8).toBeCloseTo(6 * pxPerMs, 0);
  }
});

test("a link goes from the end of computing down to where its batch is taken", () => {
  const [link] = svg.elements.filter(({ attributes }) => attributes["data-part"] === "link");
  const points = pathPoints(link?.attributes["d"] ?? "");
  expect(points).toHaveLength(6);
  const compute = boxesOf("#3b82d6").toSorted((a, b) => a.y - b.y || a.x - b.x);
  const taken = boxesOf("#111213")
    .toSorted((a, b) => a.y - b.y || a.x - b.x)
    .slice(3);
  for (const batch of [0, 1, 2]) {
    const [from, to] = [compute[batch], taken[batch]];
    expect(points[2 * batch]?.[0]).toBeCloseTo((from?.x ?? 0) + (from?.width ?? 0) + 0.8, 0);
    expect(points[2 * batch + 1]?.[0]).toBeCloseTo(to?.x ?? 0, 0);
    expect(points[2 * batch + 1]?.[1]).toBeGreaterThan(to?.y ?? Infinity);
  }
});

test("the bracket reaches from the one start to the other", () => {
  const [bracket] = svg.elements.filter(({ attributes }) => attributes["data-part"] === "bracket");
  const xs = pathPoints(bracket?.attributes["d"] ?? "").map(([x]) => x);
  const starts = boxesOf("#3b82d6")
    .toSorted((a, b) => a.y - b.y || a.x - b.x)
    .slice(3);
  expect(Math.min(...xs)).toBeCloseTo(starts[0]?.x ?? 0, 0);
  expect(Math.max(...xs)).toBeCloseTo(starts[1]?.x ?? 0, 0);
});

test("what reaches over the edges of the time is cut there", () => {
  const cut = parseSvg(drawLanesFigure({ ...FIGURE, fromNs: 12 * MS, toNs: 22 * MS }, COLOURS));
  expect(findOutside(cut)).toEqual([]);
  expect(
    rectsOf(cut, "#3b82d6")
      .filter(({ height }) => height > 12)
      .some(({ width }) => width > 300),
  ).toBe(true);
});
