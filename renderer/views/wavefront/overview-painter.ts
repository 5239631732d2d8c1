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
import { HeatmapPlanner } from "../../data/heatmap-plan.ts";
import { binWidthNs } from "../../data/level-of-detail.ts";
import { RawPicture } from "../../data/raw-picture.ts";
import type { TileSource } from "../../data/tile-source.ts";
import { createPalette, mixCell } from "../../scene/palette.ts";
import type { Palette } from "../../scene/palette.ts";
import type { ThemeName } from "../../theme/colours.ts";

export interface OverviewView {
  readonly axis: RowAxis;
  readonly fromNs: number;
  readonly toNs: number;
  /** Device pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly theme: ThemeName;
}

/** With more rows than this the strip is drawn from tiles twice as coarse: it shows the run's shape, not its cells. */
const FINE_ROWS = 128;

export class OverviewPainter {
  readonly #detail: RunDetail;
  readonly #planner: HeatmapPlanner;
  readonly #ops: OpOfStage;
  readonly #canvas: HTMLCanvasElement;
  readonly #picture = new RawPicture();
  #keepsBefore: boolean;
  #view: OverviewView | undefined;
  #palette: { theme: ThemeName; palette: Palette } | undefined;
  #frameRequest: number | undefined;

  /** @param options.keepsBefore the canvas shows an older state of the run, which stays until the new one is complete */
  constructor({
    canvas,
    detail,
    source,
    keepsBefore,
  }: {
    canvas: HTMLCanvasElement;
    detail: RunDetail;
    source: TileSource;
    keepsBefore: boolean;
  }) {
    this.#keepsBefore = keepsBefore;
    this.#canvas = canvas;
    this.#detail = detail;
    this.#ops = opOfStage(detail.stages);
    this.#planner = new HeatmapPlanner({ detail, source, onChange: () => this.#invalidate() });
  }

  get settled(): boolean {
    return this.#planner.settled && this.#frameRequest === undefined;
  }

  show(view: OverviewView): void {
    this.#view = view;
    this.#invalidate();
  }

  close(): void {
    this.#planner.close();
    if (this.#frameRequest !== undefined) cancelAnimationFrame(this.#frameRequest);
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
    const { axis, fromNs, toNs, widthPx, heightPx, theme } = view;
    if (this.#canvas.width !== widthPx) this.#canvas.width = widthPx;
    if (this.#canvas.height !== heightPx) this.#canvas.height = heightPx;
    if (this.#palette?.theme !== theme) this.#palette = { theme, palette: createPalette(theme) };
    const { palette } = this.#palette;
    const rows = this.#detail.rows[axis];
    const coarse = rows.length > FINE_ROWS ? 4 : 1;
    const plan = this.#planner.plan({
      axis,
      fromNs,
      toNs,
      fromRow: 0,
      toRow: rows.length,
      widthPx: Math.ceil(widthPx / coarse),
    });
    if (this.#keepsBefore && !plan.complete && this.#planner.failures.length === 0) return;
    this.#keepsBefore = false;
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
      ops: this.#ops,
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
    const binNs = binWidthNs(this.#detail.levels, key.level);
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
        const cell = cellKey({ ops: this.#ops, stage: tile.stage[at], kind: tile.kind[at] });
        pixels[y * widthPx + px] = colourOf(own, cell);
      }
    }
  }
}

/** Bytes of a pixel of ImageData on a little-endian machine, as every browser runs on. */
function abgr(colour: number): number {
  return ((0xff << 24) | ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16)) >>> 0;
}
