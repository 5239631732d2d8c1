/**
 * Outlines of a run's work for drawing over another run: from what the heatmap would draw, spans where they can be told apart
 * on screen, stretches of busy time where they cannot. Pure.
 */
import type { RunDetail } from "#common/api.ts";
import type { StagePair } from "#common/comparison.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import type { HeatmapPlan } from "../../data/heatmap-plan.ts";
import { binWidthNs } from "../../data/level-of-detail.ts";
import { tileRange } from "../../data/tile-grid.ts";
import type { RowRange } from "./unmatched-marks.ts";

/** Spans narrower than this are joined with their neighbours: their outlines would fill the row. */
const LEAST_SPAN_PX = 3;
/** A bin counts as busy when at least half of it is. */
const BUSY_COVERAGE = 128;

/** Ranges on the rows of the run itself, by row and time. */
export function outlineRanges(
  plan: HeatmapPlan,
  { baseNs, rowCount, nsPerPx }: { baseNs: number; rowCount: number; nsPerPx: number },
): readonly RowRange[] {
  const byRow = new Map<number, { fromNs: number; toNs: number; narrow: boolean }[]>();
  const add = (row: number, fromNs: number, toNs: number, narrow: boolean) => {
    const ranges = byRow.get(row);
    if (ranges === undefined) byRow.set(row, [{ fromNs, toNs, narrow }]);
    else ranges.push({ fromNs, toNs, narrow });
  };
  const leastNs = LEAST_SPAN_PX * nsPerPx;
  const seen = new Set<number>();
  for (const { page, rowBlock } of plan.pages) {
    for (let row = rowBlock * TILE_ROWS; row < Math.min(rowCount, (rowBlock + 1) * TILE_ROWS); row++) {
      const r = row - page.firstRow;
      for (let i = page.offsets[r]; i < page.offsets[r + 1]; i++) {
        if (page.depth[i] > 0 || seen.has(page.id[i])) continue;
        seen.add(page.id[i]);
        add(row, page.start[i], page.end[i], page.end[i] - page.start[i] < leastNs);
      }
    }
  }
  for (const { key, tile, fromNs, toNs } of plan.pages.length > 0 ? [] : plan.tiles) {
    const binNs = binWidthNs({ baseNs }, key.level);
    const first = tileRange(key, baseNs).fromNs;
    for (let r = 0; r < TILE_ROWS && key.rowBlock * TILE_ROWS + r < rowCount; r++) {
      for (let bin = 0; bin < TILE_BINS; bin++) {
        if (tile.coverage[r * TILE_BINS + bin] < BUSY_COVERAGE) continue;
        const start = first + bin * binNs;
        if (start + binNs <= fromNs || start >= toNs) continue;
        add(key.rowBlock * TILE_ROWS + r, start, start + binNs, true);
      }
    }
  }
  return [...byRow].flatMap(([row, ranges]) => joinNarrow(ranges, leastNs).map((range) => ({ row, ...range })));
}

/** Narrow ranges whose gap is narrow too become one. */
function joinNarrow(ranges: { fromNs: number; toNs: number; narrow: boolean }[], leastNs: number) {
  const joined: { fromNs: number; toNs: number; narrow: boolean }[] = [];
  for (const range of ranges.sort((x, y) => x.fromNs - y.fromNs)) {
    const last = joined.at(-1);
    if (last?.narrow === true && range.narrow && range.fromNs - last.toNs < leastNs) {
      last.toNs = Math.max(last.toNs, range.toNs);
    } else joined.push({ ...range });
  }
  return joined.map(({ fromNs, toNs }) => ({ fromNs, toNs }));
}

/**
 * Row of B for every row of A, or -1: ranks by their number, stages by the mapping (before that is known by ordinal), lanes
 * by their label. Rows without a counterpart are not drawn over anything.
 */
export function rowsOver({
  axis,
  a,
  b,
  mapping,
}: {
  axis: RowAxis;
  a: RunDetail;
  b: RunDetail;
  mapping: readonly StagePair[] | undefined;
}): readonly number[] {
  const replicaOf = ({ replica = 0 }: HeatmapRow) => replica;
  const idOf = (detail: RunDetail, ordinal: number | undefined) =>
    detail.stages.find((stage) => stage.ordinal === ordinal)?.id;
  return a.rows[axis].map((row) => {
    const isOver = (other: HeatmapRow): boolean => {
      if (axis === "lane") return other.label === row.label;
      if (replicaOf(other) !== replicaOf(row)) return false;
      if (axis === "rank") return other.rank === row.rank;
      if (mapping === undefined) return other.stage === row.stage;
      const stage = idOf(a, row.stage);
      const partner = mapping.find((pair) => pair.a === stage)?.b;
      return stage !== undefined && partner !== undefined && partner === idOf(b, other.stage);
    };
    return b.rows[axis].findIndex(isOver);
  });
}
