/**
 * axe-core finds no serious violation in any view, light and dark; the focus can be seen; motion is left out for those who
 * do not want it.
 */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright/test";

import { expect, FIGURE_FILE, openPage, settle, sharedRun, test } from "./served.ts";

/** Each serious violation with where it is. */
async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = "" }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
    );
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`no serious violation, ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("in the library, the palette, the settings and the help", async ({ page, served }) => {
      await openPage(page, served);
      await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
      expect(await seriousViolations(page), "library").toEqual([]);
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
      expect(await seriousViolations(page), "palette").toEqual([]);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await page.keyboard.press("Control+,");
      await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
      expect(await seriousViolations(page), "settings").toEqual([]);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: "Keys and gestures" })).toBeVisible();
      expect(await seriousViolations(page), "help").toEqual([]);
    });

    test("in an empty library, the capture and the simulation", async ({ page, empty }) => {
      await openPage(page, empty);
      expect(await seriousViolations(page), "empty library").toEqual([]);
      await openPage(page, empty, { view: "simulate" });
      expect(await seriousViolations(page), "simulate").toEqual([]);
      await openPage(page, empty, { view: "capture" });
      expect(await seriousViolations(page), "capture").toEqual([]);
    });

    test("in a run: time, steps and matrix, with every dock and the search", async ({ page, own }) => {
      const run = own.runs[FIGURE_FILE] ?? "";
      for (const columns of ["steps", "batches", "time"]) {
        await openPage(page, own, { run, axis: "stage", columns, select: "stage:3" });
        expect(await seriousViolations(page), columns).toEqual([]);
      }
      await page.keyboard.press("m");
      await page.getByRole("textbox", { name: "Text of the note" }).fill("a note");
      expect(await seriousViolations(page), "note").toEqual([]);
      await page.keyboard.press("Control+Enter");
      await page.keyboard.press("Shift+M");
      await expect(page.getByRole("region", { name: "Notes", exact: true })).toBeVisible();
      expect(await seriousViolations(page), "notes").toEqual([]);
      await page.keyboard.press("q");
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByRole("region", { name: "Answer" })).toBeVisible();
      expect(await seriousViolations(page), "sql").toEqual([]);
      await page.keyboard.press("/");
      await settle(page);
      expect(await seriousViolations(page), "search").toEqual([]);
    });

    test("in a recorded run and in a comparison", async ({ page, served }) => {
      const recorded = sharedRun(served, "pp-aggregated.json.gz");
      await openPage(page, served, { run: recorded, select: "bubble:1:0:3000000:1:0" });
      expect(await seriousViolations(page), "run").toEqual([]);
      await openPage(page, served, { view: "compare", a: served.runs[FIGURE_FILE] ?? "", b: recorded });
      expect(await seriousViolations(page), "compare").toEqual([]);
    });
  });
}

test("whatever Tab reaches in a run shows that it has the focus", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  const seen = new Set<string>();
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      // A hidden radio is shown by the label around it.
      const shown = [element, element.closest("label")].filter((one) => one !== null);
      const isVisible = shown.some((one) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      });
      return {
        name: `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent ?? ""}`,
        isVisible,
      };
    });
    if (focused === undefined) break;
    expect(focused.isVisible, focused.name).toBe(true);
    seen.add(focused.name);
  }
  expect(seen.size).toBeGreaterThan(12);
});

test("nothing moves for those who do not want motion", async ({ page, served }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((element) => {
      const { animationDuration, transitionDuration } = getComputedStyle(element);
      const isStill = [animationDuration, transitionDuration].every((text) => /^0s(, 0s)*$/.test(text));
      return isStill ? [] : [element.tagName];
    }),
  );
  expect(moving).toEqual([]);
});
