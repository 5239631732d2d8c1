/**
 * Reads one run file. Small tables are read once when it is opened, spans chunk by chunk when asked for; the file is never
 * written, but for bringing an older one to this schema. Whatever a damaged file holds, callers meet an AppError, never a
 * raw error of SQLite.
 */
import type { Database } from "better-sqlite3";

import type { SpanId } from "#common/ids.ts";
import { createSpanColumns, SPAN_COLUMNS, sliceSpanColumns } from "#common/model.ts";
import type {
  CounterSample,
  FlowPoint,
  Instant,
  Lane,
  Run,
  SpanColumns,
  SpanName,
  Stage,
  StageEdge,
} from "#common/model.ts";
import type { Note } from "#common/notes.ts";
import type { ImportReport } from "#common/report.ts";
import type { TileKey } from "#common/tile.ts";

import type { SpanArgs } from "../columns/span-args.ts";
import { CHUNK_SPANS, mayTouch } from "../columns/zone.ts";
import type { ChunkInfo } from "../columns/zone.ts";
import { explainReadFailure } from "../failures.ts";
import { ComputeWindowCollector } from "../pyramid/compute-windows.ts";
import type { ComputeWindows } from "../pyramid/compute-windows.ts";
import { LaneStageCollector } from "../pyramid/lane-stages.ts";
import type { StoredAxis } from "../pyramid/pyramid-builder.ts";
import type { LaneStage } from "../pyramid/rows.ts";
import { DERIVED_VERSION, SCHEMA_VERSION } from "../schema/migrate.ts";
import { upgradeRunFile } from "../write/upgrade-run.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { checkRunFile, openReadOnly } from "./open-file.ts";
import { createQueryRunner } from "./query.ts";
import type { QueryLimits, QueryParameters, QueryResult, QueryRunner } from "./query.ts";
import { createChunkSource, readChunkList } from "./read-chunks.ts";
import { bytesOf } from "./cells.ts";
import type { Row } from "./cells.ts";
import {
  readComputeWindows,
  readCounters,
  readEdges,
  readFlows,
  readInstants,
  readNotes,
  readLanes,
  readLaneStages,
  readNames,
  readRun,
  readStages,
  readStoredAxes,
} from "./read-tables.ts";

/**
 * An open run file. Arrays that it gives are shared: do not change them. Every method throws AppError damaged-run-file or
 * file-unreadable where the file cannot be read.
 */
export interface RunReader {
  readonly path: string;
  readonly run: Run;
  /** By id: entry i has the id i. Likewise lanes and names. */
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly names: readonly SpanName[];
  readonly spanCount: number;
  /** Spans with a stage. */
  readonly pipelineSpanCount: number;
  readonly importReport?: ImportReport;
  readonly chunks: readonly ChunkInfo[];
  /** Columns of a chunk; recently read ones are kept. */
  readChunk(index: number): SpanColumns;
  readChunkArgs(index: number): SpanArgs;
  /** The spans [fromSpan, toSpan) of the canonical order. */
  readSpans(range: { fromSpan: number; toSpan: number }): SpanColumns;
  /** All spans at once: 39 bytes each. */
  readAllSpans(): SpanColumns;
  /** Chunks that may hold a span touching [fromNs, toNs), in order. */
  chunksBetween(window: { fromNs: number; toNs: number }): readonly ChunkInfo[];
  /** Arguments of a span as JSON text, exactly as read. */
  readArgs(span: SpanId): string | undefined;
  /** Which lane has compute spans of which stage. */
  laneStages(): readonly LaneStage[];
  /** When each iteration of each replica computes. */
  computeWindows(): ComputeWindows;
  /** False when another version of this program derived what the file keeps beside its spans; then nothing of it is used. */
  readonly hasCurrentDerivedData: boolean;
  /** Axes that have stored tiles. */
  readonly storedAxes: readonly StoredAxis[];
  /** Bytes of a stored tile; undefined for one that is empty or not stored. */
  readStoredTile(key: TileKey): Uint8Array | undefined;
  instants(): Instant[];
  counters(): CounterSample[];
  flows(): FlowPoint[];
  /** As they are at the moment. */
  notes(): Note[];
  /** Runs one reading statement; `?` takes the parameters in order. @throws AppError invalid-sql */
  query(sql: string, parameters?: QueryParameters, limits?: QueryLimits): QueryResult;
  close(): void;
}

export interface ReadOptions {
  /** Memory for decoded chunks of spans; a chunk takes 2.5 MB. */
  readonly cacheBytes?: number;
}

const DEFAULT_CACHE_BYTES = 96 * 1024 * 1024;

/**
 * Opens a whole run file, after bringing an older one to this program's schema.
 * @throws AppError write-failed or disk-full where that is refused, file-not-found, file-unreadable, not-a-run-file, incomplete-run-file, newer-run-file, damaged-run-file
 */
