/**
 * The only code that sees both Electron and the page. Built as CommonJS, because a sandboxed preload cannot be a module. It
 * gives the page the few abilities of `WindowBridge` by name, passes on the port to the backend, and keeps nothing.
 */
import { contextBridge, ipcRenderer, webUtils } from "electron";

import type { WindowBridge } from "#common/wire/window.ts";
import { PORT_MESSAGE } from "#common/wire/window.ts";

import { OFFER, PORT, READY, REQUEST_PORT, TELL } from "./channels.ts";

/** The part of the DOM that is needed here; this folder's other files have none. */
declare const window: { postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void };

const bridge: WindowBridge = {
  requestPort: () => ipcRenderer.send(REQUEST_PORT),
  pathOf: (file) => webUtils.getPathForFile(file as File),
  ready: () => ipcRenderer.send(READY),
  offer: (actions) => ipcRenderer.send(OFFER, actions),
  listen(listener) {
    ipcRenderer.on(TELL, (_event, name: Parameters<typeof listener>[0], payload: Parameters<typeof listener>[1]) => {
      listener(name, payload);
    });
  },
};

// A port cannot cross the context bridge; a message to the page's own window can carry it, and no other window hears it.
ipcRenderer.on(PORT, ({ ports }) => window.postMessage(PORT_MESSAGE, "*", ports));

contextBridge.exposeInMainWorld("pipewaveHost", bridge);
