/**
 * Starts the desktop's real entry against the fake Electron, in an installation made for the test: the preload as the build's
 * own configuration makes it, a page of one line, workers that are the sources'. What the page's world does is the renderer's
 * own code.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { build } from "vite";
import { onTestFinished, vi } from "vitest";

import electronConfig from "../../electron.config.ts";
import { connectWindow } from "../../renderer/host/window.ts";
import { makeTemporaryFolder } from "../support/sample-trace.ts";
import { createFakeElectron } from "./fake-electron.ts";
import type { FakeWindow } from "./fake-window.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

interface BuiltPreload {
  readonly fileName: string;
  readonly code: string;
}

let builtPreload: Promise<BuiltPreload> | undefined;

/** The preload as `npm run build` makes it. */
async function buildPreload(): Promise<BuiltPreload> {
  const { preload } = electronConfig as { preload: { build: { rolldownOptions: object } } };
  const built = await build({
    configFile: false,
    root: repositoryRoot,
    logLevel: "silent",
    build: { ssr: true, write: false, rolldownOptions: { ...preload.build.rolldownOptions, external: ["electron"] } },
  });
  if (!("output" in built)) throw new Error("the build gave no output");
  const [{ fileName, code }] = built.output;
  return { fileName, code };
}

async function makeInstallation(): Promise<string> {
  const root = makeTemporaryFolder();
  const page = path.join(root, "out", "renderer");
  const main = path.join(root, "out", "main");
  for (const folder of [page, main, path.join(root, "out", "preload")]) mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(page, "index.html"), "<!doctype html><title>Pipewave</title>");
  const worker = pathToFileURL(path.join(repositoryRoot, "main", "core", "worker.ts")).href;
  writeFileSync(path.join(main, "worker.js"), `import ${JSON.stringify(worker)};\n`);
  writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
  const { fileName, code } = await (builtPreload ??= buildPreload());
  writeFileSync(path.join(root, "out", "preload", fileName), code);
  return root;
}

interface StartOptions {
  /** What stands on the command line behind the application. */
  readonly files?: readonly string[];
  readonly isFirst?: boolean;
  readonly displays?: readonly { id: number; workArea: object }[];
  readonly platform?: NodeJS.Platform;
  /** Done before the application runs, in the folder of its settings. */
  readonly prepare?: (userData: string) => void;
}

/** The desktop as it is once Electron is ready. */
export async function startDesktop({ files = [], platform = "linux", prepare, ...fakes }: StartOptions = {}) {
  const root = await makeInstallation();
  const userData = makeTemporaryFolder();
  prepare?.(userData);
  const libraryPath = path.join(root, "library");
  vi.stubEnv("PIPEWAVE_LIBRARY", libraryPath);
  replaceOnProcess("argv", ["electron", ".", "--some-switch", ...files]);
  replaceOnProcess("platform", platform);
  replaceOnProcess("getSystemVersion", () => "1.2");

  const electron = createFakeElectron({
    root,
    userData,
    ...fakes,
    async runBackend(parentPort) {
      replaceOnProcess("parentPort", parentPort);
      vi.resetModules();
      await import("../../main/electron/backend-process.ts");
    },
  });
  vi.resetModules();
  vi.doMock("electron", () => electron.module);
  onTestFinished(async () => {
    for (const child of electron.children) child.end(0);
    await new Promise((resolve) => setImmediate(resolve));
    vi.doUnmock("electron");
  });
  const running = import("../../main/electron/index.ts");
  // The entry's own statements have run when it waits for Electron.
  await vi.waitUntil(() => electron.seen.handedOver !== undefined, { timeout: 20_000 });
  electron.becomeReady();
  await running;
  if (fakes.isFirst !== false) {
    await vi.waitUntil(() => electron.windows[0]?.webContents.page !== undefined, { timeout: 20_000 });
  }
  return { ...electron, root, userData, libraryPath, window: () => windowOf(electron.windows) };
}

function windowOf(windows: readonly FakeWindow[]): FakeWindow {
  const [window] = windows;
  if (window === undefined) throw new Error("there is no window");
  return window;
}

/** Runs the renderer's side in the page that the window shows now. */
export function openPage(window: FakeWindow) {
  const { page } = window.webContents;
  if (page === undefined) throw new Error("the window shows no page");
  return connectWindow(page.bridge, page as unknown as Window);
}

function replaceOnProcess(name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, { value, configurable: true, writable: true });
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(process, name);
    else Object.defineProperty(process, name, before);
  });
}
