/**
 * A browser tab served by `pipewave serve`: calls and events over a WebSocket, uploads over HTTP, both to the origin that
 * the page came from; the browser adds the cookie that the printed address brought. Comes back by itself when the
 * connection is lost.
 */
import type { ApiEvents, Client } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";
import { carryOverSocket } from "#common/wire/carrier.ts";
import { SOCKET_PATH } from "#common/wire/http.ts";
import type { ClientConnection } from "#common/wire/rpc.ts";
import { createClient } from "#common/wire/rpc.ts";
import type { ConnectionState, EventListener, Host } from "./host.ts";
import { uploadFile } from "./upload.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

type EventName = keyof ApiEvents;
const EVENT_NAMES: readonly EventName[] = ["jobChanged", "libraryChanged", "runGrew"];

export function connectTab(page: URL): Host {
  const events = new Map<EventName, Set<(payload: never) => void>>();
  const watchers = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = "connecting";
  let waitMs = FIRST_WAIT_MS;
  let connection = connect();

  function connect(): ClientConnection {
    const socket = new WebSocket(socketAddress(page));
    const opened = createClient(carryOverSocket(socket));
    socket.addEventListener("open", () => {
      waitMs = FIRST_WAIT_MS;
      tellState("open");
    });
    for (const name of EVENT_NAMES) {
      opened.listen(name, (payload) => {
        for (const listener of events.get(name) ?? []) listener(payload as never);
      });
    }
    void opened.closed.then(() => {
      tellState("lost");
      setTimeout(() => {
        connection = connect();
      }, waitMs);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    });
    return opened;
  }

  function tellState(next: ConnectionState): void {
    if (next === state) return;
    state = next;
    for (const watcher of watchers) watcher(state);
  }

  return {
    kind: "tab",
    client: delegate(() => connection.client),
    on<Name extends EventName>(event: Name, listener: EventListener<Name>) {
      const listeners = events.get(event) ?? new Set();
      events.set(event, listeners);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onConnection(watcher) {
      watchers.add(watcher);
      watcher(state);
      return () => void watchers.delete(watcher);
    },
    upload: (file, options) => uploadFile(file, { page, ...options }),
  };
}

/** A client that stays the same object while the connection behind it is replaced. */
function delegate(current: () => Client): Client {
  const methods = Object.keys(API_METHODS).map((name) => {
    const call = (...args: unknown[]) => (current()[name as keyof Client] as (...args: unknown[]) => unknown)(...args);
    return [name, call];
  });
  return Object.fromEntries(methods) as Client;
}

function socketAddress(page: URL): URL {
  const address = new URL(SOCKET_PATH, page);
  address.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  return address;
}
