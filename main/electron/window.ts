/**
 * Makes the application's window with every privilege that a page could have switched off: the renderer shows untrusted
 * traces, so it gets no Node, no navigation, no new windows, no permissions. It knows nothing of runs or of the backend.
 */
import path from "node:path";

import type { WebContents } from "electron";
import { BrowserWindow } from "electron";

/** The built files beside this one: out/main, out/preload, out/renderer. */
const builtFolder = path.resolve(import.meta.dirname, "..");

export async function openWindow(): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    show: false,
    webPreferences: {
      preload: path.join(builtFolder, "preload", "preload.cjs"),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
    },
  });
  window.once("ready-to-show", () => window.show());
  await window.loadFile(path.join(builtFolder, "renderer", "index.html"));
  return window;
}

/** Applied to every page of the application, so that no later window can forget it. */
export function denyEverythingElse(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  contents.session.setPermissionCheckHandler(() => false);
}
