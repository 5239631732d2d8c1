/**
 * Calls and events over a carrier. Calls are numbered by the caller; either side may be a window, a tab, a thread.
 *
 *     caller → answerer   call {id, method, args} · cancel {id}
 *     answerer → caller   ok {id, value} · err {id, failure | bug} · event {event, payload}
 *
 * An `AppError` crosses with its fields; of a bug only the message crosses, never the stack. A cancelled call is answered
 * by nobody: its promise rejects at once with the signal's reason. Whoever sends what is no message loses the connection.
 */
import type { ApiEvents, Client, Emit, Handlers } from "../api.ts";
import { API_METHODS } from "../api.ts";
import type { AppErrorFields } from "../errors.ts";
import { AppError } from "../errors.ts";
import type { Carrier } from "./carrier.ts";
import { decodeMessage, encodeMessage, MalformedMessageError } from "./codec.ts";

type Message =
  | { type: "call"; id: number; method: string; args: unknown }
  | { type: "cancel"; id: number }
  | { type: "ok"; id: number; value: unknown }
  | { type: "err"; id: number; failure?: AppErrorFields; bug?: string }
  | { type: "event"; event: string; payload: unknown };

/**
 * A bug on the other side.
 * @internal Tests tell a bug from an expected failure by it.
 */
export class RemoteBugError extends Error {
  override readonly name = "RemoteBugError";
}

/** The caller's end. */
export interface ClientConnection {
  readonly client: Client;
  /** Calls `listener` for every event of that name; gives the function that stops it. */
  readonly listen: <Name extends keyof ApiEvents>(
    event: Name,
    listener: (payload: ApiEvents[Name]) => void,
  ) => () => void;
  readonly close: () => void;
  /** Fulfilled when the connection is gone; by then every pending call has been rejected. */
  readonly closed: Promise<void>;
}

/** The answerer's end. */
export interface ServedConnection {
  readonly emit: Emit;
  readonly close: () => void;
  readonly closed: Promise<void>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Calls the backend at the other end of `carrier`. After closing, every call rejects with `connection-lost`. */
export function createClient(carrier: Carrier): ClientConnection {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  let nextId = 0;
  let open = true;

  receiveMessages(carrier, (message) => {
    if (message.type === "event") {
      for (const listener of listeners.get(message.event) ?? []) listener(message.payload as never);
      return;
    }
    if (message.type !== "ok" && message.type !== "err") {
      throw new MalformedMessageError(`a ${message.type} came to the side that calls`);
    }
    const call = pending.get(message.id);
    if (call === undefined) return; // cancelled meanwhile
    pending.delete(message.id);
    if (message.type === "ok") call.resolve(message.value);
    else if (message.failure !== undefined) call.reject(new AppError(message.failure));
    else call.reject(new RemoteBugError(message.bug ?? "unknown"));
  });

  const closed = carrier.closed.then(() => {
    open = false;
    for (const { reject } of pending.values()) reject(connectionLost());
    pending.clear();
  });

  const call = (method: string, args: unknown, signal: AbortSignal | undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!open) throw connectionLost();
      const id = nextId++;
      send(carrier, { type: "call", id, method, args });
      const cancel = (): void => {
        pending.delete(id);
        send(carrier, { type: "cancel", id });
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is whatever the caller gave
        reject(signal?.reason);
      };
      const settle =
        <Value>(act: (value: Value) => void) =>
        (value: Value): void => {
          signal?.removeEventListener("abort", cancel);
          act(value);
        };
      pending.set(id, { resolve: settle(resolve), reject: settle(reject) });
      signal?.addEventListener("abort", cancel, { once: true });
    });

  const methods = Object.keys(API_METHODS).map((method) => [
    method,
    (args: unknown, options?: { readonly signal?: AbortSignal }) => call(method, args, options?.signal),
  ]);
  return {
    client: Object.fromEntries(methods) as Client,
    listen(event, listener) {
      const ofEvent = listeners.get(event) ?? new Set();
      listeners.set(event, ofEvent);
      ofEvent.add(listener);
      return () => void ofEvent.delete(listener);
    },
    close: () => carrier.close(),
    closed,
  };
}

