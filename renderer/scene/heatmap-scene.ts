/**
 * The heatmap on a canvas: tiles, raw picture or step grid as textured quads, numbers on top. Four draw calls at most,
 * whatever the run's size. Draws when told to and never by itself: no animation loop runs while nothing changes.
 *
 * All positions are device pixels of the plot. Rows are snapped to whole pixels; time is not.
 */
import "pixi.js/unsafe-eval";
import { BrowserAdapter, CLEAR, DOMAdapter, getTestContext, Ticker, WebGLRenderer } from "pixi.js";

import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { TileKey } from "#common/tile.ts";
import { TEXEL_BYTES } from "../data/cell-key.ts";
import type { OpOfStage } from "../data/cell-key.ts";
import type { CellLabel } from "../data/cell-labels.ts";
import type { TilePart } from "../data/heatmap-plan.ts";
import { binWidthNs } from "../data/level-of-detail.ts";
import type { FilledPart } from "../data/raw-picture.ts";
import type { GridPlaces } from "../data/step-grid.ts";
import { stepStartNs } from "../data/step-grid.ts";
import { pxToTime, rowToPx, timeToPx } from "../data/time-scale.ts";
import type { RowScale, TimeScale } from "../data/time-scale.ts";
import type { Rgb } from "#common/colours.ts";
import { CellMesh } from "./cell-mesh.ts";
import type { CellQuad } from "./cell-mesh.ts";
import { rowLines, stepLines, stepsOnScreen } from "./grid-lines.ts";
import { LineMesh } from "./line-mesh.ts";
import { NumberMesh } from "./number-mesh.ts";
import { nextTask } from "./next-task.ts";
import type { DigitSize } from "./number-mesh.ts";
import { createPalette } from "./palette.ts";
import type { Palette } from "./palette.ts";
import { PictureMesh } from "./picture-mesh.ts";
import { TileAtlas } from "./tile-atlas.ts";

export interface HeatmapFrame {
  /** Device pixels. */
  readonly time: TimeScale;
  readonly rows: RowScale;
  readonly rowCount: number;
  readonly baseNs: number;
  readonly ops: OpOfStage;
  readonly tiles: readonly TilePart[];
  readonly picture?: {
    readonly texels: Uint8Array;
    readonly widthPx: number;
    readonly firstRow: number;
    /** Lines of texels, each of 2^rowLevel rows. */
    readonly rowCount: number;
    readonly rowLevel: number;
    readonly filled: readonly FilledPart[];
  };
  readonly steps?: { readonly grid: GridPlaces; readonly texels: Uint8Array };
  readonly labels: readonly CellLabel[];
  /** Line between rows; 0 for none. */
  readonly rowGapPx: number;
}

export interface SceneListeners {
  readonly onTile: (key: TileKey, onGpu: boolean) => void;
  readonly onLost: () => void;
  readonly onRestored: () => void;
}

/** Told when a browser has no WebGL 2, or refuses it. */
export class NoWebGlError extends Error {
  override readonly name = "NoWebGlError";
}

interface SceneSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Released scenes. Two: a comparison shows as many. Each holds 25 MB. */
const resting: HeatmapScene[] = [];
const MOST_RESTING = 2;
let preparing: Promise<void> | undefined;
/** The usual size of numbers, CSS pixels. */
const FIRST_FONT_PX = 12;

/** Pixi asks a context of its own about precision, once; making a second one takes a third of the time of all the rest. */
function lendTestContext(context: WebGL2RenderingContext): void {
  const canvas = Object.assign(document.createElement("canvas"), { getContext: () => context });
  DOMAdapter.set({ ...BrowserAdapter, createCanvas: () => canvas });
  getTestContext();
  DOMAdapter.set(BrowserAdapter);
}

