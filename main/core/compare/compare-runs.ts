/**
 * Compares two runs: pairs a scope of each, matches their spans, says what changed and what the difference of the makespans
 * is put down to (DESIGN §7). Pure: from columns to columns; nothing is read from a file here and nothing is printed.
 *
 * Swapping A and B negates every difference exactly, and the order of the spans in the files changes nothing.
 */
import type { IterationWindow } from "#common/api.ts";
import type { ComparedRun, CompareReport, Comparison, ComparisonScope, Delta } from "#common/comparison.ts";
import { AppError } from "#common/errors.ts";
import { NONE } from "#common/ids.ts";
import type { SpanColumns } from "#common/model.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { RunReport } from "#common/report.ts";

import { analyseScope } from "../analysis/build-report.ts";
import type { AnalysisInput } from "../analysis/input.ts";
import { chooseWindow, surveyRun } from "../analysis/windows.ts";
import type { Survey, SurveyedInput } from "../analysis/windows.ts";
import { attributeDifference } from "./attribution.ts";
import { gatherComparedSpans } from "./compared-spans.ts";
import type { ComparedSpans } from "./compared-spans.ts";
import { listUnmatched, tabulateDifferences } from "./differences.ts";
import { compareRepeatedMakespans, measureIterationMeans } from "./iteration-means.ts";
import { countMatched, matchSpans } from "./matching.ts";
import type { Matching } from "./matching.ts";
import { sumPath } from "./path-sums.ts";
import type { PathSums } from "./path-sums.ts";
import { measureStages } from "./stage-deltas.ts";
import { mapStages } from "./stage-mapping.ts";
import type { StageMapping } from "./stage-mapping.ts";
import { tellComparison } from "./summary.ts";
import { countWhole, matchWholeRuns } from "./whole-run.ts";

/** One run of the two, and what was worked out of it. */
interface Side {
  readonly input: AnalysisInput;
  readonly columns: SpanColumns;
  readonly survey: Survey;
  readonly report: RunReport;
  readonly path: PathSums;
  readonly spans: ComparedSpans;
  readonly rowOfStage: Int32Array;
}

interface Sides {
  readonly a: Side;
  readonly b: Side;
}

/**
 * @throws AppError `no-pipeline` when one of the runs has no compute spans, `unknown-scope`, `invalid-argument` for a stage
 *   mapping that names stages which do not exist
 */
export function compareRuns(
  inputs: { readonly a: SurveyedInput; readonly b: SurveyedInput },
  scope: ComparisonScope = {},
): Comparison {
  const surveys = { a: surveyPipeline(inputs.a), b: surveyPipeline(inputs.b) };
  const mapping = mapStages({ a: inputs.a.stages, b: inputs.b.stages, given: scope.stageMap });
  const { windows, pairing } = pairWindows(surveys, scope);
  const sideOf = (which: "a" | "b", rowOfStage: Int32Array): Side => {
    const [input, survey] = [inputs[which], surveys[which]];
    const analysis = analyseScope(input, { survey, window: windows[which] });
    const { report, occupancy } = analysis;
    const spans = gatherComparedSpans(occupancy, rowOfStage);
    // The rest of the analysis is large, and is let go of before the other run is looked at.
    return { input, columns: input.spans, survey, report, path: sumPath(analysis), spans, rowOfStage };
  };
  const sides = { a: sideOf("a", mapping.rowOfA), b: sideOf("b", mapping.rowOfB) };
  const rows = mapping.pairs.length;
  const matching = matchSpans(sides, { rows });
  return {
    report: describeDifference(sides, { mapping, matching, pairing }),
    reportA: sides.a.report,
    reportB: sides.b.report,
    differences: tabulateDifferences(sides, { matching, rows }),
    unmatchedA: listUnmatched(sides.a, matching.partnerOfA),
    unmatchedB: listUnmatched(sides.b, matching.partnerOfB),
  };
}

function surveyPipeline(input: SurveyedInput): Survey {
  const { survey = surveyRun(input) } = input;
  if (survey.windows.length > 0) return survey;
  throw new AppError({
    code: "no-pipeline",
    what: `the run ${input.run.name} has no pipeline that could be compared`,
    todo: "choose a run in which stages were recognised, or give rules for its names when importing it",
  });
}

/** Lower median with lower median, the same number, or as chosen. */
function pairWindows(
  { a, b }: { readonly a: Survey; readonly b: Survey },
  { iterationA, iterationB, replica }: ComparisonScope,
): { windows: { a: IterationWindow; b: IterationWindow }; pairing: CompareReport["pairing"] } {
  const choose = (survey: Survey, iteration: number | undefined): IterationWindow =>
    chooseWindow(survey.windows, {
      ...(iteration === undefined ? {} : { iteration }),
      ...(replica === undefined ? {} : { replica }),
    });
  const windows = { a: choose(a, iterationA ?? iterationB), b: choose(b, iterationB ?? iterationA) };
  const isChosen = iterationA !== undefined || iterationB !== undefined;
  const isSame = windows.a.iteration === windows.b.iteration;
  return { windows, pairing: isChosen ? (isSame ? "same-number" : "chosen") : "lower-medians" };
}

