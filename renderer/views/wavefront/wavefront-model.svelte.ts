/**
 * The numbers of the plot, reactive: what is shown on which pixels, and what keys and buttons change. Knows no DOM; drawing
 * is the painter's business, pointing is plot-pointer.svelte.ts.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { Stage } from "#common/model.ts";
import type { NoPipelineReport, RunReport } from "#common/report.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import type { LabelNumber } from "../../data/cell-labels.ts";
import type { TileSource } from "../../data/tile-source.ts";
import { pxToRow, pxToTime, rowToPx, timeToPx } from "../../data/time-scale.ts";
import type { RowScale, TimeScale } from "../../data/time-scale.ts";
import type { Selection } from "../../state/selection.svelte.ts";
import type { PlotViewport, TimeRange } from "../../state/viewport.svelte.ts";
import type { HeatmapPainter } from "./heatmap-painter.ts";
import type { PaintStatus } from "./painted-view.ts";
import { lastScrollRow, leastRowHeight, MOST_ROW_PX, spreadRowHeight, squareRowHeight } from "./plot-layout.ts";
import type { StepRequest } from "./step-grid-loader.ts";
import { snapRows } from "./view-on-pixels.ts";

/** A point of the plot in CSS pixels from its top left corner. */
export interface PlotPoint {
  readonly xPx: number;
  readonly yPx: number;
}

/** Free on either side when the scope or a selection is fitted. */
const SCOPE_MARGIN = 0.015;
const SELECTION_MARGIN = 0.35;

export class WavefrontModel {
  readonly client: Client;
  /** The state of the run that is drawn. */
  detail = $state.raw() as RunDetail;
  readonly viewport: PlotViewport;
  readonly selection: Selection;
  /** By ordinal. */
  readonly stages: readonly Stage[] = $derived(this.detail.stages.toSorted((a, b) => a.ordinal - b.ordinal));
  /** Size of the plot in CSS pixels. */
  widthPx = $state(0);
  heightPx = $state(0);
  devicePixelRatio = $state(1);
  painter = $state.raw<HeatmapPainter>();
  source = $state.raw<TileSource>();
  status = $state.raw<PaintStatus>({ idle: false, complete: false, failures: [], passes: new Set() });
  chosenNumber = $state<LabelNumber>();
  /** Once a person has chosen a height, rows no longer follow the window's. */
  #choseRowHeight = $state(false);
  readonly #report: () => RunReport | NoPipelineReport | undefined;

  constructor({
    client,
    detail,
    viewport,
    selection,
    report,
  }: {
    client: Client;
    detail: RunDetail;
    viewport: PlotViewport;
    selection: Selection;
    report: () => RunReport | NoPipelineReport | undefined;
  }) {
    this.client = client;
    this.detail = detail;
    this.viewport = viewport;
    this.selection = selection;
    this.#report = report;
  }

  get axis(): RowAxis {
    return this.viewport.axis;
  }

  get rows(): readonly HeatmapRow[] {
    return this.detail.rows[this.axis];
  }

  readonly pipeline = $derived.by(() => {
    const report = this.#report();
    return report !== undefined && "makespanNs" in report ? report : undefined;
  });

  /** Compute window of the scope. */
  readonly scopeWindow = $derived.by((): TimeRange | undefined => {
    if (this.pipeline === undefined) return undefined;
    const { windowStartNs, makespanNs } = this.pipeline;
    return { fromNs: windowStartNs, toNs: windowStartNs + makespanNs };
  });

  /** Present while the step grid is shown. */
  readonly steps = $derived.by((): StepRequest | undefined => {
    if (this.viewport.mode !== "steps" || this.pipeline === undefined || this.scopeWindow === undefined) {
      return undefined;
    }
    const { meanNs, measuredNs } = this.pipeline.initiationInterval;
    const intervalNs = meanNs ?? measuredNs;
    if (intervalNs === undefined || intervalNs <= 0) return undefined;
    return { firstNs: this.scopeWindow.fromNs, toNs: this.scopeWindow.toNs, intervalNs };
  });

