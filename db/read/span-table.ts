/**
 * Spans for SQL: `span` (a full scan of the chunks) and `span_in(from_ns, to_ns, lane)` (only chunks that the zone map does
 * not rule out). A plain `where start between …` on `span` cannot skip chunks: better-sqlite3 tells a virtual table nothing
 * about conditions but equality on hidden parameters.
 *
 * SQLite pulls every row out of JavaScript, about 1 µs each and as much for every cell used: figures over millions of
 * spans belong to main/core/analysis, this is for questions nobody foresaw.
 */
import type { Database } from "better-sqlite3";

import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { Lane, SpanColumns, SpanName } from "#common/model.ts";
import { SPAN_COLUMNS } from "#common/sql.ts";

import type { SpanArgs } from "../columns/span-args.ts";
import { hasLane, mayTouch } from "../columns/zone.ts";
import type { ChunkInfo } from "../columns/zone.ts";

type Cell = number | string | null;

export interface SpanSource {
  readonly lanes: readonly Lane[];
  readonly names: readonly SpanName[];
  readonly chunks: readonly ChunkInfo[];
  readChunk(index: number): SpanColumns;
  readChunkArgs(index: number): SpanArgs;
  /** False when the statement cannot name `args`: then no chunk's arguments are inflated. */
  readonly wantsArgs: () => boolean;
}

export function registerSpanTables(db: Database, source: SpanSource): void {
  db.table("span", { columns: [...SPAN_COLUMNS], parameters: [], rows: createScan(source) });
  // A parameter cannot be called `lane` too: it is a column of the same table. One that is left out bounds nothing; one
  // that is null gives no row, since SQLite takes it as `from_ns = null`.
  db.table("span_in", {
    columns: [...SPAN_COLUMNS],
    parameters: ["from_ns", "to_ns", "only_lane"],
    rows: createScan(source),
  });
}

function boundOf(parameter: unknown): number | undefined {
  return typeof parameter === "number" ? parameter : undefined;
}

/** The generator of both tables, called with the parameters of `span_in` or with none. */
function createScan(source: SpanSource): (...parameters: unknown[]) => Generator<Cell[]> {
  return function* scan(...parameters) {
    const fromNs = boundOf(parameters[0]) ?? -Infinity;
    const toNs = boundOf(parameters[1]) ?? Infinity;
    const onlyLane = boundOf(parameters[2]);
    // The same array again and again: SQLite's wrapper copies the cells before it asks for the next row.
    const row = new Array<Cell>(SPAN_COLUMNS.length).fill(null);
    for (const chunk of source.chunks) {
      if (!mayTouch(chunk, { fromNs, toNs })) continue;
      if (onlyLane !== undefined && !hasLane(chunk, onlyLane)) continue;
      const columns = source.readChunk(chunk.index);
      const { lane, depth, start, duration, name, stage, batch, iteration, pass, phase } = columns;
      const textOfArgs = source.wantsArgs() ? createArgsReader(source.readChunkArgs(chunk.index)) : noArgs;
      for (let i = 0; i < columns.length; i++) {
        if (start[i] >= toNs) return;
        if (start[i] < fromNs && start[i] + duration[i] <= fromNs) continue;
        if (onlyLane !== undefined && lane[i] !== onlyLane) continue;
        const { text, category } = source.names[name[i]];
        const { rank, replica } = source.lanes[lane[i]];
        row[0] = chunk.firstSpan + i;
        row[1] = lane[i];
        row[2] = depth[i];
        row[3] = start[i];
        row[4] = duration[i];
        row[5] = text;
        row[6] = category ?? null;
        row[7] = orNull(stage[i]);
        row[8] = orNull(batch[i]);
        row[9] = orNull(iteration[i]);
        row[10] = pass[i] === 0 ? null : PASSES[pass[i]];
        row[11] = phase[i] === 0 ? null : PHASES[phase[i]];
        row[12] = rank ?? null;
        row[13] = replica ?? null;
        row[14] = textOfArgs(i);
        yield row;
      }
    }
  };
}

const noArgs = (): null => null;

const orNull = (id: number): number | null => (id === NONE ? null : id);

function createArgsReader({ offsets, bytes }: SpanArgs): (index: number) => string | null {
  const text = new TextDecoder();
  return (index) =>
    offsets[index] === offsets[index + 1] ? null : text.decode(bytes.subarray(offsets[index], offsets[index + 1]));
}

/**
 * True unless no result of the statement can depend on `args`: it neither says so nor asks for all columns. `count(*)` asks
 * for none.
 */
export function mayNameArgs(sql: string): boolean {
  return /args|natural|\*(?!\s*\))/i.test(sql);
}
