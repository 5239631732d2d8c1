/**
 * The whole run as a small picture without a GPU: the same tiles or raw spans as the plot, coloured by the same palette.
 * Draws into a canvas of the size it is given, once per change.
 */
import type { RunDetail } from "#common/api.ts";
import type { RowAxis } from "#common/tile.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import { cellKey, opOfStage, TEXEL_BYTES } from "../../data/cell-key.ts";
import type { OpOfStage } from "../../data/cell-key.ts";
import type { TilePart } from "../../data/heatmap-plan.ts";
import type { HeatmapPlan } from "../../data/heatmap-plan.ts";
import { HeatmapPlanner } from "../../data/heatmap-plan.ts";
import { binWidthNs } from "../../data/level-of-detail.ts";
import { RawPicture } from "../../data/raw-picture.ts";
import type { TileSource } from "../../data/tile-source.ts";
import { abgr, createPalette, mixCell } from "../../scene/palette.ts";
import type { OpColours, ThemeName } from "#common/colours.ts";

export interface OverviewView {
  readonly axis: RowAxis;
  readonly fromNs: number;
  readonly toNs: number;
  /** Device pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly theme: ThemeName;
  readonly opColours: OpColours;
}

/** With more rows than this the strip is drawn from tiles twice as coarse: it shows the run's shape, not its cells. */
const FINE_ROWS = 128;

/** A state of the run and where to ask for it. */
interface OverviewSource {
  readonly detail: RunDetail;
  readonly source: TileSource;
}

interface OverviewRun {
  readonly detail: RunDetail;
  readonly ops: OpOfStage;
  readonly planner: HeatmapPlanner;
}

export class OverviewPainter {
  #run: OverviewRun;
  /** A newer state of the run, until it is complete: then it is drawn instead. */
  #next: OverviewRun | undefined;
  /** A still newer one. */
  #later: OverviewSource | undefined;
  readonly #canvas: HTMLCanvasElement;
  readonly #picture = new RawPicture();
  #view: OverviewView | undefined;
  #frameRequest: number | undefined;

  constructor({ canvas, ...run }: OverviewSource & { canvas: HTMLCanvasElement }) {
    this.#canvas = canvas;
    this.#run = this.#open(run);
  }

  get settled(): boolean {
    return this.#run.planner.settled && this.#next === undefined && this.#frameRequest === undefined;
  }

