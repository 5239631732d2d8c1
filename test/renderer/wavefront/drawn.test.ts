/**
 * The plot as Chromium draws it, on made-up runs: tiles to pixels against brute force, silence while nothing changes, and
 * recovery of a lost context. The whole application has its own pixel test in test/e2e; here tiles are forced at every zoom.
 */
import path from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Browser, Page } from "playwright";
import { chromium } from "playwright";
import type { ViteDevServer } from "vite";
import { createServer } from "vite";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { TILE_BINS } from "#common/tile.ts";
import { cellKey, opOfStage } from "../../../renderer/data/cell-key.ts";
import { createPalette, mixCell } from "../../../renderer/scene/palette.ts";
import type { WavefrontProbe } from "../../../renderer/views/wavefront/test-hook.ts";
import { chromiumFlags, findChromium } from "../../support/chromium.ts";
import { figureRun, seededRandom } from "./fake-pipelines.ts";
import { bruteTile } from "./fake-run.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../../..");
/** Of the finest bins: far below a pixel of the whole run, so that tiles are drawn at every zoom of this test. */
const BASE_NS = 2_000;
const RUN = figureRun({ batches: 12, baseNs: BASE_NS });
/** In bins: a thousandth of a pixel or two. */
const EDGE = 0.001;

const { executable, missing } = findChromium();
let server: ViteDevServer | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  if (executable === undefined) return;
  server = await createServer({
    configFile: false,
    root: path.join(import.meta.dirname, "demo"),
    cacheDir: path.join(repositoryRoot, "node_modules/.cache/vite-drawn"),
    plugins: [svelte({ configFile: path.join(repositoryRoot, "renderer/svelte.config.js") })],
    // Nobody edits during a test, and a page that reloads itself would forget what was asked of it.
    server: { host: "127.0.0.1", port: 0, hmr: false, watch: null, fs: { allow: [repositoryRoot] } },
    logLevel: "error",
  });
  await server.listen();
  browser = await chromium.launch({ executablePath: executable, args: chromiumFlags });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

async function open(address: string): Promise<Page> {
  if (browser === undefined) throw new Error("no browser");
  const page = await browser.newPage({ viewport: { width: 1_000, height: 640 } });
  await page.goto(`${server?.resolvedUrls?.local[0] ?? ""}?${address}`);
  await page.waitForFunction(() => (globalThis as unknown as Hooked).__pipewave?.wavefront !== undefined);
  await page.evaluate(() => (globalThis as unknown as Hooked).__pipewave?.wavefront.idle());
  return page;
}

interface Hooked {
  readonly __pipewave?: { readonly wavefront: WavefrontProbe };
}

for (const axis of ["rank", "stage"] as const) {
  for (const zoom of [1, 3, 7]) {
    test(
      `tiles of ${axis}s, zoomed ${zoom} ×: 200 random pixels are the cells of brute force`,
      { timeout: 120_000 },
      async () => {
        const { endNs } = RUN.detail.run.extent ?? { endNs: 1 };
        const widthNs = endNs / zoom;
        const fromNs = (endNs - widthNs) * 0.4;
        const page = await open(
          `run=figure&batches=12&base=${BASE_NS}&axis=${axis}&from=${fromNs}&to=${fromNs + widthNs}`,
        );
        const random = seededRandom(zoom);
        const points = Array.from({ length: 200 }, () => ({
          ns: fromNs + random() * widthNs,
          row: Math.floor(random() * 28),
        }));
        const probed = await page.evaluate(
          (asked) => (globalThis as unknown as Hooked).__pipewave?.wavefront.pixelsAt(asked),
          points,
        );
        await page.close();
        const palette = createPalette("light");
        const ops = opOfStage(RUN.detail.stages);
        const colours = new Set<number>();
        for (const pixel of probed ?? []) {
          expect(pixel).toBeDefined();
          if (pixel === undefined) continue;
          const binNs = pixel.toNs - pixel.fromNs;
          expect(binNs).toBeGreaterThanOrEqual(BASE_NS);
          // On the very edge of a bin the GPU's floats decide which one it is.
          const share = (pixel.middleNs - pixel.fromNs) / binNs;
          if (share < EDGE || share > 1 - EDGE) continue;
          const bin = pixel.fromNs / binNs;
          const key = { axis, level: Math.log2(binNs / BASE_NS), rowBlock: 0, column: Math.floor(bin / TILE_BINS) };
          const tile = tileOf(key);
          const at = pixel.row * TILE_BINS + (bin % TILE_BINS);
          const cell = {
            own: tile.coverage[at],
            elsewhere: tile.elsewhere[at] ?? 0,
            key: cellKey({ ops, stage: tile.stage[at], kind: tile.kind[at] }),
          };
          expect(pixel.colour).toBe(mixCell(palette, cell));
          colours.add(pixel.colour);
        }
        expect(probed?.length).toBe(200);
        expect(colours.size).toBeGreaterThan(2);
      },
    );
  }
}

const tiles = new Map<string, ReturnType<typeof bruteTile>>();
function tileOf(key: Parameters<typeof bruteTile>[1]): ReturnType<typeof bruteTile> {
  const text = JSON.stringify(key);
  const tile = tiles.get(text) ?? bruteTile(RUN, key);
  tiles.set(text, tile);
  return tile;
}

test("nothing is drawn while nothing changes", { timeout: 60_000 }, async () => {
  const page = await open("run=figure&batches=12");
  const frames = await page.evaluate(async () => {
    const real = requestAnimationFrame;
    let asked = 0;
    globalThis.requestAnimationFrame = (callback) => {
      asked += 1;
      return real(callback);
    };
    // Frames of the browser pass; none of them is asked for by the page.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => real(resolve));
    return asked;
  });
  await page.close();
  expect(frames).toBe(0);
});

test("a lost context comes back with the same picture", { timeout: 60_000 }, async () => {
  const page = await open(`run=figure&batches=12&base=${BASE_NS}`);
  const points = Array.from({ length: 28 }, (_, row) => ({ ns: row * 900_000 + 2_000_000, row }));
  const probe = () =>
    page.evaluate((asked) => (globalThis as unknown as Hooked).__pipewave?.wavefront.pixelsAt(asked), points);
  const before = await probe();
  await page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>("[role=application] canvas");
    const loser = canvas?.getContext("webgl2")?.getExtension("WEBGL_lose_context");
    const once = (name: string) => new Promise((resolve) => canvas?.addEventListener(name, resolve, { once: true }));
    const lost = once("webglcontextlost");
    loser?.loseContext();
    await lost;
    // Only after the event has been dealt with may a context be restored.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const restored = once("webglcontextrestored");
    loser?.restoreContext();
    await restored;
  });
  expect(await probe()).toEqual(before);
  expect(new Set(before?.map((pixel) => pixel?.colour)).size).toBeGreaterThan(2);
  await page.close();
});
