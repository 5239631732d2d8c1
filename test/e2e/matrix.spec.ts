/** The stage × batch matrix of a pipeline in which one batch is slow at one stage: cells, numbers, selection and slowdown. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright/test";

import type { Served } from "./served.ts";
import { expect, openPage, serve, settle, test } from "./served.ts";

const MS = 1_000;
const STAGES = 3;
const BATCHES = 5;
const SLOW = { stage: 1, batch: 2 };

/** Stage s computes 10 ms of batch b from 40 · (b + s) ms on, the slow one 30 ms. */
function writeTrace(folder: string): string {
  const traceEvents = Array.from({ length: STAGES * BATCHES }, (_, at) => {
    const [stage, batch] = [Math.floor(at / BATCHES), at % BATCHES];
    const isSlow = stage === SLOW.stage && batch === SLOW.batch;
    return {
      name: `conv ${stage}`,
      ph: "X",
      pid: stage,
      tid: 0,
      ts: 40 * MS * (batch + stage),
      dur: (isSlow ? 30 : 10) * MS,
      args: { rank: stage, stage, batch, phase: "compute", op: "conv", pass: "forward", iteration: 0 },
    };
  });
  const file = path.join(folder, "slow.json");
  writeFileSync(file, JSON.stringify({ traceEvents }));
  return file;
}

const matrix = test.extend<{ slow: Served }>({
  slow: [
    async ({ page }, use) => {
      const served = await serve((folder) => [writeTrace(folder)]);
      await openPage(page, served, { run: served.runs["slow.json"] ?? "", columns: "batches" });
      await whenDrawn(page);
      await use(served);
      await page.close();
      await served.stop();
    },
    { auto: true },
  ],
});

const viewOf = (page: Page) => page.getByRole("region", { name: "Stage × batch matrix" });
const plotOf = (page: Page) => viewOf(page).getByRole("application");
const inspectorOf = (page: Page) => page.getByRole("complementary", { name: "Inspector" });

async function whenDrawn(page: Page): Promise<void> {
  await settle(page);
  await page.waitForFunction(() => document.querySelector<HTMLElement>("[data-matrix]")?.dataset["matrix"] === "idle");
}

/** Middle of a cell on the page. Rows are as high as their labels stand apart. */
async function middleOf(page: Page, { stage, batch }: { stage: number; batch: number }): Promise<[number, number]> {
  const box = await plotOf(page).boundingBox();
  const marked = await plotOf(page).locator("i.marked").boundingBox();
  if (box === null || marked === null) throw new Error("the matrix has no box");
  return [box.x + ((batch + 0.5) * box.width) / BATCHES, box.y + (stage + 0.5) * marked.height];
}

/** The marked cell tells how high a row is. */
async function markFirstCell(page: Page): Promise<void> {
  await plotOf(page).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(plotOf(page).locator("i.marked")).toBeVisible();
}

matrix("a cell says its time and how it stands to its stage, and a click selects its span", async ({ page }) => {
  await markFirstCell(page);
  const [x, y] = await middleOf(page, SLOW);
  await page.mouse.move(x, y);
  const view = viewOf(page);
  await expect(view.getByText("· batch 2")).toBeVisible();
  await expect(view.getByText("3.00", { exact: true })).toBeVisible();
  await page.mouse.click(x, y);
  await settle(page);
  const facts = inspectorOf(page).getByRole("definition");
  await expect(facts.nth(0)).toHaveText("30.00 ms");
  await expect(facts.nth(1)).toHaveText("120.0 ms");
});

matrix("times become slowdowns against the other batches of the stage", async ({ page }) => {
  const legend = viewOf(page).getByRole("img");
  await viewOf(page).getByText("All", { exact: true }).click();
  await expect(legend).toHaveAccessibleName("Colours from 10.00 ms to 30.00 ms");
  await viewOf(page).getByText("× median", { exact: true }).click();
  await whenDrawn(page);
  await expect(legend).toHaveAccessibleName("Colours from × 1.00 to × 3.00");
  await viewOf(page).getByText("Time", { exact: true }).click();
  await expect(legend).toHaveAccessibleName("Colours from 10.00 ms to 30.00 ms");
});

matrix("arrow keys walk the cells, and the selection is the wavefront's too", async ({ page }) => {
  await markFirstCell(page);
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  await settle(page);
  const facts = inspectorOf(page).getByRole("definition");
  await expect(facts.nth(0)).toHaveText("30.00 ms");
  await page.keyboard.press("ArrowDown");
  await settle(page);
  await expect(facts.nth(0)).toHaveText("10.00 ms");
  await expect(facts.nth(1)).toHaveText("160.0 ms");
});