/**
 * Answers the calls that come over `carrier`, one at a time in the order they came.
 * @param options.defer runs a task later; with `setImmediate`, a cancellation overtakes calls that still wait, and several
 *   connections take turns. By default calls run as soon as they come.
 */
export function serveCalls(
  carrier: Carrier,
  handlers: Handlers,
  { defer = queueMicrotask }: { readonly defer?: (task: () => void) => void } = {},
): ServedConnection {
  const running = new Map<number, AbortController>();
  const waiting: { id: number; method: string; args: unknown; signal: AbortSignal }[] = [];

  const answer = async ({ id, method, args, signal }: (typeof waiting)[number]): Promise<void> => {
    let message: Message;
    try {
      message = { type: "ok", id, value: await invoke(handlers, method, args, signal) };
    } catch (error) {
      message =
        error instanceof AppError
          ? { type: "err", id, failure: error.fields }
          : { type: "err", id, bug: error instanceof Error ? error.message : String(error) };
    }
    running.delete(id);
    if (!signal.aborted) sendAnswer(carrier, message);
  };

  const answerNext = (): void => {
    const next = waiting.shift();
    if (next !== undefined && !next.signal.aborted) void answer(next);
    if (waiting.length > 0) defer(answerNext);
  };

  receiveMessages(carrier, (message) => {
    if (message.type === "cancel") {
      running.get(message.id)?.abort();
      running.delete(message.id);
    } else if (message.type === "call") {
      if (running.has(message.id)) throw new MalformedMessageError("two calls have the same number");
      const controller = new AbortController();
      running.set(message.id, controller);
      waiting.push({ id: message.id, method: message.method, args: message.args, signal: controller.signal });
      if (waiting.length === 1) defer(answerNext);
    } else {
      throw new MalformedMessageError(`${message.type} came to the side that answers`);
    }
  });

  const closed = carrier.closed.then(() => {
    for (const controller of running.values()) controller.abort(connectionLost());
    running.clear();
    waiting.length = 0;
  });

  return {
    emit: (event, payload) => send(carrier, { type: "event", event, payload }),
    close: () => carrier.close(),
    closed,
  };
}

function invoke(handlers: Handlers, method: string, args: unknown, signal: AbortSignal): unknown {
  if (!Object.hasOwn(API_METHODS, method)) {
    throw new AppError({ code: "invalid-argument", what: `the backend has no method ${method.slice(0, 80)}` });
  }
  const handler = handlers[method as keyof Handlers] as (args: unknown, context: { signal: AbortSignal }) => unknown;
  return handler(args, { signal });
}

/** An answer that cannot be encoded is a bug of the handler: the caller hears of it instead of waiting for ever. */
function sendAnswer(carrier: Carrier, message: Message & { id: number }): void {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = encodeMessage(message);
  } catch (error) {
    const bug = error instanceof Error ? error.message : String(error);
    bytes = encodeMessage({ type: "err", id: message.id, bug });
  }
  carrier.send(bytes);
}

function send(carrier: Carrier, message: Message): void {
  carrier.send(encodeMessage(message));
}

function receiveMessages(carrier: Carrier, take: (message: Message) => void): void {
  carrier.receive((bytes) => {
    try {
      take(checkMessage(decodeMessage(bytes)));
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      carrier.close();
    }
  });
}

/** @throws MalformedMessageError */
function checkMessage(value: unknown): Message {
  if (typeof value === "object" && value !== null && "type" in value) {
    const message = value as Record<string, unknown> & Message;
    switch (message.type) {
      case "call":
        if (Number.isSafeInteger(message.id) && typeof message.method === "string") return message;
        break;
      case "cancel":
      case "ok":
      case "err":
        if (Number.isSafeInteger(message.id)) return message;
        break;
      case "event":
        if (typeof message.event === "string") return message;
    }
  }
  throw new MalformedMessageError("the message is of no known type");
}

function connectionLost(): AppError {
  return new AppError({
    code: "connection-lost",
    what: "the connection to the backend is gone",
    todo: "reload the page, or start pipewave again",
  });
}
