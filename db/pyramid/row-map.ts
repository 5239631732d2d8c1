/** Which rows of an axis a span fills, as tables that a loop over spans can index. Pure. */
import { NONE } from "#common/ids.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";

import { listPlaces } from "./rows.ts";
import type { RowInput } from "./rows.ts";

/** Tables are indexed by `lane · (stageCount + 1) + stage + 1`, so that stage −1 has its entry. Rows are positions, −1 for none. */
export interface RowMap {
  readonly axis: RowAxis;
  readonly laneCount: number;
  readonly stageCount: number;
  /** Ordinal of each stage, by id. */
  readonly ordinals: Int32Array;
  /** Row that a span fills. On the axes `rank` and `stage` only compute spans may be looked up. */
  readonly rowOf: Int32Array;
  /** On the axis `stage`: rows of other stages of the rank that the span keeps busy. Sparse. */
  readonly elsewhere: readonly (readonly number[] | undefined)[];
}

export function mapRows(axis: RowAxis, { rows, input }: { rows: readonly HeatmapRow[]; input: RowInput }): RowMap {
  const { lanes, stages } = input;
  const width = stages.length + 1;
  const rowOf = new Int32Array(lanes.length * width).fill(NONE);
  const elsewhere: number[][] = [];
  const map: RowMap = {
    axis,
    laneCount: lanes.length,
    stageCount: stages.length,
    ordinals: Int32Array.from(stages, ({ ordinal }) => ordinal),
    rowOf,
    elsewhere,
  };
  if (axis === "lane") {
    rows.forEach(({ lanes: [lane] }, position) => rowOf.fill(position, lane * width, (lane + 1) * width));
    return map;
  }
  const places = listPlaces(input);
  const positions = new Map(
    rows.map(({ replica = 0, rank = NONE, stage = NONE }, position) => [
      `${replica}/${axis === "rank" ? rank : stage}`,
      position,
    ]),
  );
  const positionOf = ({ replica, rank, ordinal }: (typeof places)[number]) =>
    positions.get(`${replica}/${axis === "rank" ? rank : ordinal}`) ?? NONE;
  for (const place of places) rowOf[place.lane * width + place.stage + 1] = positionOf(place);
  if (axis === "rank") return map;
  const byOwner = Map.groupBy(places, ({ replica, rank }) => `${replica}/${rank}`);
  for (const place of places) {
    const siblings = byOwner.get(`${place.replica}/${place.rank}`) ?? [];
    const others = siblings.filter(({ ordinal }) => ordinal !== place.ordinal && ordinal !== NONE).map(positionOf);
    if (others.length > 0) elsewhere[place.lane * width + place.stage + 1] = [...new Set(others)];
  }
  return map;
}
