/**
 * Brings a page back that crashed or hangs. Its address says which run was open and where, and everything else lies in run
 * files and in the backend's process, which goes on: loading it again loses nothing. One that crashes at once again would
 * do so for ever: then the person is asked.
 */
import type { BrowserWindow } from "electron";
import { app, dialog } from "electron";

interface RecoveryOptions {
  /** The application is on its way out: pages may go. */
  readonly isQuitting: () => boolean;
  readonly onRecovered: (reason: string) => void;
}

const CRASH_WINDOW_MS = 30_000;
const RELOAD = 0;

export function recoverPage(window: BrowserWindow, { isQuitting, onRecovered }: RecoveryOptions): void {
  const { webContents: contents } = window;
  let lastCrashMs = -Infinity;

  const reload = (reason: string): void => {
    contents.reload();
    onRecovered(reason);
  };
  contents.on("render-process-gone", (_event, { reason, exitCode }) => {
    if (isQuitting() || reason === "clean-exit") return;
    const nowMs = performance.now();
    const isAgain = nowMs - lastCrashMs < CRASH_WINDOW_MS;
    lastCrashMs = nowMs;
    if (!isAgain) {
      reload(reason);
      return;
    }
    void dialog
      .showMessageBox({
        type: "error",
        message: "The window crashed again.",
        detail: `Your runs are safe. The page ended with “${reason}” (${exitCode}).`,
        buttons: ["Load It Again", "Quit"],
        cancelId: RELOAD,
      })
      .then(({ response }) => {
        if (response === RELOAD) reload(reason);
        else app.quit();
      });
  });
  window.on("unresponsive", () => {
    void dialog
      .showMessageBox(window, {
        type: "warning",
        message: "The window does not answer.",
        detail: "Imports and captures go on in the background whatever you choose.",
        buttons: ["Wait", "Load It Again"],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => {
        if (response === 1) contents.forcefullyCrashRenderer(); // its end is a crash like any other
      });
  });
}
