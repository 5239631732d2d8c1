/** How fine the finest tiles of a run are, and how many levels lie above them: the same for every axis. Pure. */
import { TILE_BINS } from "#common/tile.ts";

/** The finest level has about one cell per so many spans (DESIGN §5). */
const SPANS_PER_CELL = 8;

export interface Levels {
  /** Width of a bin of level 0, integer ns. */
  readonly baseNs: number;
  /** At the last level one tile on each side of the origin holds the whole run. */
  readonly count: number;
}

/** @param rows of the axis that is looked at most: ranks, or lanes where there are none */
export function chooseLevels({
  startNs,
  endNs,
  spanCount,
  rows,
}: {
  readonly startNs: number;
  readonly endNs: number;
  readonly spanCount: number;
  readonly rows: number;
}): Levels {
  const bins = Math.max(TILE_BINS, spanCount / SPANS_PER_CELL / Math.max(1, rows));
  const baseNs = Math.max(1, Math.ceil((endNs - startNs) / bins));
  const reachNs = Math.max(-startNs, endNs);
  let count = 1;
  while (baseNs * 2 ** (count - 1) * TILE_BINS < reachNs) count++;
  return { baseNs, count };
}
