/** Which rows a picture of the wavefront shows: all of them where they can be read, else those on screen. Pure. */
import type { RowScale } from "../../data/time-scale.ts";
import { visibleRows } from "../../data/time-scale.ts";

/** So many rows are worth a picture whether or not they fit the window. */
const MOST_ROWS = 256;

/** @param screen where the rows are on screen; absent: nowhere */
export function rowsToExport(
  rowCount: number,
  screen: { readonly rowScale: RowScale; readonly heightPx: number } | undefined,
): { fromRow: number; toRow: number } {
  if (rowCount <= MOST_ROWS || screen === undefined) return { fromRow: 0, toRow: rowCount };
  return visibleRows(screen.rowScale, { heightPx: screen.heightPx, rowCount });
}
