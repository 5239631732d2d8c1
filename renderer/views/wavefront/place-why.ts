/**
 * Where bubbles and the critical path lie on the plot, in pixels. Pure: columns and scales in, rectangles and lines out, no
 * more of them than can be told apart on screen.
 */
import type { BubbleColumns, PathColumns } from "#common/explanation.ts";
import { PATH_PHASES } from "#common/explanation.ts";
import { NONE } from "#common/ids.ts";
import { findPiece } from "../../state/path-steps.ts";
import type { RowScale, TimeScale } from "../../data/time-scale.ts";
import { rowToPx, timeToPx } from "../../data/time-scale.ts";

export interface CauseRect {
  /** Index in `IDLE_CAUSES`. */
  readonly cause: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PathLine {
  readonly look: "work" | "transfer" | "wait";
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
}

/** The white line between rows stays, as in the heatmap. */
const ROW_GAP_PX = 1;
const LEAST_GAPPED_ROW_PX = 7;
/** Height of the path within a row: below the numbers of the cells, where there are some. */
const PATH_SHARE = 0.84;
const LEAST_LOW_ROW_PX = 20;
/** Pieces of the path closer together than this are told by one of them. */
const LEAST_ADVANCE_PX = 0.5;

/** Rectangles of the bubbles on screen. @param rows of every rank */
export function placeBubbles(
  { length, rank, from, to, cause }: BubbleColumns,
  {
    rows,
    time,
    rowScale,
    heightPx,
  }: { rows: ReadonlyMap<number, readonly number[]>; time: TimeScale; rowScale: RowScale; heightPx: number },
): CauseRect[] {
  const rects: CauseRect[] = [];
  const height = rowScale.rowHeightPx - (rowScale.rowHeightPx >= LEAST_GAPPED_ROW_PX ? ROW_GAP_PX : 0);
  for (let i = 0; i < length; i += 1) {
    if (to[i] <= time.fromNs || from[i] >= time.toNs) continue;
    const x = Math.max(0, timeToPx(time, from[i]));
    const width = Math.min(time.widthPx, timeToPx(time, to[i])) - x;
    for (const row of rows.get(rank[i]) ?? []) {
      const y = rowToPx(rowScale, row);
      if (y + height > 0 && y < heightPx) rects.push({ cause: cause[i], x, y, width, height });
    }
  }
  return rects;
}

/** The path on screen from left to right; lines that follow each other are joined by whoever draws them. */
export function placePath(
  path: PathColumns,
  { rows, time, rowScale }: { rows: Int32Array; time: TimeScale; rowScale: RowScale },
): PathLine[] {
  const share = rowScale.rowHeightPx >= LEAST_LOW_ROW_PX ? PATH_SHARE : 0.5;
  const lines: PathLine[] = [];
  let drawnTo = -Infinity;
  for (let i = findPiece(path, time.fromNs); i < path.length && path.from[i] < time.toNs; i += 1) {
    const x1 = Math.max(-1, timeToPx(time, path.from[i]));
    const x2 = Math.min(time.widthPx + 1, timeToPx(time, path.to[i]));
    if (rows[i] === NONE || x2 - drawnTo < LEAST_ADVANCE_PX) continue;
    const phase = PATH_PHASES[path.phase[i]];
    const look = phase === "wait" ? "wait" : phase === "in" || phase === "out" ? "transfer" : "work";
    lines.push({ look, x1, x2, y: rowToPx(rowScale, rows[i] + share) });
    drawnTo = x2;
  }
  return lines;
}
