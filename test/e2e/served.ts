/**
 * The `test` of end-to-end tests that need the application: `pipewave serve` in a process of its own with the built page,
 * a fresh library in a temporary folder, and a browser tab with nothing remembered. Waits by the application's own idle
 * signals, never by sleeping.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Page } from "playwright/test";

import { findSharedTrace } from "../support/shared-traces.ts";
import { createFigure, figureTrace } from "./figure-trace.ts";
import { test as inChromium } from "./in-chromium.ts";

export { expect } from "playwright/test";

export interface Served {
  /** With the token; without a run. */
  readonly url: string;
  /** Run ids by the name of the file they were imported from. */
  readonly runs: Readonly<Record<string, string>>;
  /** A folder for files that the test makes. */
  readonly folder: string;
  /** Process id of the server. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export const FIGURE_FILE = "figure.json";
export const FIGURE = createFigure({ batches: 10 });

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

/** Starts the server and imports the files. Rejects with what it printed when it does not start. */
export async function serve(files: (folder: string) => readonly string[]): Promise<Served> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-e2e-"));
  const opened = files(folder);
  const args = ["main/cli/index.ts", "serve", path.join(folder, "library"), "--json"];
  if (opened.length > 0) args.push("--open", ...opened);
  const server = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"] });
  // Whatever becomes of the test, its server does not outlive it.
  const killServer = () => server.kill("SIGKILL");
  process.once("exit", killServer);
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  let complaints = "";
  server.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    let output = "";
    server.stdout.on("data", (text: Buffer) => {
      output += text.toString();
      if (output.includes("\n")) resolve(output);
    });
    server.once("error", reject);
    void ended.then(() => reject(new Error(`pipewave serve ended: ${complaints}`)));
  });
  const answer = JSON.parse(line) as { url: string; opened: { file: string; run?: string; failure?: unknown }[] };
  const stop = async () => {
    process.off("exit", killServer);
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const failed = answer.opened.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) {
    await stop();
    throw new Error(`${failed.file}: ${JSON.stringify(failed.failure)}`);
  }
  return {
    url: answer.url.replace(/#.*$/, ""),
    runs: Object.fromEntries(answer.opened.map(({ file, run = "" }) => [path.basename(file), run])),
    folder,
    pid: server.pid ?? 0,
    stop,
  };
}

function writeFigure(folder: string): string {
  const file = path.join(folder, FIGURE_FILE);
  writeFileSync(file, figureTrace(FIGURE));
  return file;
}

/** Recorded traces that the tests look at, where they are there. */
const SHARED = [
  "megatron-app/pp-aggregated.json.gz",
  "straggler-analysis/timeline-ST.json.gz",
  "kineto/alexnet.json.gz",
];

interface WorkerFixtures {
  /** One server for all tests of a worker, with the figure and the recorded traces. Tests leave its library as it is. */
  readonly served: Served;
}

interface TestFixtures {
  /** A server of the test's own with the figure in its library. */
  readonly own: Served;
  /** A server of the test's own with an empty library. */
  readonly empty: Served;
}

/** The page goes before its server: it would try to reach it again, and say so on the console. */
async function leave(page: Page, served: Served): Promise<void> {
  await page.close();
  await served.stop();
}

export const test = inChromium.extend<TestFixtures, WorkerFixtures>({
  served: [
    async ({}, use) => {
      const shared = SHARED.map((name) => findSharedTrace(name)).filter((file) => file !== undefined);
      const served = await serve((folder) => [writeFigure(folder), ...shared]);
      await use(served);
      await served.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  empty: async ({ page }, use) => {
    const served = await serve(() => []);
    await use(served);
    await leave(page, served);
  },
  own: async ({ page }, use) => {
    const served = await serve((folder) => [writeFigure(folder)]);
    await use(served);
    await leave(page, served);
  },
});

/** The run id of a recorded trace; skips the test where the trace is not there. */
export function sharedRun(served: Served, file: string): string {
  const run = served.runs[file];
  test.skip(run === undefined, `needs ../shared/traces/…/${file}`);
  return run ?? "";
}

/** Opens the page, with a run and whatever else the address may say. */
export async function openPage(page: Page, { url }: Served, address: Record<string, string> = {}): Promise<void> {
  const fragment = new URLSearchParams(address).toString();
  await page.goto(fragment === "" ? url : `${url}#${fragment}`);
  await settle(page);
}

/** Waits until everything asked for has come and has been drawn, in every plot. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const plots = [...document.querySelectorAll<HTMLElement>("[data-wavefront], [data-matrix]")];
    // What is hidden draws nothing.
    const shown = plots.filter((plot) => plot.checkVisibility());
    const isDrawn = shown.every(({ dataset }) => (dataset["wavefront"] ?? dataset["matrix"]) === "idle");
    return document.documentElement.dataset["activity"] === "idle" && isDrawn;
  });
}
