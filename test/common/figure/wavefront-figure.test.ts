/** Figures as SVG: well formed, with title, axis, legend and figures, in either theme; pieces where they belong. */
import { describe, expect, test } from "vitest";

import { figureColours, PAGE_COLOURS, pageVariables } from "#common/figure/figure-colours.ts";
import { escapeText, fitText } from "#common/figure/svg.ts";
import { drawWavefrontFigure, sizePlot } from "#common/figure/wavefront-figure.ts";
import type { FigureRow, WavefrontFigure } from "#common/figure/wavefront-figure.ts";
import { findOutside, parseSvg, pathPoints, piecesOf, textsOf } from "./parse-svg.ts";

const row = (label: string, pieces: readonly (readonly [from: number, to: number, share?: number])[]): FigureRow => ({
  label,
  from: Float64Array.from(pieces, ([from]) => from),
  to: Float64Array.from(pieces, ([, to]) => to),
  colour: Uint32Array.from(pieces, () => 0x3b82d6),
  share: Float64Array.from(pieces, ([, , share = 1]) => share),
  number: Int32Array.from(pieces, (_, i) => i),
});

const FIGURE: WavefrontFigure = {
  title: "pp <1> & co",
  subtitle: "iteration 10",
  figures: [{ label: "makespan", value: "1.000 ms" }],
  rows: [
    row("rank 0", [
      [0, 250_000],
      [500_000, 1_000_000, 0.5],
    ]),
    row("rank 1", []),
  ],
  fromNs: 0,
  toNs: 1_000_000,
  legend: [{ label: "forward", colour: 0x3b82d6 }],
};

