/**
 * Which cells carry a number, and where: the layer's or the batch's, wherever it fits, never over another.
 *
 * A number sits in the middle of the visible part of its cell, so that it stays in sight while the cell is panned. Labels
 * are plain data in pixels; the scene turns them into glyphs.
 */
import { NO_BATCH, NO_STAGE, TILE_BINS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";
import { cellKey, passOfKey } from "./cell-key.ts";
import type { OpOfStage } from "./cell-key.ts";
import { hasBatch } from "./raw-page.ts";
import type { RawPage } from "./raw-page.ts";
import type { StepGrid } from "./step-grid.ts";
import { stepStartNs } from "./step-grid.ts";
import { rowToPx, timeToPx } from "./time-scale.ts";
import type { RowScale, TimeScale } from "./time-scale.ts";

export type LabelNumber = "stage" | "batch";

export interface CellLabel {
  /** Middle of the number. */
  readonly xPx: number;
  readonly yPx: number;
  readonly number: number;
  /** Key of the cell: what the number must read on. */
  readonly key: number;
}

export interface LabelLayout {
  readonly time: TimeScale;
  readonly rows: RowScale;
  readonly heightPx: number;
  readonly digitWidthPx: number;
  readonly digitHeightPx: number;
  readonly ops: OpOfStage;
  readonly number: LabelNumber;
}

/** Free on either side of a number within its cell. */
const PADDING_PX = 2;
/** More would be a texture, not text. */
const MOST_LABELS = 4_000;
/** Where fewer of a row's cells of one pass have room, only those with plenty of it carry a number: a row reads as one. */
const LEAST_SHARE = 0.85;
const PLENTY = 1.6;
/** What is usual is what this share of the cells is not wider than. */
const USUAL = 0.6;
/** Spans looked at to find the usual width of a cell. */
const SAMPLE = 600;

interface Candidate {
  readonly left: number;
  readonly right: number;
  readonly number: number;
  readonly key: number;
}

/** Labels of the spans of row `row` of a page, unless `seen` has them; it gains those that were looked at. */
export function pageLabels(
  page: RawPage,
  { row, seen, layout, into }: { row: number; seen: Set<number>; layout: LabelLayout; into: CellLabel[] },
): void {
  const { time, ops, number } = layout;
  const yPx = rowMiddle(layout, row);
  if (yPx === undefined) return;
  const { start, end, stage, batch, kind, offsets, id } = page;
  const candidates: Candidate[] = [];
  const cellsOfPass = new Uint32Array(8);
  const leastPx = roomOf(layout, 1);
  let free = 0;
  for (let i = offsets[row - page.firstRow]; i < offsets[row - page.firstRow + 1]; i++) {
    if (end[i] <= time.fromNs) continue;
    if (start[i] >= time.toNs) break;
    const value = number === "stage" ? stage[i] : batch[i];
    if (number === "stage" ? value === NO_STAGE : !hasBatch(value)) continue;
    const right = Math.min(time.widthPx, timeToPx(time, end[i]));
    // A span that reaches in from another page has its number there, and what it encloses has none.
    if (seen.has(id[i])) {
      free = Math.max(free, right);
      continue;
    }
    cellsOfPass[kind[i] >> 4] += 1;
    const left = Math.max(timeToPx(time, start[i]), free);
    // Most spans of a crowded row end here: nothing is made for them.
    if (right - left < leastPx) continue;
    seen.add(id[i]);
    candidates.push({ left, right, number: value, key: cellKey({ ops, stage: stage[i], kind: kind[i] }) });
    free = right;
  }
  addFitting(candidates, { yPx, cellsOfPass, layout, into });
}

/** The usual width of a cell on screen and the digits of its number: what the size of digits follows. */
export function usualCell(
  pages: readonly RawPage[],
  { time, number }: { time: TimeScale; number: LabelNumber },
): { widthPx: number; digits: number } | undefined {
  const widths: number[] = [];
  let digits = 1;
  for (const { start, end, stage, batch } of pages) {
    const every = Math.max(1, Math.floor((start.length * pages.length) / SAMPLE));
    for (let i = 0; i < start.length; i += every) {
      if (end[i] <= time.fromNs || start[i] >= time.toNs) continue;
      const value = number === "stage" ? stage[i] : batch[i];
      if (number === "stage" ? value === NO_STAGE : !hasBatch(value)) continue;
      widths.push(timeToPx(time, end[i]) - timeToPx(time, start[i]));
      digits = Math.max(digits, String(value).length);
    }
  }
  const widthPx = widths.sort((a, b) => a - b).at(Math.floor(widths.length * USUAL));
  return widthPx === undefined ? undefined : { widthPx, digits };
}

/** Size of digits so that a number fits a cell of the usual width, within limits; `digitWidthPx` is that of `mostPx`. */
export function fittingFontPx({
  cell,
  mostPx,
  leastPx,
  digitWidthPx,
}: {
  cell: { widthPx: number; digits: number };
  mostPx: number;
  leastPx: number;
  digitWidthPx: number;
}): number {
  const room = (cell.widthPx - 2 * PADDING_PX) / (cell.digits * digitWidthPx);
  return Math.max(leastPx, Math.min(mostPx, Math.floor(mostPx * room)));
}

/** Labels of runs of equal cells in row `row` of a tile whose first bin begins at `fromNs`. */
export function tileLabels(
  tile: Tile,
  {
    row,
    tileRow,
    fromNs,
    binNs,
    layout,
    into,
  }: { row: number; tileRow: number; fromNs: number; binNs: number; layout: LabelLayout; into: CellLabel[] },
): void {
  const { time, ops, number } = layout;
  const yPx = rowMiddle(layout, row);
  if (yPx === undefined) return;
  const { coverage, stage, batch, kind } = tile;
  const first = tileRow * TILE_BINS;
  const leastPx = roomOf(layout, 1);
  const binPx = (binNs / (time.toNs - time.fromNs)) * time.widthPx;
  for (let bin = 0; bin < TILE_BINS;) {
    let next = bin + 1;
    const at = first + bin;
    while (
      next < TILE_BINS &&
      coverage[first + next] > 0 &&
      stage[first + next] === stage[at] &&
      batch[first + next] === batch[at] &&
      kind[first + next] === kind[at]
    ) {
      next += 1;
    }
    const value = number === "stage" ? stage[at] : batch[at];
    const isNumbered = coverage[at] > 0 && value !== (number === "stage" ? NO_STAGE : NO_BATCH);
    if (isNumbered && (next - bin) * binPx >= leastPx) {
      const left = Math.max(0, timeToPx(time, fromNs + bin * binNs));
      const right = Math.min(time.widthPx, timeToPx(time, fromNs + next * binNs));
      if (fits(layout, { value, widthPx: right - left }) && into.length < MOST_LABELS) {
        const key = cellKey({ ops, stage: stage[at], kind: kind[at] });
        into.push({ xPx: (left + right) / 2, yPx, number: value, key });
      }
    }
    bin = next;
  }
}

/** Labels of the cells of a step grid. */
export function stepLabels(grid: StepGrid, { layout, into }: { layout: LabelLayout; into: CellLabel[] }): void {
  const { time, ops, number } = layout;
  const cellPx = (grid.intervalNs / (time.toNs - time.fromNs)) * time.widthPx;
  for (const cell of grid.cells) {
    if (cell === undefined || into.length >= MOST_LABELS) continue;
    const yPx = rowMiddle(layout, cell.row);
    const value = number === "stage" ? cell.stage : cell.batch;
    if (yPx === undefined || (number === "stage" ? value === NO_STAGE : !hasBatch(value))) continue;
    const left = timeToPx(time, stepStartNs(grid, cell.step));
    if (left + cellPx / 2 < 0 || left + cellPx / 2 > time.widthPx) continue;
    if (!fits(layout, { value, widthPx: cellPx })) continue;
    into.push({
      xPx: left + cellPx / 2,
      yPx,
      number: value,
      key: cellKey({ ops, stage: cell.stage, kind: cell.kind }),
    });
  }
}

function addFitting(
  candidates: readonly Candidate[],
  { yPx, cellsOfPass, layout, into }: { yPx: number; cellsOfPass: Uint32Array; layout: LabelLayout; into: CellLabel[] },
): void {
  const fitting = candidates.filter(({ left, right, number }) =>
    fits(layout, { value: number, widthPx: right - left }),
  );
  const fittingOfPass = new Uint32Array(8);
  for (const { key } of fitting) fittingOfPass[passOfKey(key)] += 1;
  for (const { left, right, number, key } of fitting) {
    if (into.length >= MOST_LABELS) return;
    const pass = passOfKey(key);
    const partial = fittingOfPass[pass] < cellsOfPass[pass] * LEAST_SHARE;
    if (partial && !fits(layout, { value: number, widthPx: (right - left) / PLENTY })) continue;
    into.push({ xPx: (left + right) / 2, yPx, number, key });
  }
}

/** Width that a number of so many digits needs. */
function roomOf({ digitWidthPx }: LabelLayout, digits: number): number {
  return digits * digitWidthPx + 2 * PADDING_PX;
}

function rowMiddle({ rows, heightPx, digitHeightPx }: LabelLayout, row: number): number | undefined {
  const yPx = rowToPx(rows, row) + rows.rowHeightPx / 2;
  const visible = yPx - digitHeightPx / 2 >= 0 && yPx + digitHeightPx / 2 <= heightPx;
  return visible && rows.rowHeightPx >= digitHeightPx + 2 ? yPx : undefined;
}

function fits(layout: LabelLayout, { value, widthPx }: { value: number; widthPx: number }): boolean {
  return widthPx >= roomOf(layout, String(value).length);
}
