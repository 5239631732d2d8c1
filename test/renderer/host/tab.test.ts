/** The tab's connection: calls, events, reconnecting. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { decodeMessage, encodeMessage } from "#common/wire/codec.ts";
import type { ConnectionState } from "../../../renderer/host/host.ts";
import { connectTab } from "../../../renderer/host/tab.ts";

/** The socket that the page opened last; the test plays the server. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  binaryType = "";
  readyState = 0;
  readonly sent: unknown[] = [];
  readonly address: string;
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  constructor(address: URL) {
    this.address = String(address);
    FakeSocket.opened.push(this);
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.sent.push(decodeMessage(bytes));
  }

  close(): void {
    this.drop();
  }

  accept(): void {
    this.readyState = 1;
    this.#tell("open", {});
  }

  drop(): void {
    this.readyState = 3;
    this.#tell("close", {});
  }

  say(message: unknown): void {
    this.#tell("message", { data: encodeMessage(message).buffer });
  }

  #tell(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

const lastSocket = () => FakeSocket.opened.at(-1) ?? expect.fail("no socket was opened");

beforeEach(() => {
  FakeSocket.opened = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
});

afterEach(() => vi.useRealTimers());

function connect() {
  const states: ConnectionState[] = [];
  const host = connectTab(new URL("http://127.0.0.1:4000/?token=abc#run=x"));
  host.onConnection((state) => states.push(state));
  return { host, states };
}

test("the socket goes to the page's own origin, without the token", () => {
  connect();
  expect(lastSocket().address).toBe("ws://127.0.0.1:4000/socket");
});

test("calls made before the socket is open are sent when it is", async () => {
  const { host, states } = connect();
  const runs = host.client.listRuns({});
  expect(lastSocket().sent).toEqual([]);
  lastSocket().accept();
  expect(lastSocket().sent).toMatchObject([{ type: "call", method: "listRuns" }]);
  lastSocket().say({ type: "ok", id: 0, value: [] });
  await expect(runs).resolves.toEqual([]);
  expect(states).toEqual(["connecting", "open"]);
});

test("a lost connection is told, tried again, and told when it is back; the client stays the same", async () => {
  const { host, states } = connect();
  const { client } = host;
  lastSocket().accept();
  const unanswered = client.listRuns({});
  lastSocket().drop();
  await expect(unanswered).rejects.toMatchObject({ code: "connection-lost" });
  expect(states.at(-1)).toBe("lost");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeSocket.opened).toHaveLength(2);
  lastSocket().accept();
  expect(states).toEqual(["connecting", "open", "lost", "open"]);
  const answered = client.listRuns({});
  lastSocket().say({ type: "ok", id: 0, value: [] });
  await expect(answered).resolves.toEqual([]);
});

test("the longer the server is away, the less often it is asked, but never less than every few seconds", async () => {
  connect();
  const attempts: number[] = [];
  for (let i = 0; i < 12; i++) {
    lastSocket().drop();
    const before = Date.now();
    const count = FakeSocket.opened.length;
    while (FakeSocket.opened.length === count) await vi.advanceTimersByTimeAsync(50);
    attempts.push(Date.now() - before);
  }
  expect(attempts[0]).toBeLessThan(500);
  expect(attempts.at(-1)).toBeLessThanOrEqual(5_050);
  expect(attempts.toSorted((a, b) => a - b)).toEqual(attempts);
});

test("events reach their listeners across a reconnection, until they are given back", async () => {
  const { host } = connect();
  const listener = vi.fn();
  const stop = host.on("libraryChanged", listener);
  lastSocket().accept();
  lastSocket().say({ type: "event", event: "libraryChanged", payload: {} });
  lastSocket().drop();
  await vi.advanceTimersByTimeAsync(10_000);
  lastSocket().accept();
  lastSocket().say({ type: "event", event: "libraryChanged", payload: {} });
  expect(listener).toHaveBeenCalledTimes(2);
  stop();
  lastSocket().say({ type: "event", event: "libraryChanged", payload: {} });
  expect(listener).toHaveBeenCalledTimes(2);
});
