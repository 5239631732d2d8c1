/**
 * The desktop in a real Electron, started from the checkout (or PIPEWAVE_ELECTRON, an installed app's executable). Skipped where
 * the binary is missing, which npm leaves out: `npx install-electron` brings it. The release runs these on every system.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { ElectronApplication } from "playwright/test";
import { _electron, expect, test as base } from "playwright/test";

import { createFigure, figureTrace } from "./figure-trace.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

interface Executable {
  readonly file: string;
  readonly args: readonly string[];
}

/** `undefined` where nothing was installed; the package itself would start to download. */
function findElectron(): Executable | undefined {
  const packed = process.env["PIPEWAVE_ELECTRON"];
  if (packed !== undefined && packed !== "") return { file: packed, args: [] };
  const folder = path.join(repositoryRoot, "node_modules", "electron");
  const note = path.join(folder, "path.txt");
  if (!existsSync(note)) return undefined;
  const file = path.join(folder, "dist", readFileSync(note, "utf8").trim());
  return existsSync(file) ? { file, args: [repositoryRoot] } : undefined;
}

interface Desktop {
  /** For files, settings and the library; goes with the test. */
  readonly folder: string;
  readonly trace: string;
  readonly launch: (...args: string[]) => Promise<ElectronApplication>;
}

const test = base.extend<{ desktop: Desktop }>({
  desktop: async ({}, use, info) => {
    const electron = findElectron();
    info.skip(electron === undefined, "the Electron binary is not installed (npx install-electron)");
    if (electron === undefined) return;
    const folder = mkdtempSync(path.join(tmpdir(), "pipewave-desktop-"));
    const trace = path.join(folder, "figure.json");
    writeFileSync(trace, figureTrace(createFigure({ batches: 4 })));
    const started: ElectronApplication[] = [];
    const launch = async (...args: string[]): Promise<ElectronApplication> => {
      const settings = `--user-data-dir=${path.join(folder, "settings")}`;
      const app = await _electron.launch({
        executablePath: electron.file,
        args: [...electron.args, settings, ...args],
        env: { ...(process.env as Record<string, string>), PIPEWAVE_LIBRARY: path.join(folder, "library") },
      });
      started.push(app);
      return app;
    };
    await use({ folder, trace, launch });
    for (const app of started) await app.close();
    rmSync(folder, { recursive: true, force: true });
  },
});

test("the page is the application's own, sandboxed, and its backend answers", async ({ desktop }) => {
  const app = await desktop.launch();
  const page = await app.firstWindow();
  expect(page.url()).toMatch(/^app:\/\/pipewave\//);
  await expect(page.getByRole("main")).toBeVisible();
  expect(await page.evaluate(() => ["require", "process", "module"].filter((name) => name in globalThis))).toEqual([]);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a file on the command line is imported and shown; a second launch opens its file in the same window", async ({
  desktop,
}) => {
  const app = await desktop.launch(desktop.trace);
  const page = await app.firstWindow();
  await expect(page).toHaveTitle(/^figure/);
  const other = path.join(desktop.folder, "other.json");
  writeFileSync(other, figureTrace(createFigure({ batches: 6 })));
  // Playwright cannot attach to a process that goes at once: its failure is that launch's normal end.
  await desktop.launch(other).catch(() => undefined);
  await expect(page.getByText(/Imported “other\.json”/)).toBeVisible();
  expect(app.windows()).toHaveLength(1);
});

test("menus offer what the page can do now, and do it", async ({ desktop }) => {
  const app = await desktop.launch(desktop.trace);
  const page = await app.firstWindow();
  await expect(page).toHaveTitle(/^figure/);
  const isEnabled = (id: string) =>
    app.evaluate(({ Menu }, name) => Menu.getApplicationMenu()?.getMenuItemById(name)?.enabled, id);
  await expect.poll(() => isEnabled("sql")).toBe(true);
  expect(await isEnabled("swap")).toBe(false);
  await app.evaluate(({ Menu }) => void Menu.getApplicationMenu()?.getMenuItemById("sql")?.click());
  await expect(page.getByRole("region", { name: "SQL", exact: true })).toBeVisible();
  await app.evaluate(({ Menu }) => void Menu.getApplicationMenu()?.getMenuItemById("library")?.click());
  await expect.poll(() => isEnabled("sql")).toBe(false);
});

test("a backend that is killed comes back, and the library with it", async ({ desktop }) => {
  const app = await desktop.launch(desktop.trace);
  const page = await app.firstWindow();
  await expect(page).toHaveTitle(/^figure/);
  await app.evaluate(({ app: electron }) => {
    const backend = electron.getAppMetrics().find(({ name }) => name === "Pipewave backend");
    if (backend !== undefined) process.kill(backend.pid, "SIGKILL");
  });
  await expect(page.getByText("The backend crashed and was started again.")).toBeVisible();
  await expect(page).toHaveTitle(/^figure/);
});

test("a page that crashes is loaded again where it was", async ({ desktop }) => {
  const app = await desktop.launch(desktop.trace);
  await expect(await app.firstWindow()).toHaveTitle(/^figure/);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle()))
    .toMatch(/^figure/);
});

test("no request leaves the machine", async ({ desktop }) => {
  const log = path.join(desktop.folder, "network.json");
  const app = await desktop.launch(`--log-net-log=${log}`, desktop.trace);
  const page = await app.firstWindow();
  await expect(page).toHaveTitle(/^figure/);
  await app.close();
  const { events } = JSON.parse(readFileSync(log, "utf8")) as {
    events: { params?: { url?: unknown; host?: unknown } }[];
  };
  const asked = events.flatMap(({ params }) =>
    [params?.url, params?.host].filter((value) => typeof value === "string"),
  );
  expect(asked.filter((address) => /^(?:https?|wss?|ftp):|^[\w.-]+\.[a-z]{2,}/i.test(address))).toEqual([]);
});
