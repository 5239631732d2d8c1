/**
 * Starts a capture in the Capture view that goes on until it is stopped: the small network, on the
 * backend that is always there, with batches large enough to be few.
 */
import type { Page } from "playwright/test";

export async function startCapture(page: Page, { batches = 100_000 }: { batches?: number } = {}): Promise<void> {
  await page.getByRole("radiogroup", { name: "Network" }).getByText("tiny", { exact: true }).click();
  await page
    .getByRole("radiogroup", { name: "Backend" })
    .getByRole("radio", { name: /^WebAssembly/ })
    .click();
  await page.getByText("Even", { exact: true }).click();
  await page.getByLabel("Image size").fill("224");
  await page.getByLabel("Batch size").fill("4");
  await page.getByRole("spinbutton", { name: "Workers" }).fill("2");
  await page.getByLabel("Batches", { exact: true }).fill(String(batches));
  await page.getByRole("button", { name: "Start capture" }).click();
}
