/** Simulations in the window: redrawn as options change, tables of PyTorch, the figure itself, and what would help a run. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { Locator, Page } from "playwright/test";

import { IDLE_COLOURS, OP_COLOURS } from "#common/colours.ts";
import type { WavefrontProbe } from "../../renderer/views/wavefront/test-hook.ts";
import { findSharedTrace } from "../support/shared-traces.ts";
import { FIGURE_OPS } from "./figure-trace.ts";
import { expect, FIGURE_FILE, openPage, serve, settle, test } from "./served.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

/** A thread has to start, and a table to be read, on a busy machine. */
const PATIENCE = { timeout: 20_000 };

const figures = (page: Page): Locator => page.getByLabel("Figures");
const field = (page: Page, name: string): Locator => page.getByRole("spinbutton", { name, exact: true });
const choose = (page: Page, schedule: string): Promise<unknown> =>
  page.getByLabel("Schedule", { exact: true }).selectOption(schedule);

/** As browsers write a colour. */
const cssRgb = (colour: number): string => `rgb(${colour >> 16}, ${(colour >> 8) & 255}, ${colour & 255})`;

/** Colours of the plot at the middle of every row, at shares of what is on screen. */
const coloursOfRows = (page: Page, shares: readonly number[]): Promise<(number | undefined)[][]> =>
  page.evaluate(async (at) => {
    const { wavefront } = (globalThis as unknown as { __pipewave: { wavefront: WavefrontProbe } }).__pipewave;
    const { fromNs, toNs, fromRow, toRow } = wavefront.view();
    const rows = Array.from({ length: Math.floor(toRow) - Math.ceil(fromRow) }, (_, row) => Math.ceil(fromRow) + row);
    const points = rows.flatMap((row) => at.map((share) => ({ row, ns: fromNs + share * (toNs - fromNs) })));
    const pixels = await wavefront.pixelsAt(points);
    return rows.map((_, row) => at.map((_share, i) => pixels[row * at.length + i]?.colour));
  }, shares);

test("options are simulated as they change, and the figures keep to the formulas", async ({ page, own }) => {
  await openPage(page, own);
  await page.getByRole("button", { name: "Simulate" }).click();
  await expect(page).toHaveURL(/view=simulate/);
  await expect(figures(page)).toContainText("= (p−1)/(m+p−1)", PATIENCE);

  // Typed in one go: only what stays counts.
  await field(page, "Ranks").fill("4");
  await field(page, "Batches").pressSequentially("9");
  await field(page, "Batches").fill("12");
  await expect(figures(page)).toContainText("20.0 %", PATIENCE);
  await settle(page);
  for (const rank of [0, 1, 2, 3]) await expect(page.getByText(`rank ${rank}`, { exact: true })).toBeVisible();
  await expect(page.getByText("rank 4", { exact: true })).toHaveCount(0);

  // F = B = W = 1 ms: (p−1)(F+B−W) and (p−1)(F+B−2W), REFERENCE §3.
  await choose(page, "zb-h1");
  await expect(figures(page)).toContainText("3.000 ms = (p−1)(F+B−W)", PATIENCE);
  await choose(page, "zb-h2");
  await expect(figures(page)).toContainText("0 ns = (p−1)(F+B−2W)", PATIENCE);

  await choose(page, "dualpipe");
  await field(page, "Ranks").fill("3");
  await expect(page.getByRole("alert")).toContainText("DualPipe", PATIENCE);
  await expect(page.getByRole("button", { name: "Save to library" })).toBeDisabled();
  await choose(page, "gpipe");
  await page.getByLabel("Forward", { exact: true }).fill("1");
  await expect(page.getByText("A time such as 1 ms")).toBeVisible();
  await page.getByLabel("Forward", { exact: true }).fill("1 ms, 2 ms, 3 ms");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(figures(page)).not.toContainText("(p−1)/(m+p−1)", PATIENCE);

  await page.getByRole("button", { name: "Save to library" }).click();
  await page.getByRole("button", { name: "Open run" }).click(PATIENCE);
  await expect(page).toHaveURL(/run=gpipe/);
  await settle(page);
  await expect(page.getByRole("listbox", { name: "Stages" }).getByRole("option")).toHaveCount(3);
});

test("a run of the library lends its costs, and is drawn beside what is simulated", async ({ page, own }) => {
  await openPage(page, own, { view: "simulate" });
  await expect(figures(page)).toBeVisible(PATIENCE);
  await page.getByRole("radio", { name: "Measured" }).check({ force: true });
  await page.getByLabel("Of the run").selectOption({ label: "figure" });
  // Its 28 stages on four ranks are seven virtual stages each.
  await expect(field(page, "Virtual stages")).toHaveValue("7");
  await expect(page.getByRole("region", { name: "Measured wavefront" })).toBeVisible(PATIENCE);
  await expect(figures(page)).toContainText("measured", PATIENCE);
  await settle(page);
  await page.getByLabel("Measured run").selectOption("");
  await expect(page.getByRole("region", { name: "Measured wavefront" })).toHaveCount(0);
});

