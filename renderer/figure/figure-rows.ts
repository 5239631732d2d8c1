/**
 * What the heatmap would draw of a run, as rows of a figure: spans one by one where they are few, else bins of equal work
 * joined, so that a picture of ten million spans is no larger than one of ten thousand. Pure, but for reading what is not
 * there yet.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { ThemeName } from "#common/colours.ts";
import type { FigureRow } from "#common/figure/wavefront-figure.ts";
import { NO_STAGE, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { RowAxis } from "#common/tile.ts";
import { cellKey, opOfStage, packTile, TEXEL_BYTES, withName } from "../data/cell-key.ts";
import type { LabelNumber } from "../data/cell-labels.ts";
import { HeatmapPlanner } from "../data/heatmap-plan.ts";
import type { HeatmapPlan, PagePart } from "../data/heatmap-plan.ts";
import { binWidthNs } from "../data/level-of-detail.ts";
import { hasBatch } from "../data/raw-page.ts";
import { RawPicture } from "../data/raw-picture.ts";
import { NO_ROW, RowIndex } from "../data/row-index.ts";
import { clientTileSource } from "../data/tile-source.ts";
import { createPalette } from "../scene/palette.ts";
import { settings } from "../state/settings.svelte.ts";
import { flattenSpans } from "./flatten-spans.ts";
import type { FlatSpan } from "./flatten-spans.ts";
import { rowOfPieces, RowPieces } from "./row-pieces.ts";

export interface FigureView {
  readonly axis: RowAxis;
  /** Ns of the run. */
  readonly fromNs: number;
  readonly toNs: number;
  /** What 0 means on the figure's axis. */
  readonly originNs: number;
  /** Rows [fromRow, toRow) of the axis; absent: all. */
  readonly fromRow?: number;
  readonly toRow?: number;
  /** Width of the plot. */
  readonly widthPx: number;
  /** What is written into spans. Absent: the batch. */
  readonly number?: LabelNumber;
  readonly theme: ThemeName;
}

export interface FigureRows {
  readonly rows: readonly FigureRow[];
  /** Keys (cell-key.ts) of the work that is drawn. */
  readonly keys: ReadonlySet<number>;
  /** A line of the figure stands for so many rows. */
  readonly rowsPerLine: number;
  /** Width of a bin where there are too many spans to draw each. */
  readonly binNs?: number;
}

/** More spans than this are drawn as bins. */
const MOST_SPANS = 20_000;
/** Bins of all rows together; at least so many a row, and no more than are seen. */
const MOST_BINS = 120_000;
const LEAST_BINS_PER_ROW = 400;
const BINS_PER_PX = 2;
/** More rows than this share lines. */
const MOST_LINES = 512;

interface Reading extends Required<FigureView> {
  readonly detail: RunDetail;
  readonly rowLevel: number;
  /** Whole number of bins that are worth telling apart. */
  readonly bins: number;
}

/** @throws what reading the run throws */
export async function readFigureRows(
  { client, detail }: { client: Client; detail: RunDetail },
  view: FigureView,
): Promise<FigureRows> {
  const all = detail.rows[view.axis];
  const { fromRow = 0, toRow = all.length } = view;
  let rowLevel = 0;
  while ((toRow - fromRow) / 2 ** rowLevel > MOST_LINES) rowLevel += 1;
  const lines = Math.max(1, Math.ceil((toRow - fromRow) / 2 ** rowLevel));
  const bins = Math.max(LEAST_BINS_PER_ROW, Math.min(view.widthPx * BINS_PER_PX, MOST_BINS / lines));
  const reading = { number: "batch", ...view, fromRow, toRow, detail, rowLevel, bins: Math.floor(bins) } as const;
  const plan = await readPlan({ client, detail }, reading);
  const pieces = new RowPieces(reading, createPalette(view.theme, settings.opColours));
  const spans = plan.pages.length === 0 ? undefined : spansOf(plan, reading);
  if (spans !== undefined) drawSpans(spans, { plan, reading, pieces });
  const binNs = spans === undefined ? drawBins(plan, { reading, pieces }) : undefined;
  const rowsPerLine = 2 ** rowLevel;
  const rows: FigureRow[] = [];
  for (let row = Math.floor(fromRow / rowsPerLine) * rowsPerLine; row < toRow; row += rowsPerLine) {
    const [first, last] = [all[row], all[Math.min(toRow, row + rowsPerLine) - 1]];
    const label = first === last ? first.label : `${first.label} – ${last.label}`;
    rows.push({ label, ...rowOfPieces(pieces, { row, areSpans: binNs === undefined }) });
  }
  return { rows, keys: pieces.keys, rowsPerLine, ...(binNs === undefined ? {} : { binNs }) };
}

