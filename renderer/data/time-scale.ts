/**
 * Time ↔ pixels and rows ↔ pixels, apart from drawing.
 *
 * Pixels are whatever the caller counts in (CSS or device pixels); x 0 is the left edge of the plot, y 0 its top. Nothing
 * here rounds: snapping to device pixels is the scene's business.
 */

/** A range of time laid over a width. `toNs > fromNs`, `widthPx > 0`. */
export interface TimeScale {
  readonly fromNs: number;
  readonly toNs: number;
  readonly widthPx: number;
}

/** Rows of equal height, scrolled: row `scrollRow` (fractional) begins at y 0. */
export interface RowScale {
  readonly scrollRow: number;
  readonly rowHeightPx: number;
}

export function timeToPx({ fromNs, toNs, widthPx }: TimeScale, ns: number): number {
  return ((ns - fromNs) / (toNs - fromNs)) * widthPx;
}

export function pxToTime({ fromNs, toNs, widthPx }: TimeScale, px: number): number {
  return fromNs + (px / widthPx) * (toNs - fromNs);
}

/** Top edge of a row. */
export function rowToPx({ scrollRow, rowHeightPx }: RowScale, row: number): number {
  return (row - scrollRow) * rowHeightPx;
}

/** Row at y, fractional; floor it to get the row's position. */
export function pxToRow({ scrollRow, rowHeightPx }: RowScale, px: number): number {
  return scrollRow + px / rowHeightPx;
}

/** Rows [fromRow, toRow) of which at least a part lies within a plot of that height. */
export function visibleRows(
  { scrollRow, rowHeightPx }: RowScale,
  { heightPx, rowCount }: { heightPx: number; rowCount: number },
): { fromRow: number; toRow: number } {
  const fromRow = Math.max(0, Math.floor(scrollRow));
  const toRow = Math.min(rowCount, Math.ceil(scrollRow + heightPx / rowHeightPx));
  return { fromRow: Math.min(fromRow, rowCount), toRow: Math.max(Math.min(fromRow, rowCount), toRow) };
}
