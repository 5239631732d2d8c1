/**
 * The comparison's HTML report as a colleague opens it: from disk, without a network. The fixture fails a test whose page logs
 * an error; the report's own policy would make anything fetched one.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { runCli } from "../cli/run-cli.ts";
import { drawTrace } from "../support/sample-trace.ts";
import { expect, test } from "./in-chromium.ts";

let folder = "";
let file = "";

// Made here: a worker may come back to this file after it has cleaned up.
test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-report-"));
  file = path.join(folder, "report.html");
  writeFileSync(path.join(folder, "before.json"), drawTrace(["00.11..", "..00.11"]));
  writeFileSync(path.join(folder, "after.json"), drawTrace(["00.11......", "...000.111."]));
  const outcome = await runCli(["compare", "before.json", "after.json", "--html", "report.html", "--force"], {
    folder,
  });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const { colorScheme, media, paper } of [
  { colorScheme: "light", media: "screen", paper: "rgb(255, 255, 255)" },
  { colorScheme: "dark", media: "screen", paper: "rgb(20, 22, 27)" },
  { colorScheme: "dark", media: "print", paper: "rgb(255, 255, 255)" },
] as const) {
  test(`opens from disk without a network: ${media}, ${colorScheme}`, async ({ page, context }) => {
    await context.setOffline(true);
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    await page.emulateMedia({ colorScheme, media });
    await page.goto(pathToFileURL(file).href);
    expect(requested).toEqual([pathToFileURL(file).href]);

    await expect(page.getByText("B takes 10.00 µs, 3.000 µs longer than A")).toBeVisible();
    await expect(page.getByRole("img")).toHaveCount(3);
    // Figures take their colours from the page.
    const filled = await page
      .getByRole("img", { name: "A: before" })
      .locator("rect")
      .first()
      .evaluate((rect) => getComputedStyle(rect).fill);
    expect(filled).toBe(paper);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(paper);
    // Wide tables scroll in themselves; the page does not.
    await page.setViewportSize({ width: 700, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700);
  });
}
