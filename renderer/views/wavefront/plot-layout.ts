/**
 * Heights and widths of the plot that follow from the run and the window: rows as high as they fit, labels as wide as they
 * need. Pure numbers.
 */
import type { RowScale } from "../../data/time-scale.ts";
import type { HeatmapRow } from "#common/tile.ts";

/**
 * The least height of a row: all of them fill the plot, or a pixel. Below a pixel a line of cells stands for several rows, as
 * a column does for several spans.
 */
export function leastRowHeight({ heightPx, rowCount }: { heightPx: number; rowCount: number }): number {
  return Math.min(1, heightPx / Math.max(1, rowCount));
}

export const MOST_ROW_PX = 96;
/** Rows are spread over the height between these two; with more of them the plot scrolls. */
const LEAST_SPREAD_PX = 18;
const MOST_SPREAD_PX = 80;

/** What a plot does of its own and what it leaves to another one that shares its time. */
export interface PlotBeside {
  /** Takes the keys of the page: one of several plots does. */
  readonly leads: boolean;
  readonly overview: boolean;
  readonly axis: boolean;
  readonly bar: boolean;
  /** Least width of the labels, so that plots above one another have their time at the same place. */
  readonly gutterPx: number;
  /** What 0 means on the axis. */
  readonly originNs: number;
}

export const ALONE: PlotBeside = { leads: true, overview: true, axis: true, bar: true, gutterPx: 0, originNs: 0 };

/** Height of a row when nobody chose one. */
export function spreadRowHeight({ heightPx, rowCount }: { heightPx: number; rowCount: number }): number {
  return Math.max(LEAST_SPREAD_PX, Math.min(MOST_SPREAD_PX, Math.floor(heightPx / Math.max(1, rowCount))));
}

/** Height of a row of the step grid: that of a column, so that cells are squares, within what can be read. */
export function squareRowHeight({ columnPx }: { columnPx: number }): number {
  return Math.max(9, Math.min(MOST_SPREAD_PX, Math.round(columnPx)));
}

/** The greatest `scrollRow` that still fills the plot. */
export function lastScrollRow({
  heightPx,
  rowCount,
  rowHeightPx,
}: {
  heightPx: number;
  rowCount: number;
  rowHeightPx: number;
}) {
  return Math.max(0, rowCount - heightPx / rowHeightPx);
}

/** Of a character of a label, about. */
const CHARACTER_PX = 6.4;
const LEAST_LABEL_PX = 64;
const MOST_LABEL_PX = 300;
/** The plot comes first. */
const MOST_LABEL_SHARE = 0.28;

/** Width of the labels: that of the longest, within limits; `roomPx` is the width of labels and plot together. */
export function labelWidth(rows: readonly HeatmapRow[], roomPx: number): number {
  const longest = rows.reduce((most, { label }) => Math.max(most, label.length), 0);
  const mostPx = Math.max(LEAST_LABEL_PX, Math.min(MOST_LABEL_PX, roomPx * MOST_LABEL_SHARE));
  return Math.ceil(Math.max(LEAST_LABEL_PX, Math.min(mostPx, longest * CHARACTER_PX + besidesText(rows))));
}

/** A label as it fits: the middle gives way, since names of lanes differ at their ends. */
export function shortenLabel(
  label: string,
  { rows, widthPx }: { rows: readonly HeatmapRow[]; widthPx: number },
): string {
  const most = Math.max(6, Math.floor((widthPx - besidesText(rows)) / CHARACTER_PX));
  if (label.length <= most) return label;
  const head = Math.ceil((most - 1) * 0.3);
  return `${label.slice(0, head).trimEnd()}…${label.slice(label.length - (most - 1 - head)).trimStart()}`;
}

function besidesText(rows: readonly HeatmapRow[]): number {
  return rows.some(({ stage }) => stage !== undefined) ? 36 : 22;
}

/** Scroll position that brings a row into view, moving as little as possible. */
export function scrollToRow(
  { scrollRow, rowHeightPx }: RowScale,
  { row, heightPx, rowCount }: { row: number; heightPx: number; rowCount: number },
): number {
  const fits = heightPx / rowHeightPx;
  const wanted = row < scrollRow ? row : row + 1 > scrollRow + fits ? row + 1 - fits : scrollRow;
  return Math.max(0, Math.min(lastScrollRow({ heightPx, rowCount, rowHeightPx }), wanted));
}
