/**
 * Times the window in Chromium: first paint of the library, first complete wavefront of a run of 100 k spans, and the longest
 * task of the page while a trace of 1 M events is imported. Medians over fresh tabs; the application's own idle signals say
 * when something is complete.
 */
import path from "node:path";

import { chromium } from "playwright";
import type { Browser, Page } from "playwright";

import { serve } from "../e2e/served.ts";
import type { Served } from "../e2e/served.ts";
import { chromiumFlags, findChromium } from "../support/chromium.ts";
import { generateTrace } from "./generate-trace.ts";

export interface WindowFigures {
  /** First contentful paint of the library, from the start of the navigation. */
  readonly firstPaintMs: number;
  /** First paint and complete wavefront of the run, from the start of the navigation. */
  readonly run: { readonly spans: number; readonly firstPaintMs: number; readonly completeMs: number };
  /** Longest task of the page's thread while a trace is imported; 0: none was over 50 ms. */
  readonly longestTaskDuringImportMs: number;
}

const ROUNDS = 5;
const SPANS = 100_000;
const IMPORTED_EVENTS = 1_000_000;

/** @returns the figures, or why there are none */
export async function benchWindow(): Promise<WindowFigures | { readonly unavailable: string }> {
  const found = findChromium();
  if (found.executable === undefined) return { unavailable: found.missing };
  const small = { name: "small.json", events: SPANS };
  const served = await serve((folder) => [generated(folder, small)]);
  const browser = await chromium.launch({ args: chromiumFlags, executablePath: found.executable });
  try {
    const library: number[] = [];
    const paints: number[] = [];
    const completes: number[] = [];
    // The first round warms the browser and the server and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await openTab(browser, served, {});
      const run = await openTab(browser, served, { run: served.runs[small.name] });
      if (round === 0) continue;
      library.push(bare.firstPaintMs);
      paints.push(run.firstPaintMs);
      completes.push(run.completeMs);
    }
    return {
      firstPaintMs: medianOf(library),
      run: { spans: SPANS, firstPaintMs: medianOf(paints), completeMs: medianOf(completes) },
      longestTaskDuringImportMs: await watchImport(browser, served),
    };
  } finally {
    await browser.close();
    await served.stop();
  }
}

function generated(folder: string, { name, events }: { name: string; events: number }): string {
  const file = path.join(folder, name);
  generateTrace({ file, events });
  return file;
}

const medianOf = (values: readonly number[]): number =>
  Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]);

async function openTab(browser: Browser, { url }: Served, address: Record<string, string>) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const fragment = new URLSearchParams(address).toString();
  await page.goto(fragment === "" ? url : `${url}#${fragment}`);
  const completeMs = await whenIdle(page, fragment !== "");
  const firstPaintMs = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint").at(0)?.startTime ?? Infinity,
  );
  await page.close();
  return { firstPaintMs, completeMs };
}

/** Milliseconds from the start of the navigation until nothing is asked for or drawn any more. */
function whenIdle(page: Page, withPlot: boolean): Promise<number> {
  return page
    .waitForFunction(
      (needsPlot) => {
        const plot = document.querySelector<HTMLElement>("[data-wavefront]");
        const isDrawn = plot === null ? !needsPlot : plot.dataset["wavefront"] === "idle";
        return document.documentElement.dataset["activity"] === "idle" && isDrawn ? performance.now() : false;
      },
      withPlot,
      { polling: 10 },
    )
    .then(async (handle) => Number(await handle.jsonValue()));
}

async function watchImport(browser: Browser, served: Served): Promise<number> {
  const file = generated(served.folder, { name: "large.json", events: IMPORTED_EVENTS });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(served.url);
  await whenIdle(page, false);
  await page.evaluate(() => {
    const holder = globalThis as unknown as { longestTaskMs: number };
    holder.longestTaskMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) holder.longestTaskMs = Math.max(holder.longestTaskMs, duration);
    }).observe({ type: "longtask" });
  });
  await page.locator('input[type="file"]').first().setInputFiles(file);
  await page.getByRole("button", { name: "Rename large" }).waitFor({ timeout: 60_000 });
  const longest = await page.evaluate(() => (globalThis as unknown as { longestTaskMs: number }).longestTaskMs);
  await page.close();
  return Math.round(longest);
}
