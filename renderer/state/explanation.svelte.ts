/**
 * Why the scope of an open run took as long as it did, as far as somebody wants to see it: the causes of its bubbles, its
 * critical path, and where on that path the selection is.
 *
 * Nothing is read before it is asked for. What was read stays until that of another scope, or of a newer state of the run,
 * has come; the last request wins.
 */
import type { BubbleWindow, CriticalPath } from "#common/explanation.ts";
import { spanId } from "#common/ids.ts";
import type { SpanId } from "#common/ids.ts";
import type { Finding, RunReport, Scope } from "#common/report.ts";
import { BubbleCauses } from "./bubble-causes.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import { nextOnPath } from "./path-steps.ts";
import { showSpan } from "./show-span.ts";
import { readSpan, selectionOf } from "./span-detail.ts";
import type { TimeRange } from "./viewport.svelte.ts";

/** Bubbles in one answer: of more, those of the part on screen are asked for. */
const MOST_BUBBLES = 20_000;
/** Screens read to either side of the one that is shown. */
const SCREENS_BESIDE = 1;
/** Findings about idle time. */
const ABOUT_BUBBLES: ReadonlySet<string> = new Set([
  "starved",
  "blocked",
  "transfer",
  "fill-drain",
  "one-at-a-time",
  "other",
]);
/** Lengths of a span shown to either side of it. */
const SPANS_BESIDE = 8;
/** Read again when so much less is on screen than was read. */
const DEEPER = 8;
const EVERYTHING: TimeRange = { fromNs: -Infinity, toNs: Infinity };

