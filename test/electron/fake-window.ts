/**
 * A window, its contents, and the two worlds of its page: the sandbox in which the preload really runs, as a classic script
 * that may require next to nothing, and the page's own world, which sees only what the context bridge lets through.
 */
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import vm from "node:vm";

import type { BrowserWindowConstructorOptions, WebPreferences } from "electron";

import type { WindowBridge } from "#common/wire/window.ts";
import type { FakePortMain } from "./fake-ports.ts";
import { cloneAsElectron, FakeDomPort, takeEnds } from "./fake-ports.ts";

type Listener = (...args: unknown[]) => void;

/** An event that can be refused, as Electron's are. */
export function preventable(fields: object = {}) {
  const event = { ...fields, defaultPrevented: false, preventDefault: () => (event.defaultPrevented = true) };
  return event;
}

/** The page's `window`: `message` events and what the preload has exposed. */
export class FakePage {
  readonly exposed: Record<string, unknown> = {};
  readonly #listeners = new Set<(event: unknown) => void>();

  get bridge(): WindowBridge {
    return this.exposed["pipewaveHost"] as WindowBridge;
  }

  addEventListener(_type: string, listener: (event: unknown) => void, { signal }: { signal?: AbortSignal } = {}): void {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  removeEventListener(_type: string, listener: (event: unknown) => void): void {
    this.#listeners.delete(listener);
  }

  postMessage(data: unknown, _targetOrigin: string, ports: unknown[] = []): void {
    for (const listener of [...this.#listeners]) listener({ source: this, data, ports });
  }
}

export class FakeContents extends EventEmitter {
  readonly ipc = new EventEmitter();
  readonly preferences: WebPreferences;
  readonly session: unknown;
  page: FakePage | undefined;
  url = "";
  openHandler: (() => { action: string }) | undefined;
  /** `ipcRenderer` of the present page. */
  #renderer = new EventEmitter();
  readonly #fetchPage: (url: string) => Promise<Response>;

  constructor(
    preferences: WebPreferences,
    { session, fetchPage }: { session: unknown; fetchPage: (url: string) => Promise<Response> },
  ) {
    super();
    this.preferences = preferences;
    this.session = session;
    this.#fetchPage = fetchPage;
  }

  setWindowOpenHandler(handler: () => { action: string }): void {
    this.openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#renderer.emit(channel, {}, ...(cloneAsElectron(args) as unknown[]));
  }

  postMessage(channel: string, message: unknown, transfer: FakePortMain[] = []): void {
    const ports = takeEnds(transfer).map((end) => new FakeDomPort(end));
    this.#renderer.emit(channel, { ports }, cloneAsElectron(message));
  }

  async load(url: string): Promise<void> {
    const response = await this.#fetchPage(url);
    if (!response.ok) throw new Error(`ERR_FILE_NOT_FOUND (-6) loading '${url}'`);
    this.url = url;
    this.emit("did-start-navigation", { isMainFrame: true, isSameDocument: false });
    this.page = new FakePage();
    this.#renderer = new EventEmitter();
    this.#runPreload(this.page);
  }

  reload(): void {
    void this.load(this.url);
  }

  forcefullyCrashRenderer(): void {
    this.emit("render-process-gone", {}, { reason: "killed", exitCode: 9 });
  }

  /** What the preload of a page at another address, or in a frame, would send. */
  sendAs(frame: { url: string; parent: unknown }, channel: string, ...args: unknown[]): void {
    this.ipc.emit(channel, { senderFrame: frame }, ...args);
  }

  #runPreload(page: FakePage): void {
    const { preload, sandbox, contextIsolation } = this.preferences;
    if (preload === undefined) return;
    // Electron: sandboxed preload scripts cannot use ESM imports (docs/tutorial/esm.md).
    if (sandbox === true && preload.endsWith(".mjs")) throw new SyntaxError("a sandboxed preload cannot be a module");
    const electron = {
      contextBridge: {
        exposeInMainWorld: (key: string, api: Record<string, unknown>) => {
          if (contextIsolation !== true) throw new Error("contextBridge API can only be used with contextIsolation");
          page.exposed[key] = Object.fromEntries(
            Object.entries(api).map(([name, value]) => [
              name,
              typeof value === "function" ? value : structuredClone(value),
            ]),
          );
        },
      },
      ipcRenderer: {
        send: (channel: string, ...args: unknown[]) => {
          this.sendAs({ url: this.url, parent: null }, channel, ...(cloneAsElectron(args) as unknown[]));
        },
        on: (channel: string, listener: Listener) => this.#renderer.on(channel, listener),
      },
      webUtils: { getPathForFile: (file: { path?: string }) => file.path ?? "" },
    };
    const load = (name: string): unknown => {
      // What a sandboxed preload may require (docs/tutorial/sandbox.md).
      if (name === "electron") return electron;
      throw new Error(`module not found: ${name}`);
    };
    // An `import` or `export` is a SyntaxError here, as it is there.
    const run = vm.runInThisContext(
      `(function (require, exports, module, window) {${readFileSync(preload, "utf8")}\n})`,
      {
        filename: preload,
      },
    ) as (...args: unknown[]) => void;
    run(load, {}, {}, page);
  }
}

export class FakeWindow extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: FakeContents;
  progress = -1;
  isDestroyed = false;
  readonly acts: string[] = [];
  bounds: object;
  readonly #onClosed: () => void;

  constructor(
    options: BrowserWindowConstructorOptions,
    { contents, onClosed }: { contents: FakeContents; onClosed: () => void },
  ) {
    super();
    this.options = options;
    this.webContents = contents;
    this.#onClosed = onClosed;
    const { x = 10, y = 20, width, height } = options;
    this.bounds = { x, y, width, height };
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url);
    this.emit("ready-to-show");
  }

  /** Whether it went: a listener may have kept it. */
  close(): boolean {
    const event = preventable();
    this.emit("close", event);
    if (event.defaultPrevented) return false;
    this.isDestroyed = true;
    this.#onClosed();
    this.emit("closed");
    return true;
  }

  setProgressBar(progress: number): void {
    this.progress = progress;
  }
  getNormalBounds = () => this.bounds;
  isMaximized = () => this.acts.includes("maximize");
  isFullScreen = () => false;
  isMinimized = () => this.acts.at(-1) === "minimize";
  maximize = () => this.acts.push("maximize");
  setFullScreen = () => this.acts.push("full screen");
  minimize = () => this.acts.push("minimize");
  restore = () => this.acts.push("restore");
  focus = () => this.acts.push("focus");
  show = () => this.acts.push("show");
}
