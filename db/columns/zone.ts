/**
 * Zone map of a chunk: what a reader must know to skip it. Pure; knows nothing about SQLite.
 */
import type { SpanColumns } from "#common/model.ts";
import { NONE } from "#common/ids.ts";

/** Spans in a full chunk. Every chunk but the last one of a file is full. */
export const CHUNK_SPANS = 65_536;

/** One chunk: the spans [firstSpan, firstSpan + count) of the canonical order. */
export interface ChunkInfo {
  readonly index: number;
  readonly firstSpan: number;
  readonly count: number;
  /** Ns of the first start; starts ascend over the chunks. */
  readonly minStart: number;
  /** Ns of the last end, which need not be the last span's. */
  readonly maxEnd: number;
  /** Spans with a stage. */
  readonly pipelineCount: number;
  /** Deepest nesting of a span: 0 when none is nested. */
  readonly maxDepth: number;
  /** Bit l of the set (byte l >> 3, bit l & 7) is lane l: it has a span in the chunk. */
  readonly laneSet: Uint8Array;
}

export function mapZone(columns: SpanColumns, place: { index: number; firstSpan: number }): ChunkInfo {
  const { length, lane, start, duration, stage, depth } = columns;
  let maxEnd = start[0] + duration[0];
  let pipelineCount = 0;
  let maxLane = 0;
  let maxDepth = 0;
  for (let i = 0; i < length; i++) {
    const end = start[i] + duration[i];
    if (end > maxEnd) maxEnd = end;
    if (stage[i] !== NONE) pipelineCount++;
    if (lane[i] > maxLane) maxLane = lane[i];
    if (depth[i] > maxDepth) maxDepth = depth[i];
  }
  const laneSet = new Uint8Array((maxLane >> 3) + 1);
  for (let i = 0; i < length; i++) laneSet[lane[i] >> 3] |= 1 << (lane[i] & 7);
  return { ...place, count: length, minStart: start[0], maxEnd, pipelineCount, maxDepth, laneSet };
}

export function hasLane(chunk: ChunkInfo, lane: number): boolean {
  return lane >= 0 && lane >> 3 < chunk.laneSet.length && (chunk.laneSet[lane >> 3] & (1 << (lane & 7))) !== 0;
}

/** True when a span of the chunk may touch [fromNs, toNs), a span of length 0 at `fromNs` included. */
export function mayTouch(chunk: ChunkInfo, { fromNs, toNs }: { fromNs: number; toNs: number }): boolean {
  return chunk.minStart < toNs && chunk.maxEnd >= fromNs;
}
