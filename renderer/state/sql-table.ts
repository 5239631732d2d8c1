/** What the console makes of an answer: rows in the order a person wants, and which columns hold ids of spans. Pure. */
import type { SqlCell } from "#common/sql.ts";

export interface SqlOrder {
  readonly column: number;
  readonly descending: boolean;
}

type Row = readonly SqlCell[];

/** Numbers before texts, nothing last in either direction; equal ones stay as they are. */
export function sortRows(rows: readonly Row[], order: SqlOrder | undefined): readonly Row[] {
  if (order === undefined) return rows;
  const { column, descending } = order;
  return rows.toSorted((one, other) => {
    const [a, b] = [one[column] ?? null, other[column] ?? null];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return descending ? compare(b, a) : compare(a, b);
  });
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}

/** First up, then down, then as the statement gave them. */
export function nextOrder(order: SqlOrder | undefined, column: number): SqlOrder | undefined {
  if (order?.column !== column) return { column, descending: false };
  return order.descending ? undefined : { column, descending: true };
}

/** `span` anywhere; `id` where the statement reads spans and nothing else that has an `id`. */
export function spanColumns(columns: readonly string[], sql: string): ReadonlySet<number> {
  const tables = [...sql.matchAll(/\b(?:from|join)\s+([a-z_]+)/gi)].map(([, table = ""]) => table.toLowerCase());
  const idIsSpan = tables.length > 0 && tables.every((table) => table === "span" || table === "span_in");
  return new Set(
    columns.flatMap((name, at) => {
      const word = name.toLowerCase();
      return word === "span" || word === "span_id" || (word === "id" && idIsSpan) ? [at] : [];
    }),
  );
}
