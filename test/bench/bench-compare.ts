/**
 * Times the comparison of two large runs in Chromium: from asking for it to its answer on screen, the longest task of the
 * page meanwhile, and its frames while it pans and zooms beside those of one of the runs alone. Measures; asserts nothing.
 */
import { chromium } from "playwright";
import type { Page } from "playwright";

import { chromiumFlags, findChromium } from "../support/chromium.ts";
import type { LargeRun } from "./large-runs.ts";
import { nameOf, quantileOf, round2, serveRuns } from "./large-runs.ts";
import { timePaints } from "./time-paints.ts";

export interface CompareFigures {
  readonly a: LargeRun;
  readonly b: LargeRun;
  /** From asking for the comparison to its answer, with everything drawn. */
  readonly answerMs: number;
  /** Of the page's thread until then; 0: none was over 50 ms. */
  readonly longestTaskMs: number;
  /** The same from when both wavefronts are drawn: the time in which a person waits for the answer and goes on looking. */
  readonly longestTaskOfAnswerMs: number;
  readonly frames: { readonly oneP50Ms: number; readonly comparedP50Ms: number; readonly ratio: number };
}

const SIZE = { width: 1440, height: 900 };

/** @param seconds of panning the one run and the comparison each */
export async function benchCompare({
  folder,
  a,
  b,
  seconds,
}: {
  folder: string;
  a: LargeRun;
  b: LargeRun;
  seconds: number;
}): Promise<CompareFigures | { readonly unavailable: string }> {
  const found = findChromium();
  if (found.executable === undefined) return { unavailable: found.missing };
  const served = await serveRuns(folder, [a, b]);
  const browser = await chromium.launch({ args: chromiumFlags, executablePath: found.executable });
  const milliseconds = seconds * 1000;
  try {
    const page = await browser.newPage({ viewport: SIZE });
    await page.goto(`${served.url}#run=${nameOf(a)}&axis=rank`);
    await whenDrawn(page);
    const one = medianOf(await page.evaluate(timePaints, { milliseconds }));
    await page.evaluate(() => (location.hash = ""));
    await page.waitForFunction(() => document.querySelector("[data-wavefront]") === null);
    await watchTasks(page);
    const askedMs = await page.evaluate(
      ([idA, idB]) => {
        const nowMs = performance.now();
        location.hash = `view=compare&a=${idA}&b=${idB}&axis=rank`;
        return nowMs;
      },
      [nameOf(a), nameOf(b)],
    );
    const drawnMs = await page
      .waitForFunction(arePlotsDrawn, undefined, { polling: 20 })
      .then(async (handle) => Number(await handle.jsonValue()));
    await page.getByRole("complementary", { name: "Answer" }).getByRole("table").first().waitFor({ timeout: 300_000 });
    await whenDrawn(page);
    const answeredMs = await page.evaluate(() => performance.now());
    const tasks = await longTasks(page);
    const compared = medianOf(await page.evaluate(timePaints, { milliseconds }));
    return {
      a,
      b,
      answerMs: Math.round(answeredMs - askedMs),
      longestTaskMs: longestOf(tasks),
      longestTaskOfAnswerMs: longestOf(tasks.filter(({ startMs }) => startMs >= drawnMs)),
      frames: { oneP50Ms: one, comparedP50Ms: compared, ratio: round2(compared / one) },
    };
  } finally {
    await browser.close();
    await served.stop();
  }
}

interface LongTask {
  readonly startMs: number;
  readonly durationMs: number;
}

const longestOf = (tasks: readonly LongTask[]): number =>
  tasks.reduce((longest, { durationMs }) => Math.max(longest, Math.round(durationMs)), 0);

const medianOf = (times: readonly number[]): number =>
  quantileOf(
    times.toSorted((x, y) => x - y),
    0.5,
  );

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const holder = globalThis as unknown as { longTasks: LongTask[] };
    holder.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        holder.longTasks.push({ startMs: startTime, durationMs: duration });
      }
    }).observe({ type: "longtask" });
  });
}

const longTasks = (page: Page): Promise<LongTask[]> =>
  page.evaluate(() => (globalThis as unknown as { longTasks: LongTask[] }).longTasks);

/** In the page: the time at which both wavefronts lie there complete, or false. */
function arePlotsDrawn(): number | false {
  const plots = [...document.querySelectorAll<HTMLElement>("[data-wavefront]")];
  return plots.length === 2 && plots.every(({ dataset }) => dataset["wavefront"] === "idle") && performance.now();
}

async function whenDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const plots = [...document.querySelectorAll<HTMLElement>("[data-wavefront]")];
    const isIdle = document.documentElement.dataset["activity"] === "idle";
    return isIdle && plots.length > 0 && plots.every(({ dataset }) => dataset["wavefront"] === "idle");
  });
}
