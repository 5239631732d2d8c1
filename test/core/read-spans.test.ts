/** Spans of a window and one span with its neighbours, against a plain look at every span of a file with several chunks. */
import path from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

import { epochNs, ns } from "#common/units.ts";
import { laneId, nameId, NONE, spanId } from "#common/ids.ts";
import { createSpanColumns } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { FindRow, RunReader } from "../../db/index.ts";
import { CHUNK_SPANS, createEmptyArgs, createRun, openRun, rowFinderOf } from "../../db/index.ts";
import { readSpanDetail, readSpanWindow } from "../../main/core/read-spans.ts";

/** Two lanes. Lane 0: parents of 1000 ns with a child each; lane 1: one long span, one at the very end, nothing between. */
const PAIRS = CHUNK_SPANS;
const LONG = 500 * PAIRS;

function makeSpans(): SpanColumns {
  const rows: [lane: number, start: number, duration: number, depth: number][] = [[1, 0, LONG, 0]];
  for (let i = 0; i < PAIRS; i++) {
    rows.push([0, i * 1000 + 1, 900, 0]);
    rows.push([0, i * 1000 + 101, i % 7 === 0 ? 0 : 300, 1]);
  }
  rows.push([1, PAIRS * 1000 + 5, 10, 0]);
  const spans = createSpanColumns(rows.length);
  rows.forEach(([lane, start, duration, depth], i) => {
    spans.lane[i] = lane;
    spans.start[i] = start;
    spans.duration[i] = duration;
    spans.depth[i] = depth;
    spans.name[i] = depth;
    spans.stage[i] = spans.batch[i] = spans.iteration[i] = NONE;
  });
  return spans;
}

let folder: string;
let reader: RunReader;
let spans: SpanColumns;
let findRow: FindRow;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-test-"));
  const file = path.join(folder, "a.pipewave");
  spans = makeSpans();
  const lane = (id: number) =>
    ({ id: laneId(id), ordinal: id, kind: "thread", process: "p", thread: String(id) }) as const;
  const writer = createRun(file);
  writer.setRun({
    name: "a",
    kind: "imported",
    sources: [],
    originEpochNs: epochNs(1n),
    extent: { startNs: ns(0), endNs: ns(PAIRS * 1000 + 15) },
    createdAtEpochMs: 0,
  });
  writer.addLanes([lane(0), lane(1)]);
  writer.addNames([
    { id: nameId(0), text: "outer" },
    { id: nameId(1), text: "inner" },
  ]);
  writer.appendSpans(spans, createEmptyArgs(spans.length));
  writer.finish();
  reader = openRun(file);
  findRow = rowFinderOf(reader, "lane");
});

afterAll(() => {
  reader.close();
  rmSync(folder, { recursive: true });
});

const everyone = { fromRow: 0, toRow: 2, limit: 1_000_000 };
const touches = (i: number, fromNs: number, toNs: number): boolean =>
  spans.start[i] < toNs &&
  (spans.start[i] + spans.duration[i] > fromNs || (spans.start[i] >= fromNs && spans.duration[i] === 0));

describe("a window", () => {
  test.each([
    ["in the middle, where a long span began far before it", LONG - 5000, LONG - 1000],
    ["across a border of chunks", (CHUNK_SPANS / 2) * 1000 - 3000, (CHUNK_SPANS / 2) * 1000 + 3000],
    ["that starts exactly where spans end", 901, 1101],
    ["before everything", -100, 0],
    ["after everything", PAIRS * 2000, PAIRS * 3000],
  ])("%s", (_name, fromNs, toNs) => {
    const expected = Array.from(spans.start.keys()).filter((i) => touches(i, fromNs, toNs));
    const { ids, columns, truncated } = readSpanWindow(reader, { findRow, ...everyone, fromNs, toNs });
    expect([...ids]).toEqual(expected);
    expect([...columns.start]).toEqual(expected.map((i) => spans.start[i]));
    expect([...columns.duration]).toEqual(expected.map((i) => spans.duration[i]));
    expect(truncated).toBe(false);
  });

  test("gives only the rows asked for, and only the names that occur", () => {
    const { columns, names } = readSpanWindow(reader, { findRow, ...everyone, fromRow: 1, fromNs: 0, toNs: 5000 });
    expect([...columns.lane]).toEqual([1]);
    expect(names.map(({ text }) => text)).toEqual(["outer"]);
  });

  test("with more spans than wanted gives the longest, still in canonical order", () => {
    const window = { findRow, ...everyone, fromNs: 0, toNs: 4000, limit: 3 };
    const { ids, columns, truncated } = readSpanWindow(reader, window);
    expect(truncated).toBe(true);
    expect([...columns.duration]).toEqual([LONG, 900, 900]);
    expect([...ids]).toEqual([0, 1, 3]);
  });
});

describe("one span", () => {
  test("tells its name, its times and the spans around it", () => {
    const inner = spanId(4);
    expect(readSpanDetail(reader, inner)).toEqual({
      id: inner,
      name: { id: 1, text: "inner" },
      lane: 0,
      startNs: 1101,
      durationNs: 300,
      depth: 1,
      pass: "none",
      phase: "none",
      previous: 2,
      next: 6,
      parent: 3,
    });
  });

  test("finds neighbours any number of chunks away, and none at the ends", () => {
    const last = spanId(spans.length - 1);
    expect(readSpanDetail(reader, spanId(0))).toMatchObject({ next: last });
    expect(readSpanDetail(reader, spanId(0))).not.toHaveProperty("previous");
    expect(readSpanDetail(reader, last)).toMatchObject({ previous: 0 });
    expect(readSpanDetail(reader, last)).not.toHaveProperty("next");
    expect(readSpanDetail(reader, last)).not.toHaveProperty("parent");
  });

  test("that does not exist has a named error", () => {
    for (const id of [-1, spans.length]) {
      const invalid = expect.objectContaining({ code: "invalid-argument" }) as Error;
      expect(() => readSpanDetail(reader, spanId(id))).toThrow(invalid);
    }
  });
});
