/**
 * On which rows of the plot a rank's idle time and a piece of the critical path belong. Pure.
 *
 * On rows of stages a rank's bubble is on every row of its stages, as the white is. Rows of
 * lanes show no causes: a lane may rest for reasons of its own while its rank works.
 */
import type { RunDetail } from "#common/api.ts";
import type { PathColumns } from "#common/explanation.ts";
import { NONE } from "#common/ids.ts";
import type { RowAxis } from "#common/tile.ts";

interface Shown {
  readonly detail: RunDetail;
  readonly axis: RowAxis;
  readonly replica: number;
}

/** Rows by rank; none on rows of lanes. */
export function rowsOfRanks({ detail, axis, replica }: Shown): ReadonlyMap<number, readonly number[]> {
  const rows = new Map<number, number[]>();
  if (axis === "lane") return rows;
  for (const [row, { rank, replica: own = 0 }] of detail.rows[axis].entries()) {
    if (rank === undefined || own !== replica) continue;
    const known = rows.get(rank);
    if (known === undefined) rows.set(rank, [row]);
    else known.push(row);
  }
  return rows;
}

/** Row of each piece of a path, or −1. */
export function rowsOfPath(path: PathColumns, shown: Shown): Int32Array {
  const { detail, axis, replica } = shown;
  const rows = detail.rows[axis];
  const ordinalOf = new Map(detail.stages.map(({ id, ordinal }) => [id as number, ordinal]));
  const rowOfStage = new Map<number, number>();
  const rowOfRank = new Map<number, number>();
  const rowOfLane = new Map<number, number>();
  for (const [row, { stage, rank, replica: own = 0, lanes }] of rows.entries()) {
    for (const lane of lanes) if (!rowOfLane.has(lane)) rowOfLane.set(lane, row);
    if (own !== replica) continue;
    if (stage !== undefined) rowOfStage.set(stage, row);
    if (rank !== undefined && !rowOfRank.has(rank)) rowOfRank.set(rank, row);
  }
  return Int32Array.from(path.span, (_, i) => {
    if (axis === "lane") return rowOfLane.get(path.lane[i]) ?? NONE;
    const ordinal = ordinalOf.get(path.stage[i]);
    const ofStage = axis === "stage" && ordinal !== undefined ? rowOfStage.get(ordinal) : undefined;
    return ofStage ?? rowOfRank.get(path.rank[i]) ?? NONE;
  });
}
