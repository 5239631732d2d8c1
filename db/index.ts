/**
 * The only door of db/: run files are written, read and looked at through what is named here, and nothing else of this
 * folder is imported from outside it.
 */
import { openRunReader } from "./read/run-reader.ts";
import type { ReadOptions, RunReader } from "./read/run-reader.ts";
import { renameRunFile } from "./write/rename-run.ts";
import { createRunWriter } from "./write/run-writer.ts";
import type { RunWriter, WriteOptions } from "./write/run-writer.ts";

export { createEmptyArgs } from "./columns/span-args.ts";
export type { SpanArgs } from "./columns/span-args.ts";
export { CHUNK_SPANS } from "./columns/zone.ts";
export { levelsOf, readTile, rowFinderOf, rowsOf } from "./pyramid/read-tile.ts";
export type { FindRow } from "./pyramid/read-tile.ts";
export { openForeignDatabase } from "./read/foreign-database.ts";
export type { ForeignCell, ForeignColumn, ForeignDatabase } from "./read/foreign-database.ts";
export { readFromMemory } from "./read/memory-reader.ts";
export type { RunReader } from "./read/run-reader.ts";
export { createPlainDatabase } from "./write/plain-database.ts";
export type { PlainDatabaseWriter, PlainTable } from "./write/plain-database.ts";
export type { RunWriter } from "./write/run-writer.ts";
export { removeNoteFrom, writeNoteInto } from "./write/write-note.ts";
export { rebuildDerivedData } from "./write/rebuild-derived.ts";
export { removeStaleFiles } from "./write/temporary-file.ts";

/**
 * Starts writing a run file; nothing is at `path` until `finish`.
 * @throws AppError file-exists, write-failed, disk-full
 */
export function createRun(path: string, options?: WriteOptions): RunWriter {
  return createRunWriter(path, options);
}

/**
 * Opens a whole run file, read-only.
 * @throws AppError file-not-found, file-unreadable, not-a-run-file, incomplete-run-file, newer-run-file, damaged-run-file
 */
export function openRun(path: string, options?: ReadOptions): RunReader {
  return openRunReader(path, options);
}

/**
 * Changes the name of a whole run.
 * @throws AppError write-failed, disk-full, and what `openRun` throws
 */
export function setRunName(path: string, name: string): void {
  renameRunFile(path, name);
}
