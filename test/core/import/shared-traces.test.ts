/** The recorded traces: every count against an independent one, made with JSON.parse of the raw file. */
import { copyFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { makeTemporaryFolder } from "../../support/sample-trace.ts";
import { sharedTrace } from "../../support/shared-traces.ts";
import { importFile } from "./import-text.ts";

interface RawEvent {
  ph: string;
  name?: string;
  ts?: number;
  dur?: number;
  pid?: string | number;
  tid?: string | number;
  args?: Record<string, unknown>;
}

const KINETO = [
  "alexnet",
  "falconsai-h100",
  "falconsai-mi300",
  "mi250_minitoy_train_ROCm6_2",
  "nccl_data",
  "rank-0.Apr_03_18_51_38.1102.pt.trace",
  "resnet50-2021.worker0.pt.trace",
  "sampled_rank-0",
  "sampled_rank-1",
].map((name) => `kineto/${name}.json.gz`);

const BEGIN_AND_END = ["megatron-app/pp-aggregated.json.gz", "megatron-app/dpp-aggregated.json.gz"];
const COMPLETE = [...KINETO, "straggler-analysis/timeline-ST.json.gz", "straggler-analysis/ideal-timeline-ST.json.gz"];

function readEvents(file: string): RawEvent[] {
  const document = JSON.parse(gunzipSync(readFileSync(file)).toString()) as RawEvent[] | { traceEvents: RawEvent[] };
  return Array.isArray(document) ? document : document.traceEvents;
}

const count = (events: readonly RawEvent[], types: string) => events.filter(({ ph }) => types.includes(ph)).length;

describe.each([...COMPLETE, ...BEGIN_AND_END])("%s", (name) => {
  test("every event is counted as what it is", async (context) => {
    const file = sharedTrace(context, name);
    const events = readEvents(file);
    const { report, reader } = await importFile(file);
    expect(report.events).toEqual({
      read: events.length,
      spans: count(events, "XB"),
      instants: count(events, "iI"),
      counters: count(events, "C"),
      flows: count(events, "stf"),
      metadata: count(events, "M"),
    });
    expect(report.skipped).toEqual([]);
    expect(report.violations).toEqual([]);
    expect(reader.spanCount).toBe(report.events.spans);
    expect(reader.instants()).toHaveLength(report.events.instants);
    expect(reader.flows()).toHaveLength(report.events.flows);
  });

  test("is the same under the name unknown", async (context) => {
    const file = sharedTrace(context, name);
    const unknown = path.join(makeTemporaryFolder(), "unknown");
    copyFileSync(file, unknown);
    const named = await importFile(file);
    const nameless = await importFile(unknown);
    // A rank that only the file's name tells is the one thing that may differ; these traces say no pipeline that way.
    expect(nameless.dump).toBe(named.dump);
  });
});

test.for(COMPLETE)("%s: threads, names, time and arguments are those of the raw file", async (name, context) => {
  const file = sharedTrace(context, name);
  const events = readEvents(file).filter(({ ph }) => ph === "X");
  const { reader } = await importFile(file);
  const expected = new Map<string, number>();
  for (const { pid, tid, name: text } of events) add(expected, `${pid}/${tid} ${text}`);
  const columns = reader.readAllSpans();
  const actual = new Map<string, number>();
  let totalNs = 0;
  for (let span = 0; span < columns.length; span++) {
    const { process, thread } = reader.lanes[columns.lane[span]];
    add(actual, `${process}/${thread} ${reader.names[columns.name[span]].text}`);
    totalNs += columns.duration[span];
  }
  expect(actual).toEqual(expected);
  const expectedUs = events.reduce((sum, { dur = 0 }) => sum + dur, 0);
  // Each span is rounded to a whole ns at both ends.
  expect(Math.abs(totalNs - expectedUs * 1000)).toBeLessThan(events.length);
  const withArgs = events.filter(({ args }) => args !== undefined && Object.keys(args).length > 0).length;
  const stored = reader.chunks.reduce((sum, { index }) => {
    const { offsets } = reader.readChunkArgs(index);
    return sum + offsets.subarray(1).filter((end, place) => end > offsets[place]).length;
  }, 0);
  expect(stored).toBe(withArgs);
});

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

test.for(["pp", "dpp"])("%s: begin and end events become spans with the arguments of both", async (name, context) => {
  const file = sharedTrace(context, `megatron-app/${name}-aggregated.json.gz`);
  const events = readEvents(file);
  const open = new Map<string, RawEvent[]>();
  const expected: string[] = [];
  for (const event of events) {
    const lane = `${event.pid}/${event.tid}`;
    const stack = open.get(lane) ?? [];
    open.set(lane, stack);
    if (event.ph === "B") stack.push(event);
    if (event.ph !== "E") continue;
    const begin = stack.pop();
    if (begin?.ts === undefined || event.ts === undefined) throw new Error("an end without a begin");
    const { iteration, microbatch } = { ...begin.args, ...event.args };
    expected.push(
      `${lane} ${begin.ts * 1000}–${event.ts * 1000} ${begin.name} iteration ${String(iteration)} batch ${String(microbatch)}`,
    );
  }
  const { reader } = await importFile(file);
  const columns = reader.readAllSpans();
  const actual = Array.from({ length: columns.length }, (_, span) => {
    const { process, thread } = reader.lanes[columns.lane[span]];
    const end = columns.start[span] + columns.duration[span];
    return `${process}/${thread} ${columns.start[span]}–${end} ${reader.names[columns.name[span]].text} iteration ${columns.iteration[span]} batch ${columns.batch[span]}`;
  });
  expect(actual.toSorted()).toEqual(expected.toSorted());
});
