/**
 * What the stage view shows of its stages: why each takes new batches as often as it does, which lanes it has, and where its
 * interval is. One place for the window and for pictures of it. Pure.
 */
import type { Pass, Stage } from "#common/model.ts";
import type { RunReport } from "#common/report.ts";
import { explainStage } from "../inspector/explain-stage.ts";
import type { StageExplanation } from "../inspector/explain-stage.ts";
import type { IntervalBracket } from "./interval-bracket.ts";
import { findBracket, slowestLane, timeOf } from "./interval-bracket.ts";
import type { LaneName, StageBox } from "./stage-boxes.ts";
import { LANES } from "./stage-boxes.ts";

export type StageExplanations = ReadonlyMap<number, StageExplanation | undefined>;

/** By ordinal. @param shown ordinals @param passes that occur in the scope */
export function explainStages(
  report: RunReport | undefined,
  { shown, stages, passes }: { shown: readonly number[]; stages: readonly Stage[]; passes: readonly Pass[] },
): StageExplanations {
  if (report === undefined) return new Map();
  return new Map(shown.map((stage) => [stage, explainStage(report, { stage: stages[stage], stages, passes })]));
}

/** Lanes of transfers only where the stage transfers: inside a rank nothing is. */
export function lanesOfStage(explained: StageExplanation | undefined): readonly LaneName[] {
  const rule = explained?.rule;
  return LANES.filter((lane) => lane === "compute" || (rule !== undefined && timeOf(rule, lane) !== undefined));
}

/** The intervals of the shown stages nearest to `middleNs`, on the lane that sets each. @param boxes all that there are */
export function findBrackets(
  explanations: StageExplanations,
  { shown, boxes, middleNs }: { shown: readonly number[]; boxes: readonly StageBox[]; middleNs: number },
): readonly IntervalBracket[] {
  return shown.flatMap((stage) => {
    const lane = slowestLane(explanations.get(stage)?.rule) ?? "compute";
    const bracket = findBracket(boxes, { stage, lane, middleNs });
    return bracket === undefined ? [] : [bracket];
  });
}
