/**
 * In every view, at both window sizes, light and dark: no text overlaps or is cut off, and axe-core finds no serious violation.
 * With PIPEWAVE_SCREENSHOTS=folder each is also written there as a picture, to be looked at.
 */
import path from "node:path";

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright/test";

import { findSharedTrace } from "../support/shared-traces.ts";
import { findTextProblems } from "../support/text-boxes.ts";
import { width } from "./action-checks.ts";
import type { View } from "./every-view.ts";
import { openView, VIEWS, writeFiles } from "./every-view.ts";
import type { Served } from "./served.ts";
import { expect, serve, settle, test as base } from "./served.ts";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];
const THEMES = ["light", "dark"] as const;
const PICTURES = process.env["PIPEWAVE_SCREENSHOTS"];

const test = base.extend<object, { readonly viewed: Served }>({
  viewed: [
    async ({}, use) => {
      const recorded = VIEWS.flatMap(({ recorded: name }) => (name === undefined ? [] : (findSharedTrace(name) ?? [])));
      const served = await serve((folder) => [...writeFiles(folder), ...recorded]);
      await use(served);
      await served.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

/** Each serious violation with where it is. */
async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = "" }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
    );
}

/** Two frames: styles have come into force, and what they changed has been laid out. */
const nextFrames = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );

async function lookAt(page: Page, { name, live }: View): Promise<void> {
  test.slow();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      // What the size changes is observed, laid out and only then drawn: a page that has not noticed yet looks settled.
      await nextFrames(page);
      if (live !== true) await settle(page);
      await nextFrames(page);
      const where = `${name}, ${size.width} × ${size.height}, ${colorScheme}`;
      if (PICTURES !== undefined) {
        await page.screenshot({ path: path.join(PICTURES, `${where.replaceAll(/[^\w,]+/g, "-")}.png`) });
      }
      expect.soft(await findTextProblems(page), where).toEqual([]);
      // What axe looks at does not depend on the size, beside what is hidden at the smaller one.
      if (size === SIZES[1]) expect.soft(await seriousViolations(page), where).toEqual([]);
    }
  }
}

for (const view of VIEWS.filter(({ empty, breaks }) => empty !== true && breaks !== true)) {
  test(view.name, async ({ page, viewed }) => {
    const { recorded } = view;
    test.skip(recorded !== undefined && findSharedTrace(recorded) === undefined, `needs ../shared/traces/${recorded}`);
    await openView(page, viewed, view);
    await lookAt(page, view);
  });
}

for (const view of VIEWS.filter(({ empty }) => empty === true)) {
  test(view.name, async ({ page, empty }) => {
    await openView(page, empty, view);
    await lookAt(page, view);
  });
}

test("a stage view in which no batch can be seen offers some", async ({ page, viewed }) => {
  await openView(page, viewed, { name: "many batches", at: { run: "rows of little", columns: "time" } });
  const lanes = page.getByRole("region", { name: "Pipeline stages" });
  await expect(lanes.getByText("40.00 ms on screen: too much to tell batches apart.")).toBeVisible();
  await lanes.getByRole("button", { name: "Show 12 batches" }).click();
  await settle(page);
  await expect(lanes.getByText(/too much/)).toHaveCount(0);
  // Stage 1 takes a batch every 2 µs.
  await expect.poll(() => width(page)).toBe(12 * 2_000);
});

test.describe("when the page has a bug", () => {
  // The bug is the test's own.
  test.use({ pageErrors: [] });

  for (const view of VIEWS.filter(({ breaks }) => breaks === true)) {
    test(view.name, async ({ page, viewed }) => {
      await openView(page, viewed, view);
      await lookAt(page, view);
    });
  }
});
