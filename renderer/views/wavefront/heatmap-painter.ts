/**
 * Joins data and scene for one run: what the view shows → what is asked for → what is drawn. Asks before there is a scene to
 * draw on, draws once per change and is silent otherwise; says when it is idle, so that tests wait for facts instead of time.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { RowAxis } from "#common/tile.ts";
import { TILE_ROWS } from "#common/tile.ts";
import { fittingFontPx, pageLabels, stepLabels, tileLabels, usualCell } from "../../data/cell-labels.ts";
import type { CellLabel, LabelLayout } from "../../data/cell-labels.ts";
import type { RunCells } from "../../data/begun-view.ts";
import type { OpOfStage } from "../../data/cell-key.ts";
import type { HeatmapPlanner, HeatmapPlan } from "../../data/heatmap-plan.ts";
import { binWidthNs } from "../../data/level-of-detail.ts";
import type { RawPage } from "../../data/raw-page.ts";
import { RawPicture } from "../../data/raw-picture.ts";
import type { FilledPart } from "../../data/raw-picture.ts";
import { RowIndex } from "../../data/row-index.ts";
import { tileRange } from "../../data/tile-grid.ts";
import type { TileSource } from "../../data/tile-source.ts";
import type { RowScale, TimeScale } from "../../data/time-scale.ts";
import type { HeatmapFrame, HeatmapScene } from "../../scene/heatmap-scene.ts";
import { createPalette } from "../../scene/palette.ts";
import type { StepGrid } from "../../data/step-grid.ts";
import type { PaintedView, PaintStatus, ProbedPixel } from "./painted-view.ts";
import { PassesSeen } from "./passes-seen.ts";
import { RunStates } from "./run-states.ts";
import type { StepGridLoader } from "./step-grid-loader.ts";
import { planned, snapRows } from "./view-on-pixels.ts";

/** Lines between rows from this height on, in CSS pixels. */
const LEAST_LINED_ROW_PX = 7;
const LEAST_NUMBERED_ROW_PX = 11;
const LEAST_FONT_PX = 9;
/** All squares of a step grid are alike: smaller digits still read, as a pattern. */
const LEAST_STEP_FONT_PX = 8;
const MOST_FONT_PX = 12;

const FIRST_WAVEFRONT = "pipewave-first-wavefront";

export class HeatmapPainter {
  readonly #states: RunStates;
  #scene: HeatmapScene | undefined;
  readonly #onFollow: () => void;
  readonly #onStatus: (status: PaintStatus) => void;
  readonly #picture = new RawPicture();
  #rankIndex: RowIndex | undefined;
  #view: PaintedView | undefined;
  #painted: Pick<PaintedView, "widthPx" | "heightPx" | "devicePixelRatio" | "theme" | "opColours"> | undefined;
  #plan: HeatmapPlan | undefined;
  #frameRequest: number | undefined;
  #closed = false;
  #isMarked = false;
  #passes = new PassesSeen();
  #waiting: (() => void)[] = [];

