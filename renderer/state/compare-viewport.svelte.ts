/**
 * A run's own window onto the time that two compared runs share: it says everything in the run's ns and hands every change on
 * to the shared viewport. Holds nothing of time itself, so that two plots can never come apart.
 *
 *     ns of the run = shared ns + the run's origin (compare-alignment.ts)
 */
import type { RowAxis } from "#common/tile.ts";
import type { ColumnMode, PlotViewport, TimeRange, Viewport } from "./viewport.svelte.ts";

export class AlignedViewport implements PlotViewport {
  /** Steps are intervals of one run: two runs have time in common, not steps. */
  readonly mode: ColumnMode = "time";
  readonly #shared: Viewport;
  readonly #originNs: () => number;

  /** @param options.originNs ns of the run at which the shared time is 0 */
  constructor({ shared, originNs }: { shared: Viewport; originNs: () => number }) {
    this.#shared = shared;
    this.#originNs = originNs;
  }

  get fromNs(): number {
    return this.#shared.fromNs + this.#originNs();
  }

  get toNs(): number {
    return this.#shared.toNs + this.#originNs();
  }

  get range(): TimeRange {
    return this.#ofRun(this.#shared.range);
  }

  get bounds(): TimeRange {
    return this.#ofRun(this.#shared.bounds);
  }

  get widthNs(): number {
    return this.#shared.widthNs;
  }

  get axis(): RowAxis {
    return this.#shared.axis;
  }

  set axis(axis: RowAxis) {
    this.#shared.axis = axis;
  }

  get scrollRow(): number {
    return this.#shared.scrollRow;
  }

  set scrollRow(row: number) {
    this.#shared.scrollRow = row;
  }

  get rowHeightPx(): number {
    return this.#shared.rowHeightPx;
  }

  set rowHeightPx(heightPx: number) {
    this.#shared.rowHeightPx = heightPx;
  }

  get canGoBack(): boolean {
    return this.#shared.canGoBack;
  }

  get canGoForward(): boolean {
    return this.#shared.canGoForward;
  }

  setBounds(bounds: TimeRange): void {
    this.#shared.setBounds(this.#ofBoth(bounds));
  }

  follow(bounds: TimeRange): void {
    this.#shared.follow(this.#ofBoth(bounds));
  }

  zoomAt({ ns, factor }: { ns: number; factor: number }): void {
    this.#shared.zoomAt({ ns: ns - this.#originNs(), factor });
  }

  panBy(distance: { ns: number }): void {
    this.#shared.panBy(distance);
  }

  fit(range: TimeRange): void {
    this.#shared.fit(this.#ofBoth(range));
  }

  fitAll(): void {
    this.#shared.fitAll();
  }

  restore(range: TimeRange): void {
    this.#shared.restore(this.#ofBoth(range));
  }

  back(): void {
    this.#shared.back();
  }

  forward(): void {
    this.#shared.forward();
  }

  #ofRun({ fromNs, toNs }: TimeRange): TimeRange {
    const originNs = this.#originNs();
    return { fromNs: fromNs + originNs, toNs: toNs + originNs };
  }

  #ofBoth({ fromNs, toNs }: TimeRange): TimeRange {
    const originNs = this.#originNs();
    return { fromNs: fromNs - originNs, toNs: toNs - originNs };
  }
}
