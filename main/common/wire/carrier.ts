/**
 * A pipe for whole messages of bytes: the one thing that differs between the window (MessagePort) and a browser tab
 * (WebSocket). Ports and sockets are taken by shape, because DOM, Node and `ws` each have their own classes for them.
 * Nothing here knows what the bytes mean; a message that is not binary closes the pipe.
 */

export interface Carrier {
  /** Sends one message. The bytes belong to the carrier from then on: they may be transferred away. Lost when closed. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Names the one receiver. Messages that came earlier are handed to it at once, in order. */
  receive(listener: (bytes: Uint8Array<ArrayBuffer>) => void): void;
  close(): void;
  /** Fulfilled once when either side has closed; never rejected. */
  readonly closed: Promise<void>;
}

/** What DOM and Node ports have in common. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message" | "messageerror" | "close", listener: (event: unknown) => void): void;
  start(): void;
  close(): void;
}

/** What DOM sockets and those of `ws` have in common. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: unknown) => void): void;
}

const SOCKET_CONNECTING = 0;
const SOCKET_OPEN = 1;
/** RFC 6455 §7.4.1: the endpoint received a type of data that it cannot accept. */
const CLOSE_UNSUPPORTED_DATA = 1003;

/**
 * @param options.copies true where the port joins two processes of Electron: such a port loses a message whose buffer is
 *   transferred (github.com/electron/electron/issues/34905), so that its bytes are copied
 */
export function carryOverPort(port: MessagePortLike, { copies = false }: { readonly copies?: boolean } = {}): Carrier {
  const inbox = createInbox();
  const { closed, markClosed } = createClosing();
  const close = (): void => {
    port.close();
    markClosed(); // a port does not tell the side that closes it, except in Node
  };
  port.addEventListener("message", (event) => {
    const bytes = bytesOf(event);
    if (bytes === undefined) close();
    else inbox.put(bytes);
  });
  port.addEventListener("messageerror", close);
  port.addEventListener("close", markClosed);
  port.start();
  return {
    send(bytes) {
      const whole = bytes.byteLength === bytes.buffer.byteLength;
      const { buffer } = whole ? bytes : bytes.slice();
      port.postMessage(buffer, copies ? [] : [buffer]);
    },
    receive: inbox.receive,
    close,
    closed,
  };
}

export function carryOverSocket(socket: WebSocketLike): Carrier {
  socket.binaryType = "arraybuffer";
  const inbox = createInbox();
  const { closed, markClosed } = createClosing();
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  socket.addEventListener("open", () => {
    for (const bytes of waiting) socket.send(bytes);
    waiting = [];
  });
  socket.addEventListener("message", (event) => {
    const bytes = bytesOf(event);
    if (bytes === undefined) socket.close(CLOSE_UNSUPPORTED_DATA, "binary messages only");
    else inbox.put(bytes);
  });
  socket.addEventListener("close", markClosed);
  // `close` follows every `error`; without a listener, `ws` would throw.
  socket.addEventListener("error", () => undefined);
  return {
    send(bytes) {
      if (socket.readyState === SOCKET_OPEN) socket.send(bytes);
      else if (socket.readyState === SOCKET_CONNECTING) waiting.push(bytes);
    },
    receive: inbox.receive,
    close: () => socket.close(),
    closed,
  };
}

/** Keeps what arrives until there is a receiver. */
function createInbox() {
  const early: Uint8Array<ArrayBuffer>[] = [];
  let listener: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
  return {
    put(bytes: Uint8Array<ArrayBuffer>): void {
      if (listener === undefined) early.push(bytes);
      else listener(bytes);
    },
    receive: (next: (bytes: Uint8Array<ArrayBuffer>) => void): void => {
      listener = next;
      for (const bytes of early.splice(0)) next(bytes);
    },
  };
}

function createClosing() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { closed: promise, markClosed: () => resolve(undefined) };
}

/** The bytes of a message event, or `undefined` for anything that is not one binary buffer. */
function bytesOf(event: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof event !== "object" || event === null || !("data" in event)) return undefined;
  const { data } = event;
  // It may come from another realm (a worker, a test's context), where `instanceof` says no.
  const tag = Object.prototype.toString.call(data);
  if (tag === "[object ArrayBuffer]") return new Uint8Array(data as ArrayBuffer);
  // A structured clone may arrive as a view. Columns are read in place, so that their bytes must lie at the start.
  return tag === "[object Uint8Array]" ? (data as Uint8Array<ArrayBuffer>).slice() : undefined;
}
