/**
 * The only code that sees both Electron and the page. Built as CommonJS, because a sandboxed preload cannot be a module.
 * It tells the page that it is a window and not a browser tab; handing over the backend's MessagePort is still to come.
 */
import { contextBridge } from "electron";

contextBridge.exposeInMainWorld("pipewaveHost", { kind: "window" });