export class Explanation {
  /** Bubbles carry the colours of their causes. */
  showsCauses = $state(false);
  /** The critical path lies over the heatmap. */
  showsPath = $state(false);
  bubbles = $state.raw<BubbleWindow | undefined>(undefined);
  path = $state.raw<CriticalPath | undefined>(undefined);
  /** Position of the evidence that was shown last, by kind of finding. */
  #evidence = $state.raw<{ readonly of: RunReport | undefined; readonly at: Readonly<Record<string, number>> }>({
    of: undefined,
    at: {},
  });
  /** Of the selected bubble. */
  readonly bubble: BubbleCauses;
  readonly #run: OpenRun;
  #bubblesOf: { readonly report: RunReport; readonly range: TimeRange } | undefined;
  #pathOf: RunReport | undefined;
  #bubbleRequest: AbortController | undefined;
  #pathRequest: Promise<void> | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
    this.bubble = new BubbleCauses(run);
  }

  /** Reads what is shown and not there yet. To be called when the report, the toggles or the part on screen change. */
  follow({ report, visible }: { readonly report: RunReport | undefined; readonly visible: TimeRange }): void {
    if (report === undefined) return;
    if (this.showsCauses) this.#readBubbles(report, visible);
    if (this.showsPath) void this.#readPath(report);
  }

  /**
   * From the selected span to the next or the previous one on the critical path; where the selection is not on it, to the
   * first one at or after the selection. Shows the path.
   */
  async step(direction: "next" | "previous"): Promise<void> {
    const { pipelineReport: report } = this.#run;
    if (report === undefined) return;
    this.showsPath = true;
    await this.#readPath(report);
    const path = this.path?.path;
    if (path === undefined) return;
    const span = nextOnPath(path, { direction, ...this.#place() });
    if (span !== undefined) this.show(spanId(span));
  }

  /** Which of a finding's spans was shown last; undefined before the first. */
  evidenceShown(report: RunReport, { kind }: Finding): number | undefined {
    return this.#evidence.of === report ? this.#evidence.at[kind] : undefined;
  }

  /** Shows a finding's evidence, span after span; where it has no spans, its window. Idle time is shown by its causes. */
  showEvidence(report: RunReport, finding: Finding): void {
    const { kind, evidence } = finding;
    if (ABOUT_BUBBLES.has(kind)) this.showsCauses = true;
    if (evidence.spans.length === 0) {
      this.#run.viewport.fit({ fromNs: evidence.fromNs, toNs: evidence.toNs });
      return;
    }
    const at = ((this.evidenceShown(report, finding) ?? -1) + 1) % evidence.spans.length;
    const before = this.#evidence.of === report ? this.#evidence.at : {};
    this.#evidence = { of: report, at: { ...before, [kind]: at } };
    this.showClosely(spanId(evidence.spans[at]));
  }

  /** Goes to what the selected bubble waited for. */
  jump(): void {
    const { awaited } = this.bubble;
    if (awaited !== undefined) this.show(awaited.id);
  }

  /** Selects a span and shows it with its surroundings, no more of them than tell something. */
  showClosely(span: SpanId): void {
    const { viewport, selection, scopeWindow } = this.#run;
    readSpan(this.#run, span, (detail) => {
      const selected = selectionOf(this.#run, detail);
      selection.select(selected);
      const besideNs = (selected.endNs - selected.startNs) * SPANS_BESIDE;
      const fromNs = Math.max(scopeWindow?.fromNs ?? -Infinity, selected.startNs - besideNs);
      const toNs = Math.min(scopeWindow?.toNs ?? Infinity, selected.endNs + besideNs);
      if (toNs > fromNs) viewport.fit({ fromNs, toNs });
    });
  }

  /** Selects a span and brings it on screen. */
  show(span: SpanId): void {
    showSpan(this.#run, span);
  }

  close(): void {
    this.bubble.close();
    this.#bubbleRequest?.abort();
  }

  #place(): { readonly span?: number; readonly atNs: number } {
    const { selection, viewport } = this.#run;
    const { current } = selection;
    if (current?.kind === "span") return { span: current.id, atNs: current.startNs };
    if (current?.kind === "bubble") return { atNs: current.fromNs };
    return { atNs: viewport.fromNs };
  }

  #readBubbles(report: RunReport, visible: TimeRange): void {
    const known = this.#bubblesOf;
    if (known?.report === report) {
      const isComplete = this.bubbles !== undefined && this.bubbles.total === this.bubbles.bubbles.length;
      const contains = known.range.fromNs <= visible.fromNs && known.range.toNs >= visible.toNs;
      const isDeeper = (visible.toNs - visible.fromNs) * DEEPER < known.range.toNs - known.range.fromNs;
      if (this.bubbles === undefined || (contains && (isComplete || !isDeeper))) return;
    }
    const besideNs = (visible.toNs - visible.fromNs) * SCREENS_BESIDE;
    const isFirst = known?.report !== report;
    const range = isFirst ? EVERYTHING : { fromNs: visible.fromNs - besideNs, toNs: visible.toNs + besideNs };
    this.#bubblesOf = { report, range };
    this.#bubbleRequest?.abort();
    const request = new AbortController();
    this.#bubbleRequest = request;
    const { client, detail } = this.#run;
    client
      .readBubbles(
        { run: detail.id, ...scopeOf(report), ...(isFirst ? {} : range), limit: MOST_BUBBLES },
        { signal: request.signal },
      )
      .then((bubbles) => (this.bubbles = bubbles))
      .catch((error: unknown) => {
        if (this.#bubbleRequest === request) this.#bubblesOf = undefined;
        this.#run.tell(error);
      });
  }

  #readPath(report: RunReport): Promise<void> {
    if (this.#pathOf === report && this.#pathRequest !== undefined) return this.#pathRequest;
    this.#pathOf = report;
    const { client, detail } = this.#run;
    this.#pathRequest = client
      .readCriticalPath({ run: detail.id, ...scopeOf(report) })
      .then((path) => {
        if (this.#pathOf === report) this.path = path;
      })
      .catch((error: unknown) => {
        if (this.#pathOf === report) this.#pathOf = undefined;
        this.#run.tell(error);
      });
    return this.#pathRequest;
  }
}

const scopeOf = ({ scope: { iteration, replica } }: RunReport): Scope => ({ iteration, replica });
