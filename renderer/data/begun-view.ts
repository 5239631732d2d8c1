/**
 * The cells of a run's first view, asked for as soon as the run is known: the backend reads while the page lays out what it
 * shows. What is asked for is a guess; the view that takes it over plans anew and asks for what else it needs.
 */
import type { Client, RunDetail } from "#common/api.ts";
import { HeatmapPlanner } from "./heatmap-plan.ts";
import type { HeatmapView } from "./heatmap-plan.ts";
import { clientTileSource } from "./tile-source.ts";
import type { TileSource } from "./tile-source.ts";

/** Where one state of a run is read from, and what has been asked for of it. */
export interface RunCells {
  /** Gives what the planner keeps without asking: the strip above a plot wants the same of a small run. */
  readonly source: TileSource;
  readonly planner: HeatmapPlanner;
}

/** Whoever makes or is given it closes the planner. */
export function openCells({ client, detail }: { client: Client; detail: RunDetail }): RunCells {
  const read = clientTileSource({ client, detail });
  const planner = new HeatmapPlanner({ detail, source: read, onChange: () => undefined });
  const source: TileSource = {
    ...read,
    readTile: async (key, signal) => planner.tiles.value(key) ?? (await read.readTile(key, signal)),
    readPage: async (key, signal) => planner.pages.value(key) ?? (await read.readPage(key, signal)),
  };
  return { source, planner };
}

/** More rows than this are rarely on screen. */
const LIKELY_ROWS = 64;

/** `widthPx`: likely width of the plot in device pixels. */
export function beginView(
  run: { client: Client; detail: RunDetail },
  view: Pick<HeatmapView, "axis" | "fromNs" | "toNs" | "widthPx">,
): RunCells {
  const cells = openCells(run);
  const { [view.axis]: rows } = run.detail.rows;
  cells.planner.plan({ ...view, fromRow: 0, toRow: Math.min(LIKELY_ROWS, rows.length) });
  return cells;
}
