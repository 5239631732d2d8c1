/** The writer of Chrome Trace Event JSON: exact times, arguments that can be taken apart again, one valid document. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createChromeTraceWriter, joinArgs, microsecondsText } from "#common/chrome-trace.ts";

describe("microseconds", () => {
  test.each([
    [0, "0"],
    [1, "0.001"],
    [-1, "-0.001"],
    [1_000, "1"],
    [-1_500, "-1.500"],
    [12_345, "12.345"],
    [12_045, "12.045"],
    [Number.MAX_SAFE_INTEGER, "9007199254740.991"],
  ])("%i ns are %s µs", (ns, text) => expect(microsecondsText(ns)).toBe(text));

  test("have no decimals or three, and give every integer of ns back", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (ns) => {
        const [, sign, whole, decimals = "000"] = /^(-?)(\d+)(?:\.(\d{3}))?$/.exec(microsecondsText(ns)) ?? [];
        expect(BigInt(whole) * 1000n + BigInt(decimals)).toBe(BigInt(Math.abs(ns)));
        expect(sign).toBe(ns < 0 ? "-" : "");
      }),
    );
  });
});

describe("arguments with facts", () => {
  const facts = '{"stage":3,"batch":0}';

  test.each([
    [undefined, undefined, undefined],
    ["{}", undefined, undefined],
    ["{ }", facts, '{"pipewave":{"stage":3,"batch":0}}'],
    [undefined, facts, '{"pipewave":{"stage":3,"batch":0}}'],
    ['{"a": 1 }', facts, '{"a": 1 ,"pipewave":{"stage":3,"batch":0}}'],
    ['{"a":{"b":"}"}}', undefined, '{"a":{"b":"}"}}'],
    ['{"pipewave":{"stage":9}}', undefined, '{"pipewave":{"stage":9},"pipewave":{}}'],
    ["[1,2]", undefined, "[1,2]"],
    ["[1,2]", facts, '{"$args":[1,2],"pipewave":{"bareArgs":true,"stage":3,"batch":0}}'],
  ])("%s and %s are written as %s", (args, factsText, text) => expect(joinArgs({ args, factsText })).toBe(text));

  test("give the own text back byte by byte when the last member is cut out", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.constantFrom(0, 1, 3),
        (value, indent) => {
          const args = JSON.stringify(value, null, indent);
          const joined = joinArgs({ args, factsText: facts }) ?? "";
          expect(JSON.parse(joined)).toEqual({ ...(JSON.parse(args) as object), pipewave: { stage: 3, batch: 0 } });
          const factsAt = joined.lastIndexOf("{");
          expect(joined.slice(factsAt, -1)).toBe(facts);
          expect(`${joined.slice(0, factsAt - ',"pipewave":'.length)}}`).toBe(args);
        },
      ),
    );
  });
});

describe("a document", () => {
  function write(pieceLength: number): { text: string; pieces: number } {
    const pieces: string[] = [];
    const writer = createChromeTraceWriter({ write: (piece) => pieces.push(piece), pieceLength });
    writer.processName({ pid: 0, name: 'host "a"' });
    writer.threadName({ pid: 0, tid: 4, name: "rank 0", sortIndex: 2 });
    writer.span({ name: "näme", category: "c", pid: 0, tid: 4, startNs: 1_500, durationNs: 2_000, args: '{"x":1}' });
    writer.span({ name: "näme", pid: 0, tid: 4, startNs: 4_000, durationNs: 0, factsText: '{"stage":1}' });
    writer.instant({ name: "now", pid: 0, atNs: -1, scope: "global" });
    writer.counter({ name: "memory", pid: 0, atNs: 7, series: [["free", 0.5]] });
    writer.flow({ name: "f", pid: 0, tid: 4, atNs: 8, flow: "0x1", step: "end", binding: "enclosing" });
    writer.end();
    return { text: pieces.join(""), pieces: pieces.length };
  }

  test("is valid JSON with every event as Chrome reads it", () => {
    expect(JSON.parse(write(1_000_000).text)).toEqual({
      displayTimeUnit: "ns",
      traceEvents: [
        { ph: "M", name: "process_name", pid: 0, args: { name: 'host "a"' } },
        { ph: "M", name: "thread_name", pid: 0, tid: 4, args: { name: "rank 0" } },
        { ph: "M", name: "thread_sort_index", pid: 0, tid: 4, args: { sort_index: 2 } },
        { ph: "X", name: "näme", cat: "c", pid: 0, tid: 4, ts: 1.5, dur: 2, args: { x: 1 } },
        { ph: "X", name: "näme", pid: 0, tid: 4, ts: 4, dur: 0, args: { pipewave: { stage: 1 } } },
        { ph: "i", name: "now", pid: 0, ts: -0.001, s: "g" },
        { ph: "C", name: "memory", pid: 0, ts: 0.007, args: { free: 0.5 } },
        { ph: "f", name: "f", pid: 0, tid: 4, ts: 0.008, id: "0x1", bp: "e" },
      ],
    });
  });

  test("is the same however it is cut into pieces", () => {
    expect(write(1).pieces).toBeGreaterThan(5);
    expect(write(1).text).toBe(write(1_000_000).text);
  });

  test("without events is valid, too", () => {
    const pieces: string[] = [];
    createChromeTraceWriter({ write: (piece) => pieces.push(piece) }).end();
    expect(JSON.parse(pieces.join(""))).toEqual({ displayTimeUnit: "ns", traceEvents: [] });
  });
});
