/**
 * Turns what SQLite and the operating system throw into expected failures, so that no caller of db/ ever meets a raw
 * error of either. Anything unknown is passed on unchanged: it is a bug.
 */
import Sqlite from "better-sqlite3";

import { AppError } from "#common/errors.ts";

import { DamagedColumnError } from "./columns/integers.ts";

/** A row of a run file holds what no writer writes. */
export class DamagedRowError extends Error {
  override readonly name = "DamagedRowError";
}

export const damagedFile = (file: string, cause: unknown): AppError =>
  new AppError(
    {
      code: "damaged-run-file",
      what: `the run file is damaged: ${messageOf(cause)}`,
      where: { file },
      todo: "import the trace again, or take the file from a backup",
    },
    { cause },
  );

/** What a failure while reading a run file means to a person. */
export function explainReadFailure(error: unknown, file: string): unknown {
  if (error instanceof DamagedColumnError || error instanceof DamagedRowError) return damagedFile(file, error);
  if (error instanceof Sqlite.SqliteError) {
    return /^SQLITE_(IOERR|CANTOPEN|BUSY)/.test(error.code) ? unreadable(file, error) : damagedFile(file, error);
  }
  return explainSystemError(error, file) ?? error;
}

/** What a failure while writing the run file `file` means to a person. */
export function explainWriteFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL") {
    return new AppError(
      {
        code: "disk-full",
        what: "there is no room left to write the run file",
        where: { file },
        todo: "free some space, or choose another folder",
      },
      { cause: error },
    );
  }
  // The wrapper around SQLite looks for the folder itself, and says so with a TypeError.
  const isSystemError =
    error instanceof Error && ("syscall" in error || error.message.startsWith("Cannot open database"));
  if (
    error instanceof Sqlite.SqliteError
      ? /^SQLITE_(IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|BUSY)/.test(error.code)
      : isSystemError
  ) {
    return new AppError(
      {
        code: "write-failed",
        what: `the run file could not be written: ${messageOf(error)}`,
        where: { file },
        todo: "check that the folder exists and may be written",
      },
      { cause: error },
    );
  }
  return error;
}

function explainSystemError(error: unknown, file: string): AppError | undefined {
  if (!(error instanceof Error) || !("syscall" in error)) return undefined;
  return codeOf(error) === "ENOENT"
    ? new AppError({ code: "file-not-found", what: "there is no such file", where: { file } }, { cause: error })
    : unreadable(file, error);
}

const unreadable = (file: string, cause: unknown): AppError =>
  new AppError(
    {
      code: "file-unreadable",
      what: `the file cannot be read: ${messageOf(cause)}`,
      where: { file },
      todo: "check its permissions",
    },
    { cause },
  );

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
