/**
 * What every action does, as a person sees it: the table that keys.spec.ts goes through with every key of every action and
 * with the command palette. An action without a check does not compile.
 */
import type { Page } from "playwright/test";

import type { ActionId } from "#common/actions.ts";
import { createPipeline } from "./compare-traces.ts";
import { expect, settle } from "./served.ts";

const STAGES = 60;
const MS = 1_000_000;

/**
 * More ranks than fit on a screen, two iterations, and a second stage that takes twice as long as the others: whoever comes
 * after it waits 10 ms for each batch.
 */
export const MANY = createPipeline({
  stagesUs: Array.from({ length: STAGES }, (_, stage) => (stage === 1 ? 20_000 : 10_000)),
  batches: 4,
  iterations: 2,
});
/** Rank 2 between its first two batches: 40 to 50 ms. */
const BUBBLE = `bubble:2:${40 * MS}:${50 * MS}:2:0`;
const PART = { from: String(200 * MS), to: String(300 * MS) };

/** Asks for the action once, in whatever way is tested. */
type Perform = () => Promise<void>;

interface ActionCheck {
  /** Where the action is at hand: in the run `many` unless said otherwise. */
  readonly place?: "library" | "compare";
  /** Address beside the run. */
  readonly at?: Readonly<Record<string, string>>;
  readonly prepare?: (page: Page) => Promise<void>;
  readonly check: (page: Page, perform: Perform) => Promise<void>;
  /** How far it went, for what goes farther with Shift. */
  readonly measure?: (page: Page) => number;
}

export const parameter = (page: Page, name: string): string =>
  new URLSearchParams(new URL(page.url()).hash.slice(1)).get(name) ?? "";
const from = (page: Page) => Number(parameter(page, "from"));
export const width = (page: Page): number => Number(parameter(page, "to")) - from(page);
export const row = (page: Page): number => Number(parameter(page, "row"));
/** Start of the selected span; NaN without one. */
const selectedNs = (page: Page) =>
  parameter(page, "select").startsWith("span:") ? Number(parameter(page, "select").split(":")[2]) : Number.NaN;

/** The address is written when it has come to rest. */
async function compareAround(
  page: Page,
  { measure, perform, direction }: { measure: (page: Page) => number; perform: Perform; direction: "more" | "less" },
): Promise<void> {
  await expect.poll(() => measure(page)).not.toBeNaN();
  const before = measure(page);
  await perform();
  if (direction === "more") await expect.poll(() => measure(page)).toBeGreaterThan(before);
  else await expect.poll(() => measure(page)).toBeLessThan(before);
}

const changes =
  (measure: (page: Page) => number, direction: "more" | "less"): ActionCheck["check"] =>
  (page, perform) =>
    compareAround(page, { measure, perform, direction });

const becomes =
  (name: string, value: string): ActionCheck["check"] =>
  async (page, perform) => {
    await perform();
    await expect.poll(() => parameter(page, name)).toBe(value);
  };

/** Many rows at once. */
const scrollsAPage =
  (sign: 1 | -1): ActionCheck["check"] =>
  async (page, perform) => {
    const before = row(page);
    await perform();
    await expect.poll(() => sign * (row(page) - before)).toBeGreaterThan(8);
  };

/** On, and off again by the second time. */
const togglesButton =
  (name: string): ActionCheck["check"] =>
  async (page, perform) => {
    const button = page.getByRole("button", { name, exact: true });
    for (const pressed of ["true", "false"]) {
      await perform();
      await expect(button).toHaveAttribute("aria-pressed", pressed);
    }
  };

const toggles =
  (role: "complementary" | "region", { name, isOpen }: { name: string; isOpen: boolean }): ActionCheck["check"] =>
  async (page, perform) => {
    const found = page.getByRole(role, { name, exact: true });
    await expect(found).toHaveCount(isOpen ? 1 : 0);
    await perform();
    await expect(found).toHaveCount(isOpen ? 0 : 1);
    // A dock takes the focus to where one types.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await perform();
    await expect(found).toHaveCount(isOpen ? 1 : 0);
  };