export class HeatmapScene {
  readonly #renderer: WebGLRenderer;
  readonly #atlas: TileAtlas;
  readonly #tiles: CellMesh;
  readonly #picture: PictureMesh;
  readonly #lines: LineMesh;
  readonly #numbers: NumberMesh;
  #palette: Palette | undefined;

  readonly #unlisten: (() => void)[] = [];

  /**
   * A scene with a canvas of its own, to be shown at its size: one that was prepared or released before, if there is one,
   * since a context and its programs take longer to make than a run to open.
   * @param options.widthPx device pixels, as is the height: a canvas that is resized after its context was made waits for the GPU
   * @throws NoWebGlError
   */
  static async create(size: SceneSize): Promise<HeatmapScene> {
    await preparing;
    for (let rested = resting.pop(); rested !== undefined; rested = resting.pop()) {
      // Its size is set with the first frame.
      if (!rested.isLost) return rested;
      rested.#destroy();
    }
    return HeatmapScene.#make(size);
  }

  /**
   * Makes the first scene before anyone asks for it, and has it draw with every program, in tasks of some 30 ms where the GPU
   * is software. Without WebGL 2 nothing happens: `create` says so.
   */
  static prepare(): void {
    const make = async () => {
      // Whoever shows a run in this very task asks for its data first.
      await nextTask();
      const scene = await HeatmapScene.#make({ widthPx: innerWidth / 2, heightPx: innerHeight / 2 });
      await scene.#drawDots();
      resting.push(scene);
    };
    preparing ??= make().catch((error: unknown) => {
      if (!(error instanceof NoWebGlError)) throw error;
    });
  }

