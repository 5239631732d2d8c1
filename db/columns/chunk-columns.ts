/**
 * All columns of a chunk, to and from their stored form. The position of a column in `STORED_COLUMNS` is part of the file
 * format: append, never reorder. The lengths of the arguments are stored like one more column.
 */
import { crc32 } from "node:zlib";

import { createSpanColumns, PASSES, PHASES, SPAN_COLUMNS } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import { DamagedColumnError, decodeIntegers, encodeIntegers } from "./integers.ts";
import type { StoredIntegers } from "./integers.ts";
import type { ChunkInfo } from "./zone.ts";

/** `argsText` is no column of integers: the compressed texts themselves. */
export const STORED_COLUMNS = [...SPAN_COLUMNS, "argsLength", "argsText"] as const;
export type StoredColumn = (typeof STORED_COLUMNS)[number];

/** Rows of span_column are keyed by chunk · 16 + position. */
const COLUMN_STRIDE = 16;

export function columnKey(chunk: number, column: StoredColumn): number {
  return chunk * COLUMN_STRIDE + STORED_COLUMNS.indexOf(column);
}

/** @throws RangeError when starts fall: the caller broke the canonical order. */
export function encodeColumns(columns: SpanColumns): Record<(typeof SPAN_COLUMNS)[number], StoredIntegers> {
  const { lane, depth, start, duration, name, stage, batch, iteration, pass, phase } = columns;
  return {
    lane: encodeIntegers(lane),
    depth: encodeIntegers(depth),
    start: encodeIntegers(start, { ascending: true }),
    duration: encodeIntegers(duration),
    name: encodeIntegers(name),
    stage: encodeIntegers(stage),
    batch: encodeIntegers(batch),
    iteration: encodeIntegers(iteration),
    pass: encodeIntegers(pass),
    phase: encodeIntegers(phase),
  };
}

/** @throws DamagedColumnError when bytes or codes cannot be a chunk's. */
export function decodeColumns(count: number, read: (column: StoredColumn) => StoredIntegers): SpanColumns {
  const columns = createSpanColumns(count);
  for (const name of SPAN_COLUMNS) decodeIntegers(read(name), columns[name]);
  checkCodes(columns.pass, { limit: PASSES.length, name: "pass" });
  checkCodes(columns.phase, { limit: PHASES.length, name: "phase" });
  return columns;
}

function checkCodes(codes: Uint8Array, { limit, name }: { limit: number; name: string }): void {
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] >= limit) throw new DamagedColumnError(`${codes[i]} is no ${name}`);
  }
}

/** CRC-32 over the numbers that no zstd checksum guards: the zone map and each column's encoding and base. */
export function sumNumbers(
  chunk: Omit<ChunkInfo, "index"> & { argsSizeBytes: number },
  columns: readonly Pick<StoredIntegers, "encoding" | "base">[],
): number {
  const numbers = Float64Array.of(
    chunk.firstSpan,
    chunk.count,
    chunk.minStart,
    chunk.maxEnd,
    chunk.pipelineCount,
    chunk.maxDepth,
    chunk.argsSizeBytes,
    ...columns.flatMap(({ encoding, base }) => [encoding, base]),
  );
  return crc32(chunk.laneSet, crc32(new Uint8Array(numbers.buffer)));
}
