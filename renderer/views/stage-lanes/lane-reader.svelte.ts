/**
 * Reads the spans of the shown stages for the time on screen and some beside it, and how long their transfers really took.
 * What was read stays until the next has come; the last request wins.
 */
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { TimeRange } from "../../state/viewport.svelte.ts";
import { readStageBoxes, withBeside } from "./read-stage-boxes.ts";
import type { StageBox } from "./stage-boxes.ts";

/** Spans that were left out are asked for when so much less is on screen. */
const DEEPER = 0.5;

interface Want {
  /** Ordinals, ascending without a gap. */
  readonly stages: readonly number[];
  readonly visible: TimeRange;
}

export class LaneReader {
  boxes = $state.raw<readonly StageBox[]>([]);
  /** Only the longest spans were read. */
  truncated = $state(false);
  /** Something has been read, even if it was nothing. */
  hasRead = $state(false);
  readonly #run: OpenRun;
  #known: { readonly key: string; readonly range: TimeRange; truncated: boolean } | undefined;
  #request: AbortController | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
  }

  /** Reads what is wanted, unless it is there. */
  want({ stages, visible }: Want): void {
    const { scope, report } = this.#run;
    if (scope === undefined || stages.length === 0) return;
    const key = [this.#run.detail.spanCount, scope.replica, scope.iteration, ...stages].join(" ");
    if (report !== undefined && this.#covers(key, visible)) return;
    const range = withBeside(visible);
    const known = { key, range, truncated: false };
    this.#known = known;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    readStageBoxes(this.#run, { stages, range, signal: request.signal })
      .then(({ boxes, truncated }) => {
        if (this.#known !== known) return;
        known.truncated = truncated;
        this.boxes = boxes;
        this.truncated = truncated;
        this.hasRead = true;
      })
      .catch((error: unknown) => {
        if (this.#known === known) this.#known = undefined;
        this.#run.tell(error);
      });
  }

  close(): void {
    this.#request?.abort();
  }

  #covers(key: string, visible: TimeRange): boolean {
    const known = this.#known;
    if (known?.key !== key) return false;
    const { range, truncated } = known;
    const isInside = range.fromNs <= visible.fromNs && range.toNs >= visible.toNs;
    const next = withBeside(visible);
    const isDeeper = next.toNs - next.fromNs < (range.toNs - range.fromNs) * DEEPER;
    return isInside && !(truncated && isDeeper);
  }
}
