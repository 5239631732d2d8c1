/** What a view is on device pixels: its rows on whole ones, and what is to be planned for it. Pure numbers. */
import type { RunDetail } from "#common/api.ts";
import type { HeatmapView } from "../../data/heatmap-plan.ts";
import { chooseRowLevel } from "../../data/level-of-detail.ts";
import { visibleRows } from "../../data/time-scale.ts";
import type { RowScale } from "../../data/time-scale.ts";
import type { PaintedView } from "./painted-view.ts";

/** Whole device pixels for rows, so that their edges are crisp; rows thinner than two pixels stay as they are. */
export function snapRows({ scrollRow, rowHeightPx }: RowScale, ratio: number): RowScale {
  const heightPx = rowHeightPx * ratio;
  const snapped = heightPx < 2 ? heightPx : Math.round(heightPx);
  return { scrollRow: Math.round(scrollRow * snapped) / snapped, rowHeightPx: snapped };
}

/** What the planner is told of a view of a run. */
export function planned(
  { axis, fromNs, toNs, widthPx, heightPx, devicePixelRatio: ratio, rows }: PaintedView,
  detail: RunDetail,
): HeatmapView & { readonly rowLevel: number } {
  const { [axis]: all } = detail.rows;
  const snapped = snapRows(rows, ratio);
  const rowLevel = chooseRowLevel({ rowHeightPx: snapped.rowHeightPx, rowCount: all.length });
  const visible = visibleRows(snapped, { heightPx: Math.round(heightPx * ratio), rowCount: all.length });
  return { axis, fromNs, toNs, ...visible, rowLevel, widthPx: Math.round(widthPx * ratio) };
}
