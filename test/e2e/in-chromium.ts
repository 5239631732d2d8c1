/**
 * The `test` of every end-to-end test: skips with the reason where no Chromium can be had, and fails a test whose page
 * threw or logged an error, whatever else it checked.
 */
import { test as base } from "playwright/test";

import { findChromium } from "../support/chromium.ts";

export { expect } from "playwright/test";

interface Guards {
  skippedWithoutChromium: undefined;
  pageErrors: string[];
}

export const test = base.extend<Guards>({
  skippedWithoutChromium: [
    async ({}, use, testInfo) => {
      // run-all.ts has already tried to install one and knows more about why there is none.
      const { missing } = findChromium();
      if (missing !== undefined) testInfo.skip(true, process.env["PIPEWAVE_NO_CHROMIUM"] ?? missing);
      await use(undefined);
    },
    { auto: true },
  ],
  pageErrors: [
    async ({ skippedWithoutChromium: _first, page }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await use(errors);
      if (errors.length > 0) throw new Error(`The page reported errors:\n${errors.join("\n")}`);
    },
    { auto: true },
  ],
});
