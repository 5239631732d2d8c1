/** Every view of a run saved as a picture, by the button and from the palette: the file is whole, and shows what the view does. */
import { readFileSync } from "node:fs";

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright/test";

import type { ParsedSvg } from "../common/figure/parse-svg.ts";
import { findOutside, parseSvg, piecesOf, textsOf } from "../common/figure/parse-svg.ts";
import { FIGURE_OPS } from "./figure-trace.ts";
import type { Served } from "./served.ts";
import { expect, FIGURE, FIGURE_FILE, openPage, settle, test } from "./served.ts";

const MS = 1_000_000;
const [CONV, POOL, RES, FC] = ["#8457c9", "#3b82d6", "#2f9e63", "#e8842c"];
const TITLE = "figure";

interface View {
  readonly name: string;
  /** As the palette says it. */
  readonly words: string;
  readonly columns?: string;
  /** Of the file, after the name of the run. */
  readonly file: string;
  /** Besides the title. */
  readonly texts: readonly string[];
  readonly colours: readonly string[];
}

const LEGEND = ["conv", "pool", "res", "fc"];
const VIEWS: readonly View[] = [
  {
    name: "Wavefront",
    words: "wavefront",
    file: "wavefront",
    texts: [...LEGEND, "idle", "rank busy elsewhere", "fc 27", "time from the start of the run"],
    colours: [CONV, POOL, RES, FC],
  },
  {
    name: "Step grid",
    words: "wavefront",
    columns: "steps",
    file: "step grid",
    texts: [...LEGEND, "idle", "fc 27", "26"],
    colours: [CONV, POOL, RES, FC],
  },
  {
    name: "Network",
    words: "network",
    file: "network",
    texts: [...LEGEND, "pool 13", "rank 3", "bottleneck"],
    colours: [CONV, POOL, RES, FC],
  },
  { name: "Pipeline stages", words: "pipeline stages", file: "pipeline stages", texts: ["compute"], colours: [CONV] },
  {
    name: "Stage × batch",
    words: "stage × batch matrix",
    columns: "batches",
    file: "stage × batch",
    texts: ["batch", "pool 13", "forward compute time; bars: how many cells"],
    colours: ["#440154"],
  },
];

async function openFigure(page: Page, served: Served, columns = "time"): Promise<void> {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "stage", columns });
  await page.waitForFunction(() => {
    const matrix = document.querySelector<HTMLElement>("[data-matrix]");
    return matrix === null || matrix.dataset["matrix"] === "idle";
  });
}

/** The file that comes of what is done. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent("download");
  await act();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

async function choose(page: Page, { name }: View, format: "PNG" | "SVG"): Promise<void> {
  await page.getByRole("button", { name: "Save a picture… (E)" }).click();
  const dialog = page.getByRole("dialog", { name: "Save a picture" });
  await dialog.getByText(name, { exact: true }).click();
  await expect(dialog.getByRole("img", { name: `Preview: ${name}` })).toBeVisible();
  await dialog.getByRole("button", { name: `Save as ${format}` }).click();
}

async function ask(page: Page, { words }: View, format: "PNG" | "SVG"): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill(`Save the ${words} as ${format}`);
  await page.keyboard.press("Enter");
}

function parse(bytes: Buffer): ParsedSvg {
  const svg = parseSvg(bytes.toString("utf8"));
  expect(findOutside(svg)).toEqual([]);
  return svg;
}

const hasColour = ({ elements }: ParsedSvg, colour: string): boolean =>
  elements.some(({ attributes }) => attributes["fill"] === colour);

/** How many pixels of a picture have each of the colours, exactly. */
async function countPixels(page: Page, png: Buffer, colours: readonly string[]): Promise<number[]> {
  return page.evaluate(
    async ({ data, wanted }) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context?.drawImage(bitmap, 0, 0);
      const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
      const counts = new Map(wanted.map((colour) => [Number.parseInt(colour.slice(1), 16), 0]));
      for (let i = 0; i < pixels.length; i += 4) {
        const rgb = ((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0);
        const count = counts.get(rgb);
        if (count !== undefined) counts.set(rgb, count + 1);
      }
      return [...counts.values()];
    },
    { data: png.toString("base64"), wanted: colours },
  );
}

