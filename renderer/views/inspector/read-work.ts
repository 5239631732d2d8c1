/** Reads the work of the scope that a panel is about: all stages of a batch, or all batches of a stage. */
import type { SpanWindow } from "#common/api.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { WorkItem } from "./work-items.ts";
import { collectWork } from "./work-items.ts";

/** More than a person reads; the longest ones when there are more. */
const MOST_SPANS = 40_000;

export interface Work {
  readonly items: readonly WorkItem[];
  /** There were more spans than were read. */
  readonly truncated: boolean;
}

interface WorkRequest {
  /** Ordinal of the one stage to read; absent: all stages. */
  readonly stage?: number;
  readonly keep: (window: SpanWindow, index: number) => boolean;
}

/** Reads and calls `use`, until the function it gives is called. Without a scope there is no work. */
export function readWork(run: OpenRun, { stage, keep }: WorkRequest, use: (work: Work) => void): () => void {
  const { scope, scopeWindow, detail } = run;
  const rows = detail.rows.stage
    .map((row, index) => ({ ...row, index }))
    .filter((row) => (row.replica ?? 0) === scope?.replica && (stage === undefined || row.stage === stage));
  const request = new AbortController();
  if (scope !== undefined && scopeWindow !== undefined && rows.length > 0) {
    const indices = rows.map(({ index }) => index);
    run.client
      .readSpans(
        {
          run: detail.id,
          axis: "stage",
          fromRow: Math.min(...indices),
          toRow: Math.max(...indices) + 1,
          ...scopeWindow,
          limit: MOST_SPANS,
        },
        { signal: request.signal },
      )
      .then((window) => {
        const items = collectWork(
          window,
          (index) =>
            (window.columns.iteration[index] === scope.iteration || window.columns.iteration[index] < 0) &&
            keep(window, index),
        );
        use({ items, truncated: window.truncated });
      })
      .catch((error: unknown) => run.tell(error));
  }
  return () => request.abort();
}
