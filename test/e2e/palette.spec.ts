/**
 * The command palette: everything that can be done now is listed, found by letters and done by Enter. What every action does is
 * in keys.spec.ts.
 */
import type { Page } from "playwright/test";

import { ACTION_IDS } from "#common/actions.ts";
import { expect, FIGURE_FILE, openPage, settle, test } from "./served.ts";

const parameter = (page: Page, name: string) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get(name);
const paletteOf = (page: Page) => page.getByRole("dialog", { name: "Commands" });

async function choose(page: Page, query: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill(query);
  await page.keyboard.press("Enter");
  await expect(paletteOf(page)).toHaveCount(0);
}

test("the palette opens by key, filters, goes through its list with arrows, and gives the focus back", async ({
  page,
  served,
}) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await page.keyboard.press("Control+k");
  const combobox = page.getByRole("combobox", { name: "Find a command" });
  await expect(combobox).toBeFocused();
  const options = paletteOf(page).getByRole("option");
  await combobox.fill("rows");
  await expect(options.first()).toContainText("rows", { ignoreCase: true });
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(combobox).toHaveAttribute("aria-activedescendant", (await options.nth(1).getAttribute("id")) ?? "");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(options.last()).toHaveAttribute("aria-selected", "true");
  await combobox.fill("qqqq");
  await expect(options).toHaveCount(0);
  await expect(paletteOf(page).getByRole("status")).toContainText("qqqq");
  await page.keyboard.press("Escape");
  await expect(paletteOf(page)).toHaveCount(0);
});

test("what is chosen in the palette is done", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "rank", columns: "time" });
  await choose(page, "rows are stages");
  await expect.poll(() => parameter(page, "axis")).toBe("stage");
  await choose(page, "columns steps");
  await expect.poll(() => parameter(page, "columns")).toBe("steps");
  await choose(page, "matrix");
  await expect.poll(() => parameter(page, "columns")).toBe("batches");
  await choose(page, "inspector");
  await expect(page.getByRole("complementary", { name: "Inspector" })).toHaveCount(0);
  await choose(page, "inspector");
  await choose(page, "show keys");
  await expect(page.getByRole("dialog", { name: "Keys and gestures" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await choose(page, "library");
  await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
});

test("every view offers only what it can do", async ({ page, served }) => {
  await openPage(page, served);
  await page.keyboard.press("Control+k");
  const offered = () =>
    paletteOf(page)
      .getByRole("option")
      .evaluateAll((options) => options.map((option) => option.getAttribute("data-action") ?? ""));
  expect(await offered()).toEqual(["help", "settings", "theme", "import-files", "capture", "simulate"]);
  await page.keyboard.press("Escape");
  await expect(paletteOf(page)).toHaveCount(0);
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await page.keyboard.press("Control+k");
  const inRun = await offered();
  // Every action but those of a comparison, and those that need a selection or a way back.
  const needsMore = ["swap", "palette", "zoom-back", "zoom-forward", "span-before", "span-after", "jump-to-awaited"];
  const needsIterations = ["next-iteration", "previous-iteration"];
  const needsFound = ["search-next", "search-previous"];
  const missing = ACTION_IDS.filter((id) => !inRun.includes(id));
  expect(missing.filter((id) => ![...needsMore, ...needsIterations, ...needsFound].includes(id))).toEqual([]);
});

test("nothing is done by keys while something is typed", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "rank", columns: "time" });
  await expect(page).toHaveURL(/from=/);
  const before = page.url();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).pressSequentially("123wasd");
  await page.keyboard.press("Escape");
  // Hidden at once, and gone with its focus a moment later.
  await expect(page.locator("[role=combobox]")).toHaveCount(0);
  await settle(page);
  expect(page.url()).toBe(before);
});
