/**
 * Explicit flows of a trace as dependencies between spans of the pipeline: the arrows that the recorder drew itself.
 *
 * Points of a flow (equal category and id) follow each other in time; each arrow goes from the span that a point lies in to
 * the span of the next point. A point belongs to the innermost span of the pipeline around it on its lane, or where the trace
 * says so to the next one. Arrows from or to anything else (a kernel's launch, a counter) say nothing about the pipeline and
 * are left out.
 */
import { NONE } from "#common/ids.ts";
import { PHASES } from "#common/model.ts";
import type { FlowPoint, SpanColumns, SpanName } from "#common/model.ts";

/** Spans that flow into a span, by that span; indices into the columns. */
export type FlowSources = ReadonlyMap<number, readonly number[]>;

const BINDS = Uint8Array.from(PHASES, (phase) => (phase === "none" || phase === "wait" ? 0 : 1));
/** Spans looked at for one around a point: nesting is never deeper. */
const MOST_NESTED = 64;

export function bindFlows(
  flows: readonly FlowPoint[],
  { spans, names }: { spans: SpanColumns; names: readonly SpanName[] },
): FlowSources {
  const sources = new Map<number, number[]>();
  if (flows.length === 0) return sources;
  const spansOfLane = listByLane(spans, new Set(flows.map(({ lane }) => lane as number)));
  const groups = Map.groupBy(flows, ({ flow, name }) => `${names[name].category ?? ""} ${flow}`);
  for (const points of groups.values()) {
    const ordered = points.toSorted((a, b) => a.at - b.at);
    let before: number = NONE;
    for (const point of ordered) {
      const span = findSpan(spans, spansOfLane.get(point.lane) ?? [], point);
      if (point.step !== "start" && before !== NONE && span !== NONE && span !== before) {
        const known = sources.get(span);
        if (known === undefined) sources.set(span, [before]);
        else known.push(before);
      }
      before = span;
    }
  }
  return sources;
}

function listByLane(
  { length, lane, phase, start, duration }: SpanColumns,
  lanes: ReadonlySet<number>,
): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (const id of lanes) lists.set(id, []);
  for (let i = 0; i < length; i += 1) if (BINDS[phase[i]] === 1) lists.get(lane[i])?.push(i);
  // Columns may be sorted by rank and phase first.
  for (const list of lists.values()) list.sort((a, b) => start[a] - start[b] || duration[b] - duration[a]);
  return lists;
}

/** @param ofLane spans of the point's lane in order of start */
function findSpan({ start, duration }: SpanColumns, ofLane: readonly number[], { at, binding }: FlowPoint): number {
  let low = 0;
  let high = ofLane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (binding === "next" ? start[ofLane[middle]] < at : start[ofLane[middle]] <= at) low = middle + 1;
    else high = middle;
  }
  if (binding === "next") return ofLane.at(low) ?? NONE;
  for (let i = low - 1; i >= Math.max(0, low - MOST_NESTED); i -= 1) {
    if (start[ofLane[i]] + duration[ofLane[i]] >= at) return ofLane[i];
  }
  return NONE;
}
