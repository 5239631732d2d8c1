/** Two runs side by side: chosen in the library, coupled, swapped, with themselves, with other stages, and saved as pictures. */
import { readFileSync } from "node:fs";

import type { Page } from "playwright/test";

import type { WavefrontProbe } from "../../renderer/views/wavefront/test-hook.ts";
import type { KnownSpan } from "./compare-traces.ts";
import { createPipeline, makespanUs, writePipelines } from "./compare-traces.ts";
import type { Served } from "./served.ts";
import { expect, openPage, serve, test as served } from "./served.ts";

const BATCHES = 8;
const EVEN = createPipeline({ stagesUs: [10_000, 10_000, 10_000, 10_000], batches: BATCHES });
/** The same with a third stage that takes half as long again. */
const SLOW = createPipeline({ stagesUs: [10_000, 10_000, 15_000, 10_000], batches: BATCHES });
const LONGER = createPipeline({ stagesUs: [8_000, 8_000, 8_000, 8_000, 8_000, 8_000], batches: BATCHES });

const test = served.extend<object, { readonly compared: Served }>({
  compared: [
    async ({}, use) => {
      const server = await serve((folder) => writePipelines(folder, { even: EVEN, slow: SLOW, longer: LONGER }));
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

/** Waits until the answer is there and everything has been drawn, in every plot. */
async function settleAll(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const plots = [...document.querySelectorAll<HTMLElement>("[data-wavefront]")];
    const { activity } = document.documentElement.dataset;
    return activity === "idle" && plots.length > 0 && plots.every(({ dataset }) => dataset["wavefront"] === "idle");
  });
}

async function compare(page: Page, server: Served, address: Record<string, string>): Promise<void> {
  await openPage(page, server, { view: "compare", ...address });
  await settleAll(page);
}

const plotOf = (page: Page, side: "A" | "B") =>
  page.getByRole("region", { name: `Wavefront of ${side}` }).getByRole("application");

/** Where a span lies on its plot, in CSS pixels of the page. */
async function placeOf(
  page: Page,
  { side, span }: { side: "A" | "B"; span: KnownSpan },
): Promise<{ left: number; right: number; middle: { x: number; y: number } }> {
  const box = await plotOf(page, side).boundingBox();
  if (box === null) throw new Error("the plot has no box");
  const view = await page.evaluate(
    (name) => {
      const { __pipewave: probes } = globalThis as unknown as {
        __pipewave: Record<string, WavefrontProbe | undefined>;
      };
      return probes[name]?.view();
    },
    side === "A" ? "wavefront" : "follower",
  );
  if (view === undefined) throw new Error("the plot offers no probe");
  const x = (us: number) => box.x + ((us * 1_000 - view.fromNs) / (view.toNs - view.fromNs)) * box.width;
  const rowPx = await plotOf(page, side).evaluate((plot) => plot.clientHeight);
  const rows = view.toRow - view.fromRow;
  const y = box.y + (span.stage + 0.5 - view.fromRow) * Math.min(80, Math.floor(rowPx / rows));
  return { left: x(span.startUs), right: x(span.endUs), middle: { x: (x(span.startUs) + x(span.endUs)) / 2, y } };
}

const find = (spans: readonly KnownSpan[], { stage, batch }: Pick<KnownSpan, "stage" | "batch">): KnownSpan => {
  const found = spans.find((span) => span.stage === stage && span.batch === batch);
  if (found === undefined) throw new Error("no such span");
  return found;
};

test("two runs that are chosen in the library open side by side, with what changed in one sentence", async ({
  page,
  compared,
}) => {
  await openPage(page, compared);
  const button = page.getByRole("button", { name: "Compare", exact: true });
  await expect(button).toBeDisabled();
  await page.getByRole("checkbox", { name: "Compare even" }).click();
  await page.getByRole("checkbox", { name: "Compare slow" }).click();
  await button.click();
  await expect(page).toHaveURL(/view=compare&a=even&b=slow/);
  await settleAll(page);
  await expect(page.getByRole("region", { name: "Wavefront of A" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Wavefront of B" })).toBeVisible();
  // 4 stages, 8 batches: 110 ms with stages of 10 ms; with a bottleneck of 15 ms 45 + 7 · 15 = 150 ms.
  expect([makespanUs(EVEN), makespanUs(SLOW)]).toEqual([110_000, 150_000]);
  const sentence = page.getByRole("status", { name: "Answer in one sentence" });
  for (const figure of ["150.0 ms", "110.0 ms", "40.00 ms longer"]) await expect(sentence).toContainText(figure);
  const shares = page.getByRole("list", { name: "Shares of the difference" });
  await expect(shares.getByRole("listitem").last()).toHaveText(/Makespan, B − A\s*\+40\.00 ms/);

  await page.keyboard.press("Escape");
  await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
});

test("hovering batch 5 of stage 3 marks it in both, wherever it lies there", async ({ page, compared }) => {
  await compare(page, compared, { a: "even", b: "slow", axis: "stage" });
  const which = { stage: 3, batch: 5 };
  const place = await placeOf(page, { side: "A", span: find(EVEN, which) });
  await page.mouse.move(place.middle.x, place.middle.y);
  const outline = plotOf(page, "B").locator("rect.hovered");
  await expect(outline).toHaveCount(1);
  const partner = await placeOf(page, { side: "B", span: find(SLOW, which) });
  const box = await outline.boundingBox();
  expect(Math.abs((box?.x ?? 0) - partner.left)).toBeLessThan(2);
  expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) - partner.right)).toBeLessThan(2);
  // Batch 5 reaches stage 3 after 80 ms; behind the bottleneck after 10 + 10 + 6 · 15 = 110 ms.
  await expect(page.getByText(/batch 5 · forward/)).toBeVisible();
  await expect(page.getByText("A 10.00 ms at 80.00 ms")).toBeVisible();
  await expect(page.getByText("B 10.00 ms at 110.0 ms")).toBeVisible();
  await page.mouse.move(place.middle.x, 5);
  await expect(outline).toHaveCount(0);
});

test("a click selects the span and its partner; zoom and time are the same in both plots", async ({
  page,
  compared,
}) => {
  await compare(page, compared, { a: "even", b: "slow", axis: "stage" });
  const place = await placeOf(page, { side: "B", span: find(SLOW, { stage: 2, batch: 3 }) });
  await page.mouse.click(place.middle.x, place.middle.y);
  await expect(plotOf(page, "A").locator("rect.selected")).toHaveCount(1);
  await expect(plotOf(page, "B").locator("rect.selected")).toHaveCount(1);
  await page.mouse.wheel(0, -400);
  await settleAll(page);
  const ranges = await page.evaluate(() => {
    const { __pipewave: probes } = globalThis as unknown as { __pipewave: Record<string, WavefrontProbe | undefined> };
    return ["wavefront", "follower"].map((name) => probes[name]?.view());
  });
  expect(ranges[0]?.fromNs).toBe(ranges[1]?.fromNs);
  expect(ranges[0]?.toNs).toBe(ranges[1]?.toNs);
  expect(Number(ranges[0]?.toNs) - Number(ranges[0]?.fromNs)).toBeLessThan(100_000_000);
});

test("swapped, every difference has the other sign", async ({ page, compared }) => {
  await compare(page, compared, { a: "even", b: "slow" });
  const figures = page.getByRole("table", { name: "Figures of both runs" });
  await expect(figures.getByRole("row", { name: /Makespan/ })).toContainText("+40.00 ms");
  await page.keyboard.press("x");
  await expect(page).toHaveURL(/a=slow&b=even/);
  await expect(figures.getByRole("row", { name: /Makespan/ })).toContainText("−40.00 ms");
  await expect(page.getByRole("status", { name: "Answer in one sentence" })).toContainText("40.00 ms shorter");
});

test("a run against itself says that nothing differs", async ({ page, compared }) => {
  await compare(page, compared, { a: "slow", b: "slow" });
  await expect(page.getByText("identical", { exact: true })).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Answer" })).toContainText("Unmatched 0");
  const figures = page.getByRole("table", { name: "Figures of both runs" });
  await expect(figures.getByRole("row", { name: /Makespan/ })).toContainText("0 ns");
});

test("with other numbers of stages the mapping is shown, and can be changed", async ({ page, compared }) => {
  await compare(page, compared, { a: "even", b: "longer" });
  const answer = page.getByRole("complementary", { name: "Answer" });
  // Two stages of eight batches have no partner.
  await expect(answer).toContainText("Unmatched 16");
  await answer.getByText("Mapping").click();
  await expect(answer.getByText("A has 4 stages, B has 6.")).toBeVisible();
  const mapping = answer.getByRole("table", { name: "Stage mapping" });
  const last = mapping.getByRole("combobox").last();
  await expect(mapping.getByRole("combobox")).toHaveCount(4);
  await last.selectOption({ index: 0 });
  await expect(answer).toContainText("Unmatched 32");
  await answer.getByRole("button", { name: "Back to the automatic mapping" }).click();
  await expect(answer).toContainText("Unmatched 16");
  await answer.getByText("Unmatched 16").click();
  await expect(answer.getByRole("table", { name: "Spans only in B" }).getByRole("row")).toHaveCount(17);
});

test("A outlined over B is one plot", async ({ page, compared }) => {
  await compare(page, compared, { a: "even", b: "slow" });
  await page.getByText("Overlay", { exact: true }).click();
  await settleAll(page);
  await expect(page.getByRole("region", { name: /^Wavefront of/ })).toHaveCount(1);
  await expect(page.getByText("outlined: even")).toBeVisible();
});

test("the view is saved as SVG and as PNG, with both names and the sentence", async ({ page, compared }) => {
  await compare(page, compared, { a: "even", b: "slow" });
  const save = async (name: "SVG" | "PNG") => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name, exact: true }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(`even and slow.${name.toLowerCase()}`);
    return readFileSync(await download.path());
  };
  const svg = (await save("SVG")).toString("utf8");
  for (const text of ["A: even", "B: slow", "110.0 ms", "150.0 ms", "Differences of forward compute"]) {
    expect(svg).toContain(text);
  }
  const png = await save("PNG");
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  const width = /<svg[^>]* width="(\d+)"/.exec(svg)?.[1];
  expect(png.readUInt32BE(16)).toBe(2 * Number(width));
});
