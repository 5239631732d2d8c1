/**
 * The rows of the heatmap on every axis (DESIGN §5). Pure: works on lanes, stages and the list of which lane computes which
 * stage, never on spans.
 *
 * Rank rows are filled by the compute spans of a rank, stage rows by those of a stage, lane rows by everything recorded on
 * the lane. The rank of a span is its lane's; where that is not known, the one that executes its stage.
 */
import { NONE } from "#common/ids.ts";
import type { LaneId } from "#common/ids.ts";
import type { Lane, Stage } from "#common/model.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";

/** The lane has compute spans of the stage; stage −1: compute spans without one. */
export interface LaneStage {
  readonly lane: number;
  readonly stage: number;
}

export interface RowInput {
  readonly lanes: readonly Lane[];
  readonly stages: readonly Stage[];
  readonly laneStages: readonly LaneStage[];
}

/** Where the compute spans of a lane and stage belong. */
export interface Place extends LaneStage {
  readonly replica: number;
  readonly rank: number;
  /** Ordinal of the stage, or −1. */
  readonly ordinal: number;
}

/** Places of all compute spans that belong to a rank; the others fill lane rows only. */
export function listPlaces({ lanes, stages, laneStages }: RowInput): Place[] {
  return laneStages.flatMap(({ lane, stage }) => {
    const executing = stage === NONE ? undefined : stages[stage];
    const rank = lanes[lane].rank ?? executing?.rank ?? executing?.ordinal;
    if (rank === undefined) return [];
    return [{ lane, stage, rank, replica: lanes[lane].replica ?? 0, ordinal: executing?.ordinal ?? NONE }];
  });
}

/** Rows of every axis in drawing order: by replica, then rank or stage ordinal; lanes by ordinal. */
export function listRows(input: RowInput): Record<RowAxis, readonly HeatmapRow[]> {
  const places = listPlaces(input);
  const hasReplicas = new Set(places.map(({ replica }) => replica)).size > 1;
  const prefix = (replica: number): string => (hasReplicas ? `replica ${replica} · ` : "");
  const ranks = groupPlaces(places, "rank").map(({ replica, rank, lanes }) => ({
    replica,
    rank,
    lanes,
    label: `${prefix(replica)}rank ${rank}`,
  }));
  const staged = places.filter(({ stage }) => stage !== NONE);
  const stages = groupPlaces(staged, "ordinal").map(({ replica, rank, ordinal, stage, lanes }) => ({
    replica,
    rank,
    stage: ordinal,
    lanes,
    label: `${prefix(replica)}${input.stages[stage].name}`,
  }));
  return { rank: ranks, stage: stages, lane: listLaneRows(input.lanes) };
}

/** One entry a (replica, rank) or (replica, ordinal), in that order, with the lanes of all of its places. */
function groupPlaces(places: readonly Place[], by: "rank" | "ordinal"): (Place & { readonly lanes: LaneId[] })[] {
  return [...Map.groupBy(places, (place) => `${place.replica}/${place[by]}`).values()]
    .map((group) => ({
      ...group[0],
      rank: Math.min(...group.map(({ rank }) => rank)),
      lanes: [...new Set(group.map(({ lane }) => lane as LaneId))].sort((a, b) => a - b),
    }))
    .sort((a, b) => a.replica - b.replica || a[by] - b[by]);
}

function listLaneRows(lanes: readonly Lane[]): HeatmapRow[] {
  return lanes
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map((lane) => ({
      ...(lane.replica === undefined ? {} : { replica: lane.replica }),
      ...(lane.rank === undefined ? {} : { rank: lane.rank }),
      lanes: [lane.id],
      label: labelOfLane(lane),
    }));
}

function labelOfLane({ process, thread, processName, threadName, overflowOf }: Lane): string {
  const label = `${processName ?? process} · ${threadName ?? thread}`;
  return overflowOf === undefined ? label : `${label} (overlapping)`;
}
