/**
 * Times the opening of generated runs: in this process (the file, its description and all tiles of the first frame), and in
 * Chromium, from the moment in which the run is asked for to its first complete heatmap frame. Medians; nothing is asserted.
 */
import { statSync } from "node:fs";

import { chromium } from "playwright";
import type { Page } from "playwright";

import type { RowAxis } from "#common/tile.ts";
import { runId } from "#common/ids.ts";

import { openRun } from "../../db/index.ts";
import { OpenRun } from "../../main/core/open-run.ts";
import { chooseLevel } from "../../renderer/data/level-of-detail.ts";
import { tilesInWindow } from "../../renderer/data/tile-grid.ts";
import { chromiumFlags, findChromium } from "../support/chromium.ts";
import type { LargeRun } from "./large-runs.ts";
import { nameOf, provideRun, quantileOf, serveRuns } from "./large-runs.ts";

export interface OpenFigures {
  readonly run: LargeRun;
  readonly fileBytes: number;
  /** Opening the file, describing it, and the tiles of the whole run on 1600 pixels, in this process. */
  readonly readMs: number;
  /** From asking for the run to its first complete heatmap frame in Chromium; absent without one. */
  readonly completeMs?: number;
}

const ROUNDS = 7;
const WIDTH_PX = 1600;

export async function benchOpen({
  folder,
  runs,
}: {
  folder: string;
  runs: readonly LargeRun[];
}): Promise<OpenFigures[]> {
  const figures = runs.map((run) => ({ run, ...timeReading(provideRun(folder, run)) }));
  const { executable } = findChromium();
  if (executable === undefined) return figures;
  const served = await serveRuns(folder, runs);
  const browser = await chromium.launch({ args: chromiumFlags, executablePath: executable });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(served.url);
    await page.waitForFunction(() => document.documentElement.dataset["activity"] === "idle");
    const timed: OpenFigures[] = [];
    for (const one of figures) {
      const times: number[] = [];
      // The first round reads the file into the system's cache and the page's code into the browser.
      for (let round = 0; round <= ROUNDS; round++) {
        const completeMs = await timeOpening(page, nameOf(one.run));
        if (round > 0) times.push(completeMs);
      }
      timed.push({
        ...one,
        completeMs: quantileOf(
          times.toSorted((a, b) => a - b),
          0.5,
        ),
      });
    }
    return timed;
  } finally {
    await browser.close();
    await served.stop();
  }
}

function timeReading(file: string): { fileBytes: number; readMs: number } {
  const times = Array.from({ length: ROUNDS + 1 }, () => {
    const before = performance.now();
    const opened = new OpenRun(openRun(file));
    const { rows, run, levels } = opened.describe(runId("bench"));
    const axis: RowAxis = "rank";
    const { startNs: fromNs = 0, endNs: toNs = 1 } = run.extent ?? {};
    const level = chooseLevel(levels, (toNs - fromNs) / WIDTH_PX);
    const window = { fromNs, toNs, fromRow: 0, toRow: rows[axis].length };
    for (const key of tilesInWindow({ axis, level, baseNs: levels.baseNs, window })) opened.tile(key);
    const readMs = performance.now() - before;
    opened.close();
    return readMs;
  });
  return {
    fileBytes: statSync(file).size,
    readMs: quantileOf(
      times.slice(1).sort((a, b) => a - b),
      0.5,
    ),
  };
}

/** Leaves the page at the library. */
async function timeOpening(page: Page, run: string): Promise<number> {
  const completeMs = await page.evaluate(
    (id) =>
      new Promise<number>((resolve) => {
        const askedMs = performance.now();
        // The page marks the first frame in which nothing is missing, once the GPU has drawn it.
        const observer = new PerformanceObserver((list) => {
          const mark = list.getEntriesByName("pipewave-first-wavefront").at(0);
          if (mark === undefined) return;
          observer.disconnect();
          resolve(mark.startTime - askedMs);
        });
        observer.observe({ type: "mark" });
        location.hash = `run=${id}`;
      }),
    run,
  );
  await page.waitForFunction(() => document.documentElement.dataset["activity"] === "idle");
  await page.evaluate(() => (location.hash = ""));
  await page.waitForFunction(() => document.querySelector("[data-wavefront]") === null);
  return completeMs;
}
