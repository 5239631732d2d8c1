/** Every shape of Chrome Trace Event JSON (REFERENCE §4), as small texts in and readable dumps out. */
import { describe, expect, test } from "vitest";

import { importContent, importEvents } from "./import-text.ts";

const X = { ph: "X", pid: 1, tid: 1 };

describe("documents", () => {
  const event = '{"ph":"X","name":"a","ts":1,"dur":2,"pid":1,"tid":1}';
  const golden = 'lane 0 thread 1/1\nspan lane 0 1000–3000 "a"';

  test.each([
    ["a bare array", `[${event}]`],
    ["an object", `{"traceEvents":[${event}]}`],
    ["an object with other values before and after", `{"a":{"traceEvents":[1]},"traceEvents":[${event}],"b":[[],"]"]}`],
    ["a byte order mark", `\uFEFF[${event}]`],
    ["white space everywhere", ` \n[\t${event.replaceAll(/([:,{}])/g, " $1\r\n ")} , \n] \n`],
    ["trailing commas", `{"traceEvents":[${event.replace("}", ",}")},],}`],
    ["a bare array without its closing bracket", `[${event}`],
    ["a bare array that ends after a comma", `[${event},\n`],
    ["keys in another order", `[{"tid":1,"pid":1,"dur":2,"ts":1,"name":"a","ph":"X"}]`],
    ["a key that is there twice", `[{"ts":7,${event.slice(1)}]`],
    ["escaped letters in a name", `[${event.replace('"a"', String.raw`"\u0061"`)}]`],
  ])("%s", async (_, text) => {
    expect((await importContent(text)).dump).toBe(golden);
  });

  test("a bare array without its closing bracket says where it ended", async () => {
    const { report } = await importContent(`[${event},`);
    expect(report.repaired).toEqual([
      `the trace ends early, at byte ${event.length + 2}: what is whole before it was imported`,
    ]);
  });

  test("values beside the events are named as left out", async () => {
    const { report } = await importContent(`{"schemaVersion":1,"deviceProperties":[],"traceEvents":[${event}]}`);
    expect(report.repaired).toEqual(["left out what stands beside the events: deviceProperties"]);
  });

  test("ten thousand nested arrays in the arguments are kept and read", async () => {
    const deep = "[".repeat(10_000) + "]".repeat(10_000);
    const { reader } = await importContent(`[{"ph":"X","ts":1,"dur":2,"args":{"deep":${deep}}}]`);
    expect(reader.readChunkArgs(0).bytes).toHaveLength(20_000 + '{"deep":}'.length);
  });
});