  static async #make({ widthPx, heightPx }: SceneSize): Promise<HeatmapScene> {
    const [width, height] = [Math.max(1, Math.round(widthPx)), Math.max(1, Math.round(heightPx))];
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "display: block; width: 100%; height: 100%";
    [canvas.width, canvas.height] = [width, height];
    const renderer = new WebGLRenderer();
    // Asked for before Pixi does: it would fall back to WebGL 1, whose shaders cannot fetch single texels.
    const context = canvas.getContext("webgl2", { alpha: false, antialias: false, stencil: true, depth: false });
    if (context === null) throw new NoWebGlError("this browser offers no WebGL 2");
    await nextTask();
    lendTestContext(context);
    await renderer.init({ canvas, context, width, height, antialias: false, skipExtensionImports: true });
    // Pixi's housekeeping would wake the page at every frame.
    Ticker.system.stop();
    await nextTask();
    return new HeatmapScene({ renderer, fontFamily: getComputedStyle(document.body).fontFamily });
  }

  private constructor({ renderer, fontFamily }: { renderer: WebGLRenderer; fontFamily: string }) {
    this.#renderer = renderer;
    const maxTexturePx = Number(renderer.gl.getParameter(renderer.gl.MAX_TEXTURE_SIZE));
    this.#atlas = new TileAtlas({ maxTexturePx });
    this.#tiles = new CellMesh(this.#atlas.source);
    this.#picture = new PictureMesh();
    this.#lines = new LineMesh();
    this.#numbers = new NumberMesh({ fontFamily });
  }

  /** Tells which tiles are on the GPU, and when its context was lost and has come back with everything that was there. */
  listen({ onTile, onLost, onRestored }: SceneListeners): void {
    this.#atlas.onTile = onTile;
    // Pixi's own listener was there first: it has set everything up anew when this one is called.
    const canvas = this.#canvas;
    canvas.addEventListener("webglcontextlost", onLost);
    canvas.addEventListener("webglcontextrestored", onRestored);
    this.#unlisten.push(() => {
      canvas.removeEventListener("webglcontextlost", onLost);
      canvas.removeEventListener("webglcontextrestored", onRestored);
    });
  }

  /** Puts the canvas into an element that has its size. */
  showIn(parent: HTMLElement): void {
    parent.append(this.#canvas);
  }

  get #canvas(): HTMLCanvasElement {
    return this.#renderer.canvas;
  }

  get isLost(): boolean {
    return this.#renderer.context.isLost;
  }

  resize({ widthPx, heightPx }: { widthPx: number; heightPx: number }): void {
    this.#renderer.resize(widthPx, heightPx, 1);
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#lines.setColour(palette.line);
    this.#renderer.background.color = palette.idle;
  }

  setFontSize(fontPx: number): DigitSize {
    return this.#numbers.setFontSize(fontPx);
  }

  forgetTile(key: TileKey): void {
    this.#atlas.forget(key);
  }

  draw(frame: HeatmapFrame): void {
    const palette = this.#palette;
    if (palette === undefined || this.isLost) return;
    const viewPx: [number, number] = [this.#renderer.width, this.#renderer.height];
    const { source } = this.#atlas;
    this.#tiles.setQuads(this.#tileQuads(frame, palette), { viewPx, texturePx: [source.width, source.height] });
    const quads =
      frame.steps === undefined ? this.#pictureQuads(frame, palette) : this.#stepQuads(frame.steps, { frame, palette });
    this.#picture.setQuads(quads, viewPx);
    this.#lines.setRectangles(
      frame.steps === undefined ? rowLines(frame, viewPx) : stepLines(frame.steps.grid, frame),
      {
        viewPx,
      },
    );
    this.#numbers.setNumbers(frame.labels, { viewPx, palette });
    const { renderTarget, encoder, view, background } = this.#renderer;
    // Without Pixi's stage, whose batches and passes are not needed here.
    renderTarget.bind({ target: view.renderTarget, clear: CLEAR.COLOR, clearColor: background.colorRgba });
    for (const { call } of [this.#tiles, this.#picture, this.#lines, this.#numbers]) {
      if (!call.isEmpty) encoder.draw(call);
    }
  }

  /** Colour of a pixel of the last frame; only right after `draw`, in the same task. */
  readPixel({ xPx, yPx }: { xPx: number; yPx: number }): Rgb {
    const { gl } = this.#renderer;
    const bytes = new Uint8Array(4);
    gl.readPixels(xPx, this.#renderer.height - 1 - yPx, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
  }

  /** Blocks until the GPU has drawn the last frame: for benches. */
  finish(): void {
    this.readPixel({ xPx: 0, yPx: 0 });
  }

  /** Takes the canvas off the page and forgets what was drawn; the scene may come back to whoever asks for one. */
  release(): void {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    this.#canvas.remove();
    this.#atlas.onTile = undefined;
    this.#atlas.forgetAll();
    this.#picture.forget();
    if (this.isLost || resting.length >= MOST_RESTING) this.#destroy();
    else resting.push(this);
  }

  /** A cell, a line and a number on a pixel, and room for tiles: what is compiled and set up once. */
  async #drawDots(): Promise<void> {
    this.setPalette(createPalette("light"));
    this.setFontSize(FIRST_FONT_PX);
    await nextTask();
    this.#renderer.texture.initSource(this.#atlas.source);
    const dot = {
      time: { fromNs: 0, toNs: 1, widthPx: 1 },
      rows: { scrollRow: 0, rowHeightPx: 1 },
      rowCount: 1,
      rowGapPx: 0,
      baseNs: 1,
      ops: new Uint8Array(0),
      tiles: [],
      steps: { grid: { firstNs: 0, intervalNs: 1, stepCount: 1, rowCount: 1 }, texels: new Uint8Array(TEXEL_BYTES) },
      labels: [],
    };
    await nextTask();
    this.draw(dot);
    await nextTask();
    // Wide enough for lines.
    const time = { ...dot.time, widthPx: 32 };
    this.draw({ ...dot, time, labels: [{ xPx: 0, yPx: 0, number: 0, key: 0 }] });
  }

  #destroy(): void {
    this.#tiles.destroy();
    this.#picture.destroy();
    this.#lines.destroy();
    this.#numbers.destroy();
    this.#atlas.destroy();
    this.#renderer.destroy();
  }

  #tileQuads({ tiles, baseNs, ops, time, rows, rowCount }: HeatmapFrame, palette: Palette): CellQuad[] {
    const quads: CellQuad[] = [];
    this.#atlas.beginFrame(palette);
    for (const { key, tile, fromNs, toNs, ...part } of tiles) {
      const line = this.#atlas.lineOf({ key, tile, ops });
      if (line === undefined) continue;
      const binNs = binWidthNs({ baseNs }, key.level);
      const firstNs = key.column * TILE_BINS * binNs;
      // On whole pixels and computed there in doubles: corners between pixels are moved to a raster of sixteenths or so by
      // the GPU without their texels, and a float has too few digits for a tile of which a thousandth is shown.
      const x0 = firstPixel(time, Math.max(fromNs, time.fromNs));
      const x1 = firstPixel(time, Math.min(toNs, time.toNs));
      if (x0 >= x1) continue;
      const lineRows = 2 ** (key.rowLevel ?? 0);
      const blockRow = key.rowBlock * TILE_ROWS * lineRows;
      const firstRow = part.fromRow ?? blockRow;
      const lastRow = Math.min(rowCount, part.toRow ?? blockRow + TILE_ROWS * lineRows);
      if (firstRow >= lastRow) continue;
      quads.push({
        x0,
        x1,
        u0: (pxToTime(time, x0) - firstNs) / binNs,
        u1: (pxToTime(time, x1) - firstNs) / binNs,
        y0: rowToPx(rows, firstRow),
        y1: rowToPx(rows, lastRow),
        v0: line + (firstRow - blockRow) / lineRows,
        v1: line + (lastRow - blockRow) / lineRows,
      });
    }
    return quads;
  }

  #pictureQuads({ picture, rows }: HeatmapFrame, palette: Palette): CellQuad[] {
    if (picture === undefined || picture.rowCount === 0) return [];
    const { texels, widthPx, firstRow, rowCount, rowLevel, filled } = picture;
    this.#picture.upload({ texels, widthPx, rowCount }, palette);
    return filled.map(({ fromRow, toRow, fromPx, toPx }) => ({
      x0: fromPx,
      x1: toPx,
      u0: fromPx,
      u1: toPx,
      y0: rowToPx(rows, fromRow),
      y1: rowToPx(rows, toRow),
      v0: (fromRow - firstRow) / 2 ** rowLevel,
      v1: (toRow - firstRow) / 2 ** rowLevel,
    }));
  }

  #stepQuads(
    { grid, texels }: NonNullable<HeatmapFrame["steps"]>,
    { frame: { time, rows }, palette }: { frame: HeatmapFrame; palette: Palette },
  ): CellQuad[] {
    if (grid.stepCount === 0 || grid.rowCount === 0) return [];
    // A grid is not changed once it is made: panning it uploads nothing.
    this.#picture.uploadOnce({ texels, widthPx: grid.stepCount, rowCount: grid.rowCount }, palette);
    const { from, to } = stepsOnScreen(grid, time);
    const x0 = firstPixel(time, Math.max(time.fromNs, stepStartNs(grid, from)));
    const x1 = firstPixel(time, Math.min(time.toNs, stepStartNs(grid, to)));
    if (x0 >= x1) return [];
    return [
      {
        x0,
        x1,
        u0: (pxToTime(time, x0) - grid.firstNs) / grid.intervalNs,
        u1: (pxToTime(time, x1) - grid.firstNs) / grid.intervalNs,
        y0: rowToPx(rows, 0),
        y1: rowToPx(rows, grid.rowCount),
        v0: 0,
        v1: grid.rowCount,
      },
    ];
  }
}

/** Left edge of the first pixel whose middle lies at or after a time. */
function firstPixel(time: TimeScale, ns: number): number {
  return Math.ceil(timeToPx(time, ns) - 0.5);
}