const TABLES = [
  { name: "dualpipev_4rank_10mb.csv", ranks: 4 },
  { name: "zb1p_2rank_2stagep_comms.csv", ranks: 2 },
  { name: "zb1p_2rank_2stagep_compute.csv", ranks: 2 },
] as const;

for (const { name, ranks } of TABLES) {
  test(`the table ${name} loads, is simulated and drawn`, async ({ page, empty }) => {
    const file = findSharedTrace(`pytorch-schedules/${name}`) ?? "";
    test.skip(file === "", `needs ../shared/traces/pytorch-schedules/${name}`);
    await openPage(page, empty, { view: "simulate" });
    await expect(figures(page)).toBeVisible(PATIENCE);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Import schedule…" }).click();
    await (await chooser).setFiles(file);
    await expect(page.getByText(name)).toBeVisible();
    await expect(page.getByText(`rank ${ranks}`, { exact: true })).toHaveCount(0, PATIENCE);
    await settle(page);
    await expect(page.getByRole("alert")).toHaveCount(0);
    for (let rank = 0; rank < ranks; rank++) {
      await expect(page.getByText(`rank ${rank}`, { exact: true })).toBeVisible();
    }
    // Every rank computes: somewhere forward, elsewhere backward.
    const shares = Array.from({ length: 60 }, (_, i) => (i + 0.5) / 60);
    const colours = await coloursOfRows(page, shares);
    expect(colours).toHaveLength(ranks);
    for (const row of colours) expect(new Set(row).size).toBeGreaterThan(2);
  });
}

test("a table that cannot be read or executed says where and why", async ({ page, empty }) => {
  await openPage(page, empty, { view: "simulate" });
  await expect(figures(page)).toBeVisible(PATIENCE);
  const input = page.locator("header input[type=file]");
  const unreadable = path.join(empty.folder, "unreadable.csv");
  writeFileSync(unreadable, "0F0,0B0\n1F0,1Q0\n");
  await input.setInputFiles(unreadable);
  await expect(page.getByRole("alert")).toContainText('"1Q0" is no action (row 2, column step 2)', PATIENCE);
  const impossible = path.join(empty.folder, "impossible.csv");
  writeFileSync(impossible, "0F0,0B0\n1B0,1F0\n");
  await input.setInputFiles(impossible);
  await expect(page.getByRole("alert")).toContainText("rank 0 waits for ever at 0B0", PATIENCE);
});

test("the figure: 28 coloured blocks, the step grid by layer, and batch 1 in layer 1's in while batch 0 computes in layer 2", async ({
  page,
}) => {
  const served = await serve((folder) => {
    const out = path.join(folder, "the figure.pipewave");
    const command = "main/cli/index.ts simulate --schedule dataflow --network resnet28 --batches 8 -o";
    execFileSync(process.execPath, [...command.split(" "), out], { cwd: repositoryRoot, stdio: "ignore" });
    return [out];
  });
  try {
    const run = served.runs["the figure.pipewave"] ?? "";
    // High enough for all blocks: the list draws what is in sight.
    await page.setViewportSize({ width: 1440, height: 1700 });
    await openPage(page, served, { run });

    // A: the blocks of REFERENCE §1, each in the colour of its op.
    const blocks = page.getByRole("listbox", { name: "Stages" }).getByRole("option");
    await expect(blocks).toHaveCount(28);
    const names = await blocks.allInnerTexts();
    expect(names.map((text) => FIGURE_OPS.find((op) => text.includes(` ${op}`)))).toEqual(FIGURE_OPS);
    const grounds = await blocks.evaluateAll((all) =>
      all.map((block) => [...block.querySelectorAll("*")].map((part) => getComputedStyle(part).backgroundColor)),
    );
    for (const [i, op] of FIGURE_OPS.entries()) expect(grounds[i]).toContain(cssRgb(OP_COLOURS[op]));

    // B: rows are layers, columns are steps, squares carry the layer.
    await expect(page.getByRole("radio", { name: "Stages" })).toBeChecked();
    await expect(page.getByRole("radio", { name: "Steps" })).toBeChecked();
    await expect(page.getByRole("radio", { name: "Layer" })).toBeChecked();
    // Squares of a layer have its colour, and the first batch comes to layer 27 later than to layer 0: bubbles before it.
    const shares = Array.from({ length: 40 }, (_, i) => (i + 0.5) / 40);
    const colours = await coloursOfRows(page, shares);
    for (const [row, op] of FIGURE_OPS.slice(0, colours.length).entries()) {
      expect(colours[row]).toContain(OP_COLOURS[op]);
    }
    expect(colours.length).toBeGreaterThan(8);

    // One moment, read off two lanes: what a person sees when pointing straight down.
    await openPage(page, served, { run, axis: "lane", columns: "time", from: "0", to: "150000" });
    const bringsIn = await rowOf(page, "rank 1 · in");
    const computes = await rowOf(page, "rank 2 · compute");
    const momentNs = await firstMoment(page, [bringsIn, computes]);
    expect(await readSpan(page, { row: bringsIn, ns: momentNs })).toMatchObject({
      Stage: "1 · 1 conv",
      Batch: "1",
      Phase: "in",
    });
    expect(await readSpan(page, { row: computes, ns: momentNs })).toMatchObject({
      Stage: "2 · 2 pool",
      Batch: "0",
      Phase: "compute",
    });
  } finally {
    await page.close();
    await served.stop();
  }
});

