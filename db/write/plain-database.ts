/**
 * Writes a plain SQLite database of given tables, for other clients: ordinary rows, nothing of a run file's format. Like a
 * run file it appears at its target whole or not at all. It knows no run: the caller names tables and columns.
 */
import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { explainWriteFailure } from "../failures.ts";
import { publish, refuseExisting, removeTemporary, temporaryPathFor } from "./temporary-file.ts";
import type { WriteOptions } from "./run-writer.ts";

export type PlainCell = number | string | null;

/** A column is its name and type, as in `create table`: `"start_ns integer not null"`. */
export interface PlainTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Statements to run when the rows are in: indexes. */
  readonly afterwards?: readonly string[];
}

/** Every method but `abort` throws AppError disk-full or write-failed. */
export interface PlainDatabaseWriter {
  /** Appends rows to a table; cells in the order of its columns. */
  insert(table: string, rows: Iterable<readonly PlainCell[]>): void;
  finish(): void;
  /** Leaves nothing behind; may be called at any time. */
  abort(): void;
}

/** @throws AppError file-exists, write-failed, disk-full */
export function createPlainDatabase(
  target: string,
  { tables, replace = false }: { readonly tables: readonly PlainTable[] } & WriteOptions,
): PlainDatabaseWriter {
  if (!replace) refuseExisting(target);
  const temporary = temporaryPathFor(target);
  let db: Database | undefined;

  function abort(): void {
    db?.close();
    db = undefined;
    removeTemporary(temporary);
  }

  function guard<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      abort();
      throw explainWriteFailure(error, target);
    }
  }

  const inserts = guard(() => {
    db = openTables(temporary, tables);
    const prepared = new Map<string, Sqlite.Statement>();
    for (const { name, columns } of tables) {
      prepared.set(name, db.prepare(`insert into "${name}" values (${columns.map(() => "?").join(", ")})`));
    }
    return prepared;
  });

  return {
    insert(table, rows) {
      const statement = inserts.get(table);
      if (statement === undefined) throw new RangeError(`there is no table ${table}`);
      guard(() => {
        for (const row of rows) statement.run(...row);
      });
    },
    finish() {
      guard(() => {
        for (const { afterwards = [] } of tables) for (const statement of afterwards) db?.exec(statement);
        db?.exec("commit");
        db?.close();
        db = undefined;
        if (!replace) refuseExisting(target);
        publish({ temporary, target });
      });
    },
    abort,
  };
}

function openTables(file: string, tables: readonly PlainTable[]): Database {
  const db = new Sqlite(file);
  db.pragma("journal_mode = off");
  db.pragma("synchronous = off");
  for (const { name, columns } of tables) db.exec(`create table "${name}" (${columns.join(", ")}) strict`);
  db.exec("begin");
  return db;
}
