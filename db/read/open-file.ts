/**
 * Says what a file is before SQLite sees it, and opens whole run files read-only. Every refusal has its own name; no file
 * is changed by being looked at.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";

import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { AppError } from "#common/errors.ts";

import { damagedFile } from "../failures.ts";
import { APPLICATION_ID, HEADER_BYTES, readHeader, UNFINISHED_VERSION } from "../schema/header.ts";
import { SCHEMA_VERSION } from "../schema/migrate.ts";
import { isTemporaryName } from "../write/temporary-file.ts";

/**
 * Gives the schema version of a whole run file.
 * @throws AppError not-a-run-file, incomplete-run-file, newer-run-file, damaged-run-file; errors of the file system as they are
 */
export function checkRunFile(file: string): number {
  const { bytes, sizeBytes } = readFirstBytes(file);
  const header = readHeader(bytes);
  if (header === undefined && sizeBytes === 0 && isTemporaryName(path.basename(file))) throw incomplete(file);
  if (header?.applicationId !== APPLICATION_ID) {
    throw new AppError({
      code: "not-a-run-file",
      what: header === undefined ? "not a Pipewave run file" : "a SQLite database, but not a Pipewave run file",
      where: { file },
      todo: "if it is a trace, import it first",
    });
  }
  if (header.userVersion === UNFINISHED_VERSION) throw incomplete(file);
  if (header.userVersion > SCHEMA_VERSION) {
    throw new AppError({
      code: "newer-run-file",
      what: `the run file has format ${header.userVersion}, this version of Pipewave reads up to ${SCHEMA_VERSION}`,
      where: { file },
      todo: "open it with the version of Pipewave that wrote it, or a newer one",
    });
  }
  if (header.userVersion < 0) throw damagedFile(file, new Error("its format number is not possible"));
  if (header.sizeBytes > sizeBytes) {
    throw damagedFile(file, new Error(`it has ${sizeBytes} bytes of ${header.sizeBytes}`));
  }
  return header.userVersion;
}

/** Opens a checked file. Errors of SQLite come as they are. */
export function openReadOnly(file: string): Database {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    // Views and triggers of a foreign hand must not call anything.
    db.pragma("trusted_schema = off");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const incomplete = (file: string): AppError =>
  new AppError({
    code: "incomplete-run-file",
    what: "the writing of this run file was interrupted",
    where: { file },
    todo: "import the trace again",
  });

function readFirstBytes(file: string): { bytes: Uint8Array; sizeBytes: number } {
  const descriptor = openSync(file, "r");
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new AppError({ code: "not-a-run-file", what: "not a file", where: { file } });
    const bytes = new Uint8Array(HEADER_BYTES);
    const length = readSync(descriptor, bytes, 0, HEADER_BYTES, 0);
    return { bytes: bytes.subarray(0, length), sizeBytes: stat.size };
  } finally {
    closeSync(descriptor);
  }
}
