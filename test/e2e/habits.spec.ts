/** Search, notes, areas, SQL and the clipboard in an open run, as a person uses them. */
import { readFileSync } from "node:fs";

import type { Page } from "playwright/test";

import { expect, FIGURE, FIGURE_FILE, openPage, settle, test } from "./served.ts";

const compute = FIGURE.filter(({ phase }) => phase === "compute");
const inspectorOf = (page: Page) => page.getByRole("complementary", { name: "Inspector" });

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("search goes through stages, batches and spans, forth and back", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "stage", columns: "time" });
  await page.keyboard.press("/");
  const search = page.getByRole("search");
  const field = search.getByRole("textbox");
  await expect(field).toBeFocused();
  await field.fill("3");
  await page.keyboard.press("Enter");
  await expect(inspectorOf(page).getByRole("heading", { name: "Stage 3", exact: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(inspectorOf(page).getByRole("heading", { name: "Batch 3", exact: true })).toBeVisible();
  await page.keyboard.press("Shift+Enter");
  await expect(inspectorOf(page).getByRole("heading", { name: "Stage 3", exact: true })).toBeVisible();

  const { op, stage } = compute[0] ?? { op: "", stage: 0 };
  const name = `${op} ${stage}`;
  await field.fill(name);
  await settle(page);
  const spans = FIGURE.filter((span) => `${span.op} ${span.stage}`.includes(name));
  await expect(search.getByRole("status")).toContainText(`${spans.length} spans`);
  await page.keyboard.press("Shift+Enter"); // the last one
  await expect(inspectorOf(page).getByRole("heading", { name: "Span" })).toBeVisible();
  await field.fill("no such thing");
  await settle(page);
  await expect(search.getByRole("status")).toHaveText("nothing found");
  await page.keyboard.press("Escape");
  await expect(search).toHaveCount(0);
});

test("a note is written on a span, flagged, listed, found, deleted and brought back", async ({ page, own }) => {
  await openPage(page, own, {
    run: own.runs[FIGURE_FILE] ?? "",
    columns: "time",
    axis: "rank",
    select: "span:10:0:1:0:0:0:0",
  });
  await page.keyboard.press("m");
  await page.getByRole("textbox", { name: "Text of the note" }).fill("waits for the loader");
  await page.keyboard.press("Control+Enter");
  const flag = page.getByRole("button", { name: "Note: waits for the loader" });
  await expect(flag).toBeVisible();
  await page.reload();
  await settle(page);
  await expect(flag).toBeVisible();
  await page.keyboard.press("Shift+M");
  const list = page.getByRole("region", { name: "Notes", exact: true });
  await expect(list.getByText("waits for the loader")).toBeVisible();
  await page.keyboard.press("/");
  await page.getByRole("search").getByRole("textbox").fill("loader");
  await settle(page);
  await expect(page.getByRole("search").getByRole("status")).toContainText("1 note");
  await page.keyboard.press("Escape");
  await list.getByRole("button", { name: "Delete the note" }).click();
  await expect(flag).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(flag).toBeVisible();
  await list.getByRole("button", { name: /waits for the loader/ }).click();
  await expect(inspectorOf(page).getByRole("heading", { name: "Span" })).toBeVisible();
});

test("an area counts what lies in it, by stage and by phase, and is copied as text", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", columns: "time", axis: "rank" });
  await page.keyboard.press("0");
  await settle(page);
  const box = await page.getByRole("application").boundingBox();
  if (box === null) throw new Error("the plot has no box");
  await page.keyboard.down("Shift");
  await page.mouse.move(box.x + 1, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  const dock = page.getByRole("region", { name: "Area", exact: true });
  await dock.getByText("Phase", { exact: true }).click();
  const row = dock.getByRole("row", { name: /^compute/ });
  // Nearly the whole run: at the edges a pixel may cut a span off, but not its touch.
  await expect(row.getByRole("cell").first()).toHaveText(String(compute.length));
  await settle(page);
  await page.keyboard.press("Control+c");
  await expect(page.getByText("Copied.")).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text.split("\n")[0]).toBe("phase\tspans\ttime ns\tshare");
  expect(text).toContain(`compute\t${compute.length}\t`);
  await page.keyboard.press("Escape");
  await expect(dock).toHaveCount(0);
});

test("SQL answers, sorts, leads to a span, exports and refuses to write", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await page.keyboard.press("q");
  const dock = page.getByRole("region", { name: "SQL", exact: true });
  const field = dock.getByRole("textbox", { name: "SQL statement" });
  await expect(field).toBeFocused();
  await field.fill("select id, duration from span where phase = 'compute' order by id limit 5");
  await page.keyboard.press("Control+Enter");
  const rows = dock.getByRole("region", { name: "Answer" }).getByRole("row");
  await expect(rows).toHaveCount(6);
  const ids = async () => (await rows.locator("td:first-child").allInnerTexts()).map(Number);
  const before = await ids();
  const heading = dock.getByRole("columnheader", { name: /^id/ });
  await heading.getByRole("button").click();
  await heading.getByRole("button").click();
  await expect(heading).toHaveAttribute("aria-sort", "descending");
  expect(await ids()).toEqual(before.toReversed());
  await dock.getByRole("button", { name: String(before[0]), exact: true }).click();
  await expect(inspectorOf(page).getByRole("heading", { name: "Span" })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dock.getByRole("button", { name: "Export CSV" }).click(),
  ]);
  expect(
    readFileSync(await download.path(), "utf8")
      .split("\n")
      .slice(0, 2),
  ).toEqual(["id,duration", expect.stringMatching(new RegExp(`^${before.at(-1)},\\d+$`))]);
  await field.fill("delete from note");
  await page.keyboard.press("Control+Enter");
  await expect(dock.getByRole("alert")).toContainText("only statements that read are allowed");
  await dock.getByRole("button", { name: "History" }).click();
  await expect(dock.getByRole("button", { name: "delete from note" })).toBeVisible();
});

test("what is selected is copied as text", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", select: "stage:2" });
  await page.keyboard.press("Control+c");
  await expect(page.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^run\tfigure\nstage\t2\n/);
});

test("the first page teaches the three views on an example that it opens", async ({ page, empty }) => {
  await openPage(page, empty);
  for (const view of ["Network", "Wavefront", "Pipeline stages"]) {
    await expect(page.getByRole("term").filter({ hasText: view })).toBeVisible();
  }
  await page.getByRole("button", { name: "Open the example" }).click();
  await expect(page.getByRole("heading", { name: "Example: ResNet as a pipeline" })).toBeVisible();
  await settle(page);
  await expect(page.getByRole("complementary", { name: "Network" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Pipeline stages" })).toBeVisible();
  await expect(page.getByRole("listbox", { name: "Stages" }).getByRole("option").first()).toContainText("conv");
});
