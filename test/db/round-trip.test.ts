/** What is written to a run file is what is read from it. */
import { readdirSync } from "node:fs";
import path from "node:path";

import fc from "fast-check";
import { expect, test } from "vitest";

import { laneId, nameId, spanId, stageId } from "#common/ids.ts";
import { sliceSpanColumns, SPAN_COLUMNS } from "#common/model.ts";
import type { CounterSample, FlowPoint, Instant } from "#common/model.ts";
import type { ImportReport } from "#common/report.ts";
import { ns } from "#common/units.ts";

import { CHUNK_SPANS, createEmptyArgs, createRun, openRun } from "../../db/index.ts";
import { decodeIntegers, encodeIntegers } from "../../db/columns/integers.ts";
import { sliceSpanArgs } from "../../db/columns/span-args.ts";
import { createFolder, createRandomSpans, LANES, NAMES, RUN, STAGES, textOfArgs, writeRun } from "./random-run.ts";

const report: ImportReport = {
  file: "a.pipewave",
  format: "chrome-trace",
  recognisedBy: [{ rule: "megascan", spans: 3 }],
  events: { read: 4, spans: 3, instants: 1, counters: 0, flows: 0, metadata: 0 },
  pipelineSpans: 3,
  skipped: [],
  packedOverlaps: 0,
  repaired: ["closed 3 spans"],
  violations: [],
  elapsedMs: 12.5,
  peakRssBytes: 5e9,
};

test("small tables come back as they went in", () => {
  const file = path.join(createFolder(), "a.pipewave");
  const instants: Instant[] = [
    { at: ns(-5), name: nameId(1), scope: "global" },
    { at: ns(2 ** 53 - 1), lane: laneId(3), name: nameId(2), scope: "thread", args: '{"a": 1.50}' },
  ];
  const counters: CounterSample[] = [{ at: ns(3), process: "7", name: nameId(0), series: "free", value: 0.1 }];
  const flows: FlowPoint[] = [
    { at: ns(1), lane: laneId(0), name: nameId(4), flow: "cat:0x12", step: "start", binding: "next" },
    { at: ns(2), lane: laneId(1), name: nameId(4), flow: "cat:0x12", step: "end", binding: "enclosing" },
  ];
  const edges = [
    { from: stageId(0), to: stageId(1) },
    { from: stageId(0), to: stageId(3) },
  ];
  const writer = createRun(file);
  writer.addEdges(edges);
  writer.addInstants(instants.slice(0, 1));
  writer.addInstants(instants.slice(1));
  writer.addCounters(counters);
  writer.addFlows(flows);
  writer.setImportReport(report);
  writer.addStages(STAGES);
  writer.addLanes(LANES);
  writer.addNames(NAMES);
  writer.setRun(RUN);
  writer.finish();

  const reader = openRun(file);
  expect(reader.run).toEqual(RUN);
  expect(reader.stages).toEqual(STAGES);
  expect(reader.lanes).toEqual(LANES);
  expect(reader.names).toEqual(NAMES);
  expect(reader.edges).toEqual(edges);
  expect(reader.instants()).toEqual(instants);
  expect(reader.counters()).toEqual(counters);
  expect(reader.flows()).toEqual(flows);
  expect(reader.importReport).toEqual(report);
  expect(reader.spanCount).toBe(0);
  expect(reader.readAllSpans().length).toBe(0);
  expect(reader.query("select count(*) from span").rows).toEqual([[0]]);
  reader.close();
});

