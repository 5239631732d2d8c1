/**
 * Every action is done by every one of its keys and from the command palette, and every gesture of the help by the pointer,
 * with the effect that a person would see. What the help shows is exactly what is tested here.
 */
import type { Page } from "playwright/test";

import type { ActionId } from "#common/actions.ts";
import { ACTION_IDS, describeAction } from "#common/actions.ts";
import { GESTURES, keyText } from "../../renderer/state/actions.ts";
import { ACTION_CHECKS, MANY } from "./action-checks.ts";
import { createPipeline, writePipelines } from "./compare-traces.ts";
import { GESTURE_CHECKS } from "./gesture-checks.ts";
import type { Served } from "./served.ts";
import { expect, openPage, serve, settle, test as served } from "./served.ts";

const FEW = createPipeline({ stagesUs: [10_000, 10_000, 12_000], batches: 4 });
const SLOW = createPipeline({ stagesUs: [10_000, 15_000, 12_000], batches: 4 });

const test = served.extend<object, { readonly known: Served }>({
  known: [
    async ({}, use) => {
      const server = await serve((folder) => writePipelines(folder, { many: MANY, few: FEW, slow: SLOW }));
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

type Place = "run" | "library" | "compare";
const ADDRESSES: Readonly<Record<Place, Readonly<Record<string, string>>>> = {
  run: { run: "many", axis: "rank", columns: "time" },
  library: {},
  compare: { view: "compare", a: "few", b: "slow", axis: "stage" },
};

/** Loaded anew, so that nothing is left of what was tested before. */
async function openAnew(page: Page, server: Served, place: Place, at: Readonly<Record<string, string>> = {}) {
  await page.goto("about:blank");
  await openPage(page, server, { ...ADDRESSES[place], ...at });
  if (place === "library") await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
  else await expect.poll(() => new URL(page.url()).hash).toMatch(/from=|view=/);
}

/** As Playwright writes a key. */
const keyStroke = (key: string): string => key.replace("Mod", "Control");

async function chooseInPalette(page: Page, id: ActionId): Promise<void> {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  await palette.getByRole("combobox").fill(describeAction(id).title);
  await expect(palette.getByRole("option").first()).toHaveAttribute("data-action", id);
  await page.keyboard.press("Enter");
  await expect(palette).toHaveCount(0);
}

for (const id of ACTION_IDS) {
  const { title, keys = [], withShift } = describeAction(id);
  const { place = "run", at, prepare, check, measure } = ACTION_CHECKS[id];
  // The palette does not list itself.
  const ways = [...keys, ...(id === "palette" ? [] : ["the palette"])];

  for (const way of ways) {
    test(`${title}: by ${way}`, async ({ page, known }) => {
      await openAnew(page, known, place, at);
      await prepare?.(page);
      await check(page, () =>
        way === "the palette" ? chooseInPalette(page, id) : page.keyboard.press(keyStroke(way)),
      );
    });
  }

  if (withShift !== undefined) {
    test(`${title}: ${withShift} with Shift`, async ({ page, known }) => {
      if (measure === undefined) throw new Error(`${id} has no measure`);
      for (const key of keys) {
        const moves = async (stroke: string): Promise<number> => {
          await openAnew(page, known, place, at);
          const before = measure(page);
          await page.keyboard.press(stroke);
          await expect.poll(() => Math.abs(measure(page) - before)).toBeGreaterThan(0);
          return Math.abs(measure(page) - before);
        };
        const alone = await moves(key);
        expect(await moves(`Shift+${key}`), key).toBeGreaterThan(2 * alone);
      }
    });
  }
}

for (const [name, { place = "run", at, check }] of Object.entries(GESTURE_CHECKS)) {
  test(name, async ({ page, known }) => {
    await openAnew(page, known, place, at);
    await settle(page);
    await check(page);
  });
}

test("the help shows what is tested here, and nothing else", async ({ page, known }) => {
  await openAnew(page, known, "library");
  await page.keyboard.press("?");
  const sections = page.getByRole("dialog", { name: "Keys and gestures" }).locator("section");
  await expect(sections.first()).toBeVisible();
  const shown = await sections.evaluateAll((all) =>
    all.flatMap((section) =>
      [...section.querySelectorAll("dt")].map((term) => {
        const keys = [...term.querySelectorAll("kbd")].map(({ textContent }) => textContent);
        return `${section.querySelector("h3")?.textContent}: ${keys.join(" ")}`;
      }),
    ),
  );
  const ofActions = ACTION_IDS.flatMap((id) => {
    const { group, keys } = describeAction(id);
    return keys === undefined ? [] : [`${group}: ${keys.map((key) => keyText(key, { mac: false })).join(" ")}`];
  });
  expect(shown.toSorted()).toEqual([...ofActions, ...Object.keys(GESTURE_CHECKS)].toSorted());
  const gestures = Object.entries(GESTURES).flatMap(([group, all]) =>
    all.map(({ keys }) => `${group}: ${keys.join(" ")}`),
  );
  expect(Object.keys(GESTURE_CHECKS).toSorted()).toEqual(gestures.toSorted());
});