  readonly time = $derived.by((): TimeScale => {
    const { fromNs, toNs } = this.viewport;
    return { fromNs, toNs, widthPx: Math.max(1, this.widthPx) };
  });

  readonly rowHeightPx = $derived.by((): number => {
    if (this.#choseRowHeight) return this.viewport.rowHeightPx;
    if (this.steps === undefined) return spreadRowHeight({ heightPx: this.heightPx, rowCount: this.rows.length });
    return squareRowHeight({ columnPx: (this.steps.intervalNs / this.viewport.widthNs) * this.widthPx });
  });

  readonly lastScrollRow = $derived.by(() =>
    lastScrollRow({ heightPx: this.heightPx, rowCount: this.rows.length, rowHeightPx: this.rowHeightPx }),
  );

  /** On whole device pixels, as the scene draws them: labels, outlines and cells agree. */
  readonly rowScale = $derived.by((): RowScale => {
    const scrollRow = Math.min(this.viewport.scrollRow, this.lastScrollRow);
    const snapped = snapRows({ scrollRow, rowHeightPx: this.rowHeightPx }, this.devicePixelRatio);
    return { scrollRow: snapped.scrollRow, rowHeightPx: snapped.rowHeightPx / this.devicePixelRatio };
  });

  /** On rows of one stage each the layer's number says nothing new: the batch's does. */
  readonly number = $derived.by(
    (): LabelNumber => this.chosenNumber ?? (this.axis === "stage" && this.steps === undefined ? "batch" : "stage"),
  );

  /** What "start" counts from. */
  readonly originNs = $derived.by(() => this.scopeWindow?.fromNs ?? this.detail.run.extent?.startNs ?? 0);

  placeAt({ xPx, yPx }: PlotPoint): { ns: number; row: number } {
    return { ns: pxToTime(this.time, xPx), row: pxToRow(this.rowScale, yPx) };
  }

  /** The other way round. */
  pointOf({ ns, row }: { ns: number; row: number }): PlotPoint {
    return { xPx: timeToPx(this.time, ns), yPx: rowToPx(this.rowScale, row) };
  }

  scrollBy(rows: number): void {
    this.scrollTo(Math.min(this.viewport.scrollRow, this.lastScrollRow) + rows);
  }

  scrollTo(row: number): void {
    this.viewport.scrollRow = Math.max(0, Math.min(this.lastScrollRow, row));
  }

  zoomRows(factor: number): void {
    const heightPx = this.rowHeightPx * factor;
    this.#choseRowHeight = true;
    const leastPx = leastRowHeight({ heightPx: this.heightPx, rowCount: this.rows.length });
    this.viewport.rowHeightPx = Math.max(leastPx, Math.min(MOST_ROW_PX, heightPx));
  }

  /** Shows the selection with some air; without one the scope, without a scope everything. */
  fitSelection(): void {
    const range = this.#selectedRange() ?? this.scopeWindow;
    if (range === undefined) return this.viewport.fitAll();
    const share = range === this.scopeWindow ? SCOPE_MARGIN : SELECTION_MARGIN;
    const marginNs = (range.toNs - range.fromNs) * share;
    this.viewport.fit({ fromNs: range.fromNs - marginNs, toNs: range.toNs + marginNs });
  }

  #selectedRange(): TimeRange | undefined {
    const { current } = this.selection;
    if (current?.kind === "span") return { fromNs: current.startNs, toNs: current.endNs };
    if (current?.kind === "bubble") return { fromNs: current.fromNs, toNs: current.toNs };
    if (current?.kind !== "batch") return undefined;
    let range: { fromNs: number; toNs: number } | undefined;
    for (const { batch, iteration, start, end } of this.painter?.visiblePages ?? []) {
      for (let i = 0; i < batch.length; i++) {
        if (batch[i] !== current.batch) continue;
        if (current.iteration !== undefined && iteration[i] !== current.iteration) continue;
        range = {
          fromNs: Math.min(range?.fromNs ?? start[i], start[i]),
          toNs: Math.max(range?.toNs ?? end[i], end[i]),
        };
      }
    }
    return range;
  }
}
