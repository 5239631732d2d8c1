/**
 * One run that is open: what the backend says of it, the scope whose figures are shown, and what is shown and selected.
 *
 * Made when the run's detail has come, so that views never meet half a run. The report of a scope is read again when the
 * scope changes; the last request wins, and the old report stays on screen until the new one is there.
 */
import type { Client, IterationWindow, RunDetail } from "#common/api.ts";
import type { StageId } from "#common/ids.ts";
import type { Pass, Stage } from "#common/model.ts";
import { PASSES } from "#common/model.ts";
import type { NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import { beginView } from "../data/begun-view.ts";
import type { RunCells } from "../data/begun-view.ts";
import { NO_FILE } from "./library.svelte.ts";
import type { Link } from "./link.ts";
import type { Notices } from "./notices.svelte.ts";
import { Selection } from "./selection.svelte.ts";
import type { TimeRange } from "./viewport.svelte.ts";
import { sameRange, Viewport } from "./viewport.svelte.ts";

export type AnyReport = RunReport | NoPipelineReport;

/** The first view leaves this share of the window free on either side. */
const MARGIN_SHARE = 0.015;
/** The longest spans of the scope say which passes there are. */
const SPANS_FOR_PASSES = 4_096;

export class OpenRun {
  readonly client: Client;
  /** Replaced as a whole when the run's file has changed, as it does while the run is captured. */
  detail = $state.raw() as RunDetail;
  readonly viewport: Viewport;
  readonly selection = new Selection();
  report = $state.raw<AnyReport | undefined>(undefined);
  reading = $state(false);
  /** Whether the rules by which it was recognised are in view instead of the wavefront. */
  rulesOpen = $state(false);
  /** Whether the wavefront has been whole on screen once: what comes beside it waits for that. */
  isDrawn = $state(false);
  /** Passes that occur in the scope, in the order of `PASSES`; known soon after the first report. */
  passes = $state.raw<readonly Pass[]>([]);
  /** Stages in the order of the forward pass: entry i has ordinal i. */
  readonly stages: readonly Stage[] = $derived(this.detail.stages.toSorted((a, b) => a.ordinal - b.ordinal));
  readonly #notices: Notices;
  readonly #ordinals: ReadonlyMap<StageId, number> = $derived(
    new Map(this.detail.stages.map(({ id, ordinal }) => [id, ordinal])),
  );
  #version: string | undefined;
  #refreshing: Promise<void> | undefined;
  #firstReport: Promise<void> | undefined;
  #request: AbortController | undefined;
  #begun: RunCells | undefined;

  /** @param version see `noteVersion` */
  constructor({
    client,
    detail,
    notices,
    version,
    growing = false,
  }: {
    client: Client;
    detail: RunDetail;
    notices: Notices;
    version?: string | undefined;
    growing?: boolean;
  }) {
    this.client = client;
    this.detail = detail;
    this.#notices = notices;
    this.#version = version;
    this.viewport = new Viewport({ bounds: growing ? roomyBounds(detail) : boundsOf(detail) });
    this.viewport.axis = firstAxis(detail);
    if (isFigure(detail)) this.viewport.mode = "steps";
  }

  /** The report where a pipeline was recognised. */
  get pipelineReport(): RunReport | undefined {
    return this.report !== undefined && "makespanNs" in this.report ? this.report : undefined;
  }

  get noPipelineReport(): NoPipelineReport | undefined {
    return this.report !== undefined && "frequentNames" in this.report ? this.report : undefined;
  }

  get scope(): Scope | undefined {
    return this.pipelineReport?.scope;
  }

  /** Compute window of the scope. */
  get scopeWindow(): TimeRange | undefined {
    const report = this.pipelineReport;
    if (report === undefined) return undefined;
    return { fromNs: report.windowStartNs, toNs: report.windowStartNs + report.makespanNs };
  }

  get replicas(): readonly number[] {
    return unique(this.detail.windows.map(({ replica }) => replica));
  }

  /** Windows of the scope's replica, by iteration. */
  get iterations(): readonly IterationWindow[] {
    const replica = this.scope?.replica ?? 0;
    return this.detail.windows
      .filter((window) => window.replica === replica)
      .toSorted((a, b) => a.iteration - b.iteration);
  }

  ordinalOf(stage: StageId | undefined): number | undefined {
    return stage === undefined ? undefined : this.#ordinals.get(stage);
  }

  /**
   * Shows what the link asks for; where it asks for nothing, the scope's compute window. The detail knows that window, so
   * the wavefront does not wait for the first report, which is on its way when this returns. So are the cells of that view,
   * if `plotPx` says how wide it will be, in device pixels.
   */
  async start(link: Link, { plotPx = 0 }: { plotPx?: number } = {}): Promise<void> {
    const { iteration, replica, axis, columns, range, scrollRow, selected } = link;
    if (axis !== undefined && this.detail.rows[axis].length > 0) this.viewport.axis = axis;
    if (columns !== undefined) this.viewport.mode = columns;
    if (scrollRow !== undefined) this.viewport.scrollRow = scrollRow;
    if (selected !== undefined) this.selection.select(selected);
    const window = this.#windowOf({ iteration, replica });
    if (range !== undefined) this.viewport.restore(range);
    else if (window !== undefined) this.viewport.restore(withMargin(window));
    const isKnown = range !== undefined || window !== undefined;
    if (isKnown) this.#begin(plotPx);
    const reading = (this.#firstReport = this.#readReport({ iteration, replica }));
    if (isKnown) return;
    // Without a known window only the report says what to show.
    await reading;
    if (this.scopeWindow !== undefined) this.viewport.restore(withMargin(this.scopeWindow));
    this.#begin(plotPx);
  }

  #begin(plotPx: number): void {
    const { axis, mode, fromNs, toNs } = this.viewport;
    if (plotPx < 1 || mode !== "time") return;
    this.#begun = beginView(this, { axis, fromNs, toNs, widthPx: plotPx });
  }

  /** What `start` asked for, once: whoever takes it closes it. */
  takeBegun(): RunCells | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun;
  }

  /** The wavefront is whole on screen. */
  noteDrawn(): void {
    if (this.isDrawn) return;
    this.isDrawn = true;
    void this.#firstReport?.then(() => this.#findPasses());
  }

  #windowOf({ iteration, replica }: { iteration?: number | undefined; replica?: number | undefined }) {
    const { windows, defaultWindow } = this.detail;
    if (iteration === undefined && replica === undefined && defaultWindow !== undefined) return rangeOf(defaultWindow);
    const named = windows.find((window) => window.iteration === iteration && window.replica === replica);
    return named === undefined ? undefined : rangeOf(named);
  }

  /** Other figures, and the wavefront moved to their window. */
  async showScope(scope: Partial<Scope>): Promise<void> {
    await this.#readReport({ ...this.scope, ...scope });
    if (this.scopeWindow !== undefined) this.viewport.fit(withMargin(this.scopeWindow));
  }

  /** Says which state the run's file is in; reads the run again when that is another one than before. */
  noteVersion(version: string | undefined): void {
    const before = this.#version;
    this.#version = version;
    if (before === undefined || version === undefined || version === NO_FILE || version === before) return;
    void this.refresh({ growing: false });
  }

  /**
   * Reads the run again. Of one that grows the wavefront shows everything until a person zooms, with free room on the right
   * for it to grow into. Calls that come while one is under way are served together by the next.
   */
  refresh({ growing }: { growing: boolean }): Promise<void> {
    const next = (this.#refreshing ?? Promise.resolve()).then(() => {
      if (this.#refreshing === next) return this.#readAgain({ growing });
      return undefined;
    });
    this.#refreshing = next;
    return next.finally(() => {
      if (this.#refreshing === next) this.#refreshing = undefined;
    });
  }

  /** Failures of what views read for themselves. */
  tell(error: unknown): void {
    this.#notices.tell(error);
  }

  close(): void {
    this.#request?.abort();
    this.takeBegun()?.planner.close();
  }

  async #readAgain({ growing }: { growing: boolean }): Promise<void> {
    try {
      const detail = await this.client.readRun({ run: this.detail.id });
      await this.#readReport(this.scope ?? {});
      this.detail = detail;
      const { bounds } = this.viewport;
      const next = growing ? roomyBounds(detail) : boundsOf(detail);
      const fits = growing ? (detail.run.extent?.endNs ?? 0) <= bounds.toNs : sameRange(bounds, next);
      if (!fits) this.viewport.follow(next);
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  async #findPasses(): Promise<void> {
    const { rank } = this.detail.rows;
    const { scopeWindow } = this;
    if (scopeWindow === undefined || rank.length === 0) return;
    try {
      const { columns } = await this.client.readSpans({
        run: this.detail.id,
        axis: "rank",
        fromRow: 0,
        toRow: rank.length,
        ...scopeWindow,
        limit: SPANS_FOR_PASSES,
      });
      const codes = new Set(columns.pass);
      this.passes = PASSES.filter((pass, code) => pass !== "none" && codes.has(code));
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  async #readReport({ iteration, replica }: { iteration?: number | undefined; replica?: number | undefined }) {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.reading = true;
    try {
      const scope = {
        ...(iteration === undefined ? {} : { iteration }),
        ...(replica === undefined ? {} : { replica }),
      };
      this.report = await this.client.readReport({ run: this.detail.id, ...scope }, { signal: request.signal });
    } catch (error) {
      this.#notices.tell(error);
    } finally {
      if (this.#request === request) this.reading = false;
    }
  }
}

const rangeOf = ({ startNs, endNs }: IterationWindow): TimeRange => ({ fromNs: startNs, toNs: endNs });

function withMargin({ fromNs, toNs }: TimeRange): TimeRange {
  const margin = (toNs - fromNs) * MARGIN_SHARE;
  return { fromNs: fromNs - margin, toNs: toNs + margin };
}

function boundsOf({ run: { extent } }: RunDetail): TimeRange {
  return extent === undefined ? { fromNs: 0, toNs: 1 } : { fromNs: extent.startNs, toNs: extent.endNs };
}

/** With half as much again on the right. */
function roomyBounds(detail: RunDetail): TimeRange {
  const { fromNs, toNs } = boundsOf(detail);
  return { fromNs, toNs: fromNs + Math.ceil((toNs - fromNs) * 1.5) };
}

/** Ranks where there is a pipeline, stages where a single rank runs them all, else lanes. */
function firstAxis(detail: RunDetail) {
  const { rows } = detail;
  if (isFigure(detail)) return "stage";
  if (rows.rank.length > 1) return "rank";
  return rows.stage.length > 0 ? "stage" : rows.rank.length > 0 ? "rank" : "lane";
}

/** A network's simulated dataflow is the figure of REFERENCE §1: rows are layers, columns are steps. */
const isFigure = ({ run: { kind, schedule, network } }: RunDetail): boolean =>
  kind === "simulated" && schedule === "dataflow" && network !== undefined;

const unique = (numbers: readonly number[]) => [...new Set(numbers)].toSorted((a, b) => a - b);
