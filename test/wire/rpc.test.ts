/** Calls, cancellations, errors and events: one suite, over every kind of carrier. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ApiEvents, Handlers, SpanWindow } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { jobId, runId } from "#common/ids.ts";
import { createSpanColumns } from "#common/model.ts";
import { epochNs } from "#common/units.ts";

import { encodeMessage } from "../../main/common/wire/codec.ts";
import type { ClientConnection, ServedConnection } from "../../main/common/wire/rpc.ts";
import { createClient, RemoteBugError, serveCalls } from "../../main/common/wire/rpc.ts";
import type { CarrierPair } from "./carriers.ts";
import { CARRIERS } from "./carriers.ts";

/** Handlers that refuse everything but what a test gives. */
function handle(given: Partial<Handlers>): Handlers {
  const unexpected = (): never => {
    throw new Error("no test asked for this method");
  };
  return Object.fromEntries(
    Object.keys(API_METHODS).map((method) => [method, given[method as keyof Handlers] ?? unexpected]),
  ) as unknown as Handlers;
}

const spans = { axis: "rank", fromRow: 0, toRow: 1, fromNs: 0, toNs: 1, limit: 10 } as const;
const run = runId("a run");

describe.each(CARRIERS)("over $kind", ({ join }) => {
  let pair: CarrierPair;
  let connection: ClientConnection;
  let served: ServedConnection;

  const connect = (given: Partial<Handlers>): ClientConnection => {
    served = serveCalls(pair.far, handle(given), { defer: setImmediate });
    connection = createClient(pair.near);
    return connection;
  };

  beforeEach(async () => {
    pair = await join();
  });
  afterEach(() => pair.dispose());

  test("a call brings its arguments there and its answer back, columns included", async () => {
    const columns = createSpanColumns(3);
    columns.start.set([1, 2, 2 ** 53 - 1]);
    const { client } = connect({
      readSpans: (args) => {
        expect(args).toStrictEqual({ run, ...spans });
        return { ids: new Float64Array([7, 8, 9]), columns, names: [], truncated: false };
      },
    });
    const answer = await client.readSpans({ run, ...spans });
    expect(answer).toStrictEqual({
      ids: new Float64Array([7, 8, 9]),
      columns,
      names: [],
      truncated: false,
    } satisfies SpanWindow);
    expect(answer.columns.start.buffer, "columns share the message's buffer").toBe(answer.ids.buffer);
  });

  test("a bigint crosses: the origin of a run", async () => {
    const { client } = connect({
      readRun: () => ({ run: { originEpochNs: epochNs(1_700_000_000_123_456_789n) } }) as never,
    });
    expect((await client.readRun({ run })).run.originEpochNs).toBe(1_700_000_000_123_456_789n);
  });

  test("answers find their calls whatever their order", async () => {
    const gates = { first: Promise.withResolvers<number>(), second: Promise.withResolvers<number>() };
    const { client } = connect({
      startImport: async ({ path }) => jobId(await gates[path === "first" ? "first" : "second"].promise),
    });
    const first = client.startImport({ path: "first" });
    const second = client.startImport({ path: "second" });
    gates.second.resolve(2);
    expect(await second).toBe(2);
    gates.first.resolve(1);
    expect(await first).toBe(1);
  });

  test("an AppError crosses unchanged, without its stack", async () => {
    const failure = {
      code: "malformed-trace",
      what: "expected a comma",
      where: { file: "a.json", byteOffset: 12 },
      todo: "repair it",
    } as const;
    const { client } = connect({
      readRun: () => {
        throw new AppError(failure);
      },
    });
    const error: unknown = await client.readRun({ run }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).fields).toStrictEqual(failure);
  });

  test("of a bug only the message crosses", async () => {
    const { client } = connect({
      readRun: () => {
        throw new TypeError("x is not a function");
      },
    });
    const error: unknown = await client.readRun({ run }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteBugError);
    expect((error as Error).message).toBe("x is not a function");
    expect((error as Error).stack).not.toContain("serveCalls");
  });

  test("an answer that cannot be encoded is an error, not silence", async () => {
    const { client } = connect({ readRun: () => new Map() as never });
    await expect(client.readRun({ run })).rejects.toThrow("a message cannot carry a Map");
  });

  test("a method that does not exist is refused", async () => {
    connect({});
    const answered = new Promise((resolve) => {
      pair.near.receive((bytes) => resolve(new TextDecoder().decode(bytes)));
    });
    pair.near.send(encodeMessage({ type: "call", id: 99, method: "constructor", args: {} }));
    expect(await answered).toContain("the backend has no method constructor");
  });

  test("cancelling rejects with the reason and aborts the handler's signal", async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const { client } = connect({
      startImport: (_args, { signal }) => {
        started.resolve(signal);
        return new Promise(() => undefined);
      },
    });
    const controller = new AbortController();
    const call = client.startImport({ path: "x" }, { signal: controller.signal });
    const signal = await started.promise;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    const reason = new Error("the person went away");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await aborted;
  });

  test("a call that is cancelled before it is sent never leaves", async () => {
    let calls = 0;
    const { client } = connect({
      describeHost: () => ({ version: String(++calls), libraryPath: "" }),
    });
    const reason = new Error("too late");
    await expect(client.describeHost({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await client.describeHost({})).version).toBe("1");
  });

  test("a call that is cancelled while it waits for its turn is not answered", async () => {
    const order: string[] = [];
    const { client } = connect({
      renameRun: ({ name }) => {
        order.push(name);
      },
    });
    const controller = new AbortController();
    const calls = [
      client.renameRun({ run, name: "first" }),
      client.renameRun({ run, name: "cancelled" }, { signal: controller.signal }),
      client.renameRun({ run, name: "last" }),
    ];
    controller.abort();
    await Promise.allSettled(calls);
    expect(order.at(-1)).toBe("last");
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("events reach those who listen, until they stop", async () => {
    connect({ describeHost: () => ({ version: "1", libraryPath: "" }) });
    const seen: ApiEvents["jobChanged"][] = [];
    const stop = connection.listen("jobChanged", (job) => seen.push(job));
    const job = { id: jobId(1), kind: "import", title: "a.json", state: "running", share: 0.5 } as const;
    served.emit("jobChanged", job);
    await connection.client.describeHost({}); // messages stay in order: the event came first
    expect(seen).toStrictEqual([job]);
    stop();
    served.emit("jobChanged", job);
    await connection.client.describeHost({});
    expect(seen).toHaveLength(1);
  });

  test.each(["near", "far"] as const)("when the %s side closes, pending and later calls reject", async (side) => {
    const started = Promise.withResolvers<AbortSignal>();
    const { client, closed } = connect({
      startImport: (_args, { signal }) => {
        started.resolve(signal);
        return new Promise(() => undefined);
      },
    });
    const call = client.startImport({ path: "x" });
    const signal = await started.promise;
    pair[side].close();
    await expect(call).rejects.toMatchObject({ code: "connection-lost" });
    await closed;
    await expect(client.startImport({ path: "x" })).rejects.toMatchObject({ code: "connection-lost" });
    await served.closed;
    expect(signal.aborted).toBe(true);
  });

  test.each([
    ["bytes that are no message", (to: CarrierPair) => to.near.send(new Uint8Array(12))],
    ["a message of no known type", (to: CarrierPair) => to.near.send(encodeMessage({ type: "shout" }))],
    ["a call without a number", (to: CarrierPair) => to.near.send(encodeMessage({ type: "call", method: "listRuns" }))],
    ["an answer to nobody's call", (to: CarrierPair) => to.near.send(encodeMessage({ type: "ok", id: 1 }))],
    ["text", (to: CarrierPair) => to.sendText("hello")],
  ])("whoever sends %s loses the connection", async (_name, misbehave) => {
    connect({});
    misbehave(pair);
    await Promise.all([served.closed, connection.closed]);
    await expect(connection.client.listRuns({})).rejects.toMatchObject({ code: "connection-lost" });
  });
});
