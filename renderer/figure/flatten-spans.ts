/**
 * Spans of a row that overlap as pieces that do not: at every time the one that began last is on top, as in a picture of
 * nested calls. Pure.
 */
export interface FlatSpan {
  readonly from: number;
  readonly to: number;
  readonly key: number;
  readonly number: number;
}

/** @param spans by start ascending; of those that start together the one on top last */
export function flattenSpans(spans: readonly FlatSpan[]): readonly FlatSpan[] {
  const pieces: FlatSpan[] = [];
  const open: FlatSpan[] = [];
  let drawnTo = -Infinity;
  const drawTo = (to: number): void => {
    for (let top = open.at(-1); top !== undefined && drawnTo < to; top = open.at(-1)) {
      const end = Math.min(top.to, to);
      if (end > drawnTo) pieces.push({ ...top, from: drawnTo, to: end });
      drawnTo = Math.max(drawnTo, end);
      if (top.to <= drawnTo) open.pop();
    }
  };
  for (const span of spans) {
    drawTo(span.from);
    drawnTo = span.from;
    open.push(span);
  }
  drawTo(Infinity);
  return pieces;
}
