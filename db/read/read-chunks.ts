/** Chunks of spans out of the file: the list of zone maps, columns, arguments. Everything read is checked against its checksum. */
import type { Database } from "better-sqlite3";

import type { SpanColumns } from "#common/model.ts";

import { columnKey, decodeColumns, STORED_COLUMNS, sumNumbers } from "../columns/chunk-columns.ts";
import { DamagedColumnError } from "../columns/integers.ts";
import type { StoredIntegers } from "../columns/integers.ts";
import { decodeArgs } from "../columns/span-args.ts";
import type { SpanArgs } from "../columns/span-args.ts";
import { CHUNK_SPANS } from "../columns/zone.ts";
import type { ChunkInfo } from "../columns/zone.ts";
import { DamagedRowError } from "../failures.ts";
import { bytesOf, integerOf, numberOf } from "./cells.ts";
import type { Row } from "./cells.ts";
import { rowsOf } from "./read-tables.ts";

/** A zone map with what only reading needs. */
export interface StoredChunk extends ChunkInfo {
  readonly argsSizeBytes: number;
  readonly checksum: number;
}

/** What the ids of a chunk may be at most. */
export interface IdLimits {
  readonly lanes: number;
  readonly names: number;
  readonly stages: number;
}

/** The chunks of a run of `spanCount` spans, in order. */
export function readChunkList(db: Database, spanCount: number): StoredChunk[] {
  let firstSpan = 0;
  let minStart = -Infinity;
  const rows = rowsOf(db, "select * from span_chunk order by id");
  const chunks = rows.map((row, index): StoredChunk => {
    const chunk = readChunkRow(row);
    const isLast = index === rows.length - 1;
    const isInPlace = chunk.index === index && chunk.firstSpan === firstSpan && chunk.minStart >= minStart;
    if (!isInPlace || chunk.count < 1 || (isLast ? chunk.count > CHUNK_SPANS : chunk.count !== CHUNK_SPANS)) {
      throw new DamagedRowError(`chunk ${index} is not in its place`);
    }
    firstSpan += chunk.count;
    minStart = chunk.minStart;
    return chunk;
  });
  if (firstSpan !== spanCount) throw new DamagedRowError(`there are ${firstSpan} of ${spanCount} spans`);
  return chunks;
}

function readChunkRow(row: Row): StoredChunk {
  return {
    index: integerOf(row, "id"),
    firstSpan: integerOf(row, "first_span"),
    count: integerOf(row, "count"),
    minStart: integerOf(row, "min_start"),
    maxEnd: integerOf(row, "max_end"),
    pipelineCount: integerOf(row, "pipeline_count"),
    maxDepth: integerOf(row, "max_depth"),
    laneSet: bytesOf(row, "lane_set"),
    argsSizeBytes: integerOf(row, "args_size"),
    checksum: integerOf(row, "checksum"),
  };
}

export interface ChunkSource {
  readColumns(chunk: StoredChunk): SpanColumns;
  readArgs(chunk: StoredChunk): SpanArgs;
}

export function createChunkSource(db: Database, limits: IdLimits): ChunkSource {
  const selectColumns = db.prepare<[number, number], Row>(
    "select * from span_column where id between ? and ? order by id",
  );
  const selectColumn = db.prepare<[number], Row>("select * from span_column where id = ?");
  return {
    readColumns(chunk) {
      const rows = selectColumns.all(columnKey(chunk.index, "lane"), columnKey(chunk.index, "argsLength"));
      const stored = rows.map(readStored);
      if (stored.length !== STORED_COLUMNS.length - 1) throw new DamagedRowError("a column is missing");
      if (sumNumbers(chunk, stored) !== chunk.checksum) throw new DamagedColumnError("a checksum differs");
      const columns = decodeColumns(chunk.count, (column) => stored[STORED_COLUMNS.indexOf(column)]);
      checkIds(columns, limits);
      return columns;
    },
    readArgs(chunk) {
      const lengths = selectColumn.get(columnKey(chunk.index, "argsLength"));
      if (lengths === undefined) throw new DamagedRowError("a column is missing");
      const text = selectColumn.get(columnKey(chunk.index, "argsText"));
      const sizeBytes = chunk.argsSizeBytes;
      const stored = { lengths: readStored(lengths), sizeBytes };
      return decodeArgs(text === undefined ? stored : { ...stored, data: bytesOf(text, "data") }, chunk.count);
    },
  };
}

function readStored(row: Row): StoredIntegers {
  const numbers = { encoding: integerOf(row, "encoding"), base: numberOf(row, "base") };
  return row.data === null ? numbers : { ...numbers, data: bytesOf(row, "data") };
}

/** Whoever reads the columns may index lanes, names and stages without looking. */
function checkIds({ length, lane, name, stage }: SpanColumns, { lanes, names, stages }: IdLimits): void {
  for (let i = 0; i < length; i++) {
    if (lane[i] < 0 || lane[i] >= lanes || name[i] < 0 || name[i] >= names || stage[i] < -1 || stage[i] >= stages) {
      throw new DamagedColumnError(`span ${i} of a chunk refers to a lane, name or stage that does not exist`);
    }
  }
}
