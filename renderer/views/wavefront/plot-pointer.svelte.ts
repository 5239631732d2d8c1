/**
 * Pointer and wheel over the plot: hovering, selecting, panning, the ruler. Asks what lies below; the latest question wins.
 */
import { AppError } from "#common/errors.ts";
import { laneId, spanId } from "#common/ids.ts";
import { NO_STAGE } from "#common/tile.ts";
import type { Area } from "../../state/area.svelte.ts";
import type { Selected } from "../../state/selection.svelte.ts";
import { wheelPx, zoomFactor } from "./gestures.ts";
import type { Pointed, Pointing } from "./pointing.ts";
import type { PlotPoint, WavefrontModel } from "./wavefront-model.svelte.ts";

interface Place {
  readonly ns: number;
  /** Fractional. */
  readonly row: number;
}

/** A press that moves less than this is a click. */
const CLICK_SLOP_PX = 4;

export class PlotPointer {
  /** Where the pointer rests over the plot. */
  at = $state.raw<PlotPoint>();
  /** What it is on. */
  pointed = $state.raw<Pointed>();
  /** Pressing measures instead of moving. */
  measuring = $state(false);
  ruler = $state.raw<{ readonly from: Place; readonly to: Place }>();
  drag = $state.raw<PlotPoint & { readonly kind: "pan" | "ruler" | "area"; readonly moved: boolean }>();
  /** Present where pressing with Shift selects an area; without it, it measures. Told while it is drawn and when it is done. */
  onarea: ((area: Area, state: { readonly done: boolean }) => void) | undefined;
  #areaFrom: Place | undefined;
  pointing: Pointing | undefined;
  readonly #model: WavefrontModel;

  constructor(model: WavefrontModel) {
    this.#model = model;
  }

  /** Where a zoom by keys goes to: the pointer, or the middle of the plot. */
  get centreNs(): number {
    const { widthPx } = this.#model;
    return this.#model.placeAt(this.at ?? { xPx: widthPx / 2, yPx: 0 }).ns;
  }

  toggleRuler(): void {
    this.measuring = !this.measuring;
    if (!this.measuring) this.ruler = undefined;
  }

  /** Puts the ruler away; says whether there was one. */
  dropRuler(): boolean {
    const had = this.measuring || this.ruler !== undefined;
    this.measuring = false;
    this.ruler = undefined;
    return had;
  }

  wheel({ deltaX, deltaY, deltaMode, shiftKey, altKey, ctrlKey }: WheelEvent, at: PlotPoint): void {
    const model = this.#model;
    const dx = wheelPx({ delta: deltaX, deltaMode, pagePx: model.widthPx });
    const dy = wheelPx({ delta: deltaY, deltaMode, pagePx: model.heightPx });
    if (shiftKey) model.scrollBy((dy === 0 ? dx : dy) / model.rowScale.rowHeightPx);
    else if (altKey) model.zoomRows(zoomFactor({ px: dy, pinch: false }));
    else if (Math.abs(dx) > Math.abs(dy)) this.#panPx(dx);
    else model.viewport.zoomAt({ ns: model.placeAt(at).ns, factor: zoomFactor({ px: dy, pinch: ctrlKey }) });
  }

