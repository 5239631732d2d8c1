/** SQL over a run file: the tables, the two views of spans, and what is refused. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { PASSES, PHASES } from "#common/model.ts";

import { openRun } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import { createFolder, createRandomSpans, LANES, NAMES, textOfArgs, writeRun } from "./random-run.ts";

const COUNT = 70_000;
const spans = createRandomSpans({ count: COUNT, seed: 5, firstStart: -500 });

function openSample(): RunReader {
  const file = path.join(createFolder(), "a.pipewave");
  writeRun(file, spans);
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  return reader;
}

test("a span is one row with words for codes and null for nothing", () => {
  const reader = openSample();
  const { columns, rows } = reader.query("select * from span");
  expect(rows).toHaveLength(COUNT);
  const { lane, depth, start, duration, name, stage, batch, iteration, pass, phase } = spans.columns;
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 65_536, COUNT - 1]) {
    const orNull = (value: number) => (value === -1 ? null : value);
    expect(Object.fromEntries(columns.map((column, c) => [column, rows[i][c]]))).toEqual({
      id: i,
      lane: lane[i],
      depth: depth[i],
      start: start[i],
      duration: duration[i],
      name: NAMES[name[i]].text,
      category: NAMES[name[i]].category ?? null,
      stage: orNull(stage[i]),
      batch: orNull(batch[i]),
      iteration: orNull(iteration[i]),
      pass: pass[i] === 0 ? null : PASSES[pass[i]],
      phase: phase[i] === 0 ? null : PHASES[phase[i]],
      rank: LANES[lane[i]].rank ?? null,
      replica: LANES[lane[i]].replica ?? null,
      args: textOfArgs(spans.args, i) || null,
    });
  }
});

test("span_in gives the spans that touch a window, of one lane or all", () => {
  const reader = openSample();
  const { lane, start, duration } = spans.columns;
  for (const { from, to, only } of [
    { from: 0, to: 100_000, only: null },
    { from: start[66_000], to: start[66_000] + 1, only: null },
    { from: 20_000_000, to: 33_000_000, only: 7 },
    { from: -1000, to: -500, only: null },
    { from: null, to: 5000, only: 2 },
    { from: null, to: null, only: 3 },
  ]) {
    const wanted: number[] = [];
    for (let i = 0; i < COUNT; i++) {
      const end = start[i] + duration[i];
      const touches = (to === null || start[i] < to) && (from === null || end > from || start[i] >= from);
      if (touches && (only === null || lane[i] === only)) wanted.push(i);
    }
    const given = Object.entries({ from_ns: from, to_ns: to, only_lane: only }).filter(([, value]) => value !== null);
    const { rows } = reader.query(
      `select id from span_in where ${given.map(([name]) => `${name} = ?`).join(" and ") || "true"}`,
      given.map(([, value]) => value),
    );
    expect(rows.flat()).toEqual(wanted);
  }
  expect(reader.query("select count(*) from span_in(0, 30000, 4)").rows[0][0]).toBe(
    reader.query("select count(*) from span where start < 30000 and start + duration > 0 and lane = 4").rows[0][0],
  );
  expect(reader.query("select count(*) from span_in(0, 1000)").rows[0][0]).toBe(
    reader.query("select count(*) from span where start < 1000 and (start >= 0 or start + duration > 0)").rows[0][0],
  );
});

test("spans join the other tables, and statements take parameters", () => {
  const reader = openSample();
  const { rows } = reader.query(
    `select stage.name, count(*) from span join stage on stage.id = span.stage
     where stage.ordinal = ? and phase = ? group by stage.id`,
    [2, "compute"],
  );
  const wanted = spans.columns.stage.filter((stage, i) => stage === 2 && PHASES[spans.columns.phase[i]] === "compute");
  expect(rows).toEqual([["block 2", wanted.length]]);
});

test("arguments are there under every way to ask for them", () => {
  const reader = openSample();
  const i = spans.columns.lane.findIndex((_, k) => textOfArgs(spans.args, k) !== "");
  const text = textOfArgs(spans.args, i);
  for (const sql of [
    `select args from span where id = ${i}`,
    `select "ARGS" from span where id = ${i}`,
    `select s.* from span s where id = ${i}`,
    `with s(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o) as (select * from span) select o from s where a = ${i}`,
  ]) {
    expect(reader.query(sql).rows[0].at(-1), sql).toBe(text);
  }
});

test.each([
  ["a syntax error", "selec 1"],
  ["an unknown column", "select nothing from span"],
  ["no statement", "  -- nothing"],
  ["two statements", "select 1; select 2"],
  ["a missing parameter", "select ?"],
  ["a write", "delete from lane"],
  ["a write that gives rows", "delete from lane returning id"],
  ["a new table", "create table t(a)"],
  ["another file", "attach database 'other.db' as other"],
  ["a copy", "vacuum into 'copy.db'"],
  ["a changed setting", "pragma user_version = 7"],
])("%s is refused as invalid-sql", (_, sql) => {
  const reader = openSample();
  expect(() => reader.query(sql)).toThrow(expect.objectContaining({ name: "AppError", code: "invalid-sql" }));
  expect(reader.query("select count(*) from lane").rows).toEqual([[LANES.length]]);
});
