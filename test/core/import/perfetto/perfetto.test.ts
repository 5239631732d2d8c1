/** Perfetto traces, written by hand packet by packet: names, clocks, flows, lost packets, and what is not read. */
import { deflateSync, gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { createJob } from "../../../support/exports/synthetic-job.ts";
import {
  bytes,
  concat,
  double,
  fixed64,
  message,
  number,
  packet,
  text,
} from "../../../support/exports/protobuf-writer.ts";
import { writePerfetto } from "../../../support/exports/write-perfetto.ts";
import { failImport, importContent } from "../import-text.ts";

const BEGIN = 1;
const END = 2;
const INSTANT = 3;
const COUNTER = 4;
const UUID = 0xffff_ffff_ffff_fff1n;

/** A packet of a sequence that started well. */
const event = (atNs: number | bigint, fields: readonly Uint8Array[], around: readonly Uint8Array[] = []): Uint8Array =>
  packet(number(8, atNs), number(10, 1), ...around, message(11, fields));
const begin = (atNs: number | bigint, name: string, ...more: readonly Uint8Array[]): Uint8Array =>
  event(atNs, [number(9, BEGIN), number(11, UUID), text(23, name), ...more]);
const end = (atNs: number | bigint, ...more: readonly Uint8Array[]): Uint8Array =>
  event(atNs, [number(9, END), number(11, UUID), ...more]);
const thread = packet(message(60, [number(1, UUID), message(4, [number(1, 12), number(2, 34), text(5, "worker")])]));
const trace = (...packets: readonly Uint8Array[]) => concat(packets);

const spansOf = (dump: string): string[] => dump.split("\n").filter((line) => line.startsWith("span"));

test("begins and ends nest on their track, and ends add their arguments", async () => {
  const note = (name: string, value: number) => message(4, [text(10, name), number(4, value)]);
  const { dump, report } = await importContent(
    trace(
      thread,
      begin(100, "outer", note("a", 0), note("b", 1)),
      begin(150, "inner"),
      end(180),
      end(300, note("b", 2)),
    ),
  );
  expect(dump).toContain("lane 0 thread 12/34 (/worker)");
  expect(spansOf(dump)).toEqual(['span lane 0 100–300 "outer" {"a":0,"b":2}', 'span lane 0> 150–180 "inner"']);
  expect(report.events).toMatchObject({ read: 5, spans: 2, metadata: 1 });
});

test("interned names and categories mean what the sequence said last, and each sequence speaks for itself", async () => {
  const interned = (sequence: number, name: string, isReset: boolean, atNs: number) =>
    packet(
      number(8, atNs),
      number(10, sequence),
      number(13, isReset ? 1 : 2),
      message(12, [message(2, [number(1, 1), text(2, name)]), message(1, [number(1, 5), text(2, `${name}s`)])]),
      message(11, [number(9, INSTANT), number(11, UUID), number(10, 1), number(3, 5)]),
    );
  const again = packet(
    number(8, 40),
    number(10, 1),
    number(13, 2),
    message(11, [number(9, INSTANT), number(11, UUID), number(10, 1)]),
  );
  const { dump } = await importContent(
    trace(thread, interned(1, "apple", true, 10), interned(2, "pear", true, 20), again, interned(1, "plum", true, 50)),
  );
  expect(dump.split("\n").filter((line) => line.startsWith("instant"))).toEqual([
    'instant 10 thread lane 0 "apple":apples',
    'instant 20 thread lane 0 "pear":pears',
    'instant 40 thread lane 0 "apple"',
    'instant 50 thread lane 0 "plum":plums',
  ]);
});

test("packets that refer to lost ones are skipped until the sequence starts over", async () => {
  const needing = (atNs: number, ...more: readonly Uint8Array[]) =>
    event(atNs, [number(9, INSTANT), number(11, UUID), text(23, "seen")], [number(13, 2), ...more]);
  const start = packet(number(10, 1), number(13, 1));
  const { report } = await importContent(
    trace(thread, needing(1), start, needing(2), needing(3, number(42, 1)), needing(4), start, needing(5)),
  );
  expect(report.events.instants).toBe(2);
  expect(report.skipped).toMatchObject([{ reason: "packet that refers to earlier ones, which were lost", count: 3 }]);
});

describe("clocks", () => {
  const clock = (id: number, ns: bigint | number, ...more: readonly Uint8Array[]) =>
    message(1, [number(1, id), number(2, ns), ...more]);
  const snapshot = (...clocks: readonly Uint8Array[]) => packet(number(10, 1), message(6, clocks));
  const EPOCH = 1_751_410_836_123_456_789n;

  test("another clock of a snapshot is put on the primary one, and the epoch is exact", async () => {
    const { dump } = await importContent(
      trace(
        snapshot(clock(6, 5_000), clock(3, 900), clock(1, EPOCH)),
        thread,
        event(1_000, [number(9, INSTANT), number(11, UUID), text(23, "monotonic")], [number(58, 3)]),
        event(EPOCH + 200n, [number(9, INSTANT), number(11, UUID), text(23, "real")], [number(58, 1)]),
        event(5_300, [number(9, INSTANT), number(11, UUID), text(23, "boot")]),
      ),
    );
    expect(dump).toContain(`origin ${EPOCH + 100n}`);
    expect(dump).toContain('instant 0 thread lane 0 "monotonic"');
    expect(dump).toContain('instant 100 thread lane 0 "real"');
    expect(dump).toContain('instant 200 thread lane 0 "boot"');
  });

  test("an incremental clock with a unit adds up within its sequence", async () => {
    const onClock = [number(58, 64)];
    const { dump } = await importContent(
      trace(
        snapshot(clock(6, 5_000), clock(64, 0, number(3, 1), number(4, 1_000))),
        thread,
        event(2, [number(9, INSTANT), number(11, UUID), text(23, "first")], onClock),
        event(3, [number(9, INSTANT), number(11, UUID), text(23, "second")], onClock),
      ),
    );
    expect(dump).toContain('instant 7000 thread lane 0 "first"');
    expect(dump).toContain('instant 10000 thread lane 0 "second"');
  });

  test("a clock that no snapshot explains costs its events, and the report says so", async () => {
    const { report } = await importContent(
      trace(begin(5, "kept"), end(9), event(1, [number(9, INSTANT), text(23, "lost")], [number(58, 70)])),
    );
    expect(report.skipped).toMatchObject([{ reason: "time on a clock that no snapshot explains", count: 1 }]);
  });

  test("ns of the epoch on the primary clock stay exact", async () => {
    const { dump } = await importContent(
      trace(begin(EPOCH, "a"), begin(EPOCH + 1n, "b"), end(EPOCH + 3n), end(EPOCH + 4n)),
    );
    expect(spansOf(dump)).toEqual(['span lane 0 0–4 "a"', 'span lane 0> 1–3 "b"']);
  });
});

test("flows start, go on and end, with ids of 64 bits told apart by their last", async () => {
  const flow = 0xffff_ffff_ffff_fff0n;
  const { dump, report } = await importContent(
    trace(
      thread,
      begin(1, "a", fixed64(47, flow), fixed64(47, flow + 1n)),
      end(2),
      begin(3, "b", fixed64(47, flow)),
      end(4),
      begin(5, "c", fixed64(48, flow), fixed64(47, flow + 1n)),
      end(6),
    ),
  );
  expect(dump.split("\n").filter((line) => line.startsWith("flow"))).toEqual([
    `flow 1 lane 0 "flow":perfetto ${flow} start enclosing`,
    `flow 1 lane 0 "flow":perfetto ${flow + 1n} start enclosing`,
    `flow 3 lane 0 "flow":perfetto ${flow} step enclosing`,
    `flow 5 lane 0 "flow":perfetto ${flow + 1n} end enclosing`,
    `flow 5 lane 0 "flow":perfetto ${flow} end enclosing`,
  ]);
  expect(report.events).toMatchObject({ read: 7 + 5, flows: 5 });
  expect(report.violations).toEqual([]);
});

test("counters have the name of their track and its unit", async () => {
  const counter = packet(
    message(60, [number(1, 77), text(2, "memory"), number(5, 78), message(8, [number(4, 1024), number(5, 1)])]),
  );
  const process = packet(message(60, [number(1, 78), message(3, [number(1, 12), text(6, "python")])]));
  const sample = (atNs: number, ...value: readonly Uint8Array[]) =>
    event(atNs, [number(9, COUNTER), number(11, 77), ...value]);
  const { reader } = await importContent(
    trace(counter, process, sample(1, number(30, 2)), sample(2, double(44, 0.5)), sample(3), begin(1, "a"), end(2)),
  );
  expect(reader.counters()).toMatchObject([
    { at: 1, process: "12", value: 2048 },
    { at: 2, process: "12", value: 2560 },
  ]);
  expect(reader.names[reader.counters()[0].name].text).toBe("memory");
});

test("tracks lie in the process of the track above them, and two of one name are two lanes", async () => {
  const track = (uuid: number, name: string, parent: number) =>
    packet(message(60, [number(1, uuid), text(2, name), number(5, parent)]));
  const on = (uuid: number, atNs: number, type: number) =>
    event(atNs, [number(9, type), number(11, uuid), text(23, "x")]);
  const { reader } = await importContent(
    trace(
      ...[on(1, 0, BEGIN), on(1, 9, END), on(2, 1, BEGIN), on(2, 5, END), on(3, 2, BEGIN), on(3, 7, END)],
      // Described after their events, in a circle at the top.
      ...[track(1, "GPU 0", 4), track(2, "stream", 1), track(3, "stream", 1), track(4, "node", 1)],
    ),
  );
  expect(reader.lanes.map(({ process, thread }) => `${process}/${thread}`).toSorted()).toEqual([
    "GPU 0/stream",
    "GPU 0/stream #2",
    "node/GPU 0",
  ]);
});

test("arguments keep their types, and numbers that a double would round are texts", async () => {
  const note = (name: string, ...value: readonly Uint8Array[]) => message(4, [text(10, name), ...value]);
  const { dump } = await importContent(
    trace(
      begin(
        1,
        "a",
        note("zero", number(4, 0)),
        note("negative", number(4, -3n)),
        note("big", number(3, 0xffff_ffff_ffff_ffffn)),
        note("text", text(6, "é\u0000")),
        note("yes", number(2, 1)),
        note("half", double(5, 0.5)),
        note("pointer", number(7, 255)),
        note("dict", message(11, [text(10, "x"), number(4, 1)]), message(11, [text(10, "y"), text(6, "z")])),
        note("list", message(12, [number(4, 1)]), message(12, [text(6, "b")])),
        note("__proto__", number(4, 7)),
      ),
      end(2),
    ),
  );
  expect(spansOf(dump)[0]).toContain(
    String.raw`{"zero":0,"negative":-3,"big":"18446744073709551615","text":"é\u0000","yes":true,"half":0.5,"pointer":"0xff","dict":{"x":1,"y":"z"},"list":[1,"b"],"__proto__":7}`,
  );
});

test("a run's own arguments are recognised", async () => {
  const note = (name: string, value: number | string) =>
    message(4, [text(10, name), typeof value === "number" ? number(4, value) : text(6, value)]);
  const own = [note("stage", 0), note("batch", 3), note("phase", "compute"), note("pass", "forward")];
  const { dump } = await importContent(trace(begin(1, "conv", ...own), end(2)));
  expect(spansOf(dump)[0]).toContain("→ stage 0 batch 3 iteration 0 forward compute");
});

test("compressed packets are unpacked", async () => {
  const inner = trace(thread, begin(1, "a"), end(5));
  const { dump, report } = await importContent(trace(packet(bytes(50, deflateSync(inner)))));
  expect(spansOf(dump)).toEqual(['span lane 0 1–5 "a"']);
  expect(report.events.read).toBe(3);
});

test("data of other kinds is counted with its name; what describes the trace is metadata", async () => {
  const { report } = await importContent(
    trace(
      packet(number(8, 1), message(1, [number(1, 0)])),
      packet(number(8, 2), message(1, [number(1, 0)])),
      packet(number(8, 3), message(9, [])),
      packet(message(33, [])),
      begin(1, "a"),
      end(2),
    ),
  );
  expect(report.events).toMatchObject({ read: 6, spans: 1, metadata: 1 });
  expect(report.skipped.map(({ reason, count }) => `${count} ${reason}`)).toEqual([
    "2 packet of ftrace_events, which the model has no place for",
    "1 packet of process_stats, which the model has no place for",
  ]);
});

test("slices without an end end with the trace; ends without a begin are skipped", async () => {
  const { report, dump } = await importContent(
    trace(begin(5, "open"), begin(6, "x"), end(9), end(10), end(11), begin(12, "y")),
  );
  expect(spansOf(dump)).toHaveLength(3);
  expect(report.skipped).toMatchObject([{ reason: "end of a slice that did not begin", count: 1 }]);
  expect(report.repaired).toContain("closed 1 slices without an end at the end of the trace");
  expect(report.violations).toEqual([]);
});

describe("a trace that is not whole", () => {
  const whole = writePerfetto(createJob(1));

  test("is an error with its place; what is whole comes with --keep-partial", async () => {
    const cut = whole.subarray(0, Math.floor(whole.length / 2) + 1);
    const { error } = await failImport(cut);
    expect(error).toMatchObject({ code: "truncated-trace" });
    const { report } = await importContent(cut, { keepPartial: true });
    expect(report.events.spans).toBeGreaterThan(0);
    expect(report.events.spans).toBeLessThan(createJob(1).actions.length);
  });

  test("is an error when compressed and cut, and partial with --keep-partial", async () => {
    const packed = gzipSync(whole);
    const cut = packed.subarray(0, Math.floor(packed.length / 2));
    expect((await failImport(cut)).error).toMatchObject({ code: "corrupt-compression" });
    expect((await importContent(cut, { keepPartial: true })).report.events.spans).toBeGreaterThan(0);
  });

  test("is an error where something else stands between the packets", async () => {
    const { error } = await failImport(concat([whole, new TextEncoder().encode("what is this?")]));
    expect(error).toMatchObject({ code: "malformed-trace", fields: { where: { byteOffset: whole.length } } });
  });

  test("costs one packet where one is damaged inside", async () => {
    const damaged = packet(Uint8Array.from([0x5a, 0xff, 0xff, 0x03]));
    const { report } = await importContent(trace(begin(1, "a"), damaged, end(2)));
    expect(report.events.spans).toBe(1);
    expect(report.skipped).toMatchObject([{ reason: "packet that is no valid protobuf", count: 1 }]);
  });
});

test("a packet larger than the window's first megabyte is read whole", async () => {
  const long = "x".repeat(3 << 20);
  const { reader } = await importContent(trace(thread, begin(1, long), end(2)));
  expect(reader.names[0].text).toHaveLength(long.length);
});
