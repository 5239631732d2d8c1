/**
 * Importer of a table of spans as CSV: a header that names the columns (columns.ts), one row a span. Commas, semicolons or
 * tabs; quotes as in RFC 4180. README.md describes the format for people.
 */
import { pipeline } from "node:stream/promises";

import { AppError } from "#common/errors.ts";
import type { ByteWindow } from "../byte-window.ts";
import type { Importer } from "../importer.ts";
import { firstLine } from "../text-lines.ts";
import { readColumns } from "./columns.ts";
import type { SpanColumnsByName } from "./columns.ts";

const LARGEST_ROW_BYTES = 1 << 24;
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u;
/** Characters of a number that a double holds exactly enough to be written the same again. */
const LONGEST_NUMBER = 15;
const DELIMITERS = [",", ";", "\t"];

export const spanCsv: Importer = {
  format: "span-csv",
  describes: "spans as CSV",

  sniff(head) {
    const header = headerOf(head);
    const keys = header.split(delimiterOf(header)).map((key) => key.trim().replaceAll(/^"|"$/gu, ""));
    return readColumns(keys) !== undefined;
  },

  async read(window, trace, { keepPartial }) {
    const [{ CsvError, parse }, { RowReader }] = await Promise.all([import("csv-parse"), import("./row-reader.ts")]);
    window.acceptDamage = keepPartial;
    const rows = new RowReader(trace);
    let header: { readonly keys: readonly string[]; readonly columns: SpanColumnsByName } | undefined;
    const parser = parse({
      bom: true,
      delimiter: delimiterOf(headerOf(window.bytes.subarray(0, window.end + 1))),
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LARGEST_ROW_BYTES,
      // Each record is done with when it was read: the parser forgets what it holds when it meets a fault.
      on_record: (record: string[], { lines }) => {
        if (header === undefined) header = { keys: record, columns: columnsOf(record) };
        else {
          const { keys, columns } = header;
          rows.add(lines, columns, (key) => readCell(record[keys.indexOf(key)]));
        }
        return null;
      },
    });
    try {
      await pipeline(chunksOf(window), parser.resume());
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const what = `the table is no CSV any more: ${error.message}`;
      if (!keepPartial) {
        throw new AppError(
          { code: "malformed-trace", what, todo: "mend the row, or import what is before it with --keep-partial" },
          { cause: error },
        );
      }
      trace.tally.repair(`imported what was readable: ${what}`);
    }
    if (window.damage !== undefined) trace.tally.repair(`imported what was readable: ${window.damage.fields.what}`);
    rows.finish();
  },
};

const headerOf = (head: Uint8Array): string => firstLine(head)?.line ?? "";

/** The one that occurs most often in the header. */
function delimiterOf(header: string): string {
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

async function* chunksOf(window: ByteWindow): AsyncGenerator<Uint8Array> {
  do {
    // A copy: the parser may look at it when the window has moved on.
    if (window.end > 0) yield window.bytes.slice(0, window.end);
  } while (await window.more(window.end));
}

/** Plain numbers as numbers, other texts as they are, nothing for an empty cell. */
function readCell(cell: string | undefined): string | number | undefined {
  const text = cell?.trim() ?? "";
  if (text === "") return undefined;
  return text.length <= LONGEST_NUMBER && PLAIN_NUMBER.test(text) ? Number(text) : text;
}

/** @throws AppError malformed-trace */
function columnsOf(keys: readonly string[]): SpanColumnsByName {
  const columns = readColumns(keys);
  if (columns !== undefined) return columns;
  throw new AppError({
    code: "malformed-trace",
    what: `the header "${keys.join(",").slice(0, 80)}" names no table of spans`,
    where: { row: 1 },
    todo: "name the columns name, start_<unit> and end_<unit> or duration_<unit>, with ns, us, ms or s as the unit",
  });
}
