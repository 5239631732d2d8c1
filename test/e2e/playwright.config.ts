/**
 * How the end-to-end tests run: Playwright's runner and a Chromium that is already there (test/support/chromium.ts).
 * The output of a failure lands in test-results/.
 */
import { defineConfig } from "playwright/test";

import { chromiumFlags, findChromium } from "../support/chromium.ts";

const executable = findChromium().executable;

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../../test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env["CI"] !== undefined,
  timeout: 60_000,
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { args: chromiumFlags, ...(executable === undefined ? {} : { executablePath: executable }) },
  },
});
