/** The small tables of a run as the model's types: one function each. Throws DamagedRowError for what no writer writes. */
import type { Database } from "better-sqlite3";

import { laneId, nameId, NONE, spanId, stageId } from "#common/ids.ts";
import { LANE_KINDS, OPS, RUN_KINDS } from "#common/model.ts";
import type { CounterSample, FlowPoint, Instant, Lane, Run, SpanName, Stage, StageEdge } from "#common/model.ts";
import type { Note } from "#common/notes.ts";
import type { ImportReport } from "#common/report.ts";
import { ROW_AXES } from "#common/tile.ts";
import { epochNs, ns } from "#common/units.ts";

import { DamagedRowError } from "../failures.ts";
import type { ComputeWindows } from "../pyramid/compute-windows.ts";
import type { StoredAxis } from "../pyramid/pyramid-builder.ts";
import type { LaneStage } from "../pyramid/rows.ts";
import { integerOf, numberOf, textOf, wordOf } from "./cells.ts";
import type { Row } from "./cells.ts";

/** Rows of a statement, typed as what a damaged file makes of them. */
export function rowsOf(db: Database, sql: string): Row[] {
  return db.prepare<[], Row>(sql).all();
}

/** undefined for null, otherwise the cell. */
function maybe<Value>(row: Row, column: string, read: (row: Row, column: string) => Value): Value | undefined {
  return row[column] === null ? undefined : read(row, column);
}

/** The entry `key: value`, or none: absent fields are left out, not undefined. */
function entry<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);
}

/** What people have written, in the order of the times it is about. */
export function readNotes(db: Database): Note[] {
  return rowsOf(db, "select * from note order by at, id").map((row) => ({
    id: integerOf(row, "id"),
    atNs: maybe(row, "at", integerOf) ?? 0,
    ...entry("untilNs", maybe(row, "until", integerOf)),
    ...entry(
      "span",
      maybe(row, "span", (cells, column) => spanId(integerOf(cells, column))),
    ),
    text: textOf(row, "text"),
    createdAtEpochMs: integerOf(row, "created_at_epoch_ms"),
  }));
}

export interface RunRow {
  readonly run: Run;
  readonly spanCount: number;
  readonly pipelineSpanCount: number;
  readonly derivedVersion: number;
  readonly importReport?: ImportReport;
}

export function readRun(db: Database): RunRow {
  const row = rowsOf(db, "select * from run").at(0);
  if (row === undefined) throw new DamagedRowError("the run's row is missing");
  const sources = rowsOf(db, "select * from source order by ordinal").map((source) => ({
    name: textOf(source, "name"),
    sizeBytes: integerOf(source, "size_bytes"),
    sha256: textOf(source, "sha256"),
  }));
  const startNs = maybe(row, "extent_start", integerOf);
  const endNs = maybe(row, "extent_end", integerOf);
  const run: Run = {
    name: textOf(row, "name"),
    kind: wordOf(row, "kind", RUN_KINDS),
    sources,
    ...entry("originEpochNs", maybe(row, "origin_epoch_ns", epochOf)),
    ...(startNs === undefined || endNs === undefined ? {} : { extent: { startNs: ns(startNs), endNs: ns(endNs) } }),
    ...entry("network", maybe(row, "network", textOf)),
    ...entry("schedule", maybe(row, "schedule", textOf)),
    ...entry("derivedFrom", maybe(row, "derived_from", textOf)),
    createdAtEpochMs: integerOf(row, "created_at_epoch_ms"),
  };
  return {
    run,
    spanCount: integerOf(row, "span_count"),
    pipelineSpanCount: integerOf(row, "pipeline_span_count"),
    derivedVersion: integerOf(row, "derived_version"),
    ...entry("importReport", maybe(row, "import_report", reportOf)),
  };
}

function epochOf(row: Row, column: string) {
  const text = textOf(row, column);
  if (!/^-?\d+$/.test(text)) throw new DamagedRowError(`${column} is not a number`);
  return epochNs(BigInt(text));
}

function reportOf(row: Row, column: string): ImportReport {
  let report: unknown;
  try {
    report = JSON.parse(textOf(row, column));
  } catch (error) {
    throw new DamagedRowError(`${column} is not JSON`, { cause: error });
  }
  if (typeof report !== "object" || report === null) throw new DamagedRowError(`${column} is not a report`);
  return report as ImportReport;
}

/** Ids are positions: a table with a hole is damaged. */
function checkDense<Item extends { readonly id: number }>(items: Item[], table: string): Item[] {
  items.forEach(({ id }, position) => {
    if (id !== position) throw new DamagedRowError(`${table} ${position} is missing`);
  });
  return items;
}

export function readStages(db: Database): Stage[] {
  const stages = rowsOf(db, "select * from stage order by id").map((row) => ({
    id: stageId(integerOf(row, "id")),
    name: textOf(row, "name"),
    op: wordOf(row, "op", OPS),
    ordinal: integerOf(row, "ordinal"),
    ...entry("rank", maybe(row, "rank", integerOf)),
    ...entry("flops", maybe(row, "flops", numberOf)),
  }));
  return checkDense(stages, "stage");
}

