/**
 * What the page of a large run holds: memory of the renderer process after a time of random navigation over all zooms and
 * rows, and the JavaScript heap over many openings and closings, both after a collection. Nothing is asserted.
 */
import { readFileSync } from "node:fs";

import { chromium } from "playwright";
import type { Browser, CDPSession, Page } from "playwright";

import { createRandom } from "../db/random-run.ts";
import { chromiumFlags, findChromium } from "../support/chromium.ts";
import type { LargeRun } from "./large-runs.ts";
import { nameOf, round2, serveRuns } from "./large-runs.ts";

export interface MemoryFigures {
  readonly run: LargeRun;
  readonly navigation: { readonly seconds: number; readonly rendererBytes: number; readonly heapBytes: number };
  readonly openings: {
    readonly count: number;
    /** After the fifth opening, when caches are warm, and after the last. */
    readonly heapBytesBefore: number;
    readonly heapBytesAfter: number;
    readonly growthPerOpeningBytes: number;
  };
}

const WARM_OPENINGS = 5;

/** @param seconds of navigation: 300 are the five minutes of the target, fewer a shorter look */
export async function benchMemory({
  folder,
  run,
  seconds,
  openings,
}: {
  folder: string;
  run: LargeRun;
  seconds: number;
  openings: number;
}): Promise<MemoryFigures | { readonly unavailable: string }> {
  const found = findChromium();
  if (found.executable === undefined) return { unavailable: found.missing };
  const served = await serveRuns(folder, [run]);
  const browser = await chromium.launch({ args: chromiumFlags, executablePath: found.executable });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await page.goto(`${served.url}#run=${nameOf(run)}`);
    await whenIdle(page);
    await navigate(page, seconds);
    await whenIdle(page);
    const heapBytes = await heapOf(session);
    const navigation = { seconds, rendererBytes: await largestRenderer(browser), heapBytes };
    let heapBytesBefore = 0;
    for (let opening = 1; opening <= openings; opening++) {
      await page.evaluate(() => (location.hash = ""));
      await page.waitForFunction(() => document.querySelector("[data-wavefront]") === null);
      await page.evaluate((id) => (location.hash = `run=${id}`), nameOf(run));
      await whenIdle(page);
      if (opening === Math.min(WARM_OPENINGS, openings)) heapBytesBefore = await heapOf(session);
    }
    const heapBytesAfter = await heapOf(session);
    const counted = Math.max(1, openings - WARM_OPENINGS);
    const growthPerOpeningBytes = round2((heapBytesAfter - heapBytesBefore) / counted);
    return { run, navigation, openings: { count: openings, heapBytesBefore, heapBytesAfter, growthPerOpeningBytes } };
  } finally {
    await browser.close();
    await served.stop();
  }
}

async function whenIdle(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset["activity"] === "idle" &&
      document.querySelector<HTMLElement>("[data-wavefront]")?.dataset["wavefront"] === "idle",
    undefined,
    { timeout: 60_000 },
  );
}

/** Turns the wheel in every way at random places; every now and then waits until all of a view has come. */
async function navigate(page: Page, seconds: number): Promise<void> {
  const random = createRandom(3);
  const until = performance.now() + seconds * 1000;
  for (let step = 0; performance.now() < until; step++) {
    const turns = Array.from({ length: 8 }, () => [random(), random(), random(), random()]);
    await page.locator("[role=application]").evaluate((plot, given) => {
      const { left, top, width, height } = plot.getBoundingClientRect();
      for (const [kind, x, y, amount] of given) {
        const delta = (amount - 0.5) * 600;
        plot.dispatchEvent(
          new WheelEvent("wheel", {
            bubbles: true,
            cancelable: true,
            clientX: left + x * width,
            clientY: top + y * height,
            ...(kind < 0.3 ? { deltaX: delta * 2 } : { deltaY: delta }),
            shiftKey: kind > 0.8,
          }),
        );
      }
    }, turns);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    if (step % 10 === 9) await whenIdle(page);
    if (step % 50 === 49) await page.keyboard.press("0");
  }
}

/** After a collection. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}

/** Resident memory of the page's process: that of the largest renderer. Linux only, else 0. */
async function largestRenderer(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      try {
        const status = readFileSync(`/proc/${id}/status`, "utf8");
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
      } catch (error) {
        if (error instanceof Error && "code" in error) return 0;
        throw error;
      }
    });
  return Math.max(0, ...sizes);
}
