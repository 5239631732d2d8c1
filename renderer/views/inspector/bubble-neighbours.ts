/** The compute spans that end and start a bubble, on the row where the bubble is. */
import type { SpanWindow } from "#common/api.ts";
import { laneId, NONE, spanId, stageId } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { SelectedBubble, SelectedSpan } from "../../state/selection.svelte.ts";

interface Neighbours {
  readonly before?: SelectedSpan;
  readonly after?: SelectedSpan;
}

const MOST_SPANS = 2_000;

/** Reads and calls `use`, until the function it gives is called. */
export function readNeighbours(
  run: OpenRun,
  bubble: SelectedBubble,
  use: (neighbours: Neighbours) => void,
): () => void {
  const { rows } = run.detail;
  const row = rows.rank.findIndex(({ rank, replica }) => rank === bubble.rank && (replica ?? 0) === bubble.replica);
  const request = new AbortController();
  if (row !== -1) {
    run.client
      .readSpans(
        {
          run: run.detail.id,
          axis: "rank",
          fromRow: row,
          toRow: row + 1,
          fromNs: bubble.fromNs - 1,
          toNs: bubble.toNs + 1,
          limit: MOST_SPANS,
        },
        { signal: request.signal },
      )
      .then((window) => use(findNeighbours(run, window, bubble)))
      .catch((error: unknown) => run.tell(error));
  }
  return () => request.abort();
}

function findNeighbours(run: OpenRun, window: SpanWindow, { fromNs, toNs }: SelectedBubble): Neighbours {
  const { columns, ids } = window;
  let before: SelectedSpan | undefined;
  let after: SelectedSpan | undefined;
  for (let i = 0; i < columns.length; i++) {
    if (columns.phase[i] !== PHASE_COMPUTE) continue;
    const startNs = columns.start[i];
    const endNs = startNs + columns.duration[i];
    const known = (value: number) => (value === NONE ? undefined : value);
    const stage = known(columns.stage[i]);
    const span: SelectedSpan = {
      kind: "span",
      id: spanId(ids[i]),
      startNs,
      endNs,
      lane: laneId(columns.lane[i]),
      stage: stage === undefined ? undefined : run.ordinalOf(stageId(stage)),
      batch: known(columns.batch[i]),
      iteration: known(columns.iteration[i]),
    };
    if (endNs <= fromNs && (before === undefined || endNs >= before.endNs)) before = span;
    if (startNs >= toNs && (after === undefined || startNs < after.startNs)) after = span;
  }
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