const opensDialog =
  (name: string): ActionCheck["check"] =>
  async (page, perform) => {
    await perform();
    await expect(page.getByRole("dialog", { name, exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };

/** As one file, named after the run and the view. */
const saves =
  (file: string): ActionCheck["check"] =>
  async (page, perform) => {
    await settle(page);
    const coming = page.waitForEvent("download");
    await perform();
    expect((await coming).suggestedFilename()).toBe(`many ${file}`);
  };

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole("complementary", { name: "Inspector" }).getByRole("heading", { name, exact: true });

/** Two hits: the stage and the batch of that number. */
async function searchFor3(page: Page): Promise<void> {
  await page.keyboard.press("/");
  await page.getByRole("search").getByRole("textbox").fill("3");
  await settle(page);
  await page.keyboard.press("Enter");
  await expect(heading(page, "Stage 3")).toBeVisible();
}

async function zoomIn(page: Page): Promise<void> {
  const before = width(page);
  await page.keyboard.press("w");
  await expect.poll(() => width(page)).toBeLessThan(before);
}

async function stepOn(page: Page): Promise<void> {
  const before = parameter(page, "select");
  await page.keyboard.press("n");
  await expect.poll(() => parameter(page, "select")).not.toBe(before);
  await settle(page);
}

const SPAN = `span:130:0:${10 * MS}:0:0:0:0`;

export const ACTION_CHECKS: Readonly<Record<ActionId, ActionCheck>> = {
  "zoom-in": { check: changes(width, "less") },
  "zoom-out": { at: PART, check: changes(width, "more") },
  "move-left": { at: PART, check: changes(from, "less"), measure: from },
  "move-right": { at: PART, check: changes(from, "more"), measure: from },
  "fit-selection": { at: { select: BUBBLE }, check: changes(width, "less") },
  "fit-all": { at: PART, check: changes(width, "more") },
  "zoom-back": { prepare: zoomIn, check: changes(width, "more") },
  "zoom-forward": {
    prepare: async (page) => {
      await zoomIn(page);
      const zoomed = width(page);
      await page.keyboard.press("[");
      await expect.poll(() => width(page)).toBeGreaterThan(zoomed);
    },
    check: changes(width, "less"),
  },

  "scroll-up": { at: { row: "20" }, check: changes(row, "less"), measure: row },
  "scroll-down": { check: changes(row, "more"), measure: row },
  "page-up": { at: { row: "20" }, check: scrollsAPage(-1) },
  "page-down": { check: scrollsAPage(1) },

  "span-before": {
    at: { select: SPAN },
    prepare: async (page) => {
      await page.keyboard.press(".");
      await expect.poll(() => parameter(page, "select")).not.toBe(SPAN);
      await settle(page);
    },
    check: changes(selectedNs, "less"),
  },
  "span-after": { at: { select: SPAN }, check: changes(selectedNs, "more") },
  "jump-to-awaited": {
    at: { select: BUBBLE },
    check: async (page, perform) => {
      await expect(heading(page, "Bubble")).toBeVisible();
      await perform();
      // Batch 1 leaves stage 1 when the bubble ends: it began 20 ms before.
      await expect.poll(() => selectedNs(page)).toBe(30 * MS);
    },
  },
  "path-on": { prepare: stepOn, check: changes(selectedNs, "more") },
  "path-back": {
    prepare: async (page) => {
      await stepOn(page);
      await stepOn(page);
    },
    check: changes(selectedNs, "less"),
  },
  ruler: { check: togglesButton("Ruler") },
  copy: {
    at: { select: "stage:2" },
    check: async (page, perform) => {
      await page.evaluate(() => navigator.clipboard.writeText("before"));
      await perform();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^run\tmany\nstage\t2\n/);
    },
  },
  clear: {
    at: { select: "stage:2" },
    check: async (page, perform) => {
      await expect(heading(page, "Stage 2")).toBeVisible();
      await perform();
      await expect(heading(page, /^Iteration \d, replica 0$/)).toBeVisible();
      await expect.poll(() => parameter(page, "select")).toBe("");
    },
  },

  search: {
    check: async (page, perform) => {
      await perform();
      await expect(page.getByRole("search").getByRole("textbox")).toBeFocused();
    },
  },
  "search-next": {
    prepare: searchFor3,
    check: async (page, perform) => {
      await perform();
      await expect(heading(page, "Batch 3")).toBeVisible();
    },
  },
  "search-previous": {
    prepare: async (page) => {
      await searchFor3(page);
      await page.keyboard.press("Enter");
      await expect(heading(page, "Batch 3")).toBeVisible();
    },
    check: async (page, perform) => {
      await perform();
      await expect(heading(page, "Stage 3")).toBeVisible();
    },
  },
  note: {
    check: async (page, perform) => {
      await perform();
      await expect(page.getByRole("textbox", { name: "Text of the note" })).toBeFocused();
    },
  },
  notes: { check: toggles("region", { name: "Notes", isOpen: false }) },
  sql: { check: toggles("region", { name: "SQL", isOpen: false }) },

  "rows-ranks": { at: { axis: "stage" }, check: becomes("axis", "rank") },
  "rows-stages": { check: becomes("axis", "stage") },
  "rows-lanes": { check: becomes("axis", "lane") },
  "columns-time": { at: { columns: "steps" }, check: becomes("columns", "time") },
  "columns-steps": { check: becomes("columns", "steps") },
  "columns-batches": { check: becomes("columns", "batches") },
  "show-causes": { check: togglesButton("Causes") },
  "show-path": { check: togglesButton("Critical path") },
  "pane-network": { check: toggles("complementary", { name: "Network", isOpen: true }) },
  "pane-lanes": { check: toggles("region", { name: "Pipeline stages", isOpen: true }) },
  "pane-inspector": { check: toggles("complementary", { name: "Inspector", isOpen: true }) },
  "next-iteration": {
    at: { iteration: "0" },
    check: async (page, perform) => {
      await perform();
      await expect(heading(page, "Iteration 1, replica 0")).toBeVisible();
    },
  },
  "previous-iteration": {
    at: { iteration: "1" },
    check: async (page, perform) => {
      await perform();
      await expect(heading(page, "Iteration 0, replica 0")).toBeVisible();
    },
  },

  "save-picture": { check: opensDialog("Save a picture") },
  "save-wavefront-png": { check: saves("wavefront.png") },
  "save-wavefront-svg": { check: saves("wavefront.svg") },
  "save-network-png": { check: saves("network.png") },
  "save-network-svg": { check: saves("network.svg") },
  "save-stages-png": { check: saves("pipeline stages.png") },
  "save-stages-svg": { check: saves("pipeline stages.svg") },
  "save-matrix-png": { check: saves("stage × batch.png") },
  "save-matrix-svg": { check: saves("stage × batch.svg") },

  compare: { check: opensDialog("Compare with…") },
  swap: {
    place: "compare",
    check: async (page, perform) => {
      const [a, b] = [parameter(page, "a"), parameter(page, "b")];
      await perform();
      await expect.poll(() => [parameter(page, "a"), parameter(page, "b")]).toEqual([b, a]);
    },
  },

  palette: { check: opensDialog("Commands") },
  help: { check: opensDialog("Keys and gestures") },
  settings: { check: opensDialog("Settings") },
  theme: {
    check: async (page, perform) => {
      await expect(page.getByRole("button", { name: "Theme: as the system" })).toBeVisible();
      for (const name of ["Theme: light", "Theme: dark", "Theme: as the system"]) {
        await perform();
        await expect(page.getByRole("button", { name })).toBeVisible();
      }
    },
  },
  library: {
    check: async (page, perform) => {
      await perform();
      await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
    },
  },
  "import-files": {
    place: "library",
    check: async (page, perform) => {
      const chooser = page.waitForEvent("filechooser");
      await perform();
      expect((await chooser).isMultiple()).toBe(true);
    },
  },
  capture: {
    check: async (page, perform) => {
      await perform();
      await expect(page).toHaveTitle(/^Capture/);
    },
  },
  simulate: {
    check: async (page, perform) => {
      await perform();
      await expect(page).toHaveTitle(/^Simulate/);
    },
  },
};
