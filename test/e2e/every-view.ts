/**
 * Every view of the application with what it looks like when there is much, little or nothing to show: the table that
 * views.spec.ts looks at in both window sizes and both themes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright/test";

import { simulateSkewedJob, writeRankTrace } from "../support/skewed-job.ts";
import { createPipeline, pipelineTrace } from "./compare-traces.ts";
import { expect, FIGURE, FIGURE_FILE, openPage } from "./served.ts";
import type { Served } from "./served.ts";
import { figureTrace } from "./figure-trace.ts";
import { startCapture } from "./start-capture.ts";

const LONG_NAME = `${"a-run-of-the-night-shift-with-all-its-flags-".repeat(4)}of-rank-0-of-1024`;
const UNICODE_NAME = "Прогон 第三次 · 学習ラン ⚙ é";

const steady = (stages: number, batches: number, slow?: number) =>
  createPipeline({
    stagesUs: Array.from({ length: stages }, (_, stage) => (stage === slow ? 15_000 : 10_000)),
    batches,
    iterations: 2,
  });

/** Files of the library that the views are looked at with, by run id. */
const FILES: Readonly<Record<string, () => string>> = {
  [FIGURE_FILE]: () => figureTrace(FIGURE),
  "even.json": () => pipelineTrace(steady(4, 8)),
  "slow.json": () => pipelineTrace(steady(4, 8, 2)),
  "longer.json": () => pipelineTrace(steady(6, 8)),
  "ranks.json": () => pipelineTrace(steady(1_024, 3, 100)),
  "one.json": () => pipelineTrace(steady(1, 6)),
  "rows of little.json": () => pipelineTrace(createPipeline({ stagesUs: [1, 2, 1], batches: 20_000 })),
  [`${LONG_NAME}.json`]: () => pipelineTrace(steady(4, 6, 1)),
  [`${UNICODE_NAME}.json`]: () => pipelineTrace(steady(3, 5)),
  "unnamed.json": writeUnnamed,
};

/** Spans that no rule knows. */
function writeUnnamed(): string {
  const traceEvents = Array.from({ length: 400 }, (_, i) => ({
    name: ["cudaLaunchKernel", "aten::convolution_overrideable_with_a_long_name", "step", "読み込み"][i % 4],
    ph: "X",
    pid: i % 3,
    tid: i % 2,
    ts: 100 * i,
    dur: 60,
  }));
  return JSON.stringify({ traceEvents });
}

export function writeFiles(folder: string): string[] {
  return Object.entries(FILES).map(([name, write]) => {
    const file = path.join(folder, name);
    writeFileSync(file, write());
    return file;
  });
}

/** Rank files that make the window ask whether they are one run. */
function writeRankFiles(folder: string): string[] {
  const clock = { offsetNs: 0, ppm: 0 };
  const job = {
    ranks: 3,
    batches: 2,
    iterations: 1,
    seed: 3,
    clocks: [clock, clock, clock],
    forwardNs: 240_000,
    backwardNs: 240_000,
    jitterNs: 0,
  };
  const spans = simulateSkewedJob(job);
  const target = path.join(folder, "ranks-to-ask-about");
  mkdirSync(target, { recursive: true });
  return Array.from({ length: job.ranks }, (_, rank) => rank).map((rank) => {
    const file = path.join(target, `host-with-a-rather-long-name-in-row-7-gpu${rank}.json`);
    writeFileSync(file, writeRankTrace(job, spans, rank));
    return file;
  });
}

export interface View {
  readonly name: string;
  /** A library of its own with nothing in it. */
  readonly empty?: true;
  /** A file in ../shared/traces that it needs. */
  readonly recorded?: string;
  readonly at?: Readonly<Record<string, string>>;
  /** What a person does there before the look. */
  readonly prepare?: (page: Page, served: Served) => Promise<unknown>;
  /** The page tells errors on purpose. */
  readonly breaks?: true;
  /** It never comes to rest. */
  readonly live?: true;
}

const PATIENCE = { timeout: 30_000 };
const figure = { run: "figure", axis: "rank", columns: "time" };
const press =
  (key: string, expected?: { role: "dialog" | "region"; name: string }): NonNullable<View["prepare"]> =>
  async (page) => {
    await page.keyboard.press(key);
    if (expected !== undefined) {
      await expect(page.getByRole(expected.role, { name: expected.name, exact: true })).toBeVisible();
    }
  };

async function writeNote(page: Page): Promise<void> {
  if ((await page.getByRole("button", { name: /^Note: / }).count()) > 0) return;
  await page.keyboard.press("m");
  await page.getByRole("textbox", { name: "Text of the note" }).fill("waits for the loader ".repeat(12));
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("button", { name: /^Note: waits/ })).toBeVisible();
}

