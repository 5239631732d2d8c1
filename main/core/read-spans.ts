/**
 * Spans as the window asks for them: those that touch a piece of time on some rows, and one with its neighbours. Reads only
 * the chunks that the zone maps do not rule out.
 */
import type { SpanDetail, SpanWindow } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { LaneId, NameId, SpanId, StageId } from "#common/ids.ts";
import { NONE, spanId } from "#common/ids.ts";
import { createSpanColumns, PASSES, PHASES, SPAN_COLUMNS } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { FindRow, RunReader } from "../../db/index.ts";

export interface SpanQuery {
  readonly findRow: FindRow;
  /** Lanes whose spans fill the rows, where they are known: chunks without them are not read. */
  readonly lanes?: readonly LaneId[];
  readonly fromRow: number;
  /** Exclusive, like `toNs`. */
  readonly toRow: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly limit: number;
}

interface Found {
  readonly columns: SpanColumns;
  readonly index: number;
  readonly id: number;
}

/** Chunks looked at for one window: 2 M spans, which takes about 0.1 s. Of a window over more of them some are left out. */
const MOST_CHUNKS = 32;

interface FoundInChunk {
  readonly columns: SpanColumns;
  readonly firstSpan: number;
  /** Positions in the columns, ascending. */
  readonly positions: Int32Array;
}

/**
 * A span without length belongs to the window when it starts in it. With too many, the longest ones are given; over more time
 * than can be read at once, the longest ones of some pieces of it.
 */
export function readSpanWindow(reader: RunReader, query: SpanQuery): SpanWindow {
  const { chunks, isSample } = chooseChunks(reader, query);
  const found = chunks.map(({ index, firstSpan }) => {
    const columns = reader.readChunk(index);
    return { columns, firstSpan, positions: findSpans(columns, query) };
  });
  const count = found.reduce((sum, { positions }) => sum + positions.length, 0);
  const kept = count > query.limit ? keepLongest(found, query.limit) : found;
  const length = Math.min(count, query.limit);
  const columns = createSpanColumns(length);
  const ids = new Float64Array(length);
  let at = 0;
  for (const { columns: from, firstSpan, positions } of kept) {
    for (const name of SPAN_COLUMNS) {
      const [into, source] = [columns[name], from[name]];
      for (let i = 0; i < positions.length; i++) into[at + i] = source[positions[i]];
    }
    for (let i = 0; i < positions.length; i++) ids[at + i] = firstSpan + positions[i];
    at += positions.length;
  }
  const names = [...new Set(columns.name)].map((id) => reader.names[id]);
  return { ids, columns, names, truncated: isSample || count > query.limit };
}

/** Chunks that have a lane of the rows and touch the window; of too many an even choice. */
function chooseChunks(reader: RunReader, { lanes, fromNs, toNs }: SpanQuery) {
  const all = reader
    .chunksBetween({ fromNs, toNs })
    .filter(({ laneSet }) => lanes === undefined || lanes.some((lane) => isInSet(laneSet, lane)));
  if (all.length <= MOST_CHUNKS) return { chunks: all, isSample: false };
  const chunks = Array.from({ length: MOST_CHUNKS }, (_, i) => all[Math.floor((i * all.length) / MOST_CHUNKS)]);
  return { chunks, isSample: true };
}

const isInSet = (laneSet: Uint8Array, lane: number): boolean =>
  ((laneSet.at(lane >> 3) ?? 0) & (1 << (lane & 7))) !== 0;

let scratch = new Int32Array(0);

function findSpans(columns: SpanColumns, { findRow, fromRow, toRow, fromNs, toNs }: SpanQuery): Int32Array {
  const { length, start, duration } = columns;
  if (scratch.length < length) scratch = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (start[i] >= toNs) break;
    if (start[i] < fromNs && start[i] + duration[i] <= fromNs) continue;
    const row = findRow(columns, i);
    if (row >= fromRow && row < toRow) scratch[count++] = i;
  }
  return scratch.slice(0, count);
}

