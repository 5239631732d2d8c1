/**
 * Composition root of the desktop: starts the backend's utility process and opens the window. No trace passes through here.
 * Still to come: menus, the single-instance lock, file associations, crash recovery, the app:// protocol, and the
 * MessagePort that joins renderer and backend.
 */
import { app, BrowserWindow } from "electron";

import { denyEverythingElse, openWindow } from "./window.ts";

app.enableSandbox();
app.on("web-contents-created", (_event, contents) => {
  denyEverythingElse(contents);
});
app.on("window-all-closed", () => {
  if (process.platform !== "darwin") app.quit();
});
app.on("activate", () => {
  if (BrowserWindow.getAllWindows().length === 0) void openWindow();
});

await app.whenReady();
await openWindow();
