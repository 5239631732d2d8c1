/** Steps along a critical path from span to span. Pure: columns in, span ids out. */
import type { PathColumns } from "#common/explanation.ts";

/**
 * The span after or before `span` on the path; where that is not on it, the span of the piece at `atNs` for `next`, the one
 * before it for `previous`. Pieces of one span (waiting for it, then the span itself) are one step.
 * @returns undefined at the end of the path
 */
export function nextOnPath(
  path: PathColumns,
  { direction, span, atNs }: { direction: "next" | "previous"; span?: number; atNs: number },
): number | undefined {
  const at = span === undefined ? -1 : path.span.indexOf(span);
  if (at === -1) {
    const piece = findPiece(path, atNs);
    const found = direction === "next" ? piece : piece - 1;
    return path.span.at(Math.max(0, Math.min(path.length - 1, found)));
  }
  const step = direction === "next" ? 1 : -1;
  for (let i = at; i >= 0 && i < path.length; i += step) if (path.span[i] !== span) return path.span[i];
  return undefined;
}

/** Position of the piece at a time: the first that ends after it. */
export function findPiece({ to, length }: Pick<PathColumns, "to" | "length">, atNs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (to[middle] <= atNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
