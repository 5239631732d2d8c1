/** No text overlaps or is cut off, in any view, at both window sizes, light and dark. */
import { findTextProblems } from "../support/text-boxes.ts";
import { expect, openPage, settle, sharedRun, test } from "./served.ts";
import { FIGURE_FILE } from "./served.ts";
import { startCapture } from "./start-capture.ts";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];

for (const viewport of SIZES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`at ${viewport.width} × ${viewport.height}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test("the library", async ({ page, served }) => {
        await openPage(page, served);
        await expect(page.getByRole("table", { name: "Runs" })).toBeVisible();
        expect(await findTextProblems(page)).toEqual([]);
        await page.getByRole("button", { name: `Rename ${served.runs[FIGURE_FILE] ?? ""}` }).click();
        expect(await findTextProblems(page)).toEqual([]);
      });

      test("an empty library, and an import that failed", async ({ page, empty }) => {
        await openPage(page, empty);
        expect(await findTextProblems(page)).toEqual([]);
        const name = `${"notes-about-pipelines-".repeat(3)}.txt`;
        await page
          .getByLabel("Choose files…")
          .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("notes") });
        await expect(page.getByText(/could not be imported/)).toBeVisible();
        expect(await findTextProblems(page)).toEqual([]);
      });

      test("the capture view, with a forecast, a wrong partition, while it runs and when it has ended", async ({
        page,
        empty,
      }) => {
        await openPage(page, empty, { view: "capture" });
        await expect(page.getByText("Takes WebAssembly").or(page.getByText("Takes WebGPU"))).toBeVisible({
          timeout: 30_000,
        });
        await settle(page);
        expect(await findTextProblems(page), "forecast").toEqual([]);
        await page.getByText("Custom", { exact: true }).click();
        await page.getByLabel("Blocks of each worker").fill("0-3,5-27");
        await page.getByLabel("Batches", { exact: true }).fill("0");
        expect(await findTextProblems(page), "wrong partition").toEqual([]);
        await startCapture(page);
        await expect(page.getByRole("application")).toBeVisible({ timeout: 30_000 });
        expect(await findTextProblems(page), "running").toEqual([]);
        await page.getByRole("button", { name: "Stop and keep" }).click();
        await expect(page.getByRole("button", { name: "Open run" })).toBeVisible({ timeout: 30_000 });
        await settle(page);
        expect(await findTextProblems(page), "ended").toEqual([]);
      });

      test("the figure, by rank, stage and lane, in time and in steps", async ({ page, served }) => {
        for (const axis of ["rank", "stage", "lane"]) {
          for (const columns of ["time", "steps"]) {
            await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", axis, columns });
            expect(await findTextProblems(page), `${axis}, ${columns}`).toEqual([]);
          }
        }
      });

      test("what the inspector shows of a stage, a batch, a span and a bubble", async ({ page, served }) => {
        for (const select of ["stage:7", "batch:3:0", "span:10:0:1:0:0:0:0", "bubble:1:0:3000000:1:0"]) {
          await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "", select });
          expect(await findTextProblems(page), select).toEqual([]);
        }
      });

      test("every definition opened, and the help", async ({ page, served }) => {
        await openPage(page, served, { run: served.runs[FIGURE_FILE] ?? "" });
        for (const figure of await page.locator("[aria-expanded]").all()) await figure.click();
        expect(await findTextProblems(page)).toEqual([]);
        await page.keyboard.press("?");
        await expect(page.getByRole("dialog")).toBeVisible();
        expect(await findTextProblems(page)).toEqual([]);
      });

      test("recorded runs, with and without a pipeline", async ({ page, served }) => {
        for (const file of ["pp-aggregated.json.gz", "timeline-ST.json.gz", "alexnet.json.gz"]) {
          await openPage(page, served, { run: sharedRun(served, file) });
          await settle(page);
          expect(await findTextProblems(page), file).toEqual([]);
        }
      });
    });
  }
}
