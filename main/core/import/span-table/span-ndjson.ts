/**
 * Importer of spans as NDJSON (JSON lines): one object a span, with the same keys as the columns of a CSV table (columns.ts).
 * README.md describes the format for people.
 */
import type { ByteWindow } from "../byte-window.ts";
import type { Importer } from "../importer.ts";
import { firstLine } from "../text-lines.ts";
import { readColumns } from "./columns.ts";
import type { SpanColumnsByName } from "./columns.ts";
import { RowReader } from "./row-reader.ts";

const NEW_LINE = 10;
/** Digits that a double holds for certain. */
const SAFE_DIGITS = 15;
/** Different sets of keys that are remembered. */
const MOST_SHAPES = 1_000;

type JsonObject = Readonly<Record<string, unknown>>;

export const spanNdjson: Importer = {
  format: "span-ndjson",
  describes: "spans as NDJSON",

  sniff(head) {
    const line = firstLine(head)?.line ?? "";
    const object = line.trimStart().startsWith("{") ? parseLine(line) : undefined;
    return object !== undefined && readColumns(Object.keys(object)) !== undefined;
  },

  async read(window, trace, { keepPartial }) {
    window.acceptDamage = keepPartial;
    const rows = new RowReader(trace);
    const columnsOf = createColumnsLookup();
    let row = 0;
    for await (const line of linesOf(window)) {
      row++;
      if (line.trim() === "") continue;
      const object = parseLine(row === 1 ? line.replace(/^\uFEFF/u, "") : line);
      const columns = object === undefined ? undefined : columnsOf(Object.keys(object));
      if (object === undefined) rows.refuse("line that is no JSON object", row);
      else if (columns === undefined) {
        rows.refuse("object without name, start_<unit> and end_<unit> or duration_<unit>", row);
      } else rows.add(row, columns, (key) => (object[key] === null ? undefined : object[key]));
    }
    if (window.damage !== undefined) trace.tally.repair(`imported what was readable: ${window.damage.fields.what}`);
    rows.finish();
  },
};

/** Rows of one program have the same keys, mostly. */
function createColumnsLookup(): (keys: readonly string[]) => SpanColumnsByName | undefined {
  const known = new Map<string, SpanColumnsByName | undefined>();
  return (keys) => {
    const shape = keys.join("\0");
    if (known.has(shape)) return known.get(shape);
    const columns = readColumns(keys);
    if (known.size < MOST_SHAPES) known.set(shape, columns);
    return columns;
  };
}

/** The object of a line; numbers that a double would round stay the texts they are. */
function parseLine(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line, (_, item: unknown, context?: { readonly source?: string }) =>
      typeof item === "number" && (context?.source?.length ?? 0) > SAFE_DIGITS ? context?.source : item,
    );
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch (error) {
    // Brackets within brackets without end break the parser, not the import.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

async function* linesOf(window: ByteWindow): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let from = 0;
  let seen = 0;
  for (;;) {
    const at = window.bytes.indexOf(NEW_LINE, seen);
    if (at >= 0 && at < window.end) {
      yield decoder.decode(window.bytes.subarray(from, at));
      from = seen = at + 1;
      continue;
    }
    const { offset } = window;
    seen = window.end;
    const isMore = await window.more(from);
    from -= window.offset - offset; // the window moves at the end of the content, too
    seen -= window.offset - offset;
    if (!isMore) break;
  }
  if (window.end > from) yield decoder.decode(window.bytes.subarray(from, window.end));
}
