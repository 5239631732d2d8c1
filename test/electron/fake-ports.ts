/**
 * Ports as Electron has them, as strict as Electron is: between its processes only ports are transferred. A main-side port
 * throws on anything else (older versions crashed, electron/electron#37565); a page's port that transfers a buffer to
 * another process loses the whole message (#34905). What no structured clone takes throws, shared memory included.
 */
import { EventEmitter } from "node:events";

/** One end of a channel, whoever holds it. */
export interface End {
  peer: End | undefined;
  /** What came before anybody listened. */
  queue: unknown[];
  onMessage: ((data: unknown) => void) | undefined;
  onClose: (() => void) | undefined;
  closed: boolean;
}

const createEnd = (): End => ({ peer: undefined, queue: [], onMessage: undefined, onClose: undefined, closed: false });

function deliver(from: End, data: unknown): void {
  const { peer } = from;
  if (from.closed || peer === undefined) return;
  setImmediate(() => {
    if (peer.closed) return;
    if (peer.onMessage === undefined) peer.queue.push(data);
    else peer.onMessage(data);
  });
}

export function closeEnd(end: End): void {
  if (end.closed) return;
  end.closed = true;
  const { peer } = end;
  setImmediate(() => {
    if (peer === undefined || peer.closed) return;
    peer.closed = true;
    peer.onClose?.();
  });
}

function listen(end: End, onMessage: (data: unknown) => void): void {
  end.onMessage = onMessage;
  for (const data of end.queue.splice(0)) setImmediate(() => onMessage(data));
}

/** @throws as Electron's serializer does */
export function cloneAsElectron(value: unknown): unknown {
  refuseSharedMemory(value);
  return structuredClone(value);
}

function refuseSharedMemory(value: unknown, depth = 0): void {
  if (typeof value !== "object" || value === null || depth > 20) return;
  const buffer: unknown = ArrayBuffer.isView(value) ? value.buffer : value;
  if (buffer instanceof SharedArrayBuffer) throw new Error("An object could not be cloned.");
  if (!ArrayBuffer.isView(value)) for (const item of Object.values(value)) refuseSharedMemory(item, depth + 1);
}

export class FakePortMain extends EventEmitter {
  #end: End | undefined;

  constructor(end: End) {
    super();
    this.#end = end;
    end.onClose = () => this.emit("close");
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    takeEnds(transfer);
    const data = cloneAsElectron(message);
    if (this.#end !== undefined) deliver(this.#end, data);
  }

  start(): void {
    if (this.#end !== undefined) listen(this.#end, (data) => this.emit("message", { data, ports: [] }));
  }

  close(): void {
    if (this.#end !== undefined) closeEnd(this.#end);
    this.emit("close");
  }

  /** Its end moves to another process: this object is dead from then on. */
  detach(): End {
    const end = this.#end;
    if (end === undefined) throw new TypeError("Port at index 0 is already neutered");
    this.#end = undefined;
    end.onMessage = undefined;
    end.onClose = undefined;
    return end;
  }
}

/** A page's port whose other end is in another process. It is not told when that end goes: Chromium's have no `close`. */
export class FakeDomPort {
  readonly #end: End;
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  constructor(end: End) {
    this.#end = end;
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
    const data = structuredClone(message, { transfer });
    deliver(this.#end, transfer.length > 0 ? null : cloneAsElectron(data));
  }

  start(): void {
    listen(this.#end, (data) => this.#tell("message", { data }));
  }

  close(): void {
    closeEnd(this.#end);
  }

  #tell(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

export class FakeChannel {
  readonly port1: FakePortMain;
  readonly port2: FakePortMain;

  constructor() {
    const [one, two] = [createEnd(), createEnd()];
    one.peer = two;
    two.peer = one;
    this.port1 = new FakePortMain(one);
    this.port2 = new FakePortMain(two);
  }
}

/** @throws TypeError for anything that is not a port, buffers above all */
export function takeEnds(transfer: readonly unknown[]): End[] {
  return transfer.map((port, i) => {
    if (!(port instanceof FakePortMain)) throw new TypeError(`Port at index ${i} is not a valid port`);
    return port.detach();
  });
}