describe("a wavefront figure", () => {
  test("is one well-formed element that names its namespace, its size and what it shows", () => {
    const svg = drawWavefrontFigure(FIGURE, figureColours("light"));
    expect(findOutside(parseSvg(svg))).toEqual([]);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 1100 \d+" width="1100" height="\d+"/,
    );
    for (const text of ["pp &lt;1&gt; &amp; co", "iteration 10", "makespan 1.000 ms", "rank 1", "forward", "500 µs"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  test("draws a piece as wide as it lasts, and pale where it is half idle", () => {
    const svg = drawWavefrontFigure(FIGURE, figureColours("dark"));
    const paths = [
      ...svg.matchAll(/<path d="M([\d.]+) [\d.]+h([\d.]+)v[\d.]+h-[\d.]+z" fill="#3b82d6"([^/]*)\/>/g),
    ].map(([, x, width, rest]) => ({ x: Number(x), width: Number(width), rest: rest.trim() }));
    expect(paths.map(({ rest }) => rest)).toEqual(["", 'fill-opacity="0.5"']);
    const [first, second] = paths;
    // Half a pixel of each piece is left out to tell neighbours apart.
    expect(second.width + 0.6).toBeCloseTo(2 * (first.width + 0.6), 1);
    expect(second.x - first.x).toBeCloseTo(2 * (first.width + 0.6), 1);
  });

  test("an empty run is an empty plot", () => {
    const svg = parseSvg(drawWavefrontFigure({ ...FIGURE, rows: [], toNs: 0, legend: [] }, PAGE_COLOURS));
    expect(textsOf(svg)).toContain("pp <1> & co");
  });
});

describe("over and under the work", () => {
  const ELSEWHERE = 0xebeef3;
  const { left, widthPx, rowPx } = sizePlot(FIGURE.rows.map(({ label }) => label));
  const x = (share: number) => left + share * widthPx;

  test("where the rank is busy elsewhere a tint lies, as wide as that lasts, beneath the work", () => {
    const [first, second] = FIGURE.rows;
    const tint = { from: Float64Array.of(0), to: Float64Array.of(750_000), share: Float64Array.of(1) };
    const rows = [{ ...first, elsewhere: tint }, second];
    const svg = parseSvg(drawWavefrontFigure({ ...FIGURE, rows, elsewhere: ELSEWHERE }, figureColours("light")));
    const [piece] = piecesOf(svg, "#ebeef3");
    expect(piece?.x).toBeCloseTo(x(0), 1);
    expect(piece?.width).toBeCloseTo(0.75 * widthPx, 1);
    const fills = svg.elements.map(({ attributes }) => attributes["fill"]);
    expect(fills.indexOf("#ebeef3")).toBeLessThan(fills.indexOf("#3b82d6"));
  });

  test("causes and the path lie where they are placed on the plot, the path over all", () => {
    const causes = [{ x: 10, y: rowPx, width: 40, height: rowPx, colour: 0xf8c3d2 }];
    const path = [
      { x1: 0, x2: 100, y: 5, look: "work" as const },
      { x1: 100, x2: 160, y: rowPx + 5, look: "wait" as const },
    ];
    const svg = parseSvg(drawWavefrontFigure({ ...FIGURE, causes, path }, figureColours("light")));
    const top = Math.min(...piecesOf(svg, "#3b82d6").map(({ y }) => y)) - 1;
    const [cause] = piecesOf(svg, "#f8c3d2");
    expect(cause.x).toBeCloseTo(left + 10, 1);
    expect([cause.y, cause.width, cause.height]).toEqual([top + rowPx, 40, rowPx]);
    const drawn = svg.elements.filter(({ attributes }) => attributes["data-part"] === "path");
    const points = drawn.map(({ attributes }) => pathPoints(attributes["d"] ?? ""));
    expect(points.map((line) => line.map(([px, py]) => [Math.round(px - left), Math.round(py - top)]))).toEqual([
      [
        [100, 5],
        [100, rowPx + 5],
      ],
      [
        [0, 5],
        [100, 5],
      ],
      [
        [100, rowPx + 5],
        [160, rowPx + 5],
      ],
    ]);
    expect(drawn.at(-1)?.attributes["stroke-dasharray"]).toBeDefined();
    expect(svg.elements.findIndex(({ attributes }) => attributes["data-part"] === "path")).toBeGreaterThan(
      svg.elements.findIndex(({ attributes }) => attributes["fill"] === "#3b82d6"),
    );
  });
});

test("bins meet without gaps, and are no element each", () => {
  const count = 5_000;
  const binNs = FIGURE.toNs / count;
  const bins: FigureRow = {
    label: "rank 0",
    from: Float64Array.from({ length: count }, (_, i) => i * binNs),
    to: Float64Array.from({ length: count }, (_, i) => (i + 1) * binNs),
    colour: new Uint32Array(count).fill(0x3b82d6),
    share: Float64Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : 0.5)),
  };
  const svg = parseSvg(drawWavefrontFigure({ ...FIGURE, rows: [bins] }, figureColours("light")));
  const pieces = piecesOf(svg, "#3b82d6").toSorted((a, b) => a.x - b.x);
  expect(pieces).toHaveLength(count);
  const gaps = pieces.slice(1).map((piece, i) => piece.x - ((pieces[i]?.x ?? 0) + (pieces[i]?.width ?? 0)));
  expect(Math.max(...gaps)).toBeLessThan(0.001);
  expect(svg.elements.length).toBeLessThan(100);
});

test("a deep zoom says what its short times count from, and no text leaves the figure", () => {
  const fromNs = 12_345_678_901;
  for (const lengthNs of [50, 10_000_000_000]) {
    const toNs = fromNs + lengthNs;
    const svg = parseSvg(
      drawWavefrontFigure({ ...FIGURE, rows: [], fromNs, toNs, axisTitle: "time" }, figureColours("light")),
    );
    expect(findOutside(svg)).toEqual([]);
    const title = textsOf(svg).find((text) => text.startsWith("time"));
    expect(title?.includes("counted from 12.345")).toBe(lengthNs === 50);
  }
});

test("a head that is too long for the width goes on in the next line", () => {
  const figures = Array.from({ length: 12 }, (_, i) => ({ label: `figure ${i}`, value: "1.000 ms" }));
  const subtitle = Array.from({ length: 30 }, (_, i) => `part ${i}`).join(" · ");
  const long = parseSvg(drawWavefrontFigure({ ...FIGURE, figures, subtitle, widthPx: 500 }, figureColours("light")));
  expect(findOutside(long)).toEqual([]);
  const all = textsOf(long).join(" ");
  for (const i of [0, 5, 11]) expect(all).toContain(`figure ${i} 1.000 ms`);
  expect(all).toContain("part 29");
});

test("the page of a figure defines every colour that the figure names", () => {
  const svg = drawWavefrontFigure(FIGURE, PAGE_COLOURS);
  const named = new Set(
    [
      ...JSON.stringify(PAGE_COLOURS)
        .concat(svg)
        .matchAll(/var\((--[\w-]+)\)/g),
    ].map(([, name]) => name),
  );
  for (const theme of ["light", "dark"] as const) {
    const defined = new Set([...pageVariables(theme).matchAll(/(--[\w-]+):#[\da-f]{6};/g)].map(([, name]) => name));
    expect(defined).toEqual(named);
  }
});

test("texts are cut where they do not fit, and never become markup", () => {
  expect(fitText("a long name", { widthPx: 40, sizePx: 10 })).toBe("a lon…");
  expect(fitText("short", { widthPx: 400, sizePx: 10 })).toBe("short");
  expect(escapeText(`<a b="c">'&\u0001\ud800`)).toBe("&lt;a b=&quot;c&quot;&gt;&#39;&amp;\ufffd\ufffd");
});
