/** Writes one chunk of spans: its zone map, its columns and its arguments. Keeps nothing of what it is given. */
import type { Database } from "better-sqlite3";

import { SPAN_COLUMNS } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import { columnKey, encodeColumns, sumNumbers } from "../columns/chunk-columns.ts";
import type { StoredColumn } from "../columns/chunk-columns.ts";
import type { StoredIntegers } from "../columns/integers.ts";
import { encodeArgs } from "../columns/span-args.ts";
import type { SpanArgs } from "../columns/span-args.ts";
import { mapZone } from "../columns/zone.ts";
import type { ChunkInfo } from "../columns/zone.ts";

export interface Chunk {
  readonly index: number;
  readonly firstSpan: number;
  readonly columns: SpanColumns;
  readonly args: SpanArgs;
}

/** @throws RangeError when starts fall within the chunk. */
export function createChunkWriter(db: Database): (chunk: Chunk) => ChunkInfo {
  const insertColumn = db.prepare("insert into span_column (id, encoding, base, data) values (?, ?, ?, ?)");
  const insertChunk = db.prepare(
    `insert into span_chunk (id, first_span, count, min_start, max_end, pipeline_count, max_depth, lane_set, args_size,
       checksum)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return ({ index, firstSpan, columns, args }) => {
    const zone = mapZone(columns, { index, firstSpan });
    const encoded = encodeColumns(columns);
    const storedArgs = encodeArgs(args);
    const insert = (column: StoredColumn, stored: StoredIntegers) =>
      insertColumn.run(columnKey(index, column), stored.encoding, stored.base, stored.data ?? null);
    const numbers: StoredIntegers[] = [];
    for (const name of SPAN_COLUMNS) {
      const stored = encoded[name];
      insert(name, stored);
      numbers.push(stored);
    }
    insert("argsLength", storedArgs.lengths);
    numbers.push(storedArgs.lengths);
    if (storedArgs.data !== undefined) insert("argsText", { encoding: 0, base: 0, data: storedArgs.data });
    insertChunk.run(
      index,
      firstSpan,
      zone.count,
      zone.minStart,
      zone.maxEnd,
      zone.pipelineCount,
      zone.maxDepth,
      zone.laneSet,
      storedArgs.sizeBytes,
      sumNumbers({ ...zone, argsSizeBytes: storedArgs.sizeBytes }, numbers),
    );
    return zone;
  };
}