/** Of equally long ones the first. */
function keepLongest(found: readonly FoundInChunk[], limit: number): FoundInChunk[] {
  const durations = new Float64Array(found.reduce((sum, { positions }) => sum + positions.length, 0));
  let at = 0;
  for (const { columns, positions } of found) for (const i of positions) durations[at++] = columns.duration[i];
  durations.sort();
  const leastNs = durations[durations.length - limit];
  const longer = durations.length - 1 - durations.findLastIndex((ns) => ns <= leastNs);
  let equals = limit - longer;
  return found.map(({ columns, firstSpan, positions }) => ({
    columns,
    firstSpan,
    positions: positions.filter(
      (i) => columns.duration[i] > leastNs || (columns.duration[i] === leastNs && equals-- > 0),
    ),
  }));
}

/** @throws AppError invalid-argument */
export function readSpanDetail(reader: RunReader, id: SpanId): SpanDetail {
  if (id < 0 || id >= reader.spanCount) {
    throw new AppError({ code: "invalid-argument", what: `the run has no span ${String(id)}` });
  }
  const place = locate(reader, id);
  const { columns, index } = place;
  const args = reader.readArgs(id);
  const neighbours = findNeighbours(reader, place);
  return {
    id,
    name: reader.names[columns.name[index] as NameId],
    lane: columns.lane[index] as LaneId,
    startNs: columns.start[index],
    durationNs: columns.duration[index],
    depth: columns.depth[index],
    ...(columns.stage[index] === NONE ? {} : { stage: columns.stage[index] as StageId }),
    ...(columns.batch[index] === NONE ? {} : { batch: columns.batch[index] }),
    ...(columns.iteration[index] === NONE ? {} : { iteration: columns.iteration[index] }),
    pass: PASSES[columns.pass[index]],
    phase: PHASES[columns.phase[index]],
    ...(args === undefined ? {} : { args }),
    ...neighbours,
  };
}

function locate(reader: RunReader, id: number): Found & { readonly chunk: number } {
  // Chunks are in order of their first span: the last one that starts at or before the span holds it.
  const chunk = reader.chunks.findLastIndex(({ firstSpan }) => firstSpan <= id);
  return { chunk, columns: reader.readChunk(chunk), index: id - reader.chunks[chunk].firstSpan, id };
}

/** Chunks without the lane are skipped unread. */
function findNeighbours(
  reader: RunReader,
  place: Found & { readonly chunk: number },
): Pick<SpanDetail, "previous" | "next" | "parent"> {
  const lane = place.columns.lane[place.index];
  const depth = place.columns.depth[place.index];
  const start = place.columns.start[place.index];
  const isSibling = (columns: SpanColumns, i: number): boolean =>
    columns.lane[i] === lane && columns.depth[i] === depth;
  // On one lane spans nest: the nearest earlier one a level up that has not ended yet is the parent.
  const isParent = (columns: SpanColumns, i: number): boolean =>
    columns.lane[i] === lane && columns.depth[i] === depth - 1 && columns.start[i] + columns.duration[i] >= start;
  const previous = search(reader, place, { step: -1, lane, matches: isSibling });
  const next = search(reader, place, { step: 1, lane, matches: isSibling });
  const parent = depth === 0 ? undefined : search(reader, place, { step: -1, lane, matches: isParent });
  return {
    ...(previous === undefined ? {} : { previous }),
    ...(next === undefined ? {} : { next }),
    ...(parent === undefined ? {} : { parent }),
  };
}

function search(
  reader: RunReader,
  { chunk: firstChunk, index: firstIndex }: { readonly chunk: number; readonly index: number },
  { step, lane, matches }: { step: 1 | -1; lane: number; matches: (columns: SpanColumns, i: number) => boolean },
): SpanId | undefined {
  for (let chunk = firstChunk; chunk >= 0 && chunk < reader.chunks.length; chunk += step) {
    const { firstSpan, count, laneSet } = reader.chunks[chunk];
    if (!isInSet(laneSet, lane)) continue;
    const columns = reader.readChunk(chunk);
    const from = chunk === firstChunk ? firstIndex + step : step === 1 ? 0 : count - 1;
    for (let i = from; i >= 0 && i < count; i += step) if (matches(columns, i)) return spanId(firstSpan + i);
  }
  return undefined;
}
