/**
 * Writes one run file. Nothing is at the target until `finish`, which renames a whole file there; a writer that dies leaves
 * a temporary file whose `user_version` is still 0, which every reader recognises as unfinished.
 *
 * There is no journal on disk and no fsync while writing: a file that is not finished is worth nothing, so nothing is protected.
 */
import { existsSync, statSync } from "node:fs";

import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { AppError } from "#common/errors.ts";
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
import type { ImportReport } from "#common/report.ts";

import type { SpanArgs } from "../columns/span-args.ts";
import { explainWriteFailure } from "../failures.ts";
import type { RunSize } from "../pyramid/levels.ts";
import { APPLICATION_ID, UNFINISHED_VERSION } from "../schema/header.ts";
import { DERIVED_VERSION, migrate, NOTHING_DERIVED, SCHEMA_VERSION } from "../schema/migrate.ts";
import { ChunkBuffer } from "./chunk-buffer.ts";
import { DerivedData } from "./derived-data.ts";
import { flush, publish, refuseExisting, removeTemporary, temporaryPathFor } from "./temporary-file.ts";
import { createChunkWriter } from "./write-chunk.ts";
import {
  insertCounters,
  insertEdges,
  insertFlows,
  insertInstants,
  insertLanes,
  insertNames,
  insertRun,
  insertStages,
} from "./write-tables.ts";

/**
 * Fills one run file, table by table in any order, spans in canonical order. What is derived from spans is derived while they
 * pass by, if the lanes and stages were given before and `expectSpans` called; otherwise at the end, from the file. Every method but `abort` throws
 * AppError disk-full or write-failed.
 */
export interface RunWriter {
  setRun(run: Run): void;
  setImportReport(report: ImportReport): void;
  addStages(stages: readonly Stage[]): void;
  addEdges(edges: readonly StageEdge[]): void;
  addLanes(lanes: readonly Lane[]): void;
  addNames(names: readonly SpanName[]): void;
  /**
   * Says exactly how many spans will come, their first start and last end. Only with that (and lanes and stages) given before
   * the spans is the pyramid built while they pass by.
   */
  expectSpans(size: RunSize): void;
  /** Appends spans in canonical order, any number at once; the arrays may be used again afterwards. */
  appendSpans(columns: SpanColumns, args: SpanArgs): void;
  addInstants(instants: readonly Instant[]): void;
  addCounters(counters: readonly CounterSample[]): void;
  addFlows(flows: readonly FlowPoint[]): void;
  /** Puts the whole file at its target. @throws AppError file-exists when somebody put one there meanwhile. */
  finish(): void;
  /** Leaves nothing behind. May be called at any time, also after `finish` (then it does nothing) and more than once. */
  abort(): void;
}

export interface WriteOptions {
  /** Allows to replace a file at the target. */
  readonly replace?: boolean;
  /**
   * Leaves what is derived from spans, the pyramid above all, to whoever draws the run first (`rebuildDerivedData`): a file
   * that is only reported on or sent away never pays for it.
   */
  readonly deriveLater?: boolean;
}

/** Large pages: a column of a chunk is 10 to 200 KB, and a blob is read page by page. */
const PAGE_BYTES = 16_384;
/** Bounds the writer's memory; what does not fit is written at once. */
const CACHE_KIB = 8_192;

/**
 * Starts writing a run file that will appear at `target`.
 * @throws AppError file-exists, write-failed, disk-full
 */
export function createRunWriter(
  target: string,
  { replace = false, deriveLater = false }: WriteOptions = {},
): RunWriter {
  if (!replace) refuseExisting(target);
  else if (existsSync(target) && !statSync(target).isFile()) {
    throw new AppError({ code: "file-exists", what: "the target is not a file", where: { file: target } });
  }
  const temporary = temporaryPathFor(target);
  const db = openTemporary(temporary, target);
  const derived = deriveLater ? undefined : new DerivedData(db);
  let chunkCount = 0;
  let spanCount = 0;
  let pipelineSpanCount = 0;
  let lastStart = -Infinity;
  let run: Run | undefined;
  let importReport: ImportReport | undefined;
  let isOpen = true;
  const writeChunk = createChunkWriter(db);
  const buffer = new ChunkBuffer((columns, args) => {
    if (columns.start[0] < lastStart) throw new RangeError("spans are not in canonical order");
    lastStart = columns.start[columns.length - 1];
    const zone = writeChunk({ index: chunkCount++, firstSpan: spanCount, columns, args });
    derived?.add(columns, zone);
    spanCount += zone.count;
    pipelineSpanCount += zone.pipelineCount;
  });

  function abort(): void {
    if (!isOpen) return;
    isOpen = false;
    db.close();
    removeTemporary(temporary);
  }

  /** Runs a step of the writing; whatever fails, nothing is left behind. */
  function guard<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      abort();
      throw explainWriteFailure(error, target);
    }
  }

  const write = (step: () => void) =>
    guard(() => {
      if (!isOpen) throw new Error("the run file is written or given up");
      step();
    });

  return {
    setRun: (given) => void (run = given),
    setImportReport: (given) => void (importReport = given),
    expectSpans: (size) => derived?.announce(size),
    addStages: (stages) =>
      write(() => {
        insertStages(db, stages);
        derived?.addStages(stages);
      }),
    addEdges: (edges) => write(() => insertEdges(db, edges)),
    addLanes: (lanes) =>
      write(() => {
        insertLanes(db, lanes);
        derived?.addLanes(lanes);
      }),
    addNames: (names) => write(() => insertNames(db, names)),
    appendSpans: (columns, args) => write(() => buffer.append(columns, args)),
    addInstants: (instants) => write(() => insertInstants(db, instants)),
    addCounters: (counters) => write(() => insertCounters(db, counters)),
    addFlows: (flows) => write(() => insertFlows(db, flows)),
    finish: () =>
      write(() => {
        if (run === undefined) throw new Error("a run file needs its run: call setRun");
        buffer.flush();
        derived?.finish();
        const derivedVersion = derived === undefined ? NOTHING_DERIVED : DERIVED_VERSION;
        insertRun(db, run, { spanCount, pipelineSpanCount, importReport, derivedVersion });
        db.exec("commit");
        flush(temporary);
        // Only now may the file say that it is whole: SQLite writes the page with the version first.
        db.pragma(`user_version = ${SCHEMA_VERSION}`);
        db.close();
        if (!replace) refuseExisting(target);
        publish({ temporary, target });
        isOpen = false;
      }),
    abort,
  };
}

function openTemporary(temporary: string, target: string): Database {
  try {
    return openForWriting(temporary);
  } catch (error) {
    removeTemporary(temporary);
    throw explainWriteFailure(error, target);
  }
}

function openForWriting(file: string): Database {
  const db = new Sqlite(file);
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    // Not "off", which SQLite's defensive mode refuses: in memory it holds only the few pages that exist before the rows.
    db.pragma("journal_mode = memory");
    db.pragma("synchronous = off");
    db.pragma("locking_mode = exclusive");
    db.pragma(`cache_size = -${CACHE_KIB}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${UNFINISHED_VERSION}`);
    migrate(db, { from: 0 });
    db.exec("begin");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
