/**
 * Runs made up for tests and for the demo page, with a client that answers from memory by brute force: every tile is
 * computed from all spans of its rows, without any of the renderer's own code. Slow on purpose, and never wrong cleverly.
 */
import { API_METHODS } from "#common/api.ts";
import type { Client, IterationWindow, RunDetail, SpanWindow } from "#common/api.ts";
import { laneId, nameId, NONE, runId, spanId, stageId } from "#common/ids.ts";
import { createSpanColumns, PASSES, PHASE_COMPUTE, PHASES } from "#common/model.ts";
import type { Lane, Op, SpanColumns, Stage, StageEdge } from "#common/model.ts";
import { NO_BATCH, NO_STAGE, quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { HeatmapRow, RowAxis, Tile, TileKey } from "#common/tile.ts";
import { ns } from "#common/units.ts";

export interface FakeSpan {
  readonly lane: number;
  readonly startNs: number;
  readonly durationNs: number;
  /** Ordinal, also the id. */
  readonly stage?: number;
  readonly batch?: number;
  readonly iteration?: number;
  readonly pass: (typeof PASSES)[number];
  readonly phase: (typeof PHASES)[number];
  readonly depth?: number;
}

export interface FakeLane {
  readonly replica?: number;
  readonly rank?: number;
  readonly label: string;
}

export interface FakeRun {
  readonly detail: RunDetail;
  readonly columns: SpanColumns;
}

export function fakeRun({
  name,
  ops,
  rankOfStage,
  lanes,
  spans,
  windows = [],
  baseNs,
}: {
  name: string;
  ops: readonly Op[];
  rankOfStage?: readonly number[];
  lanes: readonly FakeLane[];
  spans: readonly FakeSpan[];
  windows?: readonly IterationWindow[];
  /** Width of the finest bins; about one cell per 8 spans when left out. */
  baseNs?: number;
}): FakeRun {
  const sorted = spans.toSorted(
    (a, b) =>
      a.startNs - b.startNs || a.lane - b.lane || b.durationNs - a.durationNs || (a.depth ?? 0) - (b.depth ?? 0),
  );
  const columns = createSpanColumns(sorted.length);
  for (const [i, span] of sorted.entries()) {
    columns.lane[i] = span.lane;
    columns.depth[i] = span.depth ?? 0;
    columns.start[i] = span.startNs;
    columns.duration[i] = span.durationNs;
    columns.stage[i] = span.stage ?? NONE;
    columns.batch[i] = span.batch ?? NONE;
    columns.iteration[i] = span.iteration ?? NONE;
    columns.pass[i] = PASSES.indexOf(span.pass);
    columns.phase[i] = PHASES.indexOf(span.phase);
  }
  const stages: Stage[] = ops.map((op, ordinal) => ({
    id: stageId(ordinal),
    name: `${op} ${ordinal}`,
    op,
    ordinal,
    ...(rankOfStage === undefined ? {} : { rank: rankOfStage[ordinal] }),
  }));
  const edges: StageEdge[] = stages.slice(1).map(({ id }, i) => ({ from: stages[i].id, to: id }));
  const startNs = sorted.reduce((least, span) => Math.min(least, span.startNs), Number.POSITIVE_INFINITY);
  const endNs = sorted.reduce((most, span) => Math.max(most, span.startNs + span.durationNs), 0);
  const rows = rowsOf({ lanes, stages, columns });
  const finest = baseNs ?? Math.max(1, Math.ceil((endNs - startNs) / Math.max(1, sorted.length / 8 / lanes.length)));
  let levelCount = 1;
  while (finest * TILE_BINS * 2 ** (levelCount - 1) < endNs) levelCount += 1;
  const levels = { baseNs: finest, count: levelCount };
  const detail: RunDetail = {
    id: runId(name),
    run: {
      name,
      kind: "simulated",
      sources: [],
      extent: { startNs: ns(Number.isFinite(startNs) ? startNs : 0), endNs: ns(endNs) },
      createdAtEpochMs: 0,
    },
    spanCount: sorted.length,
    stages,
    edges,
    lanes: lanes.map((lane, i) => fakeLane(lane, i)),
    windows,
    rows,
    levels,
  };
  return { detail, columns };
}

function fakeLane({ replica, rank, label }: FakeLane, i: number): Lane {
  return {
    id: laneId(i),
    ordinal: i,
    kind: "thread",
    process: String(replica ?? 0),
    thread: label,
    ...(replica === undefined ? {} : { replica }),
    ...(rank === undefined ? {} : { rank }),
  };
}

function rowsOf({
  lanes,
  stages,
  columns,
}: {
  lanes: readonly FakeLane[];
  stages: readonly Stage[];
  columns: SpanColumns;
}) {
  const replicas = [
    ...new Set(lanes.flatMap(({ replica, rank }) => (rank === undefined ? [] : [replica ?? 0]))),
  ].sort();
  const ranks = [...new Set(lanes.flatMap(({ rank }) => (rank === undefined ? [] : [rank])))].sort((a, b) => a - b);
  const many = replicas.length > 1;
  const stageRanks = stages.map(({ rank, ordinal }) => {
    if (rank !== undefined) return rank;
    const i = columns.stage.indexOf(ordinal);
    return i === -1 ? undefined : lanes[columns.lane[i]].rank;
  });
  const lanesOf = (replica: number, rank: number | undefined) =>
    lanes.flatMap((lane, i) => ((lane.replica ?? 0) === replica && lane.rank === rank ? [laneId(i)] : []));
  const prefix = (replica: number) => (many ? `${replica} · ` : "");
  const rank: HeatmapRow[] = replicas.flatMap((replica) =>
    ranks.map((r) => ({ replica, rank: r, lanes: lanesOf(replica, r), label: `${prefix(replica)}rank ${r}` })),
  );
  const stage: HeatmapRow[] = replicas.flatMap((replica) =>
    stages.map(({ ordinal, op }) => {
      const r = stageRanks[ordinal];
      return {
        replica,
        stage: ordinal,
        lanes: lanesOf(replica, r),
        label: `${prefix(replica)}${ordinal} ${op}`,
        ...(r === undefined ? {} : { rank: r }),
      };
    }),
  );
  const lane: HeatmapRow[] = lanes.map((own, i) => ({ lanes: [laneId(i)], label: own.label }));
  return { rank, stage, lane } satisfies Record<RowAxis, HeatmapRow[]>;
}

/** Whether span i of the columns fills the row. */
function fillsRow(columns: SpanColumns, { row, axis, i }: { row: HeatmapRow; axis: RowAxis; i: number }): boolean {
  if (!row.lanes.includes(laneId(columns.lane[i]))) return false;
  if (axis === "lane") return true;
  return columns.phase[i] === PHASE_COMPUTE && (axis === "rank" || columns.stage[i] === row.stage);
}

/** Covered ns of [fromNs, toNs) by the union of intervals. */
export function unionNs(
  intervals: readonly (readonly [number, number])[],
  range: { fromNs: number; toNs: number },
): number {
  let covered = 0;
  let until = range.fromNs;
  for (const [start, end] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const from = Math.max(start, until);
    const to = Math.min(end, range.toNs);
    if (to > from) covered += to - from;
    until = Math.max(until, to);
  }
  return covered;
}

export function bruteTile({ detail, columns }: FakeRun, { axis, level, rowBlock, column }: TileKey): Tile {
  const cells = TILE_ROWS * TILE_BINS;
  const widthNs = detail.levels.baseNs * 2 ** level;
  const tile = {
    coverage: new Uint8Array(cells),
    elsewhere: axis === "stage" ? new Uint8Array(cells) : new Uint8Array(0),
    stage: new Uint16Array(cells).fill(NO_STAGE),
    kind: new Uint8Array(cells),
    batch: new Uint32Array(cells).fill(NO_BATCH),
    count: new Uint16Array(cells),
  };
  const fromNs = column * TILE_BINS * widthNs;
  for (const [r, row] of detail.rows[axis].slice(rowBlock * TILE_ROWS, (rowBlock + 1) * TILE_ROWS).entries()) {
    const rank =
      axis === "stage" ? detail.rows.rank.find((o) => o.rank === row.rank && o.replica === row.replica) : undefined;
    const own = spansByBin(columns, { row, axis, fromNs, widthNs });
    const ofRank = rank === undefined ? undefined : spansByBin(columns, { row: rank, axis: "rank", fromNs, widthNs });
    for (let bin = 0; bin < TILE_BINS; bin++) {
      const at = r * TILE_BINS + bin;
      const range = { fromNs: fromNs + bin * widthNs, toNs: fromNs + (bin + 1) * widthNs };
      const inBin = own.get(bin) ?? [];
      const covered = coveredBy(columns, inBin, range);
      tile.coverage[at] = quantiseCoverage({ covered, width: widthNs });
      tile.count[at] = Math.min(0xffff, inBin.length);
      const rankNs = ofRank === undefined ? covered : coveredBy(columns, ofRank.get(bin) ?? [], range);
      if (axis === "stage") tile.elsewhere[at] = quantiseCoverage({ covered: rankNs - covered, width: widthNs });
      const share = (i: number) =>
        Math.min(range.toNs, columns.start[i] + columns.duration[i]) - Math.max(range.fromNs, columns.start[i]);
      const best = longest(inBin, { share, by: (i) => `${columns.stage[i]}/${columns.pass[i]}/${columns.phase[i]}` });
      const batch = longest(inBin, { share, by: (i) => String(columns.batch[i]) });
      if (best === undefined || batch === undefined) continue;
      tile.stage[at] = columns.stage[best] === NONE ? NO_STAGE : columns.stage[best];
      tile.kind[at] = columns.pass[best] * 16 + columns.phase[best];
      tile.batch[at] = columns.batch[batch] === NONE ? NO_BATCH : columns.batch[batch];
    }
  }
  return tile;
}

function spansByBin(
  columns: SpanColumns,
  { row, axis, fromNs, widthNs }: { row: HeatmapRow; axis: RowAxis; fromNs: number; widthNs: number },
): Map<number, number[]> {
  const bins = new Map<number, number[]>();
  for (let i = 0; i < columns.length; i++) {
    if (!fillsRow(columns, { row, axis, i }) || columns.duration[i] === 0) continue;
    const first = Math.max(0, Math.floor((columns.start[i] - fromNs) / widthNs));
    const last = Math.min(TILE_BINS - 1, Math.ceil((columns.start[i] + columns.duration[i] - fromNs) / widthNs) - 1);
    for (let bin = first; bin <= last; bin++) {
      const list = bins.get(bin);
      if (list === undefined) bins.set(bin, [i]);
      else list.push(i);
    }
  }
  return bins;
}

function coveredBy(columns: SpanColumns, spans: readonly number[], range: { fromNs: number; toNs: number }): number {
  return unionNs(
    spans.map((i) => [columns.start[i], columns.start[i] + columns.duration[i]] as const),
    range,
  );
}

/** The first span of the group with the greatest sum of shares. */
function longest(
  spans: readonly number[],
  { share, by }: { share: (i: number) => number; by: (i: number) => string },
): number | undefined {
  const sums = new Map<string, { sum: number; first: number }>();
  for (const i of spans) {
    const group = sums.get(by(i)) ?? { sum: 0, first: i };
    sums.set(by(i), { ...group, sum: group.sum + share(i) });
  }
  return [...sums.values()].reduce<{ sum: number; first: number } | undefined>(
    (best, group) => (best === undefined || group.sum > best.sum ? group : best),
    undefined,
  )?.first;
}

/** A client that answers for this one run; methods that the wavefront does not call reject. */
export function fakeClient(run: FakeRun, { delayMs = 0 }: { delayMs?: number } = {}): Client {
  const { columns, detail } = run;
  const answer = async <Value>(value: () => Value, signal: AbortSignal | undefined): Promise<Value> => {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    signal?.throwIfAborted();
    return value();
  };
  const unknown = Object.fromEntries(
    Object.keys(API_METHODS).map((name) => [name, () => Promise.reject(new Error(`the fake client has no ${name}`))]),
  ) as unknown as Client;
  return {
    ...unknown,
    readRun: (_args, options) => answer(() => detail, options?.signal),
    readTile: ({ key }, options) => answer(() => bruteTile(run, key), options?.signal),
    readSpans: ({ axis, fromRow, toRow, fromNs, toNs, limit }, options) =>
      answer(() => {
        const rows = detail.rows[axis].slice(fromRow, toRow);
        const found: number[] = [];
        for (let i = 0; i < columns.length; i++) {
          if (columns.start[i] >= toNs || columns.start[i] + columns.duration[i] <= fromNs) continue;
          if (rows.some((row) => fillsRow(columns, { row, axis, i }))) found.push(i);
        }
        return windowOf(columns, { found: found.slice(0, limit), truncated: found.length > limit });
      }, options?.signal),
    readSpan: ({ span }, options) =>
      answer(
        () => ({
          id: span,
          name: { id: nameId(0), text: "span" },
          lane: laneId(columns.lane[span]),
          startNs: columns.start[span],
          durationNs: columns.duration[span],
          depth: columns.depth[span],
          batch: columns.batch[span],
          stage: stageId(columns.stage[span]),
          pass: PASSES[columns.pass[span]],
          phase: PHASES[columns.phase[span]],
          ...neighbours(columns, span),
        }),
        options?.signal,
      ),
  };
}

function neighbours(columns: SpanColumns, span: number) {
  const same: number[] = [];
  for (let i = 0; i < columns.length; i++) if (columns.lane[i] === columns.lane[span]) same.push(i);
  const at = same.indexOf(span);
  const [previous, next] = [same.at(at - 1), same.at(at + 1)];
  return {
    ...(at === 0 || previous === undefined ? {} : { previous: spanId(previous) }),
    ...(next === undefined ? {} : { next: spanId(next) }),
  };
}

function windowOf(
  columns: SpanColumns,
  { found, truncated }: { found: readonly number[]; truncated: boolean },
): SpanWindow {
  const cut = createSpanColumns(found.length);
  for (const [to, i] of found.entries()) {
    for (const name of [
      "lane",
      "depth",
      "start",
      "duration",
      "name",
      "stage",
      "batch",
      "iteration",
      "pass",
      "phase",
    ] as const) {
      cut[name][to] = columns[name][i];
    }
  }
  return { ids: Float64Array.from(found), columns: cut, names: [], truncated };
}