for (const view of VIEWS) {
  test(`${view.name}: the button's SVG and the palette's PNG are one picture with title, legend and work`, async ({
    page,
    served,
  }) => {
    await openFigure(page, served, view.columns);
    const drawn = await saved(page, () => choose(page, view, "SVG"));
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(drawn.name).toBe(`${TITLE} ${view.file}.svg`);
    const svg = parse(drawn.bytes);
    const texts = textsOf(svg);
    expect(texts[0]).toBe(TITLE);
    for (const text of view.texts) expect(texts).toContain(text);
    expect(texts.some((text) => text.includes("makespan") && text.includes("bubble"))).toBe(true);
    for (const colour of view.colours) expect(hasColour(svg, colour), colour).toBe(true);

    const painted = await saved(page, () => ask(page, view, "PNG"));
    expect(painted.name).toBe(`${TITLE} ${view.file}.png`);
    expect(painted.bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect([painted.bytes.readUInt32BE(16), painted.bytes.readUInt32BE(20)]).toEqual([
      2 * svg.widthPx,
      2 * svg.heightPx,
    ]);
    const counts = await countPixels(page, painted.bytes, ["#ffffff", ...view.colours]);
    for (const [i, count] of counts.entries()) expect(count, view.colours[i - 1] ?? "paper").toBeGreaterThan(100);
  });
}

test("the palette's SVG and the button's PNG are the same pictures", async ({ page, served }) => {
  await openFigure(page, served);
  const [wavefront] = VIEWS;
  if (wavefront === undefined) throw new Error("no view");
  const drawn = await saved(page, () => ask(page, wavefront, "SVG"));
  const again = await saved(page, () => choose(page, wavefront, "SVG"));
  expect(again.bytes.equals(drawn.bytes)).toBe(true);
  const painted = await saved(page, () => choose(page, wavefront, "PNG"));
  expect(painted.bytes.readUInt32BE(16)).toBe(2 * parse(drawn.bytes).widthPx);
});

test("the pieces of a wavefront lie where the spans of the trace lie", async ({ page, served }) => {
  await openFigure(page, served);
  const [wavefront] = VIEWS;
  if (wavefront === undefined) throw new Error("no view");
  const svg = parse((await saved(page, () => ask(page, wavefront, "SVG"))).bytes);
  const compute = FIGURE.filter(({ phase }) => phase === "compute");
  for (const [op, colour] of [
    ["conv", CONV],
    ["pool", POOL],
    ["res", RES],
    ["fc", FC],
  ] as const) {
    const wanted = compute.filter((span) => span.op === op);
    const pieces = piecesOf(svg, colour);
    expect(pieces).toHaveLength(wanted.length);
    // Row by row from the top, each in order of time.
    const tops = [...new Set(pieces.map(({ y }) => y))].toSorted((a, b) => a - b);
    const stages = [...FIGURE_OPS.keys()].filter((stage) => FIGURE_OPS[stage] === op);
    expect(tops).toHaveLength(stages.length);
    const ends = [Math.min(...compute.map(({ startUs }) => startUs)), Math.max(...compute.map(({ endUs }) => endUs))];
    for (const [row, stage] of stages.entries()) {
      const own = pieces.filter(({ y }) => y === tops[row]).toSorted((a, b) => a.x - b.x);
      const spans = wanted.filter((span) => span.stage === stage).toSorted((a, b) => a.startUs - b.startUs);
      expect(own).toHaveLength(spans.length);
      const [first, last] = [own[0], own.at(-1)];
      const [firstSpan, lastSpan] = [spans[0], spans.at(-1)];
      const pxPerUs = ((last?.x ?? 0) - (first?.x ?? 0)) / ((lastSpan?.startUs ?? 0) - (firstSpan?.startUs ?? 0));
      // The whole compute window is about as wide as the plot.
      expect(pxPerUs * ((ends[1] ?? 0) - (ends[0] ?? 0))).toBeGreaterThan(800);
      for (const [i, piece] of own.entries()) {
        const span = spans[i];
        const x = (first?.x ?? 0) + ((span?.startUs ?? 0) - (firstSpan?.startUs ?? 0)) * pxPerUs;
        expect(Math.abs(piece.x - x)).toBeLessThan(0.1);
        const widthPx = ((span?.endUs ?? 0) - (span?.startUs ?? 0)) * pxPerUs;
        // Between neighbours a hair's breadth is left free.
        expect(Math.abs(piece.width - widthPx)).toBeLessThan(0.7);
      }
    }
  }
});

test("a part of the time is saved as that part, with the causes and the critical path that are shown", async ({
  page,
  served,
}) => {
  await openPage(page, served, {
    run: served.runs[FIGURE_FILE] ?? "",
    axis: "rank",
    columns: "time",
    from: String(10 * MS),
    to: String(30 * MS),
  });
  await page.getByRole("button", { name: "Causes", exact: true }).click();
  await page.getByRole("button", { name: "Critical path", exact: true }).click();
  await settle(page);
  const [wavefront] = VIEWS;
  if (wavefront === undefined) throw new Error("no view");
  const svg = parse((await saved(page, () => ask(page, wavefront, "SVG"))).bytes);
  const texts = textsOf(svg);
  expect(texts.some((text) => text.includes("10.00 ms to 30.00 ms (20.00 ms)"))).toBe(true);
  expect(texts).toContain("critical path");
  expect(texts.some((text) => text.startsWith("idle: "))).toBe(true);
  const parts = new Set(svg.elements.map(({ attributes }) => attributes["data-part"]));
  expect(parts).toContain("cause");
  expect(parts).toContain("path");
});

test.describe("in the dark", () => {
  test.use({ colorScheme: "dark" });

  test("the dialog shows a preview, is reachable for everybody, and closes by Escape", async ({ page, served }) => {
    await openFigure(page, served);
    await page.keyboard.press("e");
    const dialog = page.getByRole("dialog", { name: "Save a picture" });
    for (const name of ["Wavefront", "Network", "Pipeline stages", "Stage × batch"]) {
      await dialog.getByRole("radio", { name }).press("Space");
      await expect(dialog.getByRole("img", { name: `Preview: ${name}` })).toBeVisible();
    }
    const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  });

  test("pictures have the colours of the theme", async ({ page, served }) => {
    await openFigure(page, served);
    for (const view of VIEWS.filter(({ columns }) => columns === undefined)) {
      const { bytes } = await saved(page, () => ask(page, view, "PNG"));
      const [paper = 0, white = 0] = await countPixels(page, bytes, ["#14161b", "#ffffff"]);
      expect(paper, view.name).toBeGreaterThan(10 * white);
    }
  });
});

test("chosen colours are those of the picture", async ({ page, served }) => {
  await page.addInitScript(() => {
    localStorage.setItem(
      "pipewave.settings",
      JSON.stringify({ palette: "figure", own: { conv: 0x112233 }, unit: "ms" }),
    );
  });
  await openFigure(page, served);
  for (const view of VIEWS.filter(({ columns }) => columns === undefined)) {
    const svg = parse((await saved(page, () => ask(page, view, "SVG"))).bytes);
    expect(hasColour(svg, "#112233"), view.name).toBe(true);
    expect(hasColour(svg, CONV), view.name).toBe(false);
  }
});

test("the bar of a run holds its buttons in a small window", async ({ page, served }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await openFigure(page, served);
  const header = page.locator("header").first();
  const { content, room } = await header.evaluate((bar) => ({ content: bar.scrollWidth, room: bar.clientWidth }));
  expect(content).toBeLessThanOrEqual(room);
  const help = await page.getByRole("button", { name: "Help and keys (?)" }).boundingBox();
  expect((help?.x ?? Infinity) + (help?.width ?? 0)).toBeLessThanOrEqual(1024);
});

test("a picture that cannot be drawn is told in words", async ({ page, served }) => {
  await openFigure(page, served);
  await page.evaluate(() => {
    HTMLCanvasElement.prototype.toBlob = function toNothing(done) {
      done(null);
    };
  });
  const [wavefront] = VIEWS;
  if (wavefront === undefined) throw new Error("no view");
  await ask(page, wavefront, "PNG");
  await expect(page.getByText(/cannot make a bitmap of \d+ × \d+ pixels/)).toBeVisible();
});
