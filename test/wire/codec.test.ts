/** The codec: what goes in comes out, as views; what is no message is refused with a name. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeMessage, encodeMessage, MalformedMessageError } from "../../main/common/wire/codec.ts";
import { encodeHeader } from "./raw-message.ts";

const roundTrip = (value: unknown): unknown => decodeMessage(encodeMessage(value));

describe("what a message carries", () => {
  test("every kind of typed array, nested anywhere, comes back equal and of its own kind", () => {
    const value = {
      list: [new Int8Array([-1, 2]), { deep: { er: new Uint8Array([1, 2, 3]) } }],
      clamped: new Uint8ClampedArray([255]),
      shorts: [new Int16Array([-3]), new Uint16Array([65535])],
      ints: { a: new Int32Array([-(2 ** 31)]), b: new Uint32Array([2 ** 32 - 1]) },
      longs: [new BigInt64Array([-5n]), new BigUint64Array([2n ** 64n - 1n])],
      floats: [new Float16Array([0.5]), new Float32Array([0.25]), new Float64Array([NaN, -0, 2 ** 53 - 1])],
      empty: new Float64Array(0),
    };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  test("bigint, undefined, NaN, the infinities, -0 and objects with a key $ survive", () => {
    const value = {
      origin: 1_700_000_000_123_456_789n,
      list: [undefined, NaN, Infinity, -Infinity, -0, 0, null, true, "ö\u{1F600}"],
      $: { $: ["f64", 0, 1] },
    };
    expect(roundTrip(value)).toStrictEqual(value);
    expect(roundTrip(undefined)).toBeUndefined();
  });

  test("a field that is undefined is absent on the other side", () => {
    expect(Object.keys(roundTrip({ a: undefined, b: 1 }) as object)).toEqual(["b"]);
  });

  test("any JSON value survives", () => {
    const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'));
    fc.assert(
      fc.property(json, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
    );
  });

  test("columns are views on the received buffer, aligned to 8 bytes, and the view of a part sends only that part", () => {
    const all = new Float64Array([1, 2, 3, 4]);
    const message = encodeMessage({ odd: "x", bytes: new Uint8Array(3), part: all.subarray(1, 3) });
    const decoded = decodeMessage(message) as { bytes: Uint8Array; part: Float64Array };
    expect([...decoded.part]).toEqual([2, 3]);
    for (const column of [decoded.bytes, decoded.part]) {
      expect(column.buffer).toBe(message.buffer);
      expect(column.byteOffset % 8).toBe(0);
    }
  });

  test("a message that does not start at a multiple of 8 in its buffer is decoded all the same", () => {
    const message = encodeMessage({ values: new Float64Array([1, 2]) });
    const shifted = new Uint8Array(message.byteLength + 3);
    shifted.set(message, 3);
    expect(decodeMessage(shifted.subarray(3))).toStrictEqual({ values: new Float64Array([1, 2]) });
  });
});

describe("what a message refuses to carry", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each([
    ["a Map", new Map()],
    ["a Date", new Date(0)],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a DataView", new DataView(new ArrayBuffer(1))],
    ["a cycle", cycle],
  ])("%s", (_name, value) => {
    expect(() => encodeMessage({ value })).toThrow(TypeError);
  });
});

describe("hostile messages", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["another magic", new Uint8Array(16)],
    ["a header longer than the message", encodeHeader("{}", { claimedBytes: 1000 })],
    ["a header that is not UTF-8", encodeHeader(new Uint8Array([0x22, 0xff, 0x22]))],
    ["a header that is not JSON", encodeHeader("{")],
    ["an unknown mark", encodeHeader('{"$":["map",1,2]}')],
    ["a mark from the prototype", encodeHeader('{"$":["constructor",0,0]}')],
    ["a mark that is no list", encodeHeader('{"$":1}')],
    ["a bigint that is no integer", encodeHeader('{"$":["bigint","1e9"]}')],
    ["a bigint of a million digits", encodeHeader(`{"$":["bigint","${"9".repeat(1_000_000)}"]}`)],
    ["a number that is none", encodeHeader('{"$":["number","alert"]}')],
    ["an escaped object that is a list", encodeHeader('{"$":["object",[]]}')],
    ["a key __proto__", encodeHeader('{"__proto__":{"admin":true}}')],
    ["a column past the end", encodeHeader('{"$":["f64",0,3]}', { columnBytes: 16 })],
    ["a column that starts past the end", encodeHeader('{"$":["u8",24,0]}', { columnBytes: 16 })],
    ["a negative offset", encodeHeader('{"$":["u8",-8,1]}', { columnBytes: 16 })],
    ["an offset that is not aligned", encodeHeader('{"$":["f64",4,1]}', { columnBytes: 16 })],
    ["a fractional length", encodeHeader('{"$":["u8",0,0.5]}', { columnBytes: 16 })],
    ["a length that overflows", encodeHeader('{"$":["f64",0,9007199254740991]}', { columnBytes: 16 })],
    ["an offset that is text", encodeHeader('{"$":["u8","0",1]}', { columnBytes: 16 })],
    ["nesting without end", encodeHeader("[".repeat(100_000) + "]".repeat(100_000))],
  ])("%s is a MalformedMessageError", (_name, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(MalformedMessageError);
  });

  test("the fixtures above differ from a sound message only in what they break", () => {
    expect(decodeMessage(encodeHeader('{"$":["f64",8,1]}', { columnBytes: 16 }))).toStrictEqual(new Float64Array(1));
  });

  test("a sound message with bytes flipped, cut or repeated gives data or a MalformedMessageError, never anything else", () => {
    const sound = encodeMessage({ id: 1, list: [1n, undefined, { $: 1 }], column: new Float64Array([1, 2, 3]) });
    const damage = fc.record({
      at: fc.nat(sound.length - 1),
      by: fc.integer({ min: 1, max: 255 }),
      cut: fc.nat(sound.length),
    });
    fc.assert(
      fc.property(damage, ({ at, by, cut }) => {
        const bytes = sound.slice(0, sound.length - (by % 3 === 0 ? cut : 0));
        if (at < bytes.length) bytes[at] ^= by;
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 3000, seed: 28 },
    );
  });
});
