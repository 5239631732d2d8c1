/**
 * What every gesture that the help lists does, by the group and the words that it stands under: the table that keys.spec.ts
 * goes through and compares with the list.
 */
import type { Locator, Page } from "playwright/test";

import { parameter, row, width } from "./action-checks.ts";
import { expect, settle } from "./served.ts";

interface GestureCheck {
  /** In the run `many` unless said otherwise. */
  readonly place?: "compare";
  readonly at?: Readonly<Record<string, string>>;
  readonly check: (page: Page) => Promise<void>;
}

const plotOf = (page: Page) => page.getByRole("application").first();
const heading = (page: Page, name: string) =>
  page.getByRole("complementary", { name: "Inspector" }).getByRole("heading", { name, exact: true });

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error("it has no box");
  return box;
}

interface Drag {
  /** Shares of the plot's width and height. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly shift?: boolean;
}

async function drag(page: Page, plot: Locator, { from, to, shift = false }: Drag): Promise<void> {
  const box = await boxOf(plot);
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  if (shift) await page.keyboard.down("Shift");
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up();
  if (shift) await page.keyboard.up("Shift");
}

const PART = { from: "200000000", to: "300000000" };
/** Rank 2 waits from 40 to 50 ms: in the middle of these 10 ms, in the third row. */
const BUBBLE = { from: "40000000", to: "50000000" };

async function clickBubble(page: Page): Promise<void> {
  const box = await boxOf(plotOf(page));
  await page.mouse.click(box.x + box.width / 2, box.y + 2.5 * 18);
  await settle(page);
}

export const GESTURE_CHECKS: Readonly<Record<string, GestureCheck>> = {
  "Move through time: Wheel": {
    check: async (page) => {
      await expect.poll(() => width(page)).not.toBeNaN();
      const before = width(page);
      const box = await boxOf(plotOf(page));
      await page.mouse.move(box.x + box.width / 2, box.y + 40);
      await page.mouse.wheel(0, -400);
      await expect.poll(() => width(page)).toBeLessThan(before);
    },
  },
  "Move through time: Drag": {
    at: PART,
    check: async (page) => {
      await drag(page, plotOf(page), { from: [0.7, 0.3], to: [0.4, 0.3] });
      await expect.poll(() => Number(parameter(page, "from"))).toBeGreaterThan(Number(PART.from));
      expect(width(page)).toBeCloseTo(100_000_000, -2);
    },
  },
  "Move through time: Double-click": {
    at: PART,
    check: async (page) => {
      await plotOf(page).dblclick();
      await expect.poll(() => width(page)).toBeGreaterThan(200_000_000);
    },
  },
  "Move through rows: Shift Wheel": {
    check: async (page) => {
      const box = await boxOf(plotOf(page));
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.keyboard.down("Shift");
      await page.mouse.wheel(0, 200);
      await page.keyboard.up("Shift");
      await expect.poll(() => row(page)).toBeGreaterThan(3);
    },
  },
  "Select and measure: Click": {
    at: BUBBLE,
    check: async (page) => {
      await clickBubble(page);
      await expect(heading(page, "Bubble")).toBeVisible();
      const box = await boxOf(plotOf(page));
      await page.mouse.click(box.x + box.width / 2, box.y + 1.5 * 18);
      await expect(heading(page, "Span")).toBeVisible();
      await page.getByRole("listbox", { name: "Stages" }).getByRole("option").nth(3).click();
      await expect(heading(page, "Stage 3")).toBeVisible();
    },
  },
  "Select and measure: Click again": {
    at: BUBBLE,
    check: async (page) => {
      await clickBubble(page);
      await expect(heading(page, "Bubble")).toBeVisible();
      await clickBubble(page);
      await expect(heading(page, "Span")).toBeVisible();
    },
  },
  "Select and measure: Shift Drag": {
    check: async (page) => {
      await drag(page, plotOf(page), { from: [0.1, 0.1], to: [0.4, 0.6], shift: true });
      await expect(page.getByRole("region", { name: "Area", exact: true })).toBeVisible();
    },
  },
  "Compare two runs: Click": {
    place: "compare",
    check: async (page) => {
      const plots = (["A", "B"] as const).map((side) =>
        page.getByRole("region", { name: `Wavefront of ${side}` }).getByRole("application"),
      );
      const box = await boxOf(plots[0] ?? plotOf(page));
      // Stage 0 computes from the beginning.
      await page.mouse.click(box.x + 12, box.y + 6);
      for (const plot of plots) await expect(plot.locator("rect.selected")).toHaveCount(1);
    },
  },
  "Compare two runs: Shift Drag": {
    place: "compare",
    check: async (page) => {
      const plot = page.getByRole("region", { name: "Wavefront of A" }).getByRole("application");
      await drag(page, plot, { from: [0.2, 0.2], to: [0.5, 0.5], shift: true });
      await expect(plot.locator("output")).toContainText(/\d (?:ms|s|µs)/);
    },
  },
  "Compare two runs: ← → ↑ ↓": {
    place: "compare",
    check: async (page) => {
      const differences = page.getByRole("region", { name: "Differences" });
      if ((await differences.count()) === 0) await page.getByRole("button", { name: "Differences" }).click();
      const map = differences.getByRole("application");
      await map.focus();
      const place = async () => (await map.locator("i.selected").boundingBox()) ?? { x: -1, y: -1 };
      await page.keyboard.press("ArrowRight");
      await expect(map.locator("i.selected")).toBeVisible();
      for (const [key, axis, sign] of [
        ["ArrowDown", "y", 1],
        ["ArrowRight", "x", 1],
        ["ArrowUp", "y", -1],
        ["ArrowLeft", "x", -1],
      ] as const) {
        const before = (await place())[axis];
        await page.keyboard.press(key);
        await expect.poll(async () => sign * ((await place())[axis] - before), key).toBeGreaterThan(0);
      }
    },
  },
  "Compare two runs: Esc": {
    place: "compare",
    check: async (page) => {
      const plot = page.getByRole("region", { name: "Wavefront of A" }).getByRole("application");
      const box = await boxOf(plot);
      await page.mouse.click(box.x + 12, box.y + 6);
      await expect(plot.locator("rect.selected")).toHaveCount(1);
      await page.keyboard.press("Escape");
      await expect(plot.locator("rect.selected")).toHaveCount(0);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
    },
  },
  "Anywhere: Tab": {
    check: async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.outerHTML ?? "");
      const seen = [await focused()];
      for (let press = 0; press < 3; press++) {
        await page.keyboard.press("Tab");
        seen.push(await focused());
      }
      expect(new Set(seen).size).toBe(4);
      await page.keyboard.press("Shift+Tab");
      expect(await focused()).toBe(seen[2]);
    },
  },
};
