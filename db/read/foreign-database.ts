/**
 * Reads the tables of an SQLite database that is no run file: what another program exported. Read-only, table by table in the
 * order of the rows, by names of tables and columns; it knows no schema and needs no index. What is absent reads as absent.
 */
import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { AppError } from "#common/errors.ts";

import { openReadOnly } from "./open-file.ts";

export type ForeignCell = number | string | Uint8Array | null;

/**
 * A column by its name; as `text` where integers beyond 2^53 must stay exact, as `high` or `low` for the bits of an integer
 * above and below its 24th.
 */
export type ForeignColumn = string | { readonly name: string; readonly as: "text" | "high" | "low" };

export interface ForeignDatabase {
  /** Names of ordinary tables, and of the columns of each, as the file spells them. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  countRows(table: string): number;
  /**
   * Rows of a table in their own order; cells as asked, null for a column that the table has not.
   * @throws AppError malformed-trace while rows are taken from a damaged file
   */
  rows(table: string, columns: readonly ForeignColumn[]): Iterable<readonly ForeignCell[]>;
  close(): void;
}

/** @throws AppError malformed-trace, file-unreadable */
export function openForeignDatabase(file: string): ForeignDatabase {
  const db = guard(() => openReadOnly(file));
  try {
    const tables = guard(() => listTables(db));
    return {
      tables,
      countRows: (table) =>
        guard(() =>
          Number(
            db
              .prepare(`select count(*) from ${quote(table)}`)
              .pluck()
              .get(),
          ),
        ),
      *rows(table, columns) {
        const known = tables.get(table);
        if (known === undefined) return;
        const list = columns.map((column) => expressionOf(column, known)).join(", ");
        const iterator = guard(() =>
          db
            .prepare(`select ${list} from ${quote(table)}`)
            .raw()
            .iterate(),
        );
        try {
          for (;;) {
            const next = guard(() => iterator.next());
            if (next.done === true) return;
            yield next.value as ForeignCell[];
          }
        } finally {
          iterator.return?.();
        }
      },
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Views and virtual tables are left out: reading them would run what a stranger wrote. */
function listTables(db: Database): ReadonlyMap<string, ReadonlySet<string>> {
  const names = db
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite#_%' escape '#'
       and sql not like 'create virtual%' order by rowid`,
    )
    .pluck()
    .all() as string[];
  const columnsOf = db.prepare("select name from pragma_table_info(?)").pluck();
  return new Map(names.map((name) => [name, new Set(columnsOf.all(name) as string[])]));
}

function expressionOf(column: ForeignColumn, known: ReadonlySet<string>): string {
  const name = typeof column === "string" ? column : column.name;
  if (!known.has(name)) return "null";
  if (typeof column === "string") return quote(name);
  switch (column.as) {
    case "text":
      return `cast(${quote(name)} as text)`;
    case "high":
      return `${quote(name)} >> 24`;
    case "low":
      return `${quote(name)} & 0xffffff`;
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function guard<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    const isUnreadable = /^SQLITE_(IOERR|CANTOPEN|BUSY)/.test(error.code);
    throw new AppError(
      isUnreadable
        ? {
            code: "file-unreadable",
            what: `the database cannot be read: ${error.message}`,
            todo: "check its permissions",
          }
        : {
            code: "malformed-trace",
            what: `the database is damaged: ${error.message}`,
            todo: "export it again, or import what can be read with --keep-partial",
          },
      { cause: error },
    );
  }
}
