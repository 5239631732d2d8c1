/**
 * What lies in an area of the heatmap, and which spans have a name: both go through the spans of a window, chunk by chunk.
 * Whether that may hold up the thread that serves tiles, the caller decides.
 */
import type { AreaGroup, FoundSpans } from "#common/area.ts";
import { NONE, stageId } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { RowAxis } from "#common/tile.ts";

import type { RunReader } from "../../db/index.ts";
import { openRun, rowsOf } from "../../db/index.ts";

export interface AreaQuery {
  readonly axis: RowAxis;
  readonly fromRow: number;
  /** Exclusive, like `toNs`. */
  readonly toRow: number;
  readonly fromNs: number;
  readonly toNs: number;
}

export interface NameQuery {
  /** Part of a name, in either case. */
  readonly text: string;
  /** Those from here on come first, then those before. */
  readonly fromNs: number;
  readonly limit: number;
}

/** Groups in the order of stages, passes and phases; work of no stage last. */
export function readArea(reader: RunReader, { axis, fromRow, toRow, fromNs, toNs }: AreaQuery): AreaGroup[] {
  const isInside = insideOf(reader, { axis, fromRow, toRow });
  const kinds = PASSES.length * PHASES.length;
  const sums = new Map<number, { count: number; totalNs: number }>();
  for (const { index } of reader.chunksBetween({ fromNs, toNs })) {
    const columns = reader.readChunk(index);
    const { start, duration, stage, pass, phase } = columns;
    for (let i = 0; i < columns.length; i++) {
      if (start[i] >= toNs) break;
      const end = start[i] + duration[i];
      // A span without length belongs to the area when it starts in it.
      if (end <= fromNs && !(duration[i] === 0 && start[i] >= fromNs)) continue;
      if (!isInside(columns.lane[i], stage[i])) continue;
      const key = (stage[i] === NONE ? -1 : stage[i]) * kinds + pass[i] * PHASES.length + phase[i];
      const sum = sums.get(key) ?? { count: 0, totalNs: 0 };
      sum.count += 1;
      sum.totalNs += Math.min(end, toNs) - Math.max(start[i], fromNs);
      sums.set(key, sum);
    }
  }
  const ordinalOf = (id: number): number => (id < 0 ? Infinity : (reader.stages.at(id)?.ordinal ?? Infinity));
  return [...sums]
    .map(([key, sum]) => ({ id: Math.floor(key / kinds), kind: ((key % kinds) + kinds) % kinds, sum }))
    .toSorted((a, b) => (a.id === b.id ? a.kind - b.kind : ordinalOf(a.id) - ordinalOf(b.id)))
    .map(({ id, kind, sum }) => ({
      ...(id < 0 ? {} : { stage: stageId(id) }),
      pass: PASSES[Math.floor(kind / PHASES.length)],
      phase: PHASES[kind % PHASES.length],
      ...sum,
    }));
}

/** On rows of ranks and lanes everything on their lanes, transfers included; on rows of stages what belongs to the stage. */
function insideOf(
  reader: RunReader,
  { axis, fromRow, toRow }: Pick<AreaQuery, "axis" | "fromRow" | "toRow">,
): (lane: number, stage: number) => boolean {
  const rows = rowsOf(reader)[axis].slice(fromRow, toRow);
  const lanes = new Set<number>(rows.flatMap((row) => row.lanes));
  if (axis === "lane") return (lane) => lanes.has(lane);
  if (axis === "rank") {
    const ranks = new Set(rows.map(({ replica = 0, rank }) => `${replica}/${rank}`));
    for (const { id, replica = 0, rank } of reader.lanes) if (ranks.has(`${replica}/${rank}`)) lanes.add(id);
    return (lane) => lanes.has(lane);
  }
  const width = reader.stages.length + 1;
  const idOf = new Map(reader.stages.map(({ id, ordinal }) => [ordinal, id]));
  const places = new Set<number>();
  for (const { stage: ordinal, replica } of rows) {
    const stage = ordinal === undefined ? undefined : idOf.get(ordinal);
    if (stage === undefined) continue;
    // Transfers of a stage lie on other lanes than its computing.
    for (const lane of reader.lanes) {
      if ((lane.replica ?? 0) === (replica ?? 0)) places.add(lane.id * width + stage);
    }
  }
  return (lane, stage) => places.has(lane * width + stage);
}

export function findByName(reader: RunReader, { text, fromNs, limit }: NameQuery): FoundSpans {
  const wanted = text.toLowerCase();
  const matches = new Uint8Array(reader.names.length);
  for (const { id, text: name } of reader.names) if (name.toLowerCase().includes(wanted)) matches[id] = 1;
  if (wanted === "" || !matches.includes(1)) return { ids: new Float64Array(), total: 0 };
  const before: number[] = [];
  const after: number[] = [];
  let total = 0;
  for (const { index, firstSpan } of reader.chunks) {
    const { length, name, start } = reader.readChunk(index);
    for (let i = 0; i < length; i++) {
      if (matches[name[i]] === 0) continue;
      total += 1;
      if (start[i] >= fromNs) {
        if (after.length < limit) after.push(firstSpan + i);
      } else if (before.length < limit) before.push(firstSpan + i);
    }
  }
  return { ids: Float64Array.from([...after, ...before].slice(0, limit)), total };
}

export function areaOfFile(path: string, query: AreaQuery): AreaGroup[] {
  return withReader(path, (reader) => readArea(reader, query));
}

export function findInFile(path: string, query: NameQuery): FoundSpans {
  return withReader(path, (reader) => findByName(reader, query));
}

function withReader<Result>(path: string, read: (reader: RunReader) => Result): Result {
  const reader = openRun(path);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}
