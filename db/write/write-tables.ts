/** The small tables of a run: one function each that inserts rows. Knows nothing of files, and checks nothing it is given. */
import type { Database } from "better-sqlite3";

import type { CounterSample, FlowPoint, Instant, Lane, Run, SpanName, Stage, StageEdge } from "#common/model.ts";
import type { ImportReport } from "#common/report.ts";

import type { ComputeWindows } from "../pyramid/compute-windows.ts";
import type { StoredAxis, StoreTile } from "../pyramid/pyramid-builder.ts";
import type { LaneStage } from "../pyramid/rows.ts";

export interface RunFigures {
  readonly spanCount: number;
  readonly pipelineSpanCount: number;
  readonly importReport: ImportReport | undefined;
  readonly derivedVersion: number;
}

export function insertRun(db: Database, run: Run, figures: RunFigures): void {
  db.prepare(
    `insert into run (id, name, kind, origin_epoch_ns, extent_start, extent_end, network, schedule, derived_from,
       created_at_epoch_ms, span_count, pipeline_span_count, import_report, derived_version)
     values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    run.name,
    run.kind,
    run.originEpochNs?.toString() ?? null,
    run.extent?.startNs ?? null,
    run.extent?.endNs ?? null,
    run.network ?? null,
    run.schedule ?? null,
    run.derivedFrom ?? null,
    run.createdAtEpochMs,
    figures.spanCount,
    figures.pipelineSpanCount,
    figures.importReport === undefined ? null : JSON.stringify(figures.importReport),
    figures.derivedVersion,
  );
  const insert = db.prepare("insert into source (ordinal, name, size_bytes, sha256) values (?, ?, ?, ?)");
  run.sources.forEach(({ name, sizeBytes, sha256 }, ordinal) => insert.run(ordinal, name, sizeBytes, sha256));
}

export function insertStages(db: Database, stages: readonly Stage[]): void {
  const insert = db.prepare("insert into stage (id, name, op, ordinal, rank, flops) values (?, ?, ?, ?, ?, ?)");
  for (const { id, name, op, ordinal, rank, flops } of stages) {
    insert.run(id, name, op, ordinal, rank ?? null, flops ?? null);
  }
}

export function insertEdges(db: Database, edges: readonly StageEdge[]): void {
  const insert = db.prepare("insert into stage_edge (from_stage, to_stage) values (?, ?)");
  for (const { from, to } of edges) insert.run(from, to);
}

export function insertLanes(db: Database, lanes: readonly Lane[]): void {
  const insert = db.prepare(
    `insert into lane (id, ordinal, kind, process, thread, process_name, thread_name, device, replica, rank, overflow_of)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const lane of lanes) {
    insert.run(
      lane.id,
      lane.ordinal,
      lane.kind,
      lane.process,
      lane.thread,
      lane.processName ?? null,
      lane.threadName ?? null,
      lane.device ?? null,
      lane.replica ?? null,
      lane.rank ?? null,
      lane.overflowOf ?? null,
    );
  }
}

export function insertNames(db: Database, names: readonly SpanName[]): void {
  const insert = db.prepare("insert into name (id, text, category) values (?, ?, ?)");
  for (const { id, text, category } of names) insert.run(id, text, category ?? null);
}

export function insertLaneStages(db: Database, pairs: readonly LaneStage[]): void {
  const insert = db.prepare("insert into lane_stage (lane, stage) values (?, ?)");
  for (const { lane, stage } of pairs) insert.run(lane, stage);
}

export function insertComputeWindows(db: Database, { windows, work, hasIterations, counts }: ComputeWindows): void {
  const insert = db.prepare(
    "insert into compute_window (replica, iteration, start_ns, end_ns, work_start_ns, work_end_ns) values (?, ?, ?, ?, ?, ?)",
  );
  windows.forEach(({ replica, iteration, startNs, endNs }, i) =>
    insert.run(replica, iteration, startNs, endNs, work[i].startNs, work[i].endNs),
  );
  const insertMetric = db.prepare("insert into metric (name, scope, value) values (?, '', ?)");
  insertMetric.run("has_iterations", hasIterations ? 1 : 0);
  for (const [name, count] of Object.entries(counts)) insertMetric.run(name, count);
}

export function insertStoredAxis(db: Database, { axis, tilesOf, baseNs, finest }: StoredAxis): void {
  db.prepare("insert into pyramid (axis, tiles_of, base_ns, finest) values (?, ?, ?, ?)").run(
    axis,
    tilesOf,
    baseNs,
    finest,
  );
}

export function prepareInsertTile(db: Database): StoreTile {
  const insert = db.prepare(
    "insert into tile (axis, row_level, level, row_block, column_index, data) values (?, ?, ?, ?, ?, ?)",
  );
  return ({ axis, level, rowBlock, column, rowLevel = 0 }, bytes) =>
    insert.run(axis, rowLevel, level, rowBlock, column, bytes);
}

export function insertInstants(db: Database, instants: readonly Instant[]): void {
  const insert = db.prepare("insert into instant (at, lane, name, scope, args) values (?, ?, ?, ?, ?)");
  for (const { at, lane, name, scope, args } of instants) insert.run(at, lane ?? null, name, scope, args ?? null);
}

export function insertCounters(db: Database, counters: readonly CounterSample[]): void {
  const insert = db.prepare("insert into counter (at, process, name, series, value) values (?, ?, ?, ?, ?)");
  for (const { at, process, name, series, value } of counters) insert.run(at, process, name, series, value);
}

export function insertFlows(db: Database, flows: readonly FlowPoint[]): void {
  const insert = db.prepare("insert into flow (at, lane, name, flow, step, binding) values (?, ?, ?, ?, ?, ?)");
  for (const { at, lane, name, flow, step, binding } of flows) insert.run(at, lane, name, flow, step, binding);
}