function describeDifference(
  sides: Sides,
  { mapping, matching, pairing }: { mapping: StageMapping; matching: Matching; pairing: CompareReport["pairing"] },
): CompareReport {
  const { a, b } = sides;
  const [reportA, reportB] = [a.report, b.report];
  const [runA, runB] = [describeSide(a), describeSide(b)];
  const matched = countMatched(matching);
  const rows = mapping.pairs.length;
  const measured = (side: Side) => ({
    columns: side.columns,
    spans: side.spans,
    means: measureIterationMeans(side.input, { ...side, replica: side.report.scope.replica, rows }),
  });
  const repeated = compareRepeatedMakespans(
    { a: a.survey, b: b.survey },
    { a: reportA.scope.replica, b: reportB.scope.replica },
  );
  const throughputs = { a: throughputOf(runA), b: throughputOf(runB) };
  const told = {
    a: runA,
    b: runB,
    pairing,
    matched,
    unmatchedA: a.spans.length - matched,
    unmatchedB: b.spans.length - matched,
    wholeRun: isOneScope(sides) ? countWhole(sides, matching) : matchWholeRuns(sides, rows),
    makespan: {
      ...deltaOf({ aNs: runA.makespanNs, bNs: runB.makespanNs }),
      ratio: ratioOf({ of: runB.makespanNs, to: runA.makespanNs }),
      ...(repeated === undefined ? {} : { repeated }),
    },
    throughput: {
      ...throughputs,
      delta: throughputs.b - throughputs.a,
      ratio: ratioOf({ of: throughputs.b, to: throughputs.a }),
    },
    bubble: compareBubbles(reportA, reportB),
    initiationInterval: compareIntervals(reportA, reportB),
    stageMapping: mapping.pairs,
    attribution: attributeDifference(sides, { matching, pairs: mapping.pairs }),
    stages: measureStages({ a: measured(a), b: measured(b) }, mapping.pairs),
    identical: isIdentical(sides, matching),
  };
  return { ...told, summary: tellComparison(told) };
}

function describeSide({ report, columns, spans }: Side): ComparedRun {
  const batches = new Set<number>();
  let last = NONE;
  for (const span of spans.span) {
    const batch = columns.batch[span];
    if (batch === last || batch === NONE) continue;
    last = batch;
    batches.add(batch);
  }
  const { run, scope, windowStartNs, makespanNs } = report;
  return { run, scope, windowStartNs, makespanNs, batches: batches.size };
}

/** Both runs are one iteration of one replica: the scopes are all there is. */
const isOneScope = ({ a, b }: Sides): boolean => a.survey.windows.length === 1 && b.survey.windows.length === 1;

const deltaOf = ({ aNs, bNs }: Omit<Delta, "deltaNs">): Delta => ({ aNs, bNs, deltaNs: bNs - aNs });

/** Of two zeros the ratio is 1: nothing changed. */
const ratioOf = ({ of, to }: { readonly of: number; readonly to: number }): number => (of === to ? 1 : of / to);

const throughputOf = ({ batches, makespanNs }: ComparedRun): number =>
  makespanNs === 0 ? 0 : (batches * 1e9) / makespanNs;

/** Figures of which one side, or both, may be unknown. */
function compareKnown(aNs: number | undefined, bNs: number | undefined): Partial<Delta> {
  return {
    ...(aNs === undefined ? {} : { aNs }),
    ...(bNs === undefined ? {} : { bNs }),
    ...(aNs === undefined || bNs === undefined ? {} : { deltaNs: bNs - aNs }),
  };
}

function compareBubbles(a: RunReport, b: RunReport): CompareReport["bubble"] {
  const byCause = IDLE_CAUSES.map((cause) => ({
    cause,
    ...compareKnown(a.bubble.byCauseNs[cause], b.bubble.byCauseNs[cause]),
  }));
  return {
    a: a.bubble.ratio,
    b: b.bubble.ratio,
    delta: b.bubble.ratio - a.bubble.ratio,
    byCause: byCause.filter(({ aNs, bNs }) => aNs !== undefined || bNs !== undefined),
  };
}

function compareIntervals(
  { initiationInterval: a }: RunReport,
  { initiationInterval: b }: RunReport,
): CompareReport["initiationInterval"] {
  return { ...compareKnown(a.meanNs, b.meanNs), bound: compareKnown(a.boundNs, b.boundNs) };
}

/** Whether every span has a partner at the same place of its window. */
function isIdentical({ a, b }: Sides, { partnerOfA }: Matching): boolean {
  if (a.spans.length !== b.spans.length) return false;
  return partnerOfA.every(
    (partner, i) =>
      partner !== NONE &&
      a.spans.start[i] === b.spans.start[partner] &&
      a.spans.duration[i] === b.spans.duration[partner],
  );
}
