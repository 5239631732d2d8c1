/** What the stage view says of a stage and of its interval. Texts only, the same in the window and in pictures. */
import { formatDuration } from "#common/format.ts";
import type { StageExplanation } from "../inspector/explain-stage.ts";
import type { IntervalBracket } from "./interval-bracket.ts";
import { timeOf } from "./interval-bracket.ts";
import type { LaneName } from "./stage-boxes.ts";
import { LANES } from "./stage-boxes.ts";

/** `in 1.2 ms`, `compute 3.4 ms`: the medians that the MAX rule is of. */
export function rulePartsOf(explained: StageExplanation | undefined): readonly { lane: LaneName; text: string }[] {
  const rule = explained?.rule;
  return LANES.flatMap((lane) => {
    const ns = rule === undefined ? undefined : timeOf(rule, lane);
    return ns === undefined ? [] : [{ lane, text: `${lane} ${formatDuration(ns)}` }];
  });
}

/** `II of the rank: bound 11 ms, mean 12 ms`; undefined where it is not known. */
export function intervalTextOf(explained: StageExplanation | undefined): string | undefined {
  const row = explained?.row;
  if (row?.meanNs === undefined) return undefined;
  const bound = row.boundNs === undefined ? "" : `bound ${formatDuration(row.boundNs)}, `;
  return `II of the rank: ${bound}mean ${formatDuration(row.meanNs)}`;
}

export function bracketTextOf({ fromNs, toNs, lane, batches, medianNs }: IntervalBracket): string {
  return (
    `II ${formatDuration(toNs - fromNs)}, set by ${lane}` +
    ` (batch ${batches[0]} to ${batches[1]}; median here ${formatDuration(medianNs)})`
  );
}
