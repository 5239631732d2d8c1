/**
 * Where lines run between rows, and between the squares of the step grid: on whole device pixels, on screen only. Pure.
 */
import type { GridPlaces } from "../data/step-grid.ts";
import { stepStartNs } from "../data/step-grid.ts";
import { rowToPx, timeToPx, visibleRows } from "../data/time-scale.ts";
import type { RowScale, TimeScale } from "../data/time-scale.ts";
import type { PixelSize } from "./cell-mesh.ts";
import type { Rectangle } from "./line-mesh.ts";

interface LinedFrame {
  readonly time: TimeScale;
  readonly rows: RowScale;
  readonly rowCount: number;
  readonly rowGapPx: number;
}

/** Cells narrower or lower than this touch each other. */
const LEAST_PARTED_PX = 6;
/** The gap between squares is this part of them, at least a pixel. */
const GAP_SHARE = 1 / 14;

/** The last pixels of every row. */
export function rowLines({ rows, rowCount, rowGapPx }: LinedFrame, [widthPx, heightPx]: PixelSize): Rectangle[] {
  if (rowGapPx === 0) return [];
  const { fromRow, toRow } = visibleRows(rows, { heightPx, rowCount });
  return Array.from({ length: toRow - fromRow }, (_, i) => {
    const y1 = rowToPx(rows, fromRow + i + 1);
    return { x0: 0, x1: widthPx, y0: y1 - rowGapPx, y1 };
  });
}

/** The last pixels of every row and column of the grid. */
export function stepLines(grid: GridPlaces, { time, rows }: LinedFrame): Rectangle[] {
  const columnPx = (grid.intervalNs / (time.toNs - time.fromNs)) * time.widthPx;
  if (columnPx < LEAST_PARTED_PX) return [];
  // Of the shorter side: cells of a matrix are no squares, and its rows may be narrower than a gap of its columns.
  const gapPx = Math.max(1, Math.round(Math.min(columnPx, rows.rowHeightPx) * GAP_SHARE));
  const { from, to } = stepsOnScreen(grid, time);
  const [left, right] = [timeToPx(time, stepStartNs(grid, from)), timeToPx(time, stepStartNs(grid, to))];
  const [top, bottom] = [rowToPx(rows, 0), rowToPx(rows, grid.rowCount)];
  const lines: Rectangle[] = [];
  for (let row = 1; rows.rowHeightPx >= LEAST_PARTED_PX && row <= grid.rowCount; row++) {
    const y1 = rowToPx(rows, row);
    lines.push({ x0: left, x1: right, y0: y1 - gapPx, y1 });
  }
  for (let step = from + 1; step <= to; step++) {
    const x1 = Math.round(timeToPx(time, stepStartNs(grid, step)));
    lines.push({ x0: x1 - gapPx, x1, y0: top, y1: bottom });
  }
  return lines;
}

/** Steps [from, to) of the grid of which a part is on screen. */
export function stepsOnScreen(grid: GridPlaces, { fromNs, toNs }: TimeScale): { from: number; to: number } {
  const from = Math.max(0, Math.floor((fromNs - grid.firstNs) / grid.intervalNs));
  return { from, to: Math.max(from, Math.min(grid.stepCount, Math.ceil((toNs - grid.firstNs) / grid.intervalNs))) };
}
