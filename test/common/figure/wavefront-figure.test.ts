/** Figures as SVG: well formed, with title, axis, legend and figures, in either theme; pieces where they belong. */
import { describe, expect, test } from "vitest";

import { figureColours, PAGE_COLOURS, pageVariables } from "#common/figure/figure-colours.ts";
import { escapeText, fitText } from "#common/figure/svg.ts";
import { drawWavefrontFigure } from "#common/figure/wavefront-figure.ts";
import type { FigureRow, WavefrontFigure } from "#common/figure/wavefront-figure.ts";

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

/** Every tag closed in order, no stray angle bracket: what an XML parser asks. */
function checkNesting(markup: string): void {
  const open: string[] = [];
  for (const [, closing, name, selfClosed] of markup.matchAll(/<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<>]*")*\s*(\/?)>/g)) {
    if (closing === "/") expect(open.pop()).toBe(name);
    else if (selfClosed !== "/") open.push(name);
  }
  expect(open).toEqual([]);
  expect(markup.replace(/<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<>]*")*\s*(\/?)>/g, "")).not.toMatch(/[<>]/);
}

describe("a wavefront figure", () => {
  test("is one well-formed element that names its namespace, its size and what it shows", () => {
    const svg = drawWavefrontFigure(FIGURE, figureColours("light"));
    checkNesting(svg);
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
    checkNesting(drawWavefrontFigure({ ...FIGURE, rows: [], toNs: 0, legend: [] }, PAGE_COLOURS));
  });
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
