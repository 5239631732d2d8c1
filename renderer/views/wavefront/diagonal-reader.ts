/**
 * Finds the diagonal of a scope's first batch: reads the forward spans at the start of the window and fits a line. Gives
 * nothing where there is nothing to fit, never a guess.
 */
import type { RunDetail } from "#common/api.ts";
import { PASS_BACKWARD, PASS_FORWARD, PHASE_COMPUTE } from "#common/model.ts";
import { NO_STAGE, TILE_ROWS } from "#common/tile.ts";
import type { Diagonal, DiagonalPoint } from "../../data/wavefront-slope.ts";
import { fitDiagonal } from "../../data/wavefront-slope.ts";
import type { TileSource } from "../../data/tile-source.ts";

/** Spans looked at; the first batch lies at the start of the window. */
const MOST_SPANS = 40_000;

export async function readDiagonal({
  detail,
  source,
  fromNs,
  toNs,
  replica,
  signal,
}: {
  detail: RunDetail;
  source: TileSource;
  fromNs: number;
  toNs: number;
  replica: number;
  signal: AbortSignal;
}): Promise<Diagonal | undefined> {
  const rows = detail.rows.stage;
  const { startNs = 0, endNs = 1 } = detail.run.extent ?? {};
  const nsPerSpan = (endNs - startNs) / Math.max(1, detail.spanCount);
  const untilNs = Math.min(toNs, fromNs + nsPerSpan * MOST_SPANS);
  const blocks = Array.from({ length: Math.ceil(rows.length / TILE_ROWS) }, (_, rowBlock) => rowBlock);
  const pages = await Promise.all(
    blocks.map((rowBlock) => source.readWindow({ axis: "stage", rowBlock, fromNs, toNs: untilNs }, signal)),
  );
  const points: (DiagonalPoint & { batch: number })[] = [];
  for (const page of pages) {
    for (let row = page.firstRow; row < Math.min(rows.length, page.firstRow + TILE_ROWS); row++) {
      if ((rows[row].replica ?? 0) !== replica) continue;
      for (let i = page.offsets[row - page.firstRow]; i < page.offsets[row - page.firstRow + 1]; i++) {
        const pass = page.kind[i] >> 4;
        if ((page.kind[i] & 15) !== PHASE_COMPUTE || pass >= PASS_BACKWARD || page.stage[i] === NO_STAGE) continue;
        if (page.batch[i] < 0 || page.start[i] < fromNs || (pass !== PASS_FORWARD && pass !== 0)) continue;
        points.push({ startNs: page.start[i], stage: page.stage[i], batch: page.batch[i] });
      }
    }
  }
  const first = points.reduce<(typeof points)[number] | undefined>(
    (least, point) => (least === undefined || point.startNs < least.startNs ? point : least),
    undefined,
  );
  if (first === undefined) return undefined;
  // Captured runs number batches through; in training each stage meets a batch once a scope. The first visit counts.
  const visits = new Map<number, DiagonalPoint>();
  for (const point of points) {
    const before = visits.get(point.stage);
    if (point.batch === first.batch && (before === undefined || point.startNs < before.startNs)) {
      visits.set(point.stage, point);
    }
  }
  return fitDiagonal([...visits.values()], first.batch);
}
