/** A person's way through the application: open, zoom, select, read, cancel, delete, undo, reload. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright/test";

import { expect, FIGURE, FIGURE_FILE, openPage, serve, settle, test } from "./served.ts";
import { createFigure, figureTrace } from "./figure-trace.ts";

const widthOf = (page: Page) => {
  const parameters = new URLSearchParams(new URL(page.url()).hash.slice(1));
  return Number(parameters.get("to")) - Number(parameters.get("from"));
};

test("open, zoom at the pointer, select a cell, read the inspector, reload and find it as it was", async ({
  page,
  served,
}) => {
  await openPage(page, served);
  await page.getByRole("button", { name: "figure", exact: true }).click();
  await expect(page).toHaveURL(/run=figure/);
  await settle(page);
  await expect(page).toHaveURL(/from=/);
  const before = widthOf(page);

  const plot = page.getByRole("application");
  const box = await plot.boundingBox();
  if (box === null) throw new Error("the plot has no box");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 12);
  await page.mouse.wheel(0, -600);
  await expect.poll(() => widthOf(page)).toBeLessThan(before * 0.7);
  await settle(page);

  // Rank 0 computes without a pause after its first batch: wherever this is, it is a span of rank 0.
  await page.mouse.click(box.x + box.width * 0.5, box.y + 12);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
  await settle(page);
  const facts = await inspector.getByRole("definition").allInnerTexts();
  const name = await inspector.locator("p").first().innerText();
  const known = FIGURE.filter(({ rank, phase }) => rank === 0 && phase === "compute");
  expect(known.map(({ op, stage }) => `${op} ${stage}`)).toContain(name);
  await expect(inspector.getByRole("term").filter({ hasText: "images" })).toBeVisible();
  await expect(page.getByRole("listbox", { name: "Stages" }).getByRole("option", { selected: true })).toBeVisible();

  await expect(page).toHaveURL(/select=span/);
  const address = page.url();
  await page.reload();
  await settle(page);
  expect(page.url()).toBe(address);
  await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
  expect(await inspector.getByRole("definition").allInnerTexts()).toEqual(facts);

  await page.keyboard.press("Escape");
  await expect(inspector.getByRole("heading", { name: "Iteration 0, replica 0" })).toBeVisible();
});

test("back and forward go through the zooms, a double click shows everything", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await expect(page).toHaveURL(/from=/);
  const whole = widthOf(page);
  await page.keyboard.press("w");
  await expect.poll(() => widthOf(page)).toBeLessThan(whole);
  const zoomed = widthOf(page);
  await page.keyboard.press("[");
  await expect.poll(() => widthOf(page)).toBe(whole);
  await page.keyboard.press("]");
  await expect.poll(() => widthOf(page)).toBe(zoomed);
  await page.getByRole("application").dblclick();
  await expect.poll(() => widthOf(page)).toBeGreaterThanOrEqual(whole);
});

test("a figure tells its definition and shows its window", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", from: "1000000", to: "2000000" });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await inspector.getByRole("button", { name: "Makespan", exact: true }).click();
  await expect(inspector.getByText(/^Length of the compute window/)).toBeVisible();
  await inspector.getByRole("button", { name: "Show the window of Makespan" }).click();
  const compute = FIGURE.filter(({ phase }) => phase === "compute");
  const firstUs = Math.min(...compute.map(({ startUs }) => startUs));
  const lastUs = Math.max(...compute.map(({ endUs }) => endUs));
  await expect.poll(() => widthOf(page)).toBe((lastUs - firstUs) * 1_000);
});

test("a file dropped while a run is open is imported beside it", async ({ page, own }) => {
  await openPage(page, own, { run: own.runs[FIGURE_FILE] ?? "" });
  const text = figureTrace(createFigure({ batches: 2 }));
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "dropped.json"));
    return transfer;
  }, text);
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await page.getByRole("status", { name: "Notices" }).getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("heading", { name: "dropped" })).toBeVisible();
});

test("a file that is chosen is uploaded, imported and opened", async ({ page, own }) => {
  await openPage(page, own);
  const file = path.join(own.folder, "chosen.json");
  writeFileSync(file, figureTrace(createFigure({ batches: 3 })));
  await page.getByLabel("Import files…").setInputFiles(file);
  await expect(page).toHaveURL(/run=chosen/);
  await expect(page.getByRole("heading", { name: "chosen" })).toBeVisible();
});

test("a running import can be cancelled and leaves nothing behind", async ({ page, own }) => {
  const file = path.join(own.folder, "large.json");
  writeFileSync(file, figureTrace(createFigure({ batches: 20_000 })));
  await openPage(page, own);
  await page.getByLabel("Import files…").setInputFiles(file);
  await page.getByRole("list", { name: "Imports" }).getByRole("button", { name: "Cancel large.json" }).click();
  await expect(page.getByRole("list", { name: "Imports" })).toHaveCount(0);
  await page.reload();
  await settle(page);
  await expect(page.getByRole("table", { name: "Runs" }).getByRole("row")).toHaveCount(2); // header and the figure
});

test("what cannot be imported says why and what to do", async ({ page, own }) => {
  const file = path.join(own.folder, "notes.txt");
  writeFileSync(file, "These are my notes about pipelines.\n");
  await openPage(page, own);
  await page.getByLabel("Import files…").setInputFiles(file);
  const imports = page.getByRole("list", { name: "Imports" });
  await expect(imports.getByText("notes.txt could not be imported")).toBeVisible();
  await expect(imports.getByRole("alert").locator("p")).toHaveCount(3); // title, what happened, what to do
  await imports.getByRole("button", { name: "Dismiss" }).click();
  await expect(imports).toHaveCount(0);
});

test("a deleted run comes back with Undo, a renamed one keeps its new name", async ({ page, own }) => {
  await openPage(page, own);
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByRole("row", { name: /figure/ }).hover();
  await table.getByRole("button", { name: "Delete figure" }).click();
  await expect(page.getByRole("heading", { name: "See where a pipeline waits" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(table.getByRole("button", { name: "figure", exact: true })).toBeVisible();

  await table.getByRole("row", { name: /figure/ }).hover();
  await table.getByRole("button", { name: "Rename figure" }).click();
  await page.getByLabel("New name").fill("The figure");
  await page.keyboard.press("Enter");
  await expect(table.getByRole("button", { name: "The figure", exact: true })).toBeVisible();
  await page.reload();
  await expect(table.getByRole("button", { name: "The figure", exact: true })).toBeVisible();
});

test("? shows the keys, Escape closes them", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys and gestures" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the theme that is chosen is remembered", async ({ page, served }) => {
  await openPage(page, served);
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-theme", "light");
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await expect(root).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(root).toHaveAttribute("data-theme", "dark");
});

test.describe("when the server goes away", () => {
  // The browser logs the refused connections itself; the page must survive them.
  test.use({ pageErrors: [] });

  test("the page says so and keeps what is on screen", async ({ page }) => {
    const going = await serve(() => []);
    await openPage(page, going);
    await expect(page.getByRole("heading", { name: "See where a pipeline waits" })).toBeVisible();
    await going.stop();
    await expect(page.getByText("Connection to the backend lost.")).toBeVisible();
    await expect(page.getByRole("heading", { name: "See where a pipeline waits" })).toBeVisible();
  });
});

test.describe("when the page has a bug", () => {
  // The bug is the test's own.
  test.use({ pageErrors: [] });

  test("a dialog tells it with details to copy, and the page goes on", async ({ page, served }) => {
    await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error("made up by the test");
      });
    });
    const dialog = page.getByRole("dialog", { name: "Something unexpected went wrong" });
    await expect(dialog.locator("pre")).toContainText("made up by the test");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await expect(dialog).toHaveCount(0);
    await page.getByRole("option", { name: /conv 3/ }).click();
    await expect(page.getByRole("heading", { name: "Stage 3" })).toBeVisible();
  });
});

test("a pane that is closed or resized stays so after a reload", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  const network = page.getByRole("complementary", { name: "Network" });
  const before = (await network.boundingBox())?.width ?? 0;
  await page.getByRole("separator", { name: "Width of the network" }).focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await network.boundingBox())?.width).toBe(before + 48);
  await page.getByRole("button", { name: "Inspector pane" }).click();
  await page.reload();
  await settle(page);
  expect((await network.boundingBox())?.width).toBe(before + 48);
  await expect(page.getByRole("complementary", { name: "Inspector" })).toHaveCount(0);
});

test("no request leaves the machine", async ({ page, served }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:") hosts.add(host);
  });
  page.on("websocket", (socket) => hosts.add(new URL(socket.url()).host));
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "stage" });
  await page.getByRole("option", { name: /conv 3/ }).click();
  await settle(page);
  expect([...hosts]).toEqual([new URL(served.url).host]);
});
