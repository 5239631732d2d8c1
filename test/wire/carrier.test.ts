/** The carriers themselves: order, early messages, large messages. */
import { MessageChannel } from "node:worker_threads";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { carryOverPort } from "../../main/common/wire/carrier.ts";
import type { CarrierPair } from "./carriers.ts";
import { CARRIERS } from "./carriers.ts";

describe.each(CARRIERS)("over $kind", ({ join }) => {
  let pair: CarrierPair;
  beforeEach(async () => {
    pair = await join();
  });
  afterEach(() => pair.dispose());

  test("messages that come before there is a receiver are kept, in order", async () => {
    for (const byte of [1, 2, 3]) pair.near.send(new Uint8Array([byte]));
    const echoed = new Promise((resolve) => {
      pair.near.receive(resolve);
    });
    pair.far.send(new Uint8Array([9]));
    await echoed;
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      pair.far.receive((bytes) => {
        seen.push(...bytes);
        if (seen.length === 3) resolve();
      });
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  test("a part of a larger buffer arrives as that part alone, at the start of its own buffer", async () => {
    const received = new Promise<Uint8Array>((resolve) => {
      pair.far.receive(resolve);
    });
    pair.near.send(new Uint8Array([0, 1, 2, 3]).subarray(1, 3));
    const bytes = await received;
    expect([...bytes]).toEqual([1, 2]);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(2);
  });

  test("8 MiB arrive whole", async () => {
    const sent = new Uint8Array(8 << 20);
    for (let i = 0; i < sent.length; i += 4099) sent[i] = i;
    const copy = sent.slice();
    const received = new Promise<Uint8Array>((resolve) => {
      pair.far.receive(resolve);
    });
    pair.near.send(sent);
    expect(Buffer.compare(await received, copy)).toBe(0);
  });

  test("closing one side closes the other, and twice is once", async () => {
    pair.far.close();
    pair.far.close();
    await Promise.all([pair.near.closed, pair.far.closed]);
    expect(() => pair.near.send(new Uint8Array([1]))).not.toThrow();
  });
});

test("a port takes a view for its bytes, and a joined pair that copies keeps what it sends", async () => {
  const { port1, port2 } = new MessageChannel();
  const near = carryOverPort(port1, { copies: true });
  const far = carryOverPort(port2);
  const seen: number[][] = [];
  const both = new Promise<void>((resolve) => {
    far.receive((bytes) => {
      seen.push([...bytes]);
      if (seen.length === 2) resolve();
    });
  });
  port1.postMessage(new Uint8Array([0, 1, 2, 3]).subarray(2));
  const kept = new Uint8Array([4, 5]);
  near.send(kept);
  await both;
  expect(seen).toEqual([
    [2, 3],
    [4, 5],
  ]);
  expect([...kept]).toEqual([4, 5]);
  near.close();
  await far.closed;
});