describe("time", () => {
  test("fractions of a microsecond are whole nanoseconds, rounded once at each end", async () => {
    const { dump } = await importEvents([
      { ...X, name: "a", ts: 0.0004, dur: 0.0004 },
      { ...X, name: "b", ts: 1.2345, dur: 0.0005 },
      { ...X, name: "c", ts: 848671.6747283936, dur: 138679.68320846558 },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/1
      span lane 0 0–1 "a"
      span lane 0 1235–1235 "b"
      span lane 0 848671675–987351358 "c""
    `);
  });

  test("spans that touch in the file touch in the run", async () => {
    const ends = Array.from({ length: 2000 }, (_, index) => (index * 1000.3337).toFixed(4));
    const events = ends.slice(1).map((end, index) => {
      const dur = (Number(end) - Number(ends[index])).toFixed(4);
      return `{"ph":"X","name":"a","pid":0,"tid":0,"ts":${ends[index]},"dur":${dur}}`;
    });
    const { report, reader } = await importContent(`[${events.join(",")}]`);
    const { start, duration } = reader.readAllSpans();
    for (let span = 1; span < start.length; span++) expect(start[span]).toBe(start[span - 1] + duration[span - 1]);
    expect(report.packedOverlaps).toBe(0);
  });

  test.each([
    ["1.5e3", 1_500_000],
    ["15E+2", 1_500_000],
    ["150000e-2", 1_500_000],
    ['"1500"', 1_500_000],
    ["-1500", -1_500_000],
    ["-0.5", -500],
    ["0", 0],
  ])("the time %s", async (ts, startNs) => {
    const { reader } = await importContent(`[{"ph":"X","name":"a","ts":${ts},"dur":1,"pid":1,"tid":1}]`);
    expect(reader.readAllSpans().start[0]).toBe(startNs);
  });

  test("a clock of epoch microseconds is counted from its first event, to the nanosecond", async () => {
    const { dump } = await importContent(
      '[{"ph":"X","name":"b","ts":1695835542514261.125,"dur":1},{"ph":"X","name":"a","ts":1695835542514260,"dur":1}]',
    );
    expect(dump).toMatchInlineSnapshot(
      `
      "origin 1695835542514260000
      lane 0 thread -/-
      span lane 0 0–1000 "a"
      span lane 0> 1125–2125 "b""
    `.replace("lane 0>", "lane 0"),
    );
  });

  test("baseTimeNanoseconds may come after the events and gives the origin", async () => {
    const { reader } = await importContent(
      '{"traceEvents":[{"ph":"X","name":"a","ts":1414456661601.577,"dur":1}],"baseTimeNanoseconds":1751410836000000000}',
    );
    expect(reader.run.originEpochNs).toBe(1751410836000000000n + 1414456661601577n);
    expect(reader.readAllSpans().start[0]).toBe(0);
  });
});

describe("begin and end events", () => {
  test("nest, and the end's arguments win", async () => {
    const { dump, report } = await importEvents([
      { ph: "B", name: "outer", ts: 0, pid: 1, tid: 1, args: { a: 1, b: 2 } },
      { ph: "B", name: "inner", ts: 1, pid: 1, tid: 1 },
      { ph: "E", ts: 2, pid: 1, tid: 1, args: { c: 3 } },
      { ph: "E", name: "outer", ts: 5, pid: 1, tid: 1, args: { b: 4, d: [5] } },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/1
      span lane 0 0–5000 "outer" {"a":1,"b":4,"d":[5]}
      span lane 0> 1000–2000 "inner" {"c":3}"
    `);
    expect(report.events).toMatchObject({ read: 4, spans: 2 });
    expect(report.violations).toEqual([]);
  });

  test("a begin without an end is closed at the end of the trace", async () => {
    const { dump, report } = await importEvents([
      { ph: "B", name: "a", ts: 0, pid: 1, tid: 1 },
      { ph: "X", name: "b", ts: 1, dur: 9, pid: 1, tid: 2 },
    ]);
    expect(dump).toContain('span lane 0 0–10000 "a"');
    expect(report.repaired).toEqual(["closed 1 spans without an end event at the end of the trace"]);
    expect(report.violations).toEqual([]);
  });

  test("an end without a begin is left out with its reason", async () => {
    const { report } = await importEvents([
      { ph: "E", name: "a", ts: 0, pid: 1, tid: 1 },
      { ...X, name: "b", ts: 1, dur: 1 },
    ]);
    expect(report.skipped).toEqual([
      {
        reason: "end event (E) without a begin event (B)",
        count: 1,
        example: '{"ph":"E","name":"a","ts":0,"pid":1,"tid":1}',
      },
    ]);
  });

  test("two spans of no length in one moment keep their order of nesting", async () => {
    const { dump } = await importEvents([
      { ph: "B", name: "a", ts: 1, pid: 1, tid: 1 },
      { ph: "B", name: "b", ts: 1, pid: 1, tid: 1 },
      { ph: "E", ts: 3, pid: 1, tid: 1 },
      { ph: "E", ts: 3, pid: 1, tid: 1 },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/1
      span lane 0 1000–3000 "a"
      span lane 0> 1000–3000 "b""
    `);
  });
});

describe("lanes", () => {
  test('ids may be texts, numbers, negative or absent; 7 and "7" are one', async () => {
    const { reader } = await importContent(
      `[{"ph":"X","ts":0,"dur":1,"pid":"Spans","tid":"stream 7"},{"ph":"X","ts":1,"dur":1,"pid":-1,"tid":-2},
        {"ph":"X","ts":2,"dur":1,"pid":7,"tid":"7"},{"ph":"X","ts":3,"dur":1,"pid":"7","tid":7.0},{"ph":"X","ts":4,"dur":1}]`,
    );
    expect(reader.lanes.map(({ process, thread, kind }) => `${process}/${thread} ${kind}`)).toEqual([
      "-1/-2 thread",
      "7/7 thread",
      "/ thread",
      "Spans/stream 7 stream",
    ]);
  });

  test("partly overlapping spans go to sub-lanes and are counted; none is lost", async () => {
    const { dump, report } = await importEvents([
      { ...X, name: "a", ts: 0, dur: 10 },
      { ...X, name: "b", ts: 5, dur: 10 },
      { ...X, name: "c", ts: 6, dur: 10 },
      { ...X, name: "d", ts: 6, dur: 2 },
      { ...X, name: "e", ts: 16, dur: 1 },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/1
      lane 1 thread 1/1 overflow of 0
      lane 2 thread 1/1 overflow of 0
      span lane 0 0–10000 "a"
      span lane 1 5000–15000 "b"
      span lane 0> 6000–8000 "d"
      span lane 2 6000–16000 "c"
      span lane 0 16000–17000 "e""
    `);
    expect(report.packedOverlaps).toBe(2);
  });

  test("metadata names, labels and sorts; repeated metadata is counted and changes nothing", async () => {
    const about = (name: string, tid: number, args: object) => ({ ph: "M", name, pid: 1, tid, args });
    const { dump, report } = await importEvents([
      { ...X, name: "a", ts: 0, dur: 1 },
      { ...X, tid: 2, name: "b", ts: 0, dur: 1 },
      about("process_name", 0, { name: "python" }),
      about("process_name", 0, { name: "python" }),
      about("process_labels", 0, { labels: "GPU 0" }),
      about("thread_name", 1, { name: "stream 7 " }),
      about("thread_sort_index", 1, { sort_index: 9 }),
      about("thread_sort_index", 2, { sort_index: 1 }),
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/2 (python/) device GPU 0
      lane 1 stream 1/1 (python/stream 7 ) device GPU 0
      span lane 0 0–1000 "b"
      span lane 1 0–1000 "a""
    `);
    expect(report.events.metadata).toBe(6);
  });
});

describe("other events", () => {
  test("instants, counters and flows are kept", async () => {
    const { dump, report } = await importEvents([
      { ...X, name: "a", ts: 0, dur: 9 },
      { ph: "i", name: "mark", ts: 1, pid: 1, tid: 1, s: "t", args: { x: 1 } },
      { ph: "I", name: "all", ts: 2, pid: 1, tid: 1, s: "g" },
      { ph: "C", name: "mem", ts: 3, pid: 1, args: { used: 1.5, free: 2, what: "text" } },
      { ph: "s", name: "f", cat: "ac2g", id: 5, ts: 4, pid: 1, tid: 1 },
      { ph: "t", name: "f", cat: "ac2g", id: 5, ts: 5, pid: 1, tid: 1 },
      { ph: "f", name: "f", cat: "ac2g", id: 5, ts: 6, pid: 1, tid: 1, bp: "e" },
      { ph: "f", name: "f", cat: "ac2g", id: "0x6", ts: 7, pid: 1, tid: 1 },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 thread 1/1
      span lane 0 0–9000 "a"
      instant 1000 thread lane 0 "mark" {"x":1}
      instant 2000 global lane 0 "all"
      counter 3000 process 1 "mem" used=1.5
      counter 3000 process 1 "mem" free=2
      flow 4000 lane 0 "f":ac2g 5 start enclosing
      flow 5000 lane 0 "f":ac2g 5 step enclosing
      flow 6000 lane 0 "f":ac2g 5 end enclosing
      flow 7000 lane 0 "f":ac2g 0x6 end next"
    `);
    expect(report.events).toEqual({ read: 8, spans: 1, instants: 2, counters: 1, flows: 4, metadata: 0 });
  });

  test("async spans find their ends by id, and their steps are instants", async () => {
    const on = { cat: "net", pid: 1, tid: 3 };
    const { dump, report } = await importEvents([
      { ...on, ph: "b", name: "a", id: 1, ts: 0, args: { x: 1 } },
      { ...on, ph: "b", name: "b", id: 2, ts: 1 },
      { ...on, ph: "n", name: "step", id: 1, ts: 2 },
      { ...on, ph: "e", name: "a", id: 1, ts: 3 },
      { ...on, ph: "e", name: "b", id: 2, ts: 4 },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "lane 0 async 1/async net
      lane 1 async 1/async net overflow of 0
      span lane 0 0–3000 "a":net {"x":1,"$event":{"id":1}}
      span lane 1 1000–4000 "b":net {"$event":{"id":2}}
      instant 2000 thread lane 0 "step":net"
    `);
    expect(report.violations).toEqual([]);
  });

  test("what cannot be kept is counted with its reason and an example", async () => {
    const { report } = await importContent(
      `[{"ph":"X","name":"a","ts":0,"dur":1},{"ph":"X","ts":0,"dur":-1},{"ph":"X","ts":NaN,"dur":1},{"ph":"X","ts":1,"dur":Infinity},
        {"ph":"X","dur":1},{"ph":"N","ts":1},{"name":"b"},{"ph":"C","ts":1,"args":{"x":"y"}},{"ph":"s","ts":1},7,null,
        {"ph":"X","ts":1e300,"dur":1},{"ph":"X","ts":"soon","dur":1}]`,
    );
    expect(report.skipped.map(({ reason, count }) => `${count} ${reason}`)).toMatchInlineSnapshot(`
      [
        "2 time (ts) that is no number",
        "2 element of the array that is no event",
        "1 negative duration",
        "1 duration (dur) that is no number",
        "1 event without a time (ts)",
        "1 event of the type "N", which the model has no place for",
        "1 event without a type (ph)",
        "1 counter event without a number",
        "1 flow event without an id",
        "1 time more than 52 days away from the first event",
      ]
    `);
    expect(report.events).toMatchObject({ read: 13, spans: 1 });
    expect(report.violations).toEqual([]);
  });
});

describe("arguments", () => {
  const argsOf = async (text: string) =>
    (await importContent(`[{"ph":"X","ts":0,"dur":1,${text}}]`)).dump
      .split("\n")
      .at(-1)
      ?.replace(/^span lane 0 0–1000 "" /, "");

  test.each([
    [
      "exactly as they were read",
      '"args":{ "big": 12345678901234567890, "x" : 1.0 }',
      '{ "big": 12345678901234567890, "x" : 1.0 }',
    ],
    [
      "with further keys of the event",
      '"cname":"good","args":{"x":1},"tts":5',
      '{"x":1,"$event":{"cname":"good","tts":5}}',
    ],
    ["from further keys alone", '"cname":"good"', '{"$event":{"cname":"good"}}'],
    ["that are no object", '"args":"text"', '"text"'],
    ["with NaN and trailing commas, as strict JSON", '"args":{"x":NaN,"y":[1,],}', '{"x":"NaN","y":[1]}'],
    [
      "with brackets and quotes in texts",
      String.raw`"args":{"x":"]}\"{","y":{"z":[{}]}}`,
      String.raw`{"x":"]}\"{","y":{"z":[{}]}}`,
    ],
  ])("%s", async (_, text, args) => {
    expect(await argsOf(text)).toBe(args);
  });

  test("of the own format are in the columns and are not kept twice", async () => {
    const { dump, report } = await importEvents([
      { ...X, name: "0 conv", ts: 0, dur: 1, args: { stage: 0, batch: 3, phase: "compute", op: "conv" } },
      { ...X, name: "0 conv", ts: 2, dur: 1, args: { stage: 0, batch: 4, phase: "compute", op: "conv", note: "kept" } },
    ]);
    expect(dump).toMatchInlineSnapshot(`
      "stage conv 0 conv on rank 0
      lane 0 thread 1/1 replica 0 rank 0
      span lane 0 0–1000 "0 conv" → stage 0 batch 3 iteration 0 forward compute
      span lane 0 2000–3000 "0 conv" → stage 0 batch 4 iteration 0 forward compute {"stage":0,"batch":4,"phase":"compute","op":"conv","note":"kept"}"
    `);
    expect(report.pipelineSpans).toBe(2);
  });
});
