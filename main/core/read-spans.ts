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

/** A span without length belongs to the window when it starts in it. With too many, the longest ones are given. */
export function readSpanWindow(reader: RunReader, query: SpanQuery): SpanWindow {
  const found = findSpans(reader, query);
  const truncated = found.length > query.limit;
  const kept = truncated ? keepLongest(found, query.limit) : found;
  const columns = createSpanColumns(kept.length);
  const ids = new Float64Array(kept.length);
  kept.forEach(({ columns: from, index, id }, i) => {
    ids[i] = id;
    for (const name of SPAN_COLUMNS) columns[name][i] = from[name][index];
  });
  const names = [...new Set(columns.name)].map((id) => reader.names[id]);
  return { ids, columns, names, truncated };
}

function findSpans(reader: RunReader, { findRow, fromRow, toRow, fromNs, toNs }: SpanQuery): Found[] {
  const found: Found[] = [];
  for (const { index: chunk, firstSpan } of reader.chunksBetween({ fromNs, toNs })) {
    const columns = reader.readChunk(chunk);
    const { start, duration } = columns;
    for (let index = 0; index < columns.length; index++) {
      if (start[index] >= toNs) break;
      if (start[index] < fromNs && start[index] + duration[index] <= fromNs) continue;
      const row = findRow(columns, index);
      if (row >= fromRow && row < toRow) found.push({ columns, index, id: firstSpan + index });
    }
  }
  return found;
}

/** In canonical order again: ids ascend with it. */
function keepLongest(found: readonly Found[], limit: number): Found[] {
  const length = ({ columns, index }: Found): number => columns.duration[index];
  return found
    .toSorted((a, b) => length(b) - length(a) || a.id - b.id)
    .slice(0, limit)
    .sort((a, b) => a.id - b.id);
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
    if (((laneSet.at(lane >> 3) ?? 0) & (1 << (lane & 7))) === 0) continue;
    const columns = reader.readChunk(chunk);
    const from = chunk === firstChunk ? firstIndex + step : step === 1 ? 0 : count - 1;
    for (let i = from; i >= 0 && i < count; i += step) if (matches(columns, i)) return spanId(firstSpan + i);
  }
  return undefined;
}
