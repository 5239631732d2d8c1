/**
 * Times the window in Chromium: first paint of the library, first wavefront of a run of 100 k spans (its address in a fresh
 * tab; a click in an open window), and the longest task of the page while a trace of 1 M events is imported. Medians over
 * fresh tabs; the application marks the first frame in which nothing is missing, drawn to the end.
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
  readonly run: {
    readonly spans: number;
    /** First contentful paint and first complete frame of the wavefront, from the start of the navigation. */
    readonly firstPaintMs: number;
    readonly wavefrontMs: number;
    /** First complete frame of the wavefront, from the click in the library of an open window. */
    readonly clickToWavefrontMs: number;
  };
  /** Longest task of the page's thread while a trace is imported, until it says so; 0: none was over 50 ms. */
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
    const wavefronts: number[] = [];
    const clicks: number[] = [];
    // The first round warms the browser and the server and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await openTab(browser, served, { click: "small" });
      const run = await openTab(browser, served, { run: served.runs[small.name] });
      if (round === 0) continue;
      library.push(bare.firstPaintMs);
      paints.push(run.firstPaintMs);
      wavefronts.push(run.wavefrontMs);
      clicks.push(bare.wavefrontMs);
    }
    return {
      firstPaintMs: medianOf(library),
      run: {
        spans: SPANS,
        firstPaintMs: medianOf(paints),
        wavefrontMs: medianOf(wavefronts),
        clickToWavefrontMs: medianOf(clicks),
      },
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

/** A fresh tab with a run by its address, or by a click in the library: then the wavefront's time counts from the click. */
async function openTab(browser: Browser, { url }: Served, how: { run: string } | { click: string }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  let fromMs = 0;
  if ("run" in how) await page.goto(`${url}#${new URLSearchParams(how).toString()}`);
  else {
    await page.goto(url);
    await whenIdle(page, false);
    fromMs = await page.getByRole("button", { name: how.click, exact: true }).evaluate((button) => {
      const clickedMs = performance.now();
      (button as HTMLElement).click();
      return clickedMs;
    });
  }
  await whenIdle(page, true);
  const [firstPaintMs, drawnMs] = await page.evaluate(
    (names) => names.map((name) => performance.getEntriesByName(name)[0].startTime),
    ["first-contentful-paint", "pipewave-first-wavefront"],
  );
  await page.close();
  return { firstPaintMs, wavefrontMs: drawnMs - fromMs };
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
    const watched = { tasks: [] as { startTime: number; duration: number }[], importedMs: Infinity };
    Object.assign(globalThis, { watched });
    new PerformanceObserver((list) => watched.tasks.push(...list.getEntries())).observe({ type: "longtask" });
    new MutationObserver(() => {
      if (!document.body.textContent.includes("Imported “large.json”")) return;
      watched.importedMs = Math.min(watched.importedMs, performance.now());
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.locator('input[type="file"]').first().setInputFiles(file);
  await page.getByText("Imported “large.json”").waitFor({ timeout: 60_000 });
  await whenIdle(page, true);
  // What opens the run afterwards is no part of its import.
  const longest = await page.evaluate(() => {
    const { watched } = globalThis as unknown as {
      watched: { tasks: { startTime: number; duration: number }[]; importedMs: number };
    };
    const during = watched.tasks.filter(({ startTime }) => startTime < watched.importedMs);
    return during.reduce((most, { duration }) => Math.max(most, duration), 0);
  });
  await page.close();
  return Math.round(longest);
}