async function readPlan(
  { client, detail }: { client: Client; detail: RunDetail },
  { axis, fromNs, toNs, fromRow, toRow, rowLevel, bins }: Reading,
): Promise<HeatmapPlan> {
  let arrived: () => void = () => undefined;
  const source = clientTileSource({ client, detail });
  const planner = new HeatmapPlanner({ detail, source, onChange: () => arrived() });
  try {
    for (;;) {
      const change = new Promise<void>((resolve) => (arrived = resolve));
      const plan = planner.plan({ axis, fromNs, toNs, fromRow, toRow, rowLevel, widthPx: bins });
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

/** Spans by row in order of time, cut to the view; undefined where they are too many. */
function spansOf(
  { pages }: HeatmapPlan,
  { detail, fromNs, toNs, fromRow, toRow, number }: Reading,
): ReadonlyMap<number, FlatSpan[]> | undefined {
  const ops = opOfStage(detail.stages);
  const rows = new Map<number, FlatSpan[]>();
  const seen = new Set<number>();
  for (const { page } of pages) {
    for (let row = Math.max(fromRow, page.firstRow); row < Math.min(toRow, page.firstRow + TILE_ROWS); row++) {
      for (let i = page.offsets[row - page.firstRow]; i < page.offsets[row - page.firstRow + 1]; i++) {
        if (seen.has(page.id[i]) || page.end[i] <= fromNs || page.start[i] >= toNs) continue;
        seen.add(page.id[i]);
        if (seen.size > MOST_SPANS) return undefined;
        const { [number]: numbers } = page;
        const hasNumber = number === "stage" ? numbers[i] !== NO_STAGE : hasBatch(numbers[i]);
        const key = cellKey({ ops, stage: page.stage[i], kind: page.kind[i] });
        const own = rows.get(row) ?? [];
        rows.set(row, own);
        own.push({
          from: Math.max(page.start[i], fromNs),
          to: Math.min(page.end[i], toNs),
          key: page.stage[i] === NO_STAGE ? withName(key, page.name[i]) : key,
          number: hasNumber ? numbers[i] : -1,
        });
      }
    }
  }
  return rows;
}

function drawSpans(
  spans: ReadonlyMap<number, FlatSpan[]>,
  { plan, reading, pieces }: { plan: HeatmapPlan; reading: Reading; pieces: RowPieces },
): void {
  for (const [row, own] of spans) {
    const sorted = own.sort((a, b) => a.from - b.from || b.to - a.to);
    for (const span of flattenSpans(sorted)) pieces.addSpan(row, span);
  }
  if (reading.axis !== "stage") return;
  const { detail, fromRow, toRow } = reading;
  const index = new RowIndex({ axis: "rank", rows: detail.rows.rank, stages: detail.stages });
  const busy = new Map<number, readonly { from: number; to: number }[]>();
  for (let row = fromRow; row < toRow; row++) {
    const rankRow = index.rowOfRank(detail.rows.stage[row]);
    if (rankRow === NO_ROW) continue;
    const ofRank = busy.get(rankRow) ?? busyOf(plan.rankPages, { rankRow, reading });
    busy.set(rankRow, ofRank);
    for (const { from, to } of ofRank) pieces.addElsewhere(row, { from, to, share: 1 });
  }
}

/** When a rank computes anything, joined where no gap is seen. */
function busyOf(
  rankPages: readonly PagePart[],
  { rankRow, reading: { fromNs, toNs, bins } }: { rankRow: number; reading: Reading },
): readonly { from: number; to: number }[] {
  const unseenNs = (toNs - fromNs) / bins / 4;
  const all: { from: number; to: number }[] = [];
  for (const { page } of rankPages) {
    if (rankRow < page.firstRow || rankRow >= page.firstRow + TILE_ROWS) continue;
    for (let i = page.offsets[rankRow - page.firstRow]; i < page.offsets[rankRow - page.firstRow + 1]; i++) {
      if (page.end[i] <= fromNs || page.start[i] >= toNs) continue;
      all.push({ from: Math.max(page.start[i], fromNs), to: Math.min(page.end[i], toNs) });
    }
  }
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of all.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= unseenNs) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** @returns width of a bin */
function drawBins(plan: HeatmapPlan, { reading, pieces }: { reading: Reading; pieces: RowPieces }): number {
  const { axis, detail, fromNs, toNs, fromRow, toRow, rowLevel, bins } = reading;
  const ops = opOfStage(detail.stages);
  if (plan.pages.length > 0) {
    const picture = new RawPicture();
    const rows = detail.rows[axis];
    const rankIndex =
      axis === "stage" ? new RowIndex({ axis: "rank", rows: detail.rows.rank, stages: detail.stages }) : undefined;
    const scale = { fromNs, toNs, widthPx: bins };
    const parts = { parts: plan.pages, rankParts: plan.rankPages };
    const filled = picture.draw({ ...parts, scale, fromRow, toRow, rowLevel, ops, rows, rankIndex });
    const binNs = (toNs - fromNs) / bins;
    const places = filled.toSorted((a, b) => a.fromPx - b.fromPx);
    for (const { fromRow: first, toRow: last, fromPx, toPx } of places) {
      for (let row = first; row < last; row += 2 ** rowLevel) {
        const at = ((row - picture.firstRow) >> rowLevel) * picture.widthPx + fromPx;
        const texels = picture.texels.subarray(at * TEXEL_BYTES, (at + toPx - fromPx) * TEXEL_BYTES);
        pieces.addBins(row, { texels, startNs: fromNs + fromPx * binNs, binNs });
      }
    }
    return binNs;
  }
  const binNs = binWidthNs(detail.levels, plan.level);
  const texels = new Uint8Array(TILE_ROWS * TILE_BINS * TEXEL_BYTES);
  for (const { key, tile } of plan.tiles.toSorted((a, b) => a.key.column - b.key.column)) {
    packTile(tile, { ops, into: texels, offset: 0 });
    for (let line = 0; line < TILE_ROWS; line++) {
      const row = (key.rowBlock * TILE_ROWS + line) * 2 ** rowLevel;
      if (row + 2 ** rowLevel <= fromRow || row >= toRow) continue;
      const own = texels.subarray(line * TILE_BINS * TEXEL_BYTES, (line + 1) * TILE_BINS * TEXEL_BYTES);
      pieces.addBins(row, { texels: own, startNs: key.column * TILE_BINS * binNs, binNs });
    }
  }
  return binNs;
}