test("spans come back as they went in, whatever the pieces they are appended in", () => {
  const folder = createFolder();
  const count = 2 * CHUNK_SPANS + 1234;
  const spans = createRandomSpans({ count, seed: 1, firstStart: -1_000_000 });
  for (const pieces of [[count], [1, CHUNK_SPANS, CHUNK_SPANS, 1233], [70_000, 0, count - 70_000]]) {
    const file = path.join(folder, `${pieces.length}.pipewave`);
    const writer = createRun(file);
    writer.setRun(RUN);
    writer.addStages(STAGES);
    writer.addLanes(LANES);
    writer.addNames(NAMES);
    let from = 0;
    for (const length of pieces) {
      const range = { from, to: from + length };
      writer.appendSpans(sliceSpanColumns(spans.columns, range), sliceSpanArgs(spans.args, range));
      from += length;
    }
    writer.finish();

    const reader = openRun(file);
    const all = reader.readAllSpans();
    for (const name of SPAN_COLUMNS) expect(all[name], name).toEqual(spans.columns[name]);
    for (const span of [0, 1, 65_535, 65_536, 100_000, count - 1]) {
      expect(reader.readArgs(spanId(span)) ?? "", `args of ${span}`).toBe(textOfArgs(spans.args, span));
    }
    const middle = reader.readSpans({ fromSpan: 65_000, toSpan: 132_000 });
    expect(middle.start).toEqual(spans.columns.start.slice(65_000, 132_000));
    expect(middle.lane).toEqual(spans.columns.lane.slice(65_000, 132_000));
    expect(reader.pipelineSpanCount).toBe(spans.columns.stage.filter((stage) => stage >= 0).length);
    reader.close();
  }
});

test("times up to 2^53 and far apart are kept to the nanosecond", () => {
  const file = path.join(createFolder(), "a.pipewave");
  const { columns } = createRandomSpans({ count: 4, seed: 2 });
  columns.start.set([-(2 ** 53 - 1), -1, 0, 2 ** 53 - 1]);
  columns.duration.set([2 ** 53 - 1, 0, 2 ** 40 + 1, 0]);
  writeRun(file, { columns, args: createEmptyArgs(4) });
  const reader = openRun(file);
  const read = reader.readAllSpans();
  expect([...read.start]).toEqual([-(2 ** 53 - 1), -1, 0, 2 ** 53 - 1]);
  expect([...read.duration]).toEqual([2 ** 53 - 1, 0, 2 ** 40 + 1, 0]);
  expect(reader.readArgs(spanId(2))).toBeUndefined();
  reader.close();
});

test("zone maps say where spans are", () => {
  const file = path.join(createFolder(), "a.pipewave");
  const count = 3 * CHUNK_SPANS;
  const spans = createRandomSpans({ count, seed: 3 });
  // One long span in the first chunk: the chunk must be found far to the right.
  spans.columns.duration[10] = 1e12;
  writeRun(file, spans);
  const reader = openRun(file);
  const { start, duration } = spans.columns;
  const lastStart = start[count - 1];
  for (const window of [
    { fromNs: 0, toNs: 1 },
    { fromNs: start[CHUNK_SPANS + 5], toNs: start[CHUNK_SPANS + 9] },
    { fromNs: lastStart + 1e7, toNs: lastStart + 2e7 },
    { fromNs: -100, toNs: 0 },
    { fromNs: 3e12, toNs: 4e12 },
  ]) {
    const wanted = new Set<number>();
    for (let i = 0; i < count; i++) {
      if (start[i] < window.toNs && start[i] + duration[i] > window.fromNs) wanted.add(Math.floor(i / CHUNK_SPANS));
    }
    expect(reader.chunksBetween(window).map(({ index }) => index)).toEqual([...wanted].sort());
  }
  reader.close();
});

test("spans out of order are a bug of the caller, and leave no file", () => {
  const folder = createFolder();
  const { columns, args } = createRandomSpans({ count: 100, seed: 4 });
  columns.start[50] = -1;
  const writer = createRun(path.join(folder, "a.pipewave"));
  writer.setRun(RUN);
  writer.appendSpans(columns, args);
  expect(() => writer.finish()).toThrow(RangeError);
  expect(readdirSync(folder)).toEqual([]);
});

test("any column of integers is decoded to what it was", () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 300 }), fc.nat({ max: 53 }), (values, bits) => {
      const doubles = Float64Array.from(values, (value) => Math.trunc(value / 2 ** bits) + 0);
      const read = new Float64Array(doubles.length);
      decodeIntegers(encodeIntegers(doubles), read);
      expect([...read]).toEqual([...doubles]);
      doubles.sort();
      decodeIntegers(encodeIntegers(doubles, { ascending: true }), read);
      expect([...read]).toEqual([...doubles]);
    }),
  );
});
