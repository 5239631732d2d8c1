/**
 * The report of a run: everything `report` prints and the window shows, from columns alone (DESIGN §7, REFERENCE §6).
 *
 * A run without compute spans gets a `NoPipelineReport` instead. Nothing is read from a file here and nothing is printed.
 */
import type { IterationWindow } from "#common/api.ts";
import type { Finding, NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import { measureBubbles } from "./bubbles.ts";
import { measureCommunication } from "./communication.ts";
import { measureImbalance } from "./imbalance.ts";
import { measureIntervals } from "./initiation-interval.ts";
import { walkCriticalPath } from "./critical-path.ts";
import type { Segment } from "./critical-path.ts";
import { createDependencies } from "./dependencies.ts";
import { findFindings } from "./findings.ts";
import type { MeasuredReport } from "./findings.ts";
import { findIdleCauses } from "./idle-causes.ts";
import type { RankIdle } from "./idle-causes.ts";
import { gatherScope } from "./gather-scope.ts";
import type { GatheredInput } from "./gather-scope.ts";
import type { AnalysisInput } from "./input.ts";
import { countNames, reportNoPipeline } from "./no-pipeline.ts";
import { measureOccupancy } from "./occupancy.ts";
import type { Occupancy } from "./occupancy.ts";
import { sharePath } from "./path-shares.ts";
import { sumPhases } from "./phase-sums.ts";
import { chooseWindow, surveyRun } from "./windows.ts";
import type { Survey, SurveyedInput } from "./windows.ts";

/**
 * @param scope what is not given is chosen: replica 0, its iteration of lower median makespan
 * @throws AppError `unknown-scope` when the run has no such iteration or replica
 */
export function buildReport(input: SurveyedInput, scope: Partial<Scope> = {}): RunReport | NoPipelineReport {
  const { nameCounts, survey = surveyRun(input) } = input;
  if (survey.windows.length === 0) {
    return reportNoPipeline({ names: input.names, counts: nameCounts ?? countNames(input) }, survey);
  }
  const window = chooseWindow(survey.windows, scope);
  const gathered = gatherScope(input, { window, hasIterations: survey.hasIterations });
  const { report } = analyseScope(gathered, { survey, window });
  const { ids } = gathered;
  return ids === undefined ? report : { ...report, findings: report.findings.map((one) => nameSpans(one, ids)) };
}

/** Ids of the run instead of positions among the spans of the scope. */
function nameSpans(finding: Finding, ids: Float64Array): Finding {
  return { ...finding, evidence: { ...finding.evidence, spans: finding.evidence.spans.map((span) => ids[span]) } };
}

/** The report of a scope, and what it was made from for those who look closer. */
export interface ScopeAnalysis {
  readonly report: RunReport & Required<Pick<RunReport, "findings">>;
  readonly occupancy: Occupancy;
  /** Tiles the window; empty when nothing was computed. */
  readonly path: readonly Segment[];
  readonly idle: readonly RankIdle[];
}

/** @param window one of the survey's, of the same input */
export function analyseScope(
  input: AnalysisInput & Pick<GatheredInput, "selected">,
  { survey, window }: { readonly survey: Survey; readonly window: IterationWindow },
): ScopeAnalysis {
  const { selected } = input;
  const occupancy = measureOccupancy(input, { window, hasIterations: survey.hasIterations, selected });
  const dependencies = createDependencies(occupancy);
  const path = walkCriticalPath(occupancy, dependencies);
  const idle = findIdleCauses(occupancy, dependencies);
  const communication = measureCommunication(occupancy);
  const measured: MeasuredReport = {
    run: survey.summary,
    scope: { iteration: window.iteration, replica: window.replica },
    makespanNs: window.endNs - window.startNs,
    windowStartNs: window.startNs,
    extentNs: survey.extentNs,
    bubble: measureBubbles(occupancy, idle),
    initiationInterval: measureIntervals(occupancy),
    phases: sumPhases(occupancy),
    ...(communication === undefined ? {} : { communication }),
    ...(path.length === 0 ? {} : { criticalPath: sharePath(occupancy, path) }),
    imbalance: measureImbalance(occupancy, survey.windows),
  };
  const report = { ...measured, findings: findFindings({ report: measured, occupancy, idle }) };
  return { report, occupancy, path, idle };
}

/** Tells the two answers apart. */
export function isNoPipeline(report: RunReport | NoPipelineReport): report is NoPipelineReport {
  return "frequentNames" in report;
}
