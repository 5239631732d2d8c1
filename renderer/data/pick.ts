/**
 * What lies at a point of the heatmap: a span, or a bubble with its whole extent.
 *
 * Answers from a page of raw spans; says `unknown` where the page cannot tell, so that the caller asks for more. Where
 * spans nest the innermost is meant, where spans of several lanes overlap the one that began last.
 */
import type { RawPage } from "./raw-page.ts";

export interface PickedSpan {
  readonly kind: "span";
  readonly row: number;
  readonly id: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly lane: number;
  /** Ordinal or `NO_STAGE`. */
  readonly stage: number;
  /** -1 for none, likewise the iteration. */
  readonly batch: number;
  readonly iteration: number;
  /** `pass · 16 + phase`. */
  readonly kindCode: number;
  /** What the trace calls it, where that is known here. */
  readonly name: string | undefined;
}

/** Idle time of a row. A side is open where nothing was found within the page. */
export interface PickedIdle {
  readonly kind: "idle";
  readonly row: number;
  readonly fromNs: number | undefined;
  readonly toNs: number | undefined;
}

export type Picked = PickedSpan | PickedIdle;

/** `ns` lies within the page, `row` within its block. */
export function pickInPage(page: RawPage, { row, ns }: { row: number; ns: number }): Picked {
  const { start, end, depth, offsets } = page;
  let found = -1;
  let lastEnd: number | undefined;
  let nextStart: number | undefined;
  for (let i = offsets[row - page.firstRow]; i < offsets[row - page.firstRow + 1]; i++) {
    if (start[i] > ns) {
      nextStart = start[i];
      break;
    }
    if (end[i] > ns && (found === -1 || depth[i] >= depth[found])) found = i;
    if (end[i] <= ns && (lastEnd === undefined || end[i] > lastEnd)) lastEnd = end[i];
  }
  if (found !== -1) return spanAt(page, { row, i: found });
  return { kind: "idle", row, fromNs: lastEnd, toNs: nextStart };
}

function spanAt(page: RawPage, { row, i }: { row: number; i: number }): PickedSpan {
  return {
    kind: "span",
    row,
    id: page.id[i],
    startNs: page.start[i],
    endNs: page.end[i],
    lane: page.lane[i],
    stage: page.stage[i],
    batch: page.batch[i],
    iteration: page.iteration[i],
    kindCode: page.kind[i],
    name: page.names.get(page.name[i]),
  };
}