test("a run is asked what would help most, and the answer opens alone and beside it", async ({ page, own }) => {
  await openPage(page, own, { run: own.runs[FIGURE_FILE] ?? "" });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await inspector.getByRole("button", { name: "What would help most?" }).click();
  const ranked = inspector.getByRole("list", { name: "What would help most" }).getByRole("listitem");
  await expect(ranked.first()).toContainText(/−[\d.]+ %/, PATIENCE);
  // The rank of the slowest range bounds the throughput: balancing the ranges helps.
  await expect(ranked.filter({ hasText: "best contiguous partition" })).toHaveCount(1);

  await inspector.getByRole("button", { name: "Your own change…" }).click();
  await inspector.getByLabel("Batches").fill("3");
  await inspector.getByRole("button", { name: "Try it" }).click();
  const mine = inspector.getByRole("list", { name: "Your change" }).getByRole("listitem");
  await expect(mine).toContainText("3 batches", PATIENCE);
  await mine.getByRole("button", { name: "Open" }).click();
  await expect(page).toHaveURL(/run=figure\+3\+batches|run=figure%203%20batches/, PATIENCE);
  await settle(page);
  await expect(page.getByRole("heading", { name: "figure: 3 batches" })).toBeVisible();

  await page.goBack();
  await settle(page);
  await inspector.getByRole("button", { name: "What would help most?" }).click();
  await ranked.first().getByRole("button", { name: "Compare" }).click(PATIENCE);
  await expect(page).toHaveURL(/view=compare/, PATIENCE);
});

interface PlotPoint {
  readonly row: number;
  readonly ns: number;
}

/** Position of the row with that label; rows are labelled from the top without a gap. */
async function rowOf(page: Page, label: string): Promise<number> {
  const labels = page.getByRole("region", { name: "Wavefront" }).getByText(/^rank \d+ · (in|compute|out)/);
  await expect(labels.filter({ hasText: label }).first()).toBeVisible();
  const row = (await labels.allInnerTexts()).findIndex((text) => text.startsWith(label));
  expect(row).toBeGreaterThanOrEqual(0);
  return row;
}

/** The first moment on screen at which all of the rows are coloured, a pixel beyond its start. */
async function firstMoment(page: Page, rows: readonly number[]): Promise<number> {
  const pixels = 600;
  const colours = await page.evaluate(
    async ({ rows: asked, pixels: count }) => {
      const { wavefront } = (globalThis as unknown as { __pipewave: { wavefront: WavefrontProbe } }).__pipewave;
      const { fromNs, toNs } = wavefront.view();
      const times = Array.from({ length: count }, (_, i) => fromNs + ((i + 0.5) / count) * (toNs - fromNs));
      const all = await wavefront.pixelsAt(asked.flatMap((row) => times.map((ns) => ({ row, ns }))));
      return { times, colours: all.map((pixel) => pixel?.colour) };
    },
    { rows, pixels },
  );
  const at = colours.times.findIndex((_, i) =>
    [i, i + 1].every((pixel) =>
      rows.every((_row, r) => ![undefined, IDLE_COLOURS.light].includes(colours.colours[r * pixels + pixel])),
    ),
  );
  expect(at).toBeGreaterThanOrEqual(0);
  return colours.times[at + 1] ?? 0;
}

/** Clicks a place of the plot and reads the inspector. */
async function readSpan(page: Page, { row, ns }: PlotPoint): Promise<Record<string, string>> {
  const box = await page.getByRole("application").boundingBox();
  if (box === null) throw new Error("the plot has no box");
  const { fromNs, toNs, fromRow, toRow } = await page.evaluate(() => {
    const { wavefront } = (globalThis as unknown as { __pipewave: { wavefront: WavefrontProbe } }).__pipewave;
    return wavefront.view();
  });
  const xPx = box.x + ((ns - fromNs) / (toNs - fromNs)) * box.width;
  await page.mouse.click(xPx, box.y + ((row + 0.5 - fromRow) / (toRow - fromRow)) * box.height);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
  await settle(page);
  const names = await inspector.getByRole("term").allInnerTexts();
  const values = await inspector.getByRole("definition").allInnerTexts();
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
}