  constructor({
    client,
    detail,
    begun,
    onStatus,
    onFollow = () => undefined,
  }: {
    client: Client;
    detail: RunDetail;
    /** What has been asked for of the run already; closed with the painter. */
    begun?: RunCells | undefined;
    onStatus: (status: PaintStatus) => void;
    /** Another state of the run is shown from now on: `detail`, `source` and `planner` are other ones. */
    onFollow?: () => void;
  }) {
    this.#onStatus = onStatus;
    this.#onFollow = onFollow;
    this.#states = new RunStates({
      client,
      detail,
      begun,
      onChange: () => this.invalidate(),
      onEvictTile: (key) => this.#scene?.forgetTile(key),
    });
  }

  /** Draws on that scene from now on, and releases it when closed. */
  drawOn(scene: HeatmapScene): void {
    this.#scene = scene;
    scene.listen({
      onTile: (key, onGpu) => this.planner.tiles.markOnGpu(key, onGpu),
      onLost: () => this.planner.tiles.markAllOffGpu(),
      onRestored: () => this.invalidate(),
    });
    this.invalidate();
  }

  get detail(): RunDetail {
    return this.#states.shown.detail;
  }

  get source(): TileSource {
    return this.#states.shown.source;
  }

  get planner(): HeatmapPlanner {
    return this.#states.shown.planner;
  }

  get ops(): OpOfStage {
    return this.#states.shown.ops;
  }

  get #steps(): StepGridLoader {
    return this.#states.shown.steps;
  }

  /** Shows the run as it is now. What is on screen stays until all of the new state that belongs there has arrived. */
  follow(detail: RunDetail): void {
    this.#states.follow(detail);
    this.invalidate();
  }

  /** Shows another view at the next frame; the latest wins. */
  show(view: PaintedView): void {
    this.#view = view;
    if (this.#scene === undefined) this.#ask(view);
    else this.invalidate();
  }

  /** What the first frame shows comes while the scene is made. */
  #ask(view: PaintedView): void {
    if (view.widthPx < 1 || view.heightPx < 1) return;
    if (view.steps === undefined) this.planner.plan(planned(view, this.detail));
    else this.#steps.want({ ...view.steps, axis: view.axis });
  }

  /** Something that is drawn has changed. */
  invalidate(): void {
    if (this.#frameRequest !== undefined || this.#closed) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = undefined;
      this.#paint();
    });
    this.#tell();
  }

  retry(): void {
    this.planner.retry();
    this.#steps.retry();
    this.invalidate();
  }

  get stepGrid(): StepGrid | undefined {
    return this.#steps.grid;
  }

  /** Pages of the last frame. */
  get visiblePages(): readonly RawPage[] {
    return this.#plan?.pages.map(({ page }) => page) ?? [];
  }

  /** Resolves when nothing is asked for and everything is drawn. */
  async whenIdle(): Promise<void> {
    if (this.status.idle || this.#closed) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Draws a frame and waits for the GPU; gives ms. */
  timeFrame(): number {
    // What was drawn before is not this frame's.
    this.#scene?.finish();
    const before = performance.now();
    this.#paint();
    this.#scene?.finish();
    return performance.now() - before;
  }

  get status(): PaintStatus {
    const steps = this.#view?.steps !== undefined;
    const settled = steps ? this.#steps.settled : this.planner.settled;
    return {
      idle: this.#frameRequest === undefined && settled && this.#plan !== undefined && !this.#states.isFollowing,
      complete: steps ? this.#steps.settled : this.#plan?.complete === true,
      failures: steps ? this.#steps.failures : this.planner.failures,
      passes: this.#passes.codes,
      stepProblem: steps ? this.#steps.problem : undefined,
    };
  }

  /**
   * Colours on the canvas of device pixels, drawn anew without numbers, and the time that each pixel's cell stands for: the
   * pixel itself where raw spans are drawn, the bin where tiles are.
   */
  probe(points: readonly { xPx: number; yPx: number }[]): ProbedPixel[] {
    const scene = this.#scene;
    if (this.#view === undefined || scene === undefined) throw new Error("nothing is shown yet");
    const frame = this.#frame(this.#view, scene);
    scene.draw({ ...frame, labels: [] });
    const { time, rows } = frame;
    const nsPerPx = (time.toNs - time.fromNs) / time.widthPx;
    const binNs = binWidthNs(this.detail.levels, this.#plan?.level ?? 0);
    const probed = points.map(({ xPx, yPx }) => {
      const colour = scene.readPixel({ xPx, yPx });
      const row = Math.floor(rows.scrollRow + (yPx + 0.5) / rows.rowHeightPx);
      const fromNs = time.fromNs + xPx * nsPerPx;
      const middleNs = fromNs + nsPerPx / 2;
      if (frame.picture !== undefined) return { colour, row, middleNs, fromNs, toNs: fromNs + nsPerPx };
      const bin = Math.floor(middleNs / binNs);
      return { colour, row, middleNs, fromNs: bin * binNs, toNs: (bin + 1) * binNs };
    });
    scene.draw(frame);
    return probed;
  }

  close(): void {
    this.#closed = true;
    if (this.#frameRequest !== undefined) cancelAnimationFrame(this.#frameRequest);
    this.#states.close();
    this.#scene?.release();
  }

  #followNext(view: PaintedView): void {
    const before = this.detail.id;
    const isFollowing = this.#states.takeNext(({ planner, detail }) => {
      if (view.steps !== undefined || planner.failures.length > 0) return true;
      return planner.plan(planned(view, detail)).complete;
    });
    if (!isFollowing) return;
    this.#rankIndex = undefined;
    // Another run, such as the next simulation, may have other passes.
    if (this.detail.id !== before) this.#passes = new PassesSeen();
    this.#onFollow();
    if (this.#states.isFollowing) this.invalidate();
  }

  #paint(): void {
    const view = this.#view;
    const scene = this.#scene;
    if (view === undefined || scene === undefined || view.widthPx < 1 || view.heightPx < 1) return;
    this.#followNext(view);
    this.#adopt(view, scene);
    scene.draw(this.#frame(view, scene));
    this.#markFirst(scene);
    if (view.steps === undefined) {
      this.#passes.noteDrawn([...this.visiblePages, ...(this.#plan?.tiles.map(({ tile }) => tile) ?? [])]);
    } else this.#passes.noteCells(this.#steps.grid?.cells ?? []);
    this.#tell();
  }

  /** In the page's own timeline, for whoever measures: the first frame in which nothing is missing. */
  #markFirst(scene: HeatmapScene): void {
    if (this.#isMarked || this.#plan?.complete !== true) return;
    this.#isMarked = true;
    scene.finish();
    performance.mark(FIRST_WAVEFRONT);
  }

  #adopt(view: PaintedView, scene: HeatmapScene): void {
    const { widthPx, heightPx, devicePixelRatio: ratio, theme, opColours } = view;
    const before = this.#painted;
    if (before?.widthPx !== widthPx || before.heightPx !== heightPx || before.devicePixelRatio !== ratio) {
      scene.resize({ widthPx: Math.round(widthPx * ratio), heightPx: Math.round(heightPx * ratio) });
    }
    if (before?.theme !== theme || before.opColours !== opColours) {
      scene.setPalette(createPalette(theme, opColours));
    }
    this.#painted = { widthPx, heightPx, devicePixelRatio: ratio, theme, opColours };
  }

  #frame(view: PaintedView, scene: HeatmapScene): HeatmapFrame {
    const { axis, fromNs, toNs, devicePixelRatio: ratio } = view;
    const rowCount = this.detail.rows[axis].length;
    const time: TimeScale = { fromNs, toNs, widthPx: Math.round(view.widthPx * ratio) };
    const heightPx = Math.round(view.heightPx * ratio);
    const rows = snapRows(view.rows, ratio);
    const frame = {
      time,
      rows,
      rowCount,
      baseNs: this.detail.levels.baseNs,
      ops: this.ops,
      rowGapPx: view.rows.rowHeightPx >= LEAST_LINED_ROW_PX ? Math.round(ratio) : 0,
    };
    const labels: CellLabel[] = [];
    const numbered = { view, scene, time, rows, heightPx };
    if (view.steps !== undefined) {
      this.#steps.want({ ...view.steps, axis });
      const { grid, texels } = this.#steps;
      this.#plan ??= { level: 0, tiles: [], pages: [], rankPages: [], complete: false };
      if (grid === undefined || texels === undefined) return { ...frame, tiles: [], labels };
      const digits = String(grid.cells.reduce((most, cell) => Math.max(most, cell?.[view.number] ?? 0), 0)).length;
      const columnPx = (grid.intervalNs / (toNs - fromNs)) * time.widthPx;
      const layout = this.#labelLayout({ ...numbered, cell: { widthPx: columnPx, digits } });
      if (layout !== undefined) stepLabels(grid, { layout, into: labels });
      return { ...frame, tiles: [], labels, steps: { grid, texels } };
    }
    const wanted = planned(view, this.detail);
    const { fromRow, toRow, rowLevel } = wanted;
    const plan = this.planner.plan(wanted);
    this.#plan = plan;
    const filled = this.#drawPicture(plan, { axis, time, fromRow, toRow, rowLevel });
    const pages = plan.pages.map(({ page }) => page);
    const layout = this.#labelLayout({ ...numbered, cell: usualCell(pages, { time, number: view.number }) });
    if (layout !== undefined) this.#addLabels(plan, { layout, fromRow, toRow, into: labels });
    if (filled.length === 0) return { ...frame, tiles: plan.tiles, labels };
    const { texels, widthPx, firstRow, rowCount: pictureRows, rowLevel: pictureLevel } = this.#picture;
    return {
      ...frame,
      tiles: plan.tiles,
      labels,
      picture: { texels, widthPx, firstRow, rowCount: pictureRows, rowLevel: pictureLevel, filled },
    };
  }

  #drawPicture(
    plan: HeatmapPlan,
    {
      axis,
      time,
      fromRow,
      toRow,
      rowLevel,
    }: { axis: RowAxis; time: TimeScale; fromRow: number; toRow: number; rowLevel: number },
  ): readonly FilledPart[] {
    if (plan.pages.length === 0) return [];
    const { rows, stages } = this.detail;
    if (axis === "stage") this.#rankIndex ??= new RowIndex({ axis: "rank", rows: rows.rank, stages });
    return this.#picture.draw({
      parts: plan.pages,
      rankParts: plan.rankPages,
      scale: time,
      fromRow,
      toRow,
      rowLevel,
      ops: this.ops,
      rows: rows[axis],
      rankIndex: axis === "stage" ? this.#rankIndex : undefined,
    });
  }

  #labelLayout({
    view,
    scene,
    time,
    rows,
    heightPx,
    cell,
  }: {
    view: PaintedView;
    scene: HeatmapScene;
    time: TimeScale;
    rows: RowScale;
    heightPx: number;
    /** Absent where tiles are drawn: their runs of equal cells are of any width. */
    cell: { widthPx: number; digits: number } | undefined;
  }): LabelLayout | undefined {
    if (view.rows.rowHeightPx < LEAST_NUMBERED_ROW_PX) return undefined;
    const ratio = view.devicePixelRatio;
    const mostPx = Math.round(Math.max(LEAST_FONT_PX, Math.min(MOST_FONT_PX, view.rows.rowHeightPx * 0.62)) * ratio);
    const leastPx = Math.min(
      mostPx,
      Math.round((view.steps === undefined ? LEAST_FONT_PX : LEAST_STEP_FONT_PX) * ratio),
    );
    const most = scene.setFontSize(mostPx);
    const fontPx = cell === undefined ? mostPx : fittingFontPx({ cell, mostPx, leastPx, digitWidthPx: most.widthPx });
    const { widthPx, heightPx: digitHeightPx } = scene.setFontSize(fontPx);
    return { time, rows, heightPx, digitWidthPx: widthPx, digitHeightPx, ops: this.ops, number: view.number };
  }

  #addLabels(
    plan: HeatmapPlan,
    { layout, fromRow, toRow, into }: { layout: LabelLayout; fromRow: number; toRow: number; into: CellLabel[] },
  ): void {
    // A span that reaches over two pages is in both and gets one number.
    const seen = new Set<number>();
    for (const { page, rowBlock } of plan.pages) {
      for (
        let row = Math.max(fromRow, rowBlock * TILE_ROWS);
        row < Math.min(toRow, (rowBlock + 1) * TILE_ROWS);
        row++
      ) {
        pageLabels(page, { row, seen, layout, into });
      }
    }
    if (plan.pages.length > 0) return;
    for (const { key, tile } of plan.tiles) {
      const { fromNs } = tileRange(key, this.detail.levels.baseNs);
      const binNs = binWidthNs(this.detail.levels, key.level);
      const firstRow = key.rowBlock * TILE_ROWS;
      for (let row = Math.max(fromRow, firstRow); row < Math.min(toRow, firstRow + TILE_ROWS); row++) {
        tileLabels(tile, { row, tileRow: row - firstRow, fromNs, binNs, layout, into });
      }
    }
  }

  #tell(): void {
    const { status } = this;
    this.#onStatus(status);
    if (!status.idle) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
