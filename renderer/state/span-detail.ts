/**
 * The backend's word on a span, and the selection that stands for it. A read that is no longer wanted is given up.
 */
import type { SpanDetail } from "#common/api.ts";
import type { SpanId } from "#common/ids.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import type { SelectedSpan } from "./selection.svelte.ts";

/** Reads the span and calls `use`, until the function it gives is called. */
export function readSpan(run: OpenRun, span: SpanId, use: (detail: SpanDetail) => void): () => void {
  const request = new AbortController();
  run.client
    .readSpan({ run: run.detail.id, span }, { signal: request.signal })
    .then(use)
    .catch((error: unknown) => run.tell(error));
  return () => request.abort();
}

/** The selection that stands for a span. */
export function selectionOf(run: OpenRun, detail: SpanDetail): SelectedSpan {
  const { id, startNs, durationNs, lane, stage, batch, iteration } = detail;
  return {
    kind: "span",
    id,
    startNs,
    endNs: startNs + durationNs,
    lane,
    stage: run.ordinalOf(stage),
    batch,
    iteration,
  };
}
