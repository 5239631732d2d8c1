/**
 * The bracket under a stage's lanes: from the start of one batch to the start of the next, on the lane that sets the
 * initiation interval (REFERENCE §1: one new batch after MAX(in, compute, out)). Pure.
 */
import type { StageRuleRow } from "#common/report.ts";
import type { Pass } from "#common/model.ts";
import type { LaneName, StageBox } from "./stage-boxes.ts";
import { LANES } from "./stage-boxes.ts";

export interface IntervalBracket {
  readonly stage: number;
  /** The lane whose starts it joins. */
  readonly lane: LaneName;
  readonly fromNs: number;
  readonly toNs: number;
  readonly batches: readonly [first: number, second: number];
  /** Median distance of such starts among the boxes. */
  readonly medianNs: number;
}

/** Gaps longer than this multiple of the median are between groups of batches: not the steady state. */
const STEADY = 1.5;

/** The lane that is slowest at a stage by its medians. */
export function slowestLane(rule: StageRuleRow | undefined): LaneName | undefined {
  if (rule?.ruleNs === undefined) return undefined;
  return LANES.find((lane) => timeOf(rule, lane) === rule.ruleNs);
}

export function timeOf({ inNs, computeNs, outNs }: StageRuleRow, lane: LaneName): number | undefined {
  return { in: inNs, compute: computeNs, out: outNs }[lane];
}

/** Intervals are between backward passes where there are any, as in the report. */
function anchorPasses(boxes: readonly StageBox[]): readonly Pass[] {
  const trains = boxes.some(({ pass }) => pass === "backward" || pass === "input-grad");
  return trains ? ["backward", "input-grad"] : ["forward", "none"];
}

/**
 * The steady interval nearest to the middle of what is shown.
 * @param boxes of all shown stages, in order of start
 * @returns undefined where fewer than two batches of the stage are there
 */
export function findBracket(
  boxes: readonly StageBox[],
  { stage, lane, middleNs }: { stage: number; lane: LaneName; middleNs: number },
): IntervalBracket | undefined {
  const passes = anchorPasses(boxes);
  const starts: StageBox[] = [];
  for (const box of boxes) {
    if (box.stage !== stage || box.lane !== lane || box.batch === undefined || !passes.includes(box.pass)) continue;
    const last = starts.at(-1);
    // Several spans of one batch are one start.
    if (last?.batch !== box.batch || last.iteration !== box.iteration) starts.push(box);
  }
  const pairs = starts.slice(1).flatMap((box, i) => {
    const before = starts[i];
    return before.iteration === box.iteration ? [{ before, box, ns: startOf(box) - startOf(before) }] : [];
  });
  if (pairs.length === 0) return undefined;
  const medianNs = pairs.map(({ ns }) => ns).toSorted((a, b) => a - b)[Math.floor((pairs.length - 1) / 2)];
  const distanceTo = ({ before, ns }: (typeof pairs)[number]) => Math.abs(startOf(before) + ns / 2 - middleNs);
  const [nearest] = pairs.filter(({ ns }) => ns <= STEADY * medianNs).toSorted((a, b) => distanceTo(a) - distanceTo(b));
  return {
    stage,
    lane,
    fromNs: startOf(nearest.before),
    toNs: startOf(nearest.box),
    batches: [nearest.before.batch ?? 0, nearest.box.batch ?? 0],
    medianNs,
  };
}

/** A transfer begins when both sides are ready. */
const startOf = ({ fromNs, transfer }: StageBox): number => transfer?.fromNs ?? fromNs;
