/**
 * Why a run is slow, as a person sees it, on a pipeline of two stages that is made so that every cause is known: stage 0
 * computes 40 ms a batch without a pause, stage 1 computes 20 ms and then waits 20 ms for the next batch.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright/test";

import { CAUSE_COLOURS } from "#common/colours.ts";
import { expect, openPage, serve, settle, test } from "./served.ts";
import type { Served } from "./served.ts";

const MS = 1_000_000;
const BATCHES = 4;
const STAGES = [
  { computeMs: 40, startMs: (batch: number) => 40 * batch },
  { computeMs: 20, startMs: (batch: number) => 40 * (batch + 1) },
];

function writeTrace(folder: string): string {
  const traceEvents = STAGES.flatMap(({ computeMs, startMs }, stage) =>
    Array.from({ length: BATCHES }, (_, batch) => ({
      name: `conv ${stage}`,
      ph: "X",
      pid: stage,
      tid: 0,
      ts: startMs(batch) * 1_000,
      dur: computeMs * 1_000,
      args: { rank: stage, stage, batch, phase: "compute", op: "conv", pass: "forward", iteration: 0 },
    })),
  );
  const file = path.join(folder, "starved.json");
  writeFileSync(file, JSON.stringify({ traceEvents }));
  return file;
}

const why = test.extend<{ starved: Served }>({
  starved: [
    async ({ page }, use) => {
      const served = await serve((folder) => [writeTrace(folder)]);
      await openPage(page, served, { run: served.runs["starved.json"] ?? "", from: "0", to: String(180 * MS) });
      await use(served);
      await page.close();
      await served.stop();
    },
    { auto: true },
  ],
});

const inspectorOf = (page: Page) => page.getByRole("complementary", { name: "Inspector" });

/** Colour of what lies over the cells; `undefined` where nothing does. */
async function overlayAt(page: Page, { ns, row, rows }: { ns: number; row: number; rows: number }) {
  await settle(page);
  return page.evaluate(
    ({ share, height }) => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-why]");
      const context = canvas?.getContext("2d");
      if (canvas === null || context === null || context === undefined) throw new Error("there is no overlay");
      const rowPx = Math.min(80 * devicePixelRatio, Math.floor(canvas.height / height.rows));
      const { data } = context.getImageData(
        Math.round(share * canvas.width),
        Math.round((height.row + 0.3) * rowPx),
        1,
        1,
      );
      return data[3] === 0 ? undefined : (data[0] << 16) | (data[1] << 8) | data[2];
    },
    { share: ns / (180 * MS), height: { row, rows } },
  );
}

why("bubbles take the colours of their causes and are white again when that is off", async ({ page }) => {
  const causes = page.getByRole("button", { name: "Causes", exact: true });
  expect(await overlayAt(page, { ns: 70 * MS, row: 1, rows: 2 })).toBeUndefined();
  await causes.click();
  expect(await overlayAt(page, { ns: 70 * MS, row: 1, rows: 2 })).toBe(CAUSE_COLOURS.light.starved);
  expect(await overlayAt(page, { ns: 20 * MS, row: 1, rows: 2 })).toBe(CAUSE_COLOURS.light.fill);
  expect(await overlayAt(page, { ns: 50 * MS, row: 1, rows: 2 })).toBeUndefined();
  await expect(page.getByRole("list", { name: "Colours" })).toContainText("starved");
  await causes.click();
  expect(await overlayAt(page, { ns: 70 * MS, row: 1, rows: 2 })).toBeUndefined();
  await expect(page.getByRole("list", { name: "Colours" })).not.toContainText("starved");
});

why("a bubble says what was waited for, and leads to it", async ({ page }) => {
  const box = await page.getByRole("application").boundingBox();
  if (box === null) throw new Error("the plot has no box");
  const bubble = [box.x + (box.width * 70) / 180, box.y + 120] as const;
  await page.mouse.click(...bubble);
  const inspector = inspectorOf(page);
  await expect(inspector.getByRole("heading", { name: "Bubble" })).toBeVisible();
  await expect(inspector.getByText("Its input has not been produced yet: forward of batch 1 at conv 0.")).toBeVisible();
  await settle(page);
  // Clicked again, it leads to the span that it waited for.
  await page.mouse.click(...bubble);
  await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
  const facts = inspector.getByRole("definition");
  await expect(facts.nth(0)).toHaveText("40.00 ms");
  await expect(facts.nth(1)).toHaveText("40.00 ms");
});

why("the critical path is as long as the makespan and is walked span by span", async ({ page }) => {
  const inspector = inspectorOf(page);
  await expect(inspector.getByText("180.0 ms, as long as the makespan")).toBeVisible();
  await page.keyboard.press("n");
  const starts: string[] = [];
  for (let step = 0; step <= BATCHES; step++) {
    await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
    await settle(page);
    starts.push(await inspector.getByRole("definition").nth(1).innerText());
    await page.keyboard.press("n");
    await settle(page);
  }
  // Four batches at stage 0, then the last one at stage 1.
  expect(starts).toEqual(["0 ns", "40.00 ms", "80.00 ms", "120.0 ms", "160.0 ms"]);
  await page.keyboard.press("p");
  await settle(page);
  await expect(inspector.getByRole("definition").nth(1)).toHaveText("120.0 ms");
  await expect(page.getByRole("list", { name: "Colours" })).toContainText("critical path");
});

why(
  "the stage view shows the bottleneck with its neighbours and the interval on the same time axis",
  async ({ page }) => {
    const lanes = page.getByRole("region", { name: "Pipeline stages" });
    await expect(lanes.getByRole("heading", { name: "Stages 0–1" })).toBeVisible();
    await expect(lanes.getByText("bottleneck")).toHaveCount(1);
    await expect(lanes.getByText(/^II 40\.00 ms, set by compute/)).toHaveCount(2);
    await expect(lanes.getByText("The rank keeps to the MAX rule within 5 %.")).toBeVisible();
    const [plot, below] = await Promise.all([
      page.getByRole("application").boundingBox(),
      lanes.locator("canvas").boundingBox(),
    ]);
    expect(below?.x).toBe(plot?.x);
    expect(below?.width).toBe(plot?.width);
    // A span that is clicked here is selected everywhere: batch 1 of stage 0, in the lane below its title.
    if (below === null) throw new Error("the lanes have no box");
    await page.mouse.click(below.x + (below.width * 60) / 180, below.y + 18 + 9);
    await expect(inspectorOf(page).getByRole("definition").nth(1)).toHaveText("40.00 ms");
    await lanes.getByRole("button", { name: "Close the stage view" }).click();
    await expect(lanes).toHaveCount(0);
  },
);

why("findings come with their figures and lead to their evidence", async ({ page }) => {
  const inspector = inspectorOf(page);
  await expect(inspector.getByText(/^Rank 0 bounds the throughput: its computing/)).toBeVisible();
  const bound = inspector.getByRole("listitem").filter({ hasText: "bounds the throughput" });
  await bound.getByRole("button", { name: "Evidence" }).click();
  await expect(inspector.getByRole("heading", { name: "Span" })).toBeVisible();
  await expect(inspector.getByText("conv 0", { exact: true }).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(bound.getByRole("button", { name: `Evidence 1 of ${BATCHES}` })).toBeVisible();
});
