/** Small random runs with properly nested lanes, and their tiles computed the slow way: nanosecond by nanosecond. */
import { laneId, stageId } from "#common/ids.ts";
import { createSpanColumns, PHASE_COMPUTE } from "#common/model.ts";
import type { Lane, SpanColumns, Stage } from "#common/model.ts";
import { NO_BATCH, NO_STAGE, quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { RowAxis, Tile } from "#common/tile.ts";

import { createRandom } from "../random-run.ts";

export interface PlainSpan {
  lane: number;
  depth: number;
  start: number;
  end: number;
  stage: number;
  batch: number;
  pass: number;
  phase: number;
}

export interface NestedRun {
  readonly lanes: readonly Lane[];
  readonly stages: readonly Stage[];
  readonly spans: readonly PlainSpan[];
  readonly columns: SpanColumns;
}

export function createNestedRun({
  seed,
  laneCount,
  stageCount,
  from,
  to,
}: {
  seed: number;
  laneCount: number;
  stageCount: number;
  from: number;
  to: number;
}): NestedRun {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const lanes: Lane[] = Array.from({ length: laneCount }, (_, i) => ({
    id: laneId(i),
    // Positions differ from ids, as they may.
    ordinal: laneCount - 1 - i,
    kind: "thread",
    process: `p${i % 3}`,
    thread: `t${i}`,
    ...(i % 5 === 4 ? {} : { replica: i % 2, rank: (i >> 1) % 40 }),
  }));
  const stages: Stage[] = Array.from({ length: stageCount }, (_, i) => ({
    id: stageId(i),
    name: `s${i}`,
    op: "other",
    ordinal: (i * 3) % stageCount,
    ...(i % 2 === 0 ? { rank: i >> 1 } : {}),
  }));
  const spans: PlainSpan[] = [];
  const fill = (lane: number, depth: number, start: number, end: number): void => {
    let at = start + below(3) * below(40);
    while (at < end) {
      const isInstant = below(12) === 0;
      const length = isInstant ? 0 : 1 + below(below(6) === 0 ? 2000 : 60);
      const stop = Math.min(end, at + length);
      const isPipeline = below(4) > 0;
      spans.push({
        lane,
        depth,
        start: at,
        end: stop,
        // A lane works on three stages: with all of them, stage rows would always be busy elsewhere.
        stage: isPipeline ? (lane + below(3)) % stageCount : -1,
        batch: isPipeline && below(5) > 0 ? below(9) : -1,
        pass: isPipeline ? 1 + below(4) : 0,
        // Mostly compute, or rank and stage rows would be nearly empty; now and then without a stage.
        phase: isPipeline ? (below(4) === 0 ? 1 + below(5) : PHASE_COMPUTE) : below(6) === 0 ? PHASE_COMPUTE : 0,
      });
      if (!isInstant && depth < 3 && below(3) === 0) fill(lane, depth + 1, at, stop);
      at = stop + (below(3) === 0 ? below(200) : 0) + (isInstant ? 1 : 0);
    }
  };
  // The last two lanes stay empty.
  for (let lane = 0; lane < laneCount - 2; lane++) fill(lane, 0, from, to);
  spans.sort(
    (a, b) =>
      a.start - b.start ||
      lanes[a.lane].ordinal - lanes[b.lane].ordinal ||
      b.end - b.start - (a.end - a.start) ||
      a.depth - b.depth,
  );
  const columns = createSpanColumns(spans.length);
  spans.forEach(({ start, end, ...span }, i) => {
    columns.start[i] = start;
    columns.duration[i] = end - start;
    for (const [name, value] of Object.entries(span)) columns[name as keyof typeof span][i] = value;
    columns.iteration[i] = span.stage === -1 ? -1 : 0;
  });
  return { lanes, stages, spans, columns };
}

/** Rows of an axis by definition: (replica, rank), (replica, ordinal) or lane, each as a text, in drawing order. */
export function namePlainRows({ lanes, stages, spans }: NestedRun, axis: RowAxis): string[] {
  if (axis === "lane") return lanes.toSorted((a, b) => a.ordinal - b.ordinal).map(({ id }) => `lane ${id}`);
  const found = new Map<string, [number, number]>();
  for (const span of spans) {
    const place = placeOf({ lanes, stages }, span);
    const position = axis === "rank" ? place?.rank : place?.ordinal;
    if (place === undefined || position === undefined) continue;
    found.set(`${place.replica}/${position}`, [place.replica, position]);
  }
  return [...found].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]).map(([name]) => name);
}

/** Where a compute span works: its lane's rank, else the rank of its stage, else as many as the stage's ordinal. */
function placeOf({ lanes, stages }: Pick<NestedRun, "lanes" | "stages">, span: PlainSpan) {
  if (span.phase !== PHASE_COMPUTE) return undefined;
  const stage = span.stage === -1 ? undefined : stages[span.stage];
  const rank = lanes[span.lane].rank ?? stage?.rank ?? stage?.ordinal;
  return rank === undefined ? undefined : { replica: lanes[span.lane].replica ?? 0, rank, ordinal: stage?.ordinal };
}

