/** Selects a span from wherever it was named and brings it on screen. */
import type { SpanId } from "#common/ids.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import type { SelectedSpan } from "./selection.svelte.ts";
import { readSpan, selectionOf } from "./span-detail.ts";

/** What was asked for before is given up. */
const underWay = new WeakMap<OpenRun, () => void>();

export function showSpan(run: OpenRun, span: SpanId): void {
  underWay.get(run)?.();
  const stop = readSpan(run, span, (detail) => {
    const selected = selectionOf(run, detail);
    run.selection.select(selected);
    bringIntoView(run, selected);
  });
  underWay.set(run, stop);
}

/** Moves no more than it must; what is longer than the window is fitted. */
export function bringIntoView(
  { viewport }: OpenRun,
  { startNs, endNs }: Pick<SelectedSpan, "startNs" | "endNs">,
): void {
  const [middle, shown] = [(startNs + endNs) / 2, (viewport.fromNs + viewport.toNs) / 2];
  if (endNs - startNs > viewport.widthNs) viewport.fit({ fromNs: startNs, toNs: endNs });
  else if (startNs < viewport.fromNs || endNs > viewport.toNs) viewport.panBy({ ns: middle - shown });
}
