/**
 * What of the plot is outlined for a selection: the span, the bubble, or every visible span of the chosen batch. Pure.
 */
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import { TILE_ROWS } from "#common/tile.ts";
import type { RunDetail } from "#common/api.ts";
import type { RawPage } from "../../data/raw-page.ts";
import type { Selected } from "../../state/selection.svelte.ts";
import type { StepGrid } from "../../data/step-grid.ts";
import { stepOf, stepStartNs } from "../../data/step-grid.ts";
import type { Outline } from "./plot-lines.ts";
import type { StepRequest } from "./step-grid-loader.ts";
import type { Pointed } from "./pointing.ts";

/** More outlines than this would hide what they point at. */
const MOST_RELATED = 400;

export function selectionOutlines({
  selected,
  axis,
  detail,
  pages,
}: {
  selected: Selected | undefined;
  axis: RowAxis;
  detail: RunDetail;
  /** Raw pages on screen, for the spans of a batch. */
  pages: readonly RawPage[];
}): readonly Outline[] {
  if (selected === undefined) return [];
  const rows = detail.rows[axis];
  if (selected.kind === "span") {
    const { lane, stage, startNs, endNs } = selected;
    const row = rows.findIndex(({ lanes, stage: own }) => lanes.includes(lane) && (axis !== "stage" || own === stage));
    return row === -1 ? [] : [{ row, fromNs: startNs, toNs: endNs, look: "selected" }];
  }
  if (selected.kind === "bubble") {
    const { rank, replica, fromNs, toNs } = selected;
    const isRank = (row: HeatmapRow) => row.rank === rank && (row.replica ?? 0) === replica;
    const at = axis === "rank" ? rows.findIndex(isRank) : selected.row;
    return at === -1 ? [] : [{ row: at, fromNs, toNs, look: "bubble" }];
  }
  if (selected.kind === "stage") return [];
  const outlines = new Map<number, Outline>();
  for (const page of pages) {
    for (let row = 0; row < TILE_ROWS; row++) {
      for (let i = page.offsets[row]; i < page.offsets[row + 1]; i++) {
        if (page.batch[i] !== selected.batch) continue;
        if (selected.iteration !== undefined && page.iteration[i] !== selected.iteration) continue;
        outlines.set(page.id[i], {
          row: page.firstRow + row,
          fromNs: page.start[i],
          toNs: page.end[i],
          look: "related",
        });
        if (outlines.size >= MOST_RELATED) return [...outlines.values()];
      }
    }
  }
  return [...outlines.values()];
}

/** What the pointer is on. */
export function pointedOutlines(pointed: Pointed | undefined): readonly Outline[] {
  if (pointed === undefined || pointed.kind === "elsewhere") return [];
  if (pointed.kind === "span") {
    return [{ row: pointed.row, fromNs: pointed.startNs, toNs: pointed.endNs, look: "hovered" }];
  }
  return pointed.bubble ? [{ row: pointed.row, fromNs: pointed.fromNs, toNs: pointed.toNs, look: "bubble" }] : [];
}

/** Cells of the step grid that belong to a chosen batch. */
export function cellOutlines(grid: StepGrid | undefined, selected: Selected | undefined): readonly Outline[] {
  if (grid === undefined || selected?.kind !== "batch") return [];
  const { batch, iteration } = selected;
  const chosen = grid.cells.filter(
    (cell) => cell?.batch === batch && (iteration === undefined || cell.iteration === iteration),
  );
  return chosen
    .slice(0, MOST_RELATED)
    .flatMap((cell) =>
      cell === undefined ? [] : [{ row: cell.row, fromNs: cell.startNs, toNs: cell.endNs, look: "related" as const }],
    );
}

/** Outlines of spans moved to the squares of the step grid that stand for them. A bubble has no square. */
export function inSteps(outlines: readonly Outline[], scale: StepRequest): readonly Outline[] {
  const steps = { firstNs: scale.firstNs, intervalNs: scale.intervalNs };
  return outlines.flatMap((outline) => {
    if (outline.look === "bubble" || outline.fromNs < scale.firstNs || outline.fromNs >= scale.toNs) return [];
    const step = stepOf(steps, outline.fromNs);
    return [{ ...outline, fromNs: stepStartNs(steps, step), toNs: stepStartNs(steps, step + 1) }];
  });
}

/** Rows that a selection is about: those of a chosen stage. */
export function selectedRows({
  selected,
  axis,
  detail,
}: {
  selected: Selected | undefined;
  axis: RowAxis;
  detail: RunDetail;
}): readonly number[] {
  if (selected?.kind !== "stage" || axis !== "stage") return [];
  return detail.rows.stage.flatMap(({ stage }, row) => (stage === selected.stage ? [row] : []));
}
