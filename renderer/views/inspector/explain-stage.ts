/** A stage's MAX rule beside the interval of its rank, and why the two differ, in words. Reads a report; computes no figure. */
import type { Pass, Stage } from "#common/model.ts";
import type { InitiationIntervalRow, RunReport, StageRuleRow } from "#common/report.ts";
import { explainInterval } from "./definitions.ts";

export interface StageExplanation {
  readonly rule: StageRuleRow;
  /** Of the rank that runs the stage. */
  readonly row: InitiationIntervalRow | undefined;
  /** Absent where there is no interval to compare with. */
  readonly text: string | undefined;
}

/** @param stages of the run, by ordinal @param passes that occur in the scope */
export function explainStage(
  report: RunReport,
  { stage, stages, passes }: { stage: Stage; stages: readonly Stage[]; passes: readonly Pass[] },
): StageExplanation | undefined {
  const { initiationInterval, bubble, makespanNs } = report;
  const rule = initiationInterval.stages.find((row) => row.stage === stage.id);
  if (rule === undefined) return undefined;
  const rank = rule.rank ?? stage.rank;
  const row = initiationInterval.rows.find((candidate) => candidate.rank === rank);
  if (rule.ruleNs === undefined || row?.meanNs === undefined) return { rule, row, text: undefined };
  const idle = bubble.rows.find((candidate) => candidate.rank === rank)?.byCauseNs;
  const shareOf = (ns: number | undefined) => (ns === undefined ? 0 : ns / Math.max(1, makespanNs));
  const ranks = new Map(initiationInterval.stages.map((one) => [one.stage, one.rank]));
  const text = explainInterval({
    ruleNs: rule.ruleNs,
    meanNs: row.meanNs,
    boundNs: row.boundNs,
    stagesOnRank: stages.filter(({ id, rank: own }) => (ranks.get(id) ?? own) === rank).length,
    passes: passes.length,
    sharesDevice: row.resource === "device",
    starvedShare: shareOf(idle?.starved),
    blockedShare: shareOf(idle?.blocked),
    transferShare: shareOf(idle?.transfer),
  });
  return { rule, row, text };
}
