/**
 * What the heatmap would draw of a run, as rows of a figure: spans where they are drawn one by one, bins of equal work joined
 * where tiles are. Pure, but for reading what is not there yet.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { FigureRow } from "#common/figure/wavefront-figure.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { RowAxis } from "#common/tile.ts";
import { cellKey, opOfStage } from "../../data/cell-key.ts";
import { HeatmapPlanner } from "../../data/heatmap-plan.ts";
import type { HeatmapPlan } from "../../data/heatmap-plan.ts";
import { binWidthNs } from "../../data/level-of-detail.ts";
import { clientTileSource } from "../../data/tile-source.ts";
import { colourOfKey, createPalette } from "../../scene/palette.ts";
import { settings } from "../../state/settings.svelte.ts";
import type { ThemeName } from "#common/colours.ts";

export interface FigureView {
  readonly axis: RowAxis;
  /** Ns of the run. */
  readonly fromNs: number;
  readonly toNs: number;
  /** What 0 means on the figure's axis. */
  readonly originNs: number;
  /** So many bins are worth drawing. */
  readonly widthPx: number;
  readonly theme: ThemeName;
}

interface Piece {
  readonly from: number;
  to: number;
  readonly colour: number;
  readonly share: number;
  readonly number: number;
}

/** @throws what reading the run throws */
export async function readFigureRows(
  { client, detail }: { client: Client; detail: RunDetail },
  view: FigureView,
): Promise<FigureRow[]> {
  const rows = detail.rows[view.axis];
  const plan = await readPlan({ client, detail }, view);
  const pieces = piecesOf(plan, { detail, view });
  return rows.map(({ label }, row) => {
    const own = (pieces.get(row) ?? []).sort((x, y) => x.from - y.from);
    return {
      label,
      from: Float64Array.from(own, ({ from }) => from - view.originNs),
      to: Float64Array.from(own, ({ to }) => to - view.originNs),
      colour: Uint32Array.from(own, ({ colour }) => colour),
      share: Float64Array.from(own, ({ share }) => share),
      number: Int32Array.from(own, ({ number }) => number),
    };
  });
}

async function readPlan(
  { client, detail }: { client: Client; detail: RunDetail },
  { axis, fromNs, toNs, widthPx }: FigureView,
): Promise<HeatmapPlan> {
  let arrived: () => void = () => undefined;
  const source = clientTileSource({ client, detail });
  const planner = new HeatmapPlanner({ detail, source, onChange: () => arrived() });
  try {
    const toRow = detail.rows[axis].length;
    for (;;) {
      const change = new Promise<void>((resolve) => (arrived = resolve));
      const plan = planner.plan({ axis, fromNs, toNs, fromRow: 0, toRow, widthPx });
      if (plan.complete) return plan;
      const failure = planner.failures.at(0);
      if (failure !== undefined) {
        throw failure instanceof Error ? failure : new Error("the run could not be read", { cause: failure });
      }
      await change;
    }
  } finally {
    planner.close();
  }
}

/** Pieces by row, cut to the view, in the run's ns. */
function piecesOf(
  plan: HeatmapPlan,
  { detail, view }: { detail: RunDetail; view: FigureView },
): ReadonlyMap<number, Piece[]> {
  const palette = createPalette(view.theme, settings.opColours);
  const ops = opOfStage(detail.stages);
  const rowCount = detail.rows[view.axis].length;
  const pieces = new Map<number, Piece[]>();
  const add = (row: number, piece: Piece): void => {
    const own = pieces.get(row);
    const last = own?.at(-1);
    if (own === undefined) pieces.set(row, [piece]);
    else if (last !== undefined && joins(last, piece)) last.to = piece.to;
    else own.push(piece);
  };
  const cut = (start: number, end: number) => ({ from: Math.max(start, view.fromNs), to: Math.min(end, view.toNs) });
  const colourOf = (stage: number, kind: number) => colourOfKey(palette, cellKey({ ops, stage, kind }));
  const seen = new Set<number>();
  for (const { page } of plan.pages) {
    for (let r = 0; r < TILE_ROWS && page.firstRow + r < rowCount; r++) {
      for (let i = page.offsets[r]; i < page.offsets[r + 1]; i++) {
        if (seen.has(page.id[i]) || page.end[i] <= view.fromNs || page.start[i] >= view.toNs) continue;
        seen.add(page.id[i]);
        const colour = colourOf(page.stage[i], page.kind[i]);
        const own = pieces.get(page.firstRow + r) ?? [];
        pieces.set(page.firstRow + r, own);
        own.push({ ...cut(page.start[i], page.end[i]), colour, share: 1, number: page.batch[i] });
      }
    }
  }
  for (const { key, tile } of plan.pages.length > 0 ? [] : plan.tiles) {
    const binNs = binWidthNs(detail.levels, key.level);
    for (let r = 0; r < TILE_ROWS && key.rowBlock * TILE_ROWS + r < rowCount; r++) {
      for (let bin = 0; bin < TILE_BINS; bin++) {
        const at = r * TILE_BINS + bin;
        const start = (key.column * TILE_BINS + bin) * binNs;
        if (tile.coverage[at] === 0 || start + binNs <= view.fromNs || start >= view.toNs) continue;
        const colour = colourOf(tile.stage[at], tile.kind[at]);
        add(key.rowBlock * TILE_ROWS + r, {
          ...cut(start, start + binNs),
          colour,
          share: tile.coverage[at] / 255,
          number: -1,
        });
      }
    }
  }
  return pieces;
}

const joins = (last: Piece, next: Piece): boolean =>
  last.to === next.from && last.colour === next.colour && Math.abs(last.share - next.share) < 1 / 32;