export function openRunReader(file: string, { cacheBytes = DEFAULT_CACHE_BYTES }: ReadOptions = {}): RunReader {
  return explained(file, () => {
    const version = checkRunFile(file);
    if (version < SCHEMA_VERSION) upgradeRunFile(file, { from: version });
    const db = openReadOnly(file);
    try {
      return readFrom(db, { file, cacheBytes });
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function readFrom(db: Database, { file, cacheBytes }: { file: string; cacheBytes: number }): RunReader {
  const { derivedVersion, ...head } = readRun(db);
  const tables = { stages: readStages(db), edges: readEdges(db), lanes: readLanes(db), names: readNames(db) };
  const chunks = readChunkList(db, head.spanCount);
  const source = createChunkSource(db, {
    lanes: tables.lanes.length,
    names: tables.names.length,
    stages: tables.stages.length,
  });
  const cache = new ChunkCache({ budgetBytes: cacheBytes });
  let lastArgs: { index: number; args: SpanArgs } | undefined;
  let queries: QueryRunner | undefined;

  const hasCurrentDerivedData = derivedVersion === DERIVED_VERSION;
  const storedAxes = hasCurrentDerivedData ? readStoredAxes(db) : [];
  const selectTile = db.prepare<[string, number, number, number, number], Row>(
    "select data from tile where axis = ? and row_level = ? and level = ? and row_block = ? and column_index = ?",
  );

  function chunkAt(index: number) {
    const chunk = chunks.at(index);
    if (chunk === undefined || index < 0) throw new RangeError(`there is no chunk ${index}`);
    return chunk;
  }

  const readChunk = (index: number): SpanColumns =>
    explained(file, () => {
      const kept = cache.get(index);
      if (kept !== undefined) return kept;
      const columns = source.readColumns(chunkAt(index));
      cache.set(index, columns);
      return columns;
    });

  const readChunkArgs = (index: number): SpanArgs =>
    explained(file, () => {
      if (lastArgs?.index !== index) lastArgs = { index, args: source.readArgs(chunkAt(index)) };
      return lastArgs.args;
    });

  function readSpans({ fromSpan, toSpan }: { fromSpan: number; toSpan: number }): SpanColumns {
    if (fromSpan < 0 || toSpan > head.spanCount || fromSpan > toSpan) {
      throw new RangeError(`there are no spans ${fromSpan} to ${toSpan}`);
    }
    const result = createSpanColumns(toSpan - fromSpan);
    for (let span = fromSpan; span < toSpan;) {
      const chunk = chunkAt(Math.floor(span / CHUNK_SPANS));
      const end = Math.min(toSpan, chunk.firstSpan + chunk.count);
      const from = span - chunk.firstSpan;
      const piece = sliceSpanColumns(readChunk(chunk.index), { from, to: end - chunk.firstSpan });
      for (const name of SPAN_COLUMNS) result[name].set(piece[name], span - fromSpan);
      span = end;
    }
    return result;
  }

  /** Kept in the file, or computed again when the file's derived data are another version's. */
  function laneStages(): readonly LaneStage[] {
    if (hasCurrentDerivedData) {
      const limits = { lanes: tables.lanes.length, stages: tables.stages.length };
      return explained(file, () => readLaneStages(db, limits));
    }
    const collector = new LaneStageCollector();
    for (const { index } of chunks) collector.add(readChunk(index));
    return collector.list();
  }

  function computeWindows(): ComputeWindows {
    if (hasCurrentDerivedData) return explained(file, () => readComputeWindows(db));
    const collector = new ComputeWindowCollector(tables);
    for (const { index } of chunks) collector.add(readChunk(index));
    return collector.list();
  }

  return {
    ...head,
    ...tables,
    path: file,
    chunks,
    readChunk,
    readChunkArgs,
    readSpans,
    readAllSpans: () => readSpans({ fromSpan: 0, toSpan: head.spanCount }),
    chunksBetween: (window) => chunks.filter((chunk) => mayTouch(chunk, window)),
    readArgs(span) {
      const { index, firstSpan } = chunkAt(Math.floor(span / CHUNK_SPANS));
      const { offsets, bytes } = readChunkArgs(index);
      const text = bytes.subarray(offsets[span - firstSpan], offsets[span - firstSpan + 1]);
      return text.length === 0 ? undefined : new TextDecoder().decode(text);
    },
    laneStages,
    computeWindows,
    hasCurrentDerivedData,
    storedAxes,
    readStoredTile: ({ axis, level, rowBlock, column, rowLevel = 0 }) =>
      explained(file, () => {
        const row = selectTile.get(axis, rowLevel, level, rowBlock, column);
        return row === undefined ? undefined : bytesOf(row, "data");
      }),
    instants: () => explained(file, () => readInstants(db)),
    counters: () => explained(file, () => readCounters(db)),
    flows: () => explained(file, () => readFlows(db)),
    notes: () => explained(file, () => readNotes(db)),
    query: (sql, parameters = [], limits = {}) =>
      explained(file, () => {
        queries ??= createQueryRunner(openReadOnly(file), { ...tables, chunks, readChunk, readChunkArgs });
        return queries.query(sql, parameters, limits);
      }),
    close() {
      queries?.close();
      db.close();
    },
  };
}

function explained<Result>(file: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw explainReadFailure(error, file);
  }
}