/** The tile of `TILE_ROWS` rows from `firstRow` and `TILE_BINS` bins of `binNs` from `fromNs`. */
export function drawPlainTile(
  run: NestedRun,
  { axis, firstRow, fromNs, binNs }: { axis: RowAxis; firstRow: number; fromNs: number; binNs: number },
): Tile {
  const cells = TILE_ROWS * TILE_BINS;
  const tile = {
    coverage: new Uint8Array(cells),
    elsewhere: new Uint8Array(cells),
    stage: new Uint16Array(cells).fill(NO_STAGE),
    kind: new Uint8Array(cells),
    batch: new Uint32Array(cells).fill(NO_BATCH),
    count: new Uint16Array(cells),
  };
  const names = namePlainRows(run, axis);
  const toNs = fromNs + binNs * TILE_BINS;
  const inWindow = run.spans.filter(({ start, end }) => start < toNs && end >= fromNs);
  // Per rank that runs the stage of a row: what it does.
  for (let row = firstRow; row < Math.min(names.length, firstRow + TILE_ROWS); row++) {
    const own = inWindow.filter((span) => nameOfRow(run, axis, span) === names[row]);
    const owners = new Set(
      run.spans.filter((span) => nameOfRow(run, axis, span) === names[row]).map((span) => ownerOf(run, span)),
    );
    const others =
      axis === "stage"
        ? inWindow.filter((span) => {
            const name = nameOfRow(run, axis, span);
            return span.phase === PHASE_COMPUTE && name !== names[row] && owners.has(ownerOf(run, span));
          })
        : [];
    const counted = axis === "lane" ? inWindow : inWindow.filter(({ phase }) => phase === PHASE_COMPUTE);
    const candidates = counted.filter(({ stage }) => stage !== -1);
    for (let bin = 0; bin < TILE_BINS; bin++) {
      const left = fromNs + bin * binNs;
      const right = left + binNs;
      const cell = (row - firstRow) * TILE_BINS + bin;
      const touching = own.filter(
        ({ start, end }) => start < right && (end > left || (start === end && start >= left)),
      );
      tile.count[cell] = touching.length;
      tile.coverage[cell] = quantiseCoverage({ covered: measureUnion(touching, left, right), width: binNs });
      tile.elsewhere[cell] = quantiseCoverage({ covered: measureUnion(others, left, right), width: binNs });
      const stages = new Map<number, number>();
      const kinds = new Map<string, [number, number, number]>();
      const batches = new Map<number, number>();
      for (const span of touching) {
        if (span.stage === -1) continue;
        const inner = candidates.filter(
          (other) =>
            other.lane === span.lane && other.depth > span.depth && other.start >= span.start && other.end <= span.end,
        );
        const from = Math.max(left, span.start);
        const to = Math.min(right, span.end);
        const ns = Math.max(0, to - from) - measureUnion(inner, from, to);
        if (ns <= 0) continue;
        const { ordinal } = run.stages[span.stage];
        const kind = span.pass * 16 + span.phase;
        stages.set(ordinal, (stages.get(ordinal) ?? 0) + ns);
        kinds.set(`${ordinal} ${kind}`, [ordinal, kind, (kinds.get(`${ordinal} ${kind}`)?.[2] ?? 0) + ns]);
        if (span.batch !== -1) batches.set(span.batch, (batches.get(span.batch) ?? 0) + ns);
      }
      const stage = findGreatest([...stages]);
      if (stage !== undefined) {
        tile.stage[cell] = stage;
        const ofStage = [...kinds.values()].filter(([ordinal]) => ordinal === stage);
        tile.kind[cell] = findGreatest(ofStage.map(([, kind, ns]) => [kind, ns])) ?? 0;
      }
      tile.batch[cell] = findGreatest([...batches]) ?? NO_BATCH;
    }
  }
  return tile;
}

function nameOfRow(run: NestedRun, axis: RowAxis, span: PlainSpan): string | undefined {
  if (axis === "lane") return `lane ${span.lane}`;
  const place = placeOf(run, span);
  const position = axis === "rank" ? place?.rank : place?.ordinal;
  return place === undefined || position === undefined ? undefined : `${place.replica}/${position}`;
}

function ownerOf(run: NestedRun, span: PlainSpan): string | undefined {
  const place = placeOf(run, span);
  return place === undefined ? undefined : `${place.replica}/${place.rank}`;
}

/** Ns of [left, right) that the spans cover together: every nanosecond is asked for itself. */
function measureUnion(spans: readonly PlainSpan[], left: number, right: number): number {
  const near = spans.filter(({ start, end }) => start < right && end > left);
  let covered = 0;
  for (let at = left; at < right; at++) if (near.some(({ start, end }) => start <= at && at < end)) covered++;
  return covered;
}

/** The key with the greatest value, the lowest of equals. */
function findGreatest(entries: readonly (readonly [number, number])[]): number | undefined {
  return entries.toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).at(0)?.[0];
}
