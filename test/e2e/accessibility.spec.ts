/**
 * The focus can be seen, follows the page from left to right and goes into dialogs and back out of them; motion is left out
 * for those who do not want it. What axe-core says of every view is in views.spec.ts.
 */
import type { Page } from "playwright/test";

import { expect, FIGURE_FILE, openPage, settle, test } from "./served.ts";

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

/** What has the focus, by its accessible name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return (
      element?.getAttribute("aria-label") ??
      element?.closest("label")?.textContent.trim() ??
      element?.textContent.trim() ??
      ""
    );
  });
const isInDialog = (page: Page) => page.evaluate(() => document.activeElement?.closest("dialog[open]") !== null);

test("Tab goes through the top bar from left to right, then on to the view", async ({ page, served }) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  const places: { x: number; bar: boolean }[] = [];
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      const { left } = (element.closest("label") ?? element).getBoundingClientRect();
      return { x: left, bar: element.closest("header") === document.querySelector("header") };
    });
    if (place === undefined) break;
    places.push(place);
  }
  const inBar = places.filter(({ bar }) => bar).map(({ x }) => x);
  expect(inBar.length).toBeGreaterThan(8);
  expect(inBar).toEqual(inBar.toSorted((a, b) => a - b));
  expect(places.slice(0, inBar.length).every(({ bar }) => bar)).toBe(true);
  expect(places.length).toBeGreaterThan(inBar.length);
});

for (const { key, name, first } of [
  { key: "Control+k", name: "Commands", first: "Find a command" },
  { key: "Control+,", name: "Settings", first: "As the system" },
  { key: "?", name: "Keys and gestures", first: "Close" },
  { key: "m", name: "Write a note", first: "Text of the note" },
]) {
  test(`the dialog “${name}” takes the focus to what it is for, keeps it, and gives it back at Escape`, async ({
    page,
    served,
  }) => {
    await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
    const before = page.getByRole("button", { name: "Fit everything" });
    await before.focus();
    await page.keyboard.press(key);
    const dialog = page.getByRole("dialog", { name, exact: true });
    await expect(dialog).toBeVisible();
    expect(await focused(page)).toBe(first);
    for (let step = 0; step < 25; step++) {
      await page.keyboard.press(step % 5 === 4 ? "Shift+Tab" : "Tab");
      // Past the last control the browser itself has its turn, as the page's body.
      expect((await isInDialog(page)) || (await page.evaluate(() => document.activeElement === document.body))).toBe(
        true,
      );
    }
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(before).toBeFocused();
  });
}

test.describe("when the page has a bug", () => {
  // The bug is the test's own.
  test.use({ pageErrors: [] });

  test("the dialog that tells it is closed by Escape and gives the focus back", async ({ page, served }) => {
    await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
    const before = page.getByRole("button", { name: "Fit everything" });
    await before.focus();
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error("made up by the test");
      });
    });
    await expect(page.getByRole("dialog")).toBeVisible();
    await expect.poll(() => focused(page)).toBe("Copy details");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(before).toBeFocused();
  });
});

test("a dock takes the focus to where one types, and the search gives it back to the page", async ({
  page,
  served,
}) => {
  await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
  await page.keyboard.press("q");
  await expect(page.getByRole("textbox", { name: "SQL statement" })).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByRole("search").getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("search")).toHaveCount(0);
  // Keys reach the plot again.
  await page.keyboard.press("2");
  await settle(page);
  await expect(page.getByRole("radio", { name: "Stages" })).toBeChecked();
});
