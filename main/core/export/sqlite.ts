/**
 * Exports a run as a SQLite database of plain rows, for clients that know no Pipewave: one row a span, every table and column
 * named for its unit. What a run file keeps as compressed columns is spelled out here: expect about ten times the size.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";

import { createPlainDatabase } from "../../../db/index.ts";
import type { PlainDatabaseWriter, PlainTable, RunReader } from "../../../db/index.ts";
import { walkSpans } from "./span-texts.ts";
import type { ExportContext, SpanChunk } from "./span-texts.ts";

const TABLES: readonly PlainTable[] = [
  {
    name: "run",
    columns: [
      "name text not null",
      "kind text not null",
      "origin_epoch_ns text",
      "extent_start_ns integer",
      "extent_end_ns integer",
      "network text",
      "schedule text",
      "derived_from text",
      "created_at_epoch_ms integer not null",
    ],
  },
  { name: "source", columns: ["name text not null", "size_bytes integer not null", "sha256 text not null"] },
  {
    name: "stage",
    columns: [
      "id integer primary key",
      "name text not null",
      "op text not null",
      "ordinal integer not null",
      "rank integer",
      "flops real",
    ],
  },
  { name: "stage_edge", columns: ["from_stage integer not null", "to_stage integer not null"] },
  {
    name: "lane",
    columns: [
      "id integer primary key",
      "ordinal integer not null",
      "kind text not null",
      "process text not null",
      "thread text not null",
      "process_name text",
      "thread_name text",
      "device text",
      "replica integer",
      "rank integer",
      "overflow_of integer",
    ],
  },
  {
    name: "span",
    columns: [
      "id integer primary key",
      "lane integer not null",
      "depth integer not null",
      "start_ns integer not null",
      "duration_ns integer not null",
      "name text not null",
      "category text",
      "stage integer",
      "batch integer",
      "iteration integer",
      "pass text",
      "phase text",
      "args text",
    ],
    afterwards: [
      "create index span_by_start on span (start_ns)",
      "create index span_by_stage on span (stage, batch) where stage is not null",
    ],
  },
  {
    name: "instant",
    columns: [
      "at_ns integer not null",
      "lane integer",
      "name text not null",
      "category text",
      "scope text not null",
      "args text",
    ],
  },
  {
    name: "counter",
    columns: [
      "at_ns integer not null",
      "process text not null",
      "name text not null",
      "category text",
      "series text not null",
      "value real not null",
    ],
  },
  {
    name: "flow",
    columns: [
      "at_ns integer not null",
      "lane integer not null",
      "name text not null",
      "category text",
      "flow text not null",
      "step text not null",
      "binding text not null",
    ],
  },
];

/**
 * Writes the database at `file`, whole or not at all.
 * @throws AppError file-exists, write-failed, disk-full, those of the reader; the signal's reason
 */
export async function exportSqlite(
  reader: RunReader,
  { file, replace = false, signal, onProgress }: { file: string; replace?: boolean } & ExportContext,
): Promise<void> {
  const database = createPlainDatabase(file, { tables: TABLES, replace });
  try {
    insertSmallTables(database, reader);
    for (const chunk of walkSpans(reader)) {
      database.insert("span", rowsOf(reader, chunk));
      onProgress?.({ step: "writing spans", share: (chunk.firstSpan + chunk.columns.length) / reader.spanCount });
      await new Promise((resolve) => setImmediate(resolve)); // lets a cancellation in
      signal?.throwIfAborted();
    }
    database.finish();
  } catch (error) {
    database.abort();
    throw error;
  }
}

function insertSmallTables(database: PlainDatabaseWriter, reader: RunReader): void {
  const { run, names } = reader;
  const nameOf = (id: number): [string, string | null] => [names[id].text, names[id].category ?? null];
  const { extent } = run;
  database.insert("run", [
    [
      run.name,
      run.kind,
      run.originEpochNs?.toString() ?? null,
      extent?.startNs ?? null,
      extent?.endNs ?? null,
      run.network ?? null,
      run.schedule ?? null,
      run.derivedFrom ?? null,
      run.createdAtEpochMs,
    ],
  ]);
  database.insert(
    "source",
    run.sources.map(({ name, sizeBytes, sha256 }) => [name, sizeBytes, sha256]),
  );
  database.insert(
    "stage",
    reader.stages.map(({ id, name, op, ordinal, rank, flops }) => [id, name, op, ordinal, rank ?? null, flops ?? null]),
  );
  database.insert(
    "stage_edge",
    reader.edges.map(({ from, to }) => [from, to]),
  );
  database.insert(
    "lane",
    reader.lanes.map((lane) => [
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
    ]),
  );
  database.insert(
    "instant",
    reader
      .instants()
      .map(({ at, lane, name, scope, args }) => [at, lane ?? null, ...nameOf(name), scope, args ?? null]),
  );
  database.insert(
    "counter",
    reader.counters().map(({ at, process, name, series, value }) => [at, process, ...nameOf(name), series, value]),
  );
  database.insert(
    "flow",
    reader.flows().map(({ at, lane, name, flow, step, binding }) => [at, lane, ...nameOf(name), flow, step, binding]),
  );
}

function* rowsOf(
  { names }: RunReader,
  { firstSpan, columns, argsAt }: SpanChunk,
): Generator<(number | string | null)[]> {
  const unlessNone = (id: number): number | null => (id === NONE ? null : id);
  for (let i = 0; i < columns.length; i += 1) {
    const { text, category } = names[columns.name[i]];
    yield [
      firstSpan + i,
      columns.lane[i],
      columns.depth[i],
      columns.start[i],
      columns.duration[i],
      text,
      category ?? null,
      unlessNone(columns.stage[i]),
      unlessNone(columns.batch[i]),
      unlessNone(columns.iteration[i]),
      columns.pass[i] === 0 ? null : PASSES[columns.pass[i]],
      columns.phase[i] === 0 ? null : PHASES[columns.phase[i]],
      argsAt(i) ?? null,
    ];
  }
}
