/**
 * The desktop itself: one window, the backend's process, menus, and what passes between them. Holds no trace and reads no
 * file of the person: paths go to the page, which asks the backend.
 */
import path from "node:path";

import type { BrowserWindow } from "electron";
import { app, dialog, Menu, session, shell } from "electron";

import { ACTION_IDS } from "#common/actions.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { describeFailure } from "#common/errors.ts";

import { defaultLibraryPath } from "../core/library-path.ts";
import { showAbout } from "./about.ts";
import { servePage } from "./app-protocol.ts";
import type { BackendCrash, BackendLink } from "./backend-link.ts";
import { startBackend } from "./backend-link.ts";
import type { JobSummary } from "./backend-protocol.ts";
import { progressOf } from "./job-progress.ts";
import { denyEverythingElse, lockSession } from "./lock-down.ts";
import { ALWAYS_AVAILABLE, describeMenu } from "./menu.ts";
import type { PageLink } from "./page-link.ts";
import { linkPage } from "./page-link.ts";
import { recoverPage } from "./page-recovery.ts";
import type { Places } from "./places.ts";
import { findPlaces } from "./places.ts";
import type { RecentFiles } from "./recent-files.ts";
import { keepRecentFiles } from "./recent-files.ts";
import { storeJson } from "./stored-json.ts";
import { createWindow, showPage } from "./window.ts";

/** What the open dialog offers; anything can be opened, because the content tells the format. */
const FILE_KINDS = [
  {
    name: "Traces and runs",
    extensions: ["pipewave", "json", "gz", "zst", "sqlite", "perfetto-trace", "pftrace", "csv", "ndjson", "jsonl"],
  },
  { name: "All files", extensions: ["*"] },
];
const KEEP_RUNNING = 0;

export class Desktop {
  readonly #places: Places;
  readonly #libraryPath = defaultLibraryPath();
  /** Files named before there was a page to tell. */
  #waiting: string[] = [];
  #window: BrowserWindow | undefined;
  #page: PageLink | undefined;
  #backend: BackendLink | undefined;
  #recent: RecentFiles | undefined;
  /** What the page can do now. */
  #available = ALWAYS_AVAILABLE;
  #quit: "no" | "asking" | "stopping" | "now" = "no";

  /** @param options.root holds package.json and out/ */
  constructor({ root }: { readonly root: string }) {
    const { isPackaged } = app;
    this.#places = findPlaces({ root, isPackaged, resourcesPath: process.resourcesPath, platform: process.platform });
  }

