/**
 * Reads the spans of the shown stages for the time on screen and some beside it, and how long their transfers really took.
 * What was read stays until the next has come; the last request wins.
 */
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { TimeRange } from "../../state/viewport.svelte.ts";
import { collectBoxes } from "./stage-boxes.ts";
import type { StageBox } from "./stage-boxes.ts";

/** Boxes beyond this could not be told apart. */
const MOST_SPANS = 6_000;
const SCREENS_BESIDE = 1;
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
    const besideNs = (visible.toNs - visible.fromNs) * SCREENS_BESIDE;
    const range = { fromNs: visible.fromNs - besideNs, toNs: visible.toNs + besideNs };
    const known = { key, range, truncated: false };
    this.#known = known;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#read({ stages, range, signal: request.signal })
      .then(({ boxes, truncated }) => {
        if (this.#known !== known) return;
        known.truncated = truncated;
        this.boxes = boxes;
        this.truncated = truncated;
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
    const isDeeper = (visible.toNs - visible.fromNs) * (1 + 2 * SCREENS_BESIDE) < (range.toNs - range.fromNs) * DEEPER;
    return isInside && !(truncated && isDeeper);
  }

  async #read({ stages, range, signal }: { stages: readonly number[]; range: TimeRange; signal: AbortSignal }) {
    const { client, detail, scope, pipelineReport } = this.#run;
    const replica = scope?.replica ?? 0;
    const query = { run: detail.id, ...range, limit: MOST_SPANS };
    const hasTransfers = (pipelineReport?.phases.inNs ?? pipelineReport?.phases.outNs) !== undefined;
    const [window, transfers] = await Promise.all([
      client.readStageSpans(
        { ...query, replica, fromStage: Math.min(...stages), toStage: Math.max(...stages) + 1 },
        { signal },
      ),
      hasTransfers && scope !== undefined
        ? client.readTransfers({ ...query, iteration: scope.iteration, replica: scope.replica }, { signal })
        : undefined,
    ]);
    const ordinals = new Map(detail.stages.map(({ id, ordinal }) => [id as number, ordinal]));
    return {
      boxes: collectBoxes(window, { ordinalOf: (stage) => ordinals.get(stage), transfers }),
      truncated: window.truncated,
    };
  }
}
