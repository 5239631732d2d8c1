/** How high the rows of the difference heatmap are: known before the differences are, so that their room can be kept free. */
const LEAST_ROW_PX = 8;
const MOST_ROW_PX = 20;
const WANTED_HEIGHT_PX = 230;

/** CSS pixels of one row. */
export function differenceRowPx(rows: number): number {
  return Math.max(LEAST_ROW_PX, Math.min(MOST_ROW_PX, Math.floor(WANTED_HEIGHT_PX / Math.max(1, rows))));
}
