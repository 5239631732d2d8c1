/**
 * Stands in for Electron around the packed backend: gives a plain Node the `process.parentPort` that the backend expects, and
 * carries its messages and its one port over the channel to the test. Node's built-ins only: it runs beside a copied app.
 */
import { EventEmitter } from "node:events";

const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (message: unknown) => process.send?.({ told: message }),
});
Object.defineProperty(process, "parentPort", { value: parentPort });

const port = Object.assign(new EventEmitter(), {
  postMessage: (data: ArrayBuffer) => process.send?.({ bytes: new Uint8Array(data) }),
  start: () => undefined,
  close: () => undefined,
});

process.on("message", (message: { say?: { type: string }; bytes?: Uint8Array }) => {
  const { say, bytes } = message;
  if (say !== undefined) parentPort.emit("message", { data: say, ports: say.type === "connect" ? [port] : [] });
  if (bytes !== undefined) port.emit("message", { data: bytes.slice().buffer });
});