async function selectArea(page: Page): Promise<void> {
  const box = await page.getByRole("application").first().boundingBox();
  if (box === null) throw new Error("the plot has no box");
  await page.keyboard.down("Shift");
  await page.mouse.move(box.x + box.width * 0.2, box.y + 4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await expect(page.getByRole("region", { name: "Area", exact: true })).toBeVisible();
}

async function openEverything(page: Page): Promise<void> {
  // Each is another one once it is open.
  const closed = page.locator("details:not([open]) > summary, main [aria-expanded=false]:visible");
  for (let left = await closed.count(); left > 0; left = await closed.count()) await closed.first().click();
}

export const VIEWS: readonly View[] = [
  { name: "empty library", empty: true },
  {
    name: "failed import",
    empty: true,
    prepare: async (page) => {
      const name = `${"notes-about-pipelines-".repeat(3)}.txt`;
      await page
        .getByLabel("Choose files…")
        .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("notes") });
      await expect(page.getByText(/could not be imported/)).toBeVisible();
    },
  },
  {
    name: "import question",
    empty: true,
    prepare: async (page, { folder }) => {
      await page.locator('input[type="file"]').last().setInputFiles(writeRankFiles(folder));
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "unexpected error",
    breaks: true,
    prepare: async (page) => {
      await page.evaluate(() => {
        setTimeout(() => {
          throw new Error("made up by the test");
        });
      });
      await expect(page.getByRole("dialog", { name: "Something unexpected went wrong" })).toBeVisible();
    },
  },
  { name: "library" },
  {
    name: "library, renaming and choosing",
    prepare: async (page) => {
      await page.getByRole("checkbox", { name: "Compare even" }).click();
      await page.getByRole("checkbox", { name: "Compare slow" }).click();
      await page.getByRole("button", { name: "Rename figure" }).click();
    },
  },
  {
    name: "library, nothing found",
    prepare: (page) => page.getByRole("searchbox").fill("no such run"),
  },
  { name: "palette", at: figure, prepare: press("Control+k", { role: "dialog", name: "Commands" }) },
  { name: "settings", at: figure, prepare: press("Control+,", { role: "dialog", name: "Settings" }) },
  { name: "save a picture", at: figure, prepare: press("e", { role: "dialog", name: "Save a picture" }) },
  { name: "help", at: figure, prepare: press("?", { role: "dialog", name: "Keys and gestures" }) },

  ...(["rank", "stage", "lane"] as const).flatMap((axis) => [
    { name: `run by ${axis} in time`, at: { run: "figure", axis, columns: "time" } },
    { name: `run by ${axis} in steps`, at: { run: "figure", axis, columns: "steps" } },
  ]),
  { name: "run in batches", at: { run: "figure", columns: "batches" } },
  {
    name: "run with causes and path",
    at: figure,
    prepare: async (page) => {
      await page.keyboard.press("c");
      await page.keyboard.press("k");
    },
  },
  {
    name: "run with ruler",
    at: figure,
    prepare: async (page) => {
      await page.keyboard.press("r");
      const box = await page.getByRole("application").first().boundingBox();
      await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 20);
      await page.mouse.down();
      await page.mouse.move((box?.x ?? 0) + 420, (box?.y ?? 0) + 90, { steps: 3 });
      await page.mouse.up();
    },
  },
  ...Object.entries({
    stage: "stage:7",
    batch: "batch:3:0",
    span: "span:10:0:1:0:0:0:0",
    bubble: "bubble:1:0:3000000:1:0",
  }).map(([what, select]) => ({ name: `inspector of a ${what}`, at: { ...figure, select } })),
  { name: "inspector with every definition", at: figure, prepare: openEverything },
  { name: "stage lanes of many batches", at: { run: "rows of little", columns: "time" } },
  { name: "stage lanes close by", at: { ...figure, select: "stage:3", from: "0", to: "12000000" } },
  {
    name: "what if",
    at: figure,
    prepare: async (page) => {
      await page.getByRole("button", { name: "What would help most?" }).click();
      await expect(page.getByRole("list", { name: "What would help most" }).getByRole("listitem").first()).toBeVisible(
        PATIENCE,
      );
      await page.getByRole("button", { name: "Your own change…" }).click();
      await page.getByRole("button", { name: "Try it" }).scrollIntoViewIfNeeded();
    },
  },
  { name: "search", at: figure, prepare: openSearch },
  { name: "note dialog", at: figure, prepare: press("m", { role: "dialog", name: "Write a note" }) },
  {
    name: "notes with flags",
    at: figure,
    prepare: async (page) => {
      await writeNote(page);
      await page.keyboard.press("Shift+M");
      await expect(page.getByRole("region", { name: "Notes", exact: true })).toBeVisible();
    },
  },
  { name: "no notes yet", at: { run: "even" }, prepare: press("Shift+M", { role: "region", name: "Notes" }) },
  { name: "area", at: figure, prepare: selectArea },
  {
    name: "SQL",
    at: figure,
    prepare: async (page) => {
      await page.keyboard.press("q");
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByRole("region", { name: "Answer" })).toBeVisible();
    },
  },
  {
    name: "SQL that is refused",
    at: figure,
    prepare: async (page) => {
      await page.keyboard.press("q");
      await page.getByRole("textbox", { name: "SQL statement" }).fill("delete from note");
      await page.keyboard.press("Control+Enter");
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  { name: "rules", at: { run: "unnamed" }, prepare: openRules },

  ...(["stacked", "beside", "overlay"] as const).map((layout) => ({
    name: `compare, ${layout}`,
    at: { view: "compare", a: "even", b: "slow" },
    prepare: (page: Page) =>
      page.getByRole("radiogroup", { name: "Layout" }).getByText(layout, { exact: false }).click(),
  })),
  {
    name: "compare, differences of another run and everything opened",
    at: { view: "compare", a: "even", b: "longer" },
    prepare: async (page) => {
      await openEverything(page);
      await expect(page.getByRole("region", { name: "Differences" })).toBeVisible();
    },
  },
  {
    name: "choosing a run to compare with",
    at: { run: LONG_NAME },
    prepare: (page) => page.getByRole("button", { name: "Compare with…" }).click(),
  },
  { name: "compare with itself", at: { view: "compare", a: "slow", b: "slow" } },
  { name: "compare without a pipeline", at: { view: "compare", a: "even", b: "unnamed" } },
  {
    name: "simulate",
    at: { view: "simulate" },
    prepare: (page) => expect(page.getByLabel("Figures")).toBeVisible(PATIENCE),
  },
  {
    name: "simulate, impossible",
    at: { view: "simulate" },
    prepare: async (page) => {
      await expect(page.getByLabel("Figures")).toBeVisible(PATIENCE);
      await page.getByLabel("Schedule", { exact: true }).selectOption("dualpipe");
      await page.getByRole("spinbutton", { name: "Ranks", exact: true }).fill("3");
      await expect(page.getByRole("alert")).toBeVisible(PATIENCE);
    },
  },
  { name: "capture, forecast", empty: true, at: { view: "capture" }, prepare: waitForForecast },
  {
    name: "capture, wrong partition",
    empty: true,
    at: { view: "capture" },
    prepare: async (page) => {
      await waitForForecast(page);
      await page.getByText("Custom", { exact: true }).click();
      await page.getByLabel("Blocks of each worker").fill("0-3,5-27");
      await page.getByLabel("Batches", { exact: true }).fill("0");
    },
  },
  { name: "capture, running", empty: true, live: true, at: { view: "capture" }, prepare: capture },
  {
    name: "capture, ended",
    empty: true,
    at: { view: "capture" },
    prepare: async (page) => {
      await capture(page);
      await page.getByRole("button", { name: "Stop and keep" }).click();
      await expect(page.getByRole("button", { name: "Open run" })).toBeVisible(PATIENCE);
    },
  },

  { name: "1,024 ranks", at: { run: "ranks", axis: "rank", columns: "time" } },
  { name: "1,024 ranks in steps", at: { run: "ranks", axis: "stage", columns: "steps" } },
  { name: "1,024 ranks in batches", at: { run: "ranks", columns: "batches" } },
  { name: "1,024 ranks compared", at: { view: "compare", a: "ranks", b: "ranks" } },
  { name: "one stage", at: { run: "one", columns: "time" } },
  { name: "one stage in batches", at: { run: "one", columns: "batches" } },
  { name: "no pipeline", at: { run: "unnamed" } },
  { name: "a long name", at: { run: LONG_NAME } },
  { name: "long names compared", at: { view: "compare", a: LONG_NAME, b: UNICODE_NAME } },
  { name: "a name in other scripts", at: { run: UNICODE_NAME } },
  ...["megatron-app/pp-aggregated", "straggler-analysis/timeline-ST", "kineto/alexnet"].map((recorded) => ({
    name: `recorded ${path.basename(recorded)}`,
    recorded: `${recorded}.json.gz`,
    at: { run: path.basename(recorded) },
  })),
];

async function openSearch(page: Page): Promise<void> {
  await page.keyboard.press("/");
  await page.getByRole("search").getByRole("textbox").fill("conv");
  await page.keyboard.press("Enter");
}

async function openRules(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Rules…" }).first().click();
  const rules = page.getByRole("region", { name: "Rules", exact: true });
  await rules.getByRole("button", { name: /^aten/ }).click();
  await expect(rules.getByRole("region", { name: "What the rule recognises" })).toBeVisible();
}

async function waitForForecast(page: Page): Promise<void> {
  await expect(page.getByText("Takes WebAssembly").or(page.getByText("Takes WebGPU"))).toBeVisible(PATIENCE);
}

async function capture(page: Page): Promise<void> {
  await waitForForecast(page);
  await startCapture(page);
  await expect(page.getByRole("application")).toBeVisible(PATIENCE);
}

export async function openView(page: Page, served: Served, { at, prepare }: View): Promise<void> {
  await openPage(page, served, idsOf(served, at));
  if (at === undefined && Object.keys(served.runs).length > 0) {
    await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
  }
  await prepare?.(page, served);
}

/** Runs by the name of their file: the library may have called them otherwise. */
function idsOf({ runs }: Served, at: Readonly<Record<string, string>> = {}): Record<string, string> {
  const isRun = (key: string) => key === "run" || key === "a" || key === "b";
  return Object.fromEntries(
    Object.entries(at).map(([key, value]) => [
      key,
      isRun(key) ? (runs[`${value}.json`] ?? runs[`${value}.json.gz`] ?? value) : value,
    ]),
  );
}
