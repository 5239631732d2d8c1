/** Settings: they show at once in heatmap, network and legend, and are there again after a reload. */
import { OP_COLOURS, OP_PALETTES } from "#common/colours.ts";
import { expect, FIGURE_FILE, openPage, settle, test } from "./served.ts";

const css = (rgb: number) => `rgb(${rgb >> 16}, ${(rgb >> 8) & 255}, ${rgb & 255})`;

test("another palette and an own colour show at once and stay", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis: "stage", columns: "time" });
  const swatch = page
    .getByRole("list", { name: "Legend" })
    .getByRole("listitem")
    .filter({ hasText: /^conv/ })
    .locator(".swatch")
    .first();
  const heatmap = page.getByRole("application").locator("canvas").first();
  await expect(swatch).toHaveCSS("background-color", css(OP_COLOURS.conv));
  const before = await heatmap.screenshot();

  await page.keyboard.press("Control+,");
  const settings = page.getByRole("dialog", { name: "Settings" });
  await settings.getByText("Colour-blind safe").click();
  await expect(swatch).toHaveCSS("background-color", css(OP_PALETTES["colour-blind"].conv));
  await settings.getByRole("list", { name: "Colours of ops" }).getByLabel("Colour of conv").fill("#00ff00");
  await expect(swatch).toHaveCSS("background-color", css(0x00ff00));
  await page.keyboard.press("Escape");
  await settle(page);
  expect((await heatmap.screenshot()).equals(before)).toBe(false);

  await page.reload();
  await settle(page);
  await expect(swatch).toHaveCSS("background-color", css(0x00ff00));
  await page.keyboard.press("Control+,");
  await settings.getByRole("button", { name: "Back to the palette's colours" }).click();
  await settings.getByText("Figure", { exact: true }).click();
  await page.keyboard.press("Escape");
  await expect(swatch).toHaveCSS("background-color", css(OP_COLOURS.conv));
});

test("times are shown in the chosen unit, and the theme is chosen here too", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await page.keyboard.press("Control+,");
  const settings = page.getByRole("dialog", { name: "Settings" });
  await settings.getByText("ns", { exact: true }).click();
  await expect(inspector.getByText(/\d ns/).first()).toBeVisible();
  await settings.getByText("Dark", { exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