  down(at: PlotPoint, { shiftKey }: { shiftKey: boolean }): void {
    const isArea = shiftKey && !this.measuring && this.onarea !== undefined && this.#model.steps === undefined;
    this.drag = { kind: isArea ? "area" : this.measuring || shiftKey ? "ruler" : "pan", ...at, moved: false };
    if (isArea) this.#areaFrom = this.#model.placeAt(at);
    if (this.drag.kind === "ruler") this.ruler = { from: this.#model.placeAt(at), to: this.#model.placeAt(at) };
  }

  move(at: PlotPoint): void {
    const { drag } = this;
    if (drag === undefined) {
      this.at = at;
      void this.#hover(at);
      return;
    }
    const [dx, dy] = [at.xPx - drag.xPx, at.yPx - drag.yPx];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK_SLOP_PX) return;
    this.leave();
    this.drag = { ...drag, ...at, moved: true };
    if (drag.kind === "area") this.#tellArea(at, { done: false });
    else if (drag.kind === "ruler") {
      if (this.ruler !== undefined) this.ruler = { from: this.ruler.from, to: this.#model.placeAt(at) };
    } else {
      this.#panPx(-dx);
      this.#model.scrollBy(-dy / this.#model.rowScale.rowHeightPx);
    }
  }

  up(at: PlotPoint): void {
    const { drag } = this;
    this.drag = undefined;
    if (drag?.kind === "area" && drag.moved) this.#tellArea(at, { done: true });
    if (drag === undefined || drag.moved || drag.kind === "area") return;
    if (drag.kind === "ruler") this.ruler = undefined;
    else void this.#select(at);
  }

  leave(): void {
    this.at = undefined;
    this.pointed = undefined;
  }

  /** From the selected span to the one after or before it on its lane: for people without a pointer. */
  async step(direction: "next" | "previous"): Promise<void> {
    const { client, detail, selection, stages, viewport } = this.#model;
    const { current } = selection;
    if (current?.kind !== "span") return;
    const { [direction]: id } = await client.readSpan({ run: detail.id, span: current.id });
    if (id === undefined) return;
    const { startNs, durationNs, lane, batch, iteration, ...found } = await client.readSpan({
      run: detail.id,
      span: id,
    });
    const stage = stages.find((known) => known.id === found.stage)?.ordinal;
    const endNs = startNs + durationNs;
    selection.select({ kind: "span", id, startNs, endNs, lane, stage, batch, iteration });
    if (startNs < viewport.fromNs || endNs > viewport.toNs) {
      viewport.panBy({ ns: (startNs + endNs) / 2 - (viewport.fromNs + viewport.toNs) / 2 });
    }
  }

  /** Whole rows and whole nanoseconds between where the press began and where it is. */
  #tellArea(at: PlotPoint, state: { readonly done: boolean }): void {
    const from = this.#areaFrom;
    if (from === undefined) return;
    const { axis, rows, viewport } = this.#model;
    const to = this.#model.placeAt(at);
    const rowOf = (row: number) => Math.max(0, Math.min(rows.length - 1, Math.floor(row)));
    const timeOf = (ns: number) => Math.max(viewport.bounds.fromNs, Math.min(viewport.bounds.toNs, ns));
    const [top, bottom] = [rowOf(Math.min(from.row, to.row)), rowOf(Math.max(from.row, to.row))];
    const fromNs = Math.floor(timeOf(Math.min(from.ns, to.ns)));
    const toNs = Math.max(fromNs + 1, Math.ceil(timeOf(Math.max(from.ns, to.ns))));
    this.onarea?.({ axis, fromRow: top, toRow: bottom + 1, fromNs, toNs }, state);
  }

  #panPx(px: number): void {
    const { viewport, widthPx } = this.#model;
    viewport.panBy({ ns: (px / Math.max(1, widthPx)) * viewport.widthNs });
  }

  async #hover(at: PlotPoint): Promise<void> {
    try {
      const found = await this.#pointTo(at);
      if (this.at === at) this.pointed = found;
    } catch (error) {
      // A question that was overtaken, or that the backend could not answer, leaves no tooltip; the plot tells failures.
      if (this.at === at) this.pointed = undefined;
      if (!isExpected(error)) throw error;
    }
  }

  async #select(at: PlotPoint): Promise<void> {
    const { selection } = this.#model;
    try {
      const found = await this.#pointTo(at);
      const selected = found === undefined ? undefined : this.#selected(found);
      if (selected === undefined) selection.clear();
      else selection.select(selected);
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }

  async #pointTo(at: PlotPoint): Promise<Pointed | undefined> {
    const model = this.#model;
    const { ns, row } = model.placeAt(at);
    if (row < 0 || row >= model.rows.length) return undefined;
    if (model.steps !== undefined) return this.#cellAt({ ns, row: Math.floor(row) });
    const nsPerPx = model.viewport.widthNs / Math.max(1, model.widthPx);
    return this.pointing?.at({ axis: model.axis, row: Math.floor(row), ns, nsPerPx });
  }

  #cellAt({ ns, row }: Place): Pointed | undefined {
    const grid = this.#model.painter?.stepGrid;
    if (grid === undefined) return undefined;
    const step = Math.floor((ns - grid.firstNs) / grid.intervalNs);
    if (step < 0 || step >= grid.stepCount) return undefined;
    const cell = grid.cells[row * grid.stepCount + step];
    if (cell === undefined) return undefined;
    const { id, startNs, endNs, lane, stage, batch, iteration, kind } = cell;
    return { kind: "span", row, id, startNs, endNs, lane, stage, batch, iteration, kindCode: kind, name: undefined };
  }

  #selected(found: Pointed): Selected | undefined {
    if (found.kind === "elsewhere") return this.#selected(found.span);
    if (found.kind === "span") {
      const { id, startNs, endNs, lane, stage, batch, iteration } = found;
      return {
        kind: "span",
        id: spanId(id),
        startNs,
        endNs,
        lane: laneId(lane),
        stage: stage === NO_STAGE ? undefined : stage,
        batch: batch < 0 ? undefined : batch,
        iteration: iteration < 0 ? undefined : iteration,
      };
    }
    const row = this.#model.rows.at(found.row);
    if (!found.bubble || row?.rank === undefined) return undefined;
    const { fromNs, toNs } = found;
    return { kind: "bubble", row: found.row, fromNs, toNs, rank: row.rank, replica: row.replica ?? 0 };
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof AppError || (error instanceof DOMException && error.name === "AbortError");
}
