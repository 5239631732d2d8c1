/** A capture in the window: chosen, watched while it grows, stopped, and survived when its runner is killed. */
import { execFileSync } from "node:child_process";

import type { Page } from "playwright/test";

import type { WavefrontProbe } from "../../renderer/views/wavefront/test-hook.ts";
import { expect, openPage, settle, test } from "./served.ts";
import { startCapture } from "./start-capture.ts";

/** Starting a runner, its backend and its workers takes its time on a busy machine. */
const PATIENCE = { timeout: 40_000 };

/** Right end of what the plot shows. */
const shownNs = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { wavefront } = (globalThis as unknown as { __pipewave: { wavefront: WavefrontProbe } }).__pipewave;
    return wavefront.view().toNs;
  });

/** Processes that the server has started. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

test("a capture grows on screen before it ends, is stopped, kept and opened", async ({ page, empty }) => {
  await openPage(page, empty);
  await page.getByRole("button", { name: "Capture a run" }).click();
  await expect(page).toHaveURL(/view=capture/);
  await startCapture(page);

  const stop = page.getByRole("button", { name: "Stop and keep" });
  await expect(page.getByRole("application")).toBeVisible(PATIENCE);
  await expect(stop).toBeEnabled();
  for (const rank of ["rank 0", "rank 1"]) await expect(page.getByText(rank, { exact: true })).toBeVisible();
  await expect.poll(() => page.evaluate(() => "__pipewave" in globalThis), PATIENCE).toBe(true);
  const before = await shownNs(page);
  await expect.poll(() => shownNs(page), PATIENCE).toBeGreaterThan(before);
  await expect(page.getByRole("progressbar", { name: "Capture" })).toBeVisible();

  // It goes on behind other views, and is found again.
  await page.getByRole("button", { name: "Library" }).click();
  await page.getByRole("button", { name: "Watch" }).click();
  await expect(stop).toBeEnabled();
  await stop.click();

  await expect(page.getByText(/^Stopped early: [\d,]+ batch(es)? of 100,000 kept$/)).toBeVisible(PATIENCE);
  await page.getByRole("button", { name: "Open run" }).click();
  await expect(page).toHaveURL(/run=tiny/);
  await settle(page);
  const stages = page.getByRole("listbox", { name: "Stages" }).getByRole("option");
  await expect(stages).toHaveCount(8);
  await page.getByRole("button", { name: "Library" }).click();
  await expect(page.getByRole("table", { name: "Runs" }).getByRole("row", { name: /captured/ })).toHaveCount(1);
});

test("kill −9 of the runner leaves the application alive, says so, and keeps what was captured", async ({
  page,
  empty,
}) => {
  await openPage(page, empty, { view: "capture" });
  // The question what can compute has a runner of its own: the one to kill is the capture's.
  await expect(page.getByText(/^Takes /)).toBeVisible(PATIENCE);
  await startCapture(page);
  await expect(page.getByRole("application")).toBeVisible(PATIENCE);
  const runners = childrenOf(empty.pid);
  expect(runners).toHaveLength(1);
  for (const runner of runners) process.kill(runner, "SIGKILL");

  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The runner was ended by SIGKILL", PATIENCE);
  await expect(alert).toContainText("kept in the library");
  await page.getByRole("button", { name: "Open what was captured" }).click();
  await expect(page).toHaveURL(/run=tiny/);
  await settle(page);
  await expect(page.getByRole("complementary", { name: "Inspector" })).toContainText("Iteration 0, replica 0");

  await page.goBack();
  await expect(page.getByRole("button", { name: "Start capture" })).toBeEnabled();
});

test("a capture is prepared with the keys, and a wrong partition says what it should be", async ({ page, empty }) => {
  await openPage(page, empty, { view: "capture" });
  await page.getByRole("radio", { name: "resnet28" }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("radio", { name: "tiny" })).toBeChecked();
  await page.getByRole("radio", { name: "Balanced" }).focus();
  await page.keyboard.press("ArrowLeft");
  const ranges = page.getByLabel("Blocks of each worker");
  await expect(ranges).toHaveValue("0-1,2-3,4-5,6-7");
  await ranges.fill("0-1,3-7");
  await expect(page.getByText("Ranges must cover 0-7 in order without gaps")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start capture" })).toBeDisabled();
  await ranges.fill("0-1,2-7");
  const shares = page.getByRole("list", { name: "Work of each worker for one batch" }).getByRole("listitem");
  await expect(shares).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Start capture" })).toBeEnabled();
});
