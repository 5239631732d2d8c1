/**
 * Makes the application's window where it was last time, with every privilege that a page could have switched off, and
 * remembers where it is left. It knows nothing of runs or of the backend.
 */
import { BrowserWindow, screen } from "electron";

import { PAGE_ADDRESS } from "./app-protocol.ts";
import { PAGE_PREFERENCES } from "./lock-down.ts";
import type { StoredJson } from "./stored-json.ts";
import { placeWindow, SMALLEST } from "./window-state.ts";

interface WindowOptions {
  readonly preload: string;
  readonly state: StoredJson;
}

export function createWindow({ preload, state }: WindowOptions): BrowserWindow {
  const primary = screen.getPrimaryDisplay();
  const displays = [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)];
  const { bounds, maximized, fullScreen } = placeWindow(
    state.read(),
    displays.map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: Math.min(SMALLEST.width, bounds.width),
    minHeight: Math.min(SMALLEST.height, bounds.height),
    title: "Pipewave",
    show: false,
    webPreferences: { ...PAGE_PREFERENCES, preload },
  });
  window.once("ready-to-show", () => {
    if (maximized) window.maximize();
    if (fullScreen) window.setFullScreen(true);
    window.show();
  });
  window.on("close", () => {
    state.write({
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    });
  });
  return window;
}

/** A page that cannot be loaded leaves an empty window: whoever waits hears why. */
export async function showPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(PAGE_ADDRESS);
}