export function readEdges(db: Database): StageEdge[] {
  return rowsOf(db, "select * from stage_edge order by rowid").map((row) => ({
    from: stageId(integerOf(row, "from_stage")),
    to: stageId(integerOf(row, "to_stage")),
  }));
}

export function readLanes(db: Database): Lane[] {
  const lanes = rowsOf(db, "select * from lane order by id").map((row) => ({
    id: laneId(integerOf(row, "id")),
    ordinal: integerOf(row, "ordinal"),
    kind: wordOf(row, "kind", LANE_KINDS),
    process: textOf(row, "process"),
    thread: textOf(row, "thread"),
    ...entry("processName", maybe(row, "process_name", textOf)),
    ...entry("threadName", maybe(row, "thread_name", textOf)),
    ...entry("device", maybe(row, "device", textOf)),
    ...entry("replica", maybe(row, "replica", integerOf)),
    ...entry("rank", maybe(row, "rank", integerOf)),
    ...entry(
      "overflowOf",
      maybe(row, "overflow_of", (cells, column) => laneId(integerOf(cells, column))),
    ),
  }));
  return checkDense(lanes, "lane");
}

export function readNames(db: Database): SpanName[] {
  const names = rowsOf(db, "select * from name order by id").map((row) => ({
    id: nameId(integerOf(row, "id")),
    text: textOf(row, "text"),
    ...entry("category", maybe(row, "category", textOf)),
  }));
  return checkDense(names, "name");
}

/** @param limits ids lie below these */
export function readLaneStages(db: Database, limits: { lanes: number; stages: number }): LaneStage[] {
  return rowsOf(db, "select * from lane_stage order by lane, stage").map((row) => {
    const pair = { lane: integerOf(row, "lane"), stage: integerOf(row, "stage") };
    if (pair.lane < 0 || pair.lane >= limits.lanes || pair.stage < NONE || pair.stage >= limits.stages) {
      throw new DamagedRowError("lane_stage refers to a lane or stage that does not exist");
    }
    return pair;
  });
}

export function readComputeWindows(db: Database): ComputeWindows {
  const rows = rowsOf(db, "select * from compute_window order by replica, iteration");
  const windowsOf = (start: string, end: string) =>
    rows.map((row) => ({
      replica: integerOf(row, "replica"),
      iteration: integerOf(row, "iteration"),
      startNs: integerOf(row, start),
      endNs: integerOf(row, end),
    }));
  const metrics = new Map(
    rowsOf(db, "select name, value from metric where scope = ''").map((row) => [
      textOf(row, "name"),
      numberOf(row, "value"),
    ]),
  );
  const countOf = (name: string): number => metrics.get(name) ?? 0;
  return {
    windows: windowsOf("start_ns", "end_ns"),
    work: windowsOf("work_start_ns", "work_end_ns"),
    hasIterations: countOf("has_iterations") === 1,
    counts: {
      batches: countOf("batches"),
      ranks: countOf("ranks"),
      replicas: countOf("replicas"),
      iterations: countOf("iterations"),
    },
  };
}

export function readStoredAxes(db: Database): StoredAxis[] {
  return rowsOf(db, "select * from pyramid").map((row) => {
    const stored = {
      axis: wordOf(row, "axis", ROW_AXES),
      tilesOf: wordOf(row, "tiles_of", ROW_AXES),
      baseNs: integerOf(row, "base_ns"),
      finest: integerOf(row, "finest"),
    };
    if (stored.baseNs < 1 || stored.finest < 0) throw new DamagedRowError("the pyramid has impossible levels");
    return stored;
  });
}

export function readInstants(db: Database): Instant[] {
  return rowsOf(db, "select * from instant order by id").map((row) => ({
    at: ns(integerOf(row, "at")),
    ...entry(
      "lane",
      maybe(row, "lane", (cells, column) => laneId(integerOf(cells, column))),
    ),
    name: nameId(integerOf(row, "name")),
    scope: wordOf(row, "scope", ["thread", "process", "global"]),
    ...entry("args", maybe(row, "args", textOf)),
  }));
}

export function readCounters(db: Database): CounterSample[] {
  return rowsOf(db, "select * from counter order by id").map((row) => ({
    at: ns(integerOf(row, "at")),
    process: textOf(row, "process"),
    name: nameId(integerOf(row, "name")),
    series: textOf(row, "series"),
    value: numberOf(row, "value"),
  }));
}

export function readFlows(db: Database): FlowPoint[] {
  return rowsOf(db, "select * from flow order by id").map((row) => ({
    at: ns(integerOf(row, "at")),
    lane: laneId(integerOf(row, "lane")),
    name: nameId(integerOf(row, "name")),
    flow: textOf(row, "flow"),
    step: wordOf(row, "step", ["start", "step", "end"]),
    binding: wordOf(row, "binding", ["enclosing", "next"]),
  }));
}
