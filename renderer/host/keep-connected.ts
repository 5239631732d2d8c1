/**
 * One client over many connections: whoever lost the backend gets it back without asking, and listeners stay. Waits longer
 * after every failure, up to some seconds. Does not know what the connection is made of.
 */
import type { ApiEvents, Client } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";
import type { ClientConnection } from "#common/wire/rpc.ts";
import type { ConnectionState, Host } from "./host.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

type EventName = keyof ApiEvents;
const EVENT_NAMES: readonly EventName[] = ["jobChanged", "libraryChanged", "runGrew"];

/** @param open starts one connection, and calls `onOpen` when it is there */
export function keepConnected(
  open: (onOpen: () => void) => ClientConnection,
): Pick<Host, "client" | "on" | "onConnection"> {
  const events = new Map<EventName, Set<(payload: never) => void>>();
  const watchers = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = "connecting";
  let waitMs = FIRST_WAIT_MS;
  let connection = connect();

  function connect(): ClientConnection {
    const opened = open(() => {
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
    client: delegate(() => connection.client),
    on<Name extends EventName>(event: Name, listener: (payload: ApiEvents[Name]) => void) {
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
