/** Heights of the stage view: a title, the lanes, and a strip for the bracket, stage under stage. Pure pixels. */
import type { LaneName } from "./stage-boxes.ts";

export const TITLE_PX = 18;
export const LANE_PX = 18;
const BRACKET_PX = 22;
/** Free below a stage. */
const GAP_PX = 5;

export interface LaneLayout {
  readonly heightPx: number;
  readonly stages: readonly StageLayout[];
}

interface StageLayout {
  readonly stage: number;
  readonly topPx: number;
  readonly bracketPx: number;
  /** Lanes that are shown, from top to bottom. */
  readonly lanes: readonly LaneName[];
}

/** @param stages with the lanes that each has, from top to bottom */
export function layOutStages(stages: readonly Pick<StageLayout, "stage" | "lanes">[]): LaneLayout {
  let topPx = 0;
  const laidOut = stages.map(({ stage, lanes }) => {
    const bracketPx = topPx + TITLE_PX + lanes.length * LANE_PX;
    const placed = { stage, lanes, topPx, bracketPx };
    topPx = bracketPx + BRACKET_PX + GAP_PX;
    return placed;
  });
  return { heightPx: topPx, stages: laidOut };
}

/** Top of a lane; undefined where it is not shown. */
export function laneTop({ stages }: LaneLayout, place: { stage: number; lane: LaneName }): number | undefined {
  const found = stages.find(({ stage }) => stage === place.stage);
  const at = found?.lanes.indexOf(place.lane) ?? -1;
  return found === undefined || at === -1 ? undefined : found.topPx + TITLE_PX + at * LANE_PX;
}

/** What lies at a height. */
export function laneAt({ stages }: LaneLayout, yPx: number): { stage: number; lane: LaneName } | undefined {
  for (const { stage, lanes, topPx, bracketPx } of stages) {
    if (yPx < topPx + TITLE_PX || yPx >= bracketPx) continue;
    return { stage, lane: lanes[Math.floor((yPx - topPx - TITLE_PX) / LANE_PX)] };
  }
  return undefined;
}
