/**
 * SQL typed by a person, on a connection of its own: virtual tables read chunks while a statement runs, which SQLite's
 * wrapper does not allow on the same connection. Only statements that read and give rows are run.
 */
import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { AppError } from "#common/errors.ts";

import { mayNameArgs, registerSpanTables } from "./span-table.ts";
import type { SpanSource } from "./span-table.ts";

/** Cells are numbers, texts, null and bytes, as SQLite gives them. */
export interface QueryResult {
  readonly columns: string[];
  readonly rows: unknown[][];
  /** Present when there were more rows than were asked for. */
  readonly more?: true;
}

export interface QueryLimits {
  /** Rows after these are not read. */
  readonly mostRows?: number;
}

export type QueryParameters = readonly (number | string | bigint | null)[];

export interface QueryRunner {
  /** @throws AppError invalid-sql; what the span source throws, as it is */
  query(sql: string, parameters: QueryParameters, limits?: QueryLimits): QueryResult;
  close(): void;
}

/** Takes over the connection. */
export function createQueryRunner(db: Database, source: Omit<SpanSource, "wantsArgs">): QueryRunner {
  let wantsArgs = false;
  // A failure below a virtual table comes out of SQLite changed, so the one that went in is kept.
  const below: { failure: Error | undefined } = { failure: undefined };
  const guarded = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Error) below.failure = error;
      throw error;
    }
  };
  registerSpanTables(db, {
    ...source,
    readChunk: (index) => guarded(() => source.readChunk(index)),
    readChunkArgs: (index) => guarded(() => source.readChunkArgs(index)),
    wantsArgs: () => wantsArgs,
  });
  return {
    query(sql, parameters, { mostRows = Infinity } = {}) {
      wantsArgs = mayNameArgs(sql);
      below.failure = undefined;
      try {
        const statement = db.prepare<unknown[], unknown[]>(sql);
        if (!statement.reader || !statement.readonly) throw refuse("only statements that read are allowed here");
        const columns = statement.columns().map(({ name }) => name);
        const rows: unknown[][] = [];
        for (const row of statement.raw(true).iterate(...parameters)) {
          if (rows.length >= mostRows) return { columns, rows, more: true };
          rows.push(row);
        }
        return { columns, rows };
      } catch (error) {
        throwFailure(below);
        throw isComplaint(error) ? refuse(error.message, error) : error;
      }
    },
    close: () => void db.close(),
  };
}

function throwFailure({ failure }: { readonly failure: Error | undefined }): void {
  if (failure !== undefined) throw failure;
}

/** SQLite's own codes, and the wrapper's for "no statement", "more than one statement", "too few parameters". */
function isComplaint(error: unknown): error is Error {
  if (error instanceof Sqlite.SqliteError) {
    return !/^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN)/.test(error.code);
  }
  return error instanceof RangeError || error instanceof TypeError;
}

const refuse = (reason: string, cause?: unknown): AppError =>
  new AppError(
    {
      code: "invalid-sql",
      what: `SQLite cannot run this statement: ${reason}`,
      todo: "tables are run, stage, lane, name, span, span_in(from_ns, to_ns, lane), instant, counter and flow",
    },
    { cause },
  );
