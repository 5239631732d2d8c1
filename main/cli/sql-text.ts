/** Rows of a SQL statement, as an aligned table and as JSON objects. */
import { formatCountOf } from "#common/format.ts";

import { layOutTable } from "./table.ts";
import { paint } from "./terminal.ts";

interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

const LONGEST_CELL = 80;

/** A table; numbers to the right, bytes as hex, null as nothing, long and multi-line texts cut to one short line. */
export function describeRows({ columns, rows }: Rows): string {
  const isNumeric = columns.map((_, i) => rows.every((row) => typeof row[i] === "number" || row[i] === null));
  const table = layOutTable(
    columns.map((title, i) => ({ title, align: isNumeric[i] && rows.length > 0 ? "right" : "left" })),
    rows.map((row) => row.map(showCell)),
    { titleStyle: (title) => paint("bold", title) },
  );
  return `${table}${paint("dim", `(${formatCountOf(rows.length, { one: "row" })})`)}\n`;
}

function showCell(cell: unknown): string {
  const text = typeof cell === "string" ? cell : cell === null ? "" : showScalar(cell);
  // eslint-disable-next-line no-control-regex -- control characters would spoil the table, and the terminal
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}

function showScalar(cell: unknown): string {
  return cell instanceof Uint8Array ? `x'${Buffer.from(cell).toString("hex")}'` : String(cell);
}

/** One object a row. A column name that comes twice gets a number, so that no value is lost. */
export function namedRows({ columns, rows }: Rows): Record<string, unknown>[] {
  const seen = new Map<string, number>();
  const keys = columns.map((column) => {
    const times = (seen.get(column) ?? 0) + 1;
    seen.set(column, times);
    return times === 1 ? column : `${column}:${times}`;
  });
  const value = (cell: unknown): unknown =>
    typeof cell === "number" || typeof cell === "string" || cell === null ? cell : showScalar(cell);
  return rows.map((row) => Object.fromEntries(keys.map((key, i) => [key, value(row[i])])));
}