  /** To be called once, when Electron is ready. */
  start(): void {
    app.on("web-contents-created", (_event, contents) => denyEverythingElse(contents));
    app.on("window-all-closed", () => {
      if (process.platform !== "darwin") app.quit();
    });
    app.on("activate", () => this.show());
    app.on("before-quit", (event) => this.#beforeQuit(event));
    lockSession(session.defaultSession);
    servePage(this.#places.page);
    this.#recent = keepRecentFiles(this.#remember("recent-files"), () => this.#showMenu());
    this.#showMenu();
    this.#backend = startBackend({
      entry: this.#places.backendEntry,
      start: {
        libraryPath: this.#libraryPath,
        version: app.getVersion(),
        runner: this.#places.runner,
        runnerFolder: app.getPath("userData"),
        workerEntry: this.#places.workerEntry.href,
      },
      onJobs: (running) => this.#showProgress(running),
      onOpened: (file) => this.#recent?.add(file),
      onCrash: (crash) => this.#tellCrash(crash),
      onFailure: (failure) => void this.#tellFailure(failure),
    });
    this.#openWindow();
    this.open(this.#waiting.splice(0));
  }

  /** Imports files; shows the run of a single one. */
  open(files: readonly string[]): void {
    if (files.length === 0) return;
    if (this.#backend === undefined) {
      this.#waiting.push(...files);
      return;
    }
    for (const file of files) this.#recent?.add(file);
    this.show();
    this.#page?.tell("openFiles", files);
  }

  /** Brings the window to the front; opens one where there is none. */
  show(): void {
    if (this.#backend === undefined || this.#quit === "stopping") return;
    if (this.#window === undefined) this.#openWindow();
    else {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.focus();
    }
  }

  #openWindow(): void {
    const window = createWindow({ preload: this.#places.preload, state: this.#remember("window") });
    this.#window = window;
    const page = linkPage(window.webContents, {
      connect: (port) => {
        if (this.#backend === undefined) port.close();
        else this.#backend.connect(port);
      },
      onOffer: (actions) => this.#enableItems(actions),
    });
    this.#page = page;
    recoverPage(window, {
      isQuitting: () => this.#quit === "stopping" || this.#quit === "now",
      onRecovered: (reason) => {
        const text = "The window crashed and was loaded again. Nothing was lost.";
        page.tell("notice", { text, detail: `The page ended with “${reason}”.` });
      },
    });
    window.on("close", (event) => {
      // Leaving asks before the window goes, not after.
      if (process.platform === "darwin" || this.#quit === "now") return;
      event.preventDefault();
      app.quit();
    });
    window.once("closed", () => {
      this.#window = undefined;
      this.#page = undefined;
      this.#enableItems(ALWAYS_AVAILABLE);
    });
    showPage(window).catch((error: unknown) => {
      dialog.showErrorBox("Pipewave cannot show its page", error instanceof Error ? error.message : String(error));
    });
  }

  async #openDialog(): Promise<void> {
    const options: Electron.OpenDialogOptions = {
      title: "Open traces or runs",
      filters: FILE_KINDS,
      properties: ["openFile", "multiSelections"],
    };
    const { filePaths } =
      this.#window === undefined
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(this.#window, options);
    this.open(filePaths);
  }

  #showMenu(): void {
    const template = describeMenu({
      platform: process.platform,
      recent: this.#recent?.list() ?? [],
      available: this.#available,
      act: {
        open: () => void this.#openDialog(),
        openFile: (file) => this.open([file]),
        clearRecent: () => this.#recent?.clear(),
        showLibraryFolder: () => void shell.openPath(this.#libraryPath),
        showAbout: () => void showAbout(),
        command: (command) => {
          this.show();
          this.#page?.tell("command", command);
        },
      },
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  /** Items are changed where they stand: a new menu would close one that is open. */
  #enableItems(available: ReadonlySet<string>): void {
    this.#available = available;
    const menu = Menu.getApplicationMenu();
    for (const id of ACTION_IDS) {
      const item = menu?.getMenuItemById(id) ?? undefined;
      if (item !== undefined) item.enabled = available.has(id);
    }
  }

  #showProgress(running: readonly JobSummary[]): void {
    this.#window?.setProgressBar(progressOf(running));
  }

  #tellCrash({ code, lastWords, interrupted, startAgain }: BackendCrash): void {
    const lost = interrupted.map(({ title }) => `“${title}”`).join(", ");
    const rest = lost === "" ? "Nothing was lost." : `Stored runs are safe; start again what was under way: ${lost}.`;
    // A page's port says nothing when its other end dies: Chromium's ports have no `close` event.
    this.#page?.tell("backendGone", {});
    if (startAgain === undefined) {
      const text = "The backend crashed and was started again.";
      this.#page?.tell("notice", { text, detail: `${rest} It ended with code ${code}.` });
      return;
    }
    void dialog
      .showMessageBox({
        type: "error",
        message: "The backend keeps crashing.",
        detail: `${rest}\n\nIt ended with code ${code}.\n${lastWords}`,
        buttons: ["Start It Again", "Quit"],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => {
        if (response === 0) startAgain();
        else app.quit();
      });
  }

  async #tellFailure(failure: AppErrorFields): Promise<void> {
    const message = "Pipewave cannot use its library.";
    await dialog.showMessageBox({ type: "error", message, detail: describeFailure(failure), buttons: ["Quit"] });
    app.quit();
  }

  /** The backend stops in good order before the application goes; a person with work under way is asked. */
  #beforeQuit(event: Electron.Event): void {
    if (this.#quit === "now" || this.#backend === undefined) return;
    event.preventDefault();
    if (this.#quit === "no") void this.#leave(this.#backend);
  }

  async #leave(backend: BackendLink): Promise<void> {
    this.#quit = "asking";
    if (!(await this.#mayInterrupt(backend.running()))) {
      this.#quit = "no";
      return;
    }
    this.#quit = "stopping";
    await backend.stop();
    this.#quit = "now";
    app.quit();
  }

  async #mayInterrupt(running: readonly JobSummary[]): Promise<boolean> {
    if (running.length === 0) return true;
    const { response } = await dialog.showMessageBox({
      type: "question",
      message: running.length === 1 ? "Something is still under way." : `${running.length} jobs are still under way.`,
      detail: `${running.map(({ title }) => title).join("\n")}\n\nA capture keeps what it has recorded; an import is dropped.`,
      buttons: ["Keep Running", "Quit"],
      defaultId: KEEP_RUNNING,
      cancelId: KEEP_RUNNING,
    });
    return response !== KEEP_RUNNING;
  }

  #remember(name: string) {
    return storeJson(path.join(app.getPath("userData"), `${name}.json`));
  }
}
