/**
 * What part of a run the wavefront shows: a range of time, a row axis, a scroll position, and the way back through zooms.
 *
 * Numbers only: it knows neither pixels of time nor tiles, and never asks the backend. Times are ns from the run's origin
 * and may be fractional (a zoom lands between nanoseconds). Always holds: bounds.fromNs ≤ fromNs < toNs ≤ bounds.toNs.
 */
import type { RowAxis } from "#common/tile.ts";

export interface TimeRange {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Columns: time, or initiation intervals (the step grid of REFERENCE §1), or the batches of the stage × batch matrix. */
export type ColumnMode = "time" | "steps" | "batches";

/** Below this width nothing is left to see: spans are integer ns. */
const MIN_WIDTH_NS = 20;
/** Wheel turns and drags closer together than this are one step of the history. */
const GESTURE_GAP_MS = 700;
const HISTORY_LENGTH = 200;

/** A viewport as a plot uses it: one of its own, or one that moves with another plot's. */
export type PlotViewport = Pick<Viewport, keyof Viewport>;

export class Viewport {
  fromNs = $state(0);
  toNs = $state(1);
  axis = $state<RowAxis>("rank");
  mode = $state<ColumnMode>("time");
  /** First row on screen; fractional while scrolling. */
  scrollRow = $state(0);
  rowHeightPx = $state(28);
  #bounds = $state.raw<TimeRange>({ fromNs: 0, toNs: 1 });
  #past = $state.raw<readonly TimeRange[]>([]);
  #future = $state.raw<readonly TimeRange[]>([]);
  #lastGestureMs = Number.NEGATIVE_INFINITY;
  readonly #nowMs: () => number;

  constructor({ bounds, nowMs = () => performance.now() }: { bounds: TimeRange; nowMs?: () => number }) {
    this.#nowMs = nowMs;
    this.#bounds = atLeastMinimum(bounds);
    this.#show(this.#bounds);
  }

  /** The whole run: nothing outside is ever shown. */
  get bounds(): TimeRange {
    return this.#bounds;
  }

  get range(): TimeRange {
    return { fromNs: this.fromNs, toNs: this.toNs };
  }

  get widthNs(): number {
    return this.toNs - this.fromNs;
  }

  get canGoBack(): boolean {
    return this.#past.length > 0;
  }

  get canGoForward(): boolean {
    return this.#future.length > 0;
  }

  /** Other bounds, for another scope of the same run; the range is kept where it still fits. */
  setBounds(bounds: TimeRange): void {
    this.#bounds = atLeastMinimum(bounds);
    this.#show(this.range);
  }

  /** Other bounds, of a run that has changed: all of them are shown, unless a person has chosen a part. */
  follow(bounds: TimeRange): void {
    if (sameRange(atLeastMinimum(bounds), this.#bounds)) return;
    const showsAll = sameRange(this.range, this.#bounds) || this.#past.length === 0;
    this.setBounds(bounds);
    if (showsAll) this.#show(this.#bounds);
  }

  /** Magnifies by `factor` (2 shows half as much time) and leaves the point `ns` where it is on screen. */
  zoomAt({ ns, factor }: { ns: number; factor: number }): void {
    if (!(factor > 0) || factor === 1) return;
    const { fromNs, toNs } = this;
    const share = (ns - fromNs) / (toNs - fromNs);
    const widthNs = clamp((toNs - fromNs) / factor, { least: MIN_WIDTH_NS, most: this.#boundsWidth });
    this.#gesture();
    this.#show({ fromNs: ns - share * widthNs, toNs: ns + (1 - share) * widthNs });
  }

  /** Moves by `ns`, to the right when positive, as far as the bounds allow. */
  panBy({ ns }: { ns: number }): void {
    if (ns === 0) return;
    this.#gesture();
    this.#show({ fromNs: this.fromNs + ns, toNs: this.toNs + ns });
  }

  /** Shows exactly this range, in one step of the history. */
  fit({ fromNs, toNs }: TimeRange): void {
    const before = this.range;
    this.#show({ fromNs, toNs });
    if (!sameRange(before, this.range)) this.#remember(before);
    this.#lastGestureMs = Number.NEGATIVE_INFINITY;
  }

  fitAll(): void {
    this.fit(this.#bounds);
  }

  /** As `fit`, without a step of the history: for a range that was there before, such as one from a link. */
  restore(range: TimeRange): void {
    this.#show(range);
  }

  back(): void {
    const range = this.#past.at(-1);
    if (range === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.range];
    this.#lastGestureMs = Number.NEGATIVE_INFINITY;
    this.#show(range);
  }

  forward(): void {
    const range = this.#future.at(-1);
    if (range === undefined) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.range];
    this.#lastGestureMs = Number.NEGATIVE_INFINITY;
    this.#show(range);
  }

  get #boundsWidth(): number {
    return this.#bounds.toNs - this.#bounds.fromNs;
  }

  #gesture(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lastGestureMs > GESTURE_GAP_MS) this.#remember(this.range);
    this.#lastGestureMs = nowMs;
  }

  #remember(range: TimeRange): void {
    this.#past = [...this.#past.slice(1 - HISTORY_LENGTH), range];
    this.#future = [];
  }

  #show({ fromNs, toNs }: TimeRange): void {
    const { fromNs: first, toNs: last } = this.#bounds;
    const widthNs = clamp(toNs - fromNs, { least: MIN_WIDTH_NS, most: last - first });
    const from = clamp(fromNs, { least: first, most: last - widthNs });
    this.fromNs = from;
    this.toNs = Math.min(last, from + widthNs);
  }
}

/** An empty or tiny run still has a picture: it is widened around its middle. */
function atLeastMinimum({ fromNs, toNs }: TimeRange): TimeRange {
  if (toNs - fromNs >= MIN_WIDTH_NS) return { fromNs, toNs };
  const middle = (fromNs + toNs) / 2;
  return { fromNs: middle - MIN_WIDTH_NS / 2, toNs: middle + MIN_WIDTH_NS / 2 };
}

function clamp(value: number, { least, most }: { least: number; most: number }): number {
  return Math.max(least, Math.min(most, value));
}

export function sameRange(a: TimeRange, b: TimeRange): boolean {
  return a.fromNs === b.fromNs && a.toNs === b.toNs;
}
