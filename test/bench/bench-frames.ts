/**
 * Times frames in Chromium with the GPU's work finished: the whole application panning and zooming for some seconds over
 * 1,024 rows × 1600 columns of generated runs, beside a raw WebGL 2 page that draws one full-screen quad sampling a 1000 ×
 * 1000 texture through a palette, the floor for this technique. Taken in turns, so that all meet the same machine.
 */
import { chromium } from "playwright";
import type { Page } from "playwright";

import { chromiumFlags, findChromium } from "../support/chromium.ts";
import type { LargeRun } from "./large-runs.ts";
import { nameOf, quantileOf, round2, serveRuns } from "./large-runs.ts";
import { drawRawQuad } from "./raw-quad.ts";
import { timePaints } from "./time-paints.ts";

interface FrameTimes {
  readonly frames: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface FrameFigures {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rawQuad: FrameTimes;
  readonly runs: readonly (FrameTimes & {
    readonly run: LargeRun;
    readonly rows: number;
    /** p50 by the raw quad's. */
    readonly ratioToRawQuad: number;
  })[];
}

const SIZE = { width: 1600, height: 900 };
const ROUNDS = 2;

/** @param seconds of panning and zooming a run, half of it in each of two rounds */
export async function benchFrames({
  folder,
  runs,
  seconds,
}: {
  folder: string;
  runs: readonly LargeRun[];
  seconds: number;
}): Promise<FrameFigures | { readonly unavailable: string }> {
  const found = findChromium();
  if (found.executable === undefined) return { unavailable: found.missing };
  const served = await serveRuns(folder, runs);
  const browser = await chromium.launch({ args: chromiumFlags, executablePath: found.executable });
  const milliseconds = (seconds * 1000) / ROUNDS;
  try {
    const quad: number[] = [];
    const ofRun = runs.map(() => ({ times: [] as number[], rows: 0 }));
    for (let round = 0; round < ROUNDS; round++) {
      const bare = await browser.newPage({ viewport: SIZE });
      quad.push(...(await bare.evaluate(drawRawQuad, { ...SIZE, milliseconds })));
      await bare.close();
      for (const [i, run] of runs.entries()) {
        const page = await openPlot(
          await browser.newPage({ viewport: SIZE }),
          `${served.url}#run=${nameOf(run)}&axis=lane`,
        );
        ofRun[i].rows = await showAllRows(page);
        ofRun[i].times.push(...(await page.evaluate(timePaints, { milliseconds })));
        await page.close();
      }
    }
    const rawQuad = summarise(quad);
    return {
      widthPx: SIZE.width,
      heightPx: SIZE.height,
      rawQuad,
      runs: ofRun.map(({ times, rows }, i) => {
        const figures = summarise(times);
        return { run: runs[i], rows, ...figures, ratioToRawQuad: round2(figures.p50Ms / rawQuad.p50Ms) };
      }),
    };
  } finally {
    await browser.close();
    await served.stop();
  }
}

const summarise = (times: readonly number[]): FrameTimes => {
  const sorted = times.toSorted((a, b) => a - b);
  return { frames: sorted.length, p50Ms: quantileOf(sorted, 0.5), p95Ms: quantileOf(sorted, 0.95) };
};

/** The wavefront on exactly 1600 × 900 pixels, without the panes beside it. */
async function openPlot(page: Page, address: string): Promise<Page> {
  await page.addInitScript(() => {
    localStorage.setItem("pipewave.pane.network", "248 closed");
    localStorage.setItem("pipewave.pane.inspector", "312 closed");
    localStorage.setItem("pipewave.pane.lanes", "328 closed");
  });
  await page.goto(address);
  await whenDrawn(page);
  const plot = await page.locator("[role=application]").boundingBox();
  if (plot === null) throw new Error("the page has no plot");
  await page.setViewportSize({
    width: Math.round(2 * SIZE.width - plot.width),
    height: Math.round(2 * SIZE.height - plot.height),
  });
  await whenDrawn(page);
  return page;
}

/** Lowers the rows until all of them are on screen; gives their number. */
async function showAllRows(page: Page): Promise<number> {
  await page.locator("[role=application]").evaluate((plot) => {
    for (let i = 0; i < 60; i++) {
      plot.dispatchEvent(new WheelEvent("wheel", { deltaY: 100, altKey: true, bubbles: true, cancelable: true }));
    }
  });
  await whenDrawn(page);
  return page.evaluate(() => {
    const hooked = globalThis as unknown as {
      __pipewave: { wavefront: { view(): { fromRow: number; toRow: number } } };
    };
    const { fromRow, toRow } = hooked.__pipewave.wavefront.view();
    return toRow - fromRow;
  });
}

async function whenDrawn(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset["activity"] === "idle" &&
      document.querySelector<HTMLElement>("[data-wavefront]")?.dataset["wavefront"] === "idle",
  );
}
