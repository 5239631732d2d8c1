/**
 * Entry of the process that runs one SQL statement and ends. A process and not a thread: inside SQLite nothing can be
 * interrupted, and a thread that is there cannot be ended, so that an endless statement would keep a core for good.
 */
import { AppError } from "#common/errors.ts";
import type { SqlCell } from "#common/sql.ts";

import { openRun } from "../../../db/index.ts";
import type { SqlQuestion, SqlReply } from "./sql-protocol.ts";

/** Texts of an answer: a window holds no more. */
const MOST_CHARACTERS = 32_000_000;

process.once("message", (question) => {
  const reply = answer(question as SqlQuestion);
  process.send?.(reply, () => process.disconnect());
});
// Whoever asked has gone.
process.once("disconnect", () => process.exit());

function answer({ path, sql, mostRows }: SqlQuestion): SqlReply {
  const beganMs = performance.now();
  try {
    const reader = openRun(path);
    try {
      const { columns, rows, more } = reader.query(sql, [], { mostRows });
      const cells = rows.map((row) => row.map(cellOf));
      const kept = fitting(cells);
      const isCut = more === true || kept.length < cells.length;
      return { type: "answer", answer: { columns, rows: kept, more: isCut, elapsedMs: performance.now() - beganMs } };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof AppError) return { type: "failed", failure: error.fields };
    return { type: "bug", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function cellOf(cell: unknown): SqlCell {
  if (typeof cell === "number" || typeof cell === "string" || cell === null) return cell;
  if (cell instanceof Uint8Array) return `x'${Buffer.from(cell).toString("hex")}'`;
  throw new TypeError(`SQLite gave a ${typeof cell}`);
}

function fitting(rows: readonly SqlCell[][]): readonly SqlCell[][] {
  let characters = 0;
  const end = rows.findIndex((row) => {
    for (const cell of row) characters += typeof cell === "string" ? cell.length : 8;
    return characters > MOST_CHARACTERS;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