  /** Draws another state of the run as soon as that is complete. */
  follow(run: OverviewSource): void {
    if (this.#next !== undefined) this.#later = run;
    else if (run.detail !== this.#run.detail) this.#next = this.#open(run);
    this.#invalidate();
  }

  show(view: OverviewView): void {
    this.#view = view;
    this.#invalidate();
  }

  close(): void {
    this.#run.planner.close();
    this.#next?.planner.close();
    if (this.#frameRequest !== undefined) cancelAnimationFrame(this.#frameRequest);
  }

  #open({ detail, source }: OverviewSource): OverviewRun {
    const planner = new HeatmapPlanner({ detail, source, onChange: () => this.#invalidate() });
    return { detail, ops: opOfStage(detail.stages), planner };
  }

  #plan({ planner, detail }: OverviewRun, { axis, fromNs, toNs, widthPx }: OverviewView): HeatmapPlan {
    const rowCount = detail.rows[axis].length;
    const coarse = rowCount > FINE_ROWS ? 4 : 1;
    return planner.plan({ axis, fromNs, toNs, fromRow: 0, toRow: rowCount, widthPx: Math.ceil(widthPx / coarse) });
  }

  #followNext(view: OverviewView): void {
    const next = this.#next;
    if (next === undefined) return;
    if (!this.#plan(next, view).complete && next.planner.failures.length === 0) return;
    this.#run.planner.close();
    this.#run = next;
    this.#next = this.#later === undefined ? undefined : this.#open(this.#later);
    this.#later = undefined;
    if (this.#next !== undefined) this.#invalidate();
  }

  #invalidate(): void {
    this.#frameRequest ??= requestAnimationFrame(() => {
      this.#frameRequest = undefined;
      this.#paint();
    });
  }

  #paint(): void {
    const view = this.#view;
    const context = this.#canvas.getContext("2d");
    if (view === undefined || context === null || view.widthPx < 1 || view.heightPx < 1) return;
    const { axis, fromNs, toNs, widthPx, heightPx, theme, opColours } = view;
    if (this.#canvas.width !== widthPx) this.#canvas.width = widthPx;
    if (this.#canvas.height !== heightPx) this.#canvas.height = heightPx;
    const palette = createPalette(theme, opColours);
    this.#followNext(view);
    const rows = this.#run.detail.rows[axis];
    const plan = this.#plan(this.#run, view);
    const scale = { fromNs, toNs, widthPx };
    const image = context.createImageData(widthPx, heightPx);
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(abgr(palette.idle));
    const rowAt = Array.from({ length: heightPx }, (_, y) => Math.floor((y / heightPx) * rows.length));
    const colours = new Map<number, number>();
    const colourOf = (own: number, key: number): number => {
      const cached = key * 256 + own;
      const known = colours.get(cached);
      if (known !== undefined) return known;
      const colour = abgr(mixCell(palette, { own, elsewhere: 0, key }));
      colours.set(cached, colour);
      return colour;
    };
    for (const part of plan.tiles) this.#paintTile(part, { view, pixels, rowAt, colourOf });
    const filled = this.#picture.draw({
      parts: plan.pages,
      rankParts: [],
      scale,
      fromRow: 0,
      toRow: rows.length,
      ops: this.#run.ops,
      rows,
    });
    const { texels } = this.#picture;
    for (const { fromRow, toRow, fromPx, toPx } of filled) {
      for (let y = 0; y < heightPx; y++) {
        const row = rowAt[y];
        if (row < fromRow || row >= toRow) continue;
        for (let px = fromPx; px < toPx; px++) {
          const at = (row * widthPx + px) * TEXEL_BYTES;
          // Marks where spans begin would fill a strip this small.
          if (texels[at] > 0) {
            pixels[y * widthPx + px] = colourOf(texels[at], (texels[at + 2] | (texels[at + 3] << 8)) & ~(1 << 10));
          }
        }
      }
    }
    context.putImageData(image, 0, 0);
  }

  #paintTile(
    { key, tile, fromNs, toNs }: TilePart,
    {
      view,
      pixels,
      rowAt,
      colourOf,
    }: {
      view: OverviewView;
      pixels: Uint32Array;
      rowAt: readonly number[];
      colourOf: (own: number, key: number) => number;
    },
  ): void {
    const { widthPx } = view;
    const nsPerPx = (view.toNs - view.fromNs) / widthPx;
    const binNs = binWidthNs(this.#run.detail.levels, key.level);
    const firstRow = key.rowBlock * TILE_ROWS;
    const fromPx = Math.max(0, Math.ceil((fromNs - view.fromNs) / nsPerPx - 0.5));
    const toPx = Math.min(widthPx, Math.ceil((toNs - view.fromNs) / nsPerPx - 0.5));
    for (const [y, row] of rowAt.entries()) {
      if (row < firstRow || row >= firstRow + TILE_ROWS) continue;
      for (let px = fromPx; px < toPx; px++) {
        const bin = Math.floor((view.fromNs + (px + 0.5) * nsPerPx) / binNs) - key.column * TILE_BINS;
        const at = (row - firstRow) * TILE_BINS + Math.max(0, Math.min(TILE_BINS - 1, bin));
        const own = tile.coverage[at];
        if (own === 0) continue;
        const cell = cellKey({ ops: this.#run.ops, stage: tile.stage[at], kind: tile.kind[at] });
        pixels[y * widthPx + px] = colourOf(own, cell);
      }
    }
  }
}
