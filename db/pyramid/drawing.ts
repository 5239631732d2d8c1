/** Rows of every axis and where spans belong in them, from the small tables of a run. Pure. */
import type { HeatmapRow, RowAxis } from "#common/tile.ts";

import { mapRows } from "./row-map.ts";
import type { RowMap } from "./row-map.ts";
import { listRows } from "./rows.ts";
import type { RowInput } from "./rows.ts";

export interface Drawing {
  readonly rows: Readonly<Record<RowAxis, readonly HeatmapRow[]>>;
  readonly maps: Readonly<Record<RowAxis, RowMap>>;
}

export function layOut(input: RowInput): Drawing {
  const rows = listRows(input);
  return {
    rows,
    maps: {
      rank: mapRows("rank", { rows: rows.rank, input }),
      stage: mapRows("stage", { rows: rows.stage, input }),
      lane: mapRows("lane", { rows: rows.lane, input }),
    },
  };
}

/** True when every stage has a rank of its own, so that rows of stages show what rows of ranks show. */
export function areStagesRanks({ rank, stage }: Drawing["maps"]): boolean {
  return (
    stage.elsewhere.length === 0 &&
    rank.rowOf.length === stage.rowOf.length &&
    rank.rowOf.every((row, place) => row === stage.rowOf[place])
  );
}
