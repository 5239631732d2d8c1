/** The carriers themselves: order, early messages, large messages. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";

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
