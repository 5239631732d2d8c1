/**
 * The report of a run: everything `report` prints and the window shows, from columns alone (DESIGN §7, REFERENCE §6).
 *
 * A run without compute spans gets a `NoPipelineReport` instead. Nothing is read from a file here and nothing is printed.
 */
import type { NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import { measureBubbles } from "./bubbles.ts";
import { measureImbalance } from "./imbalance.ts";
import { measureIntervals } from "./initiation-interval.ts";
import { walkCriticalPath } from "./critical-path.ts";
import { createDependencies } from "./dependencies.ts";
import { findFindings } from "./findings.ts";
import type { MeasuredReport } from "./findings.ts";
import { findIdleCauses } from "./idle-causes.ts";
import type { AnalysisInput } from "./input.ts";
import { reportNoPipeline } from "./no-pipeline.ts";
import { measureOccupancy } from "./occupancy.ts";
import { sharePath } from "./path-shares.ts";
import { sumPhases } from "./phase-sums.ts";
import { chooseWindow, surveyRun } from "./windows.ts";

/**
 * @param scope what is not given is chosen: replica 0, its iteration of lower median makespan
 * @throws AppError `unknown-scope` when the run has no such iteration or replica
 */
export function buildReport(input: AnalysisInput, scope: Partial<Scope> = {}): RunReport | NoPipelineReport {
  const survey = surveyRun(input);
  if (survey.windows.length === 0) return reportNoPipeline(input, survey);
  const window = chooseWindow(survey.windows, scope);
  const occupancy = measureOccupancy(input, { window, hasIterations: survey.hasIterations });
  const dependencies = createDependencies(occupancy);
  const path = walkCriticalPath(occupancy, dependencies);
  const idle = findIdleCauses(occupancy, dependencies);
  const report: MeasuredReport = {
    run: survey.summary,
    scope: { iteration: window.iteration, replica: window.replica },
    makespanNs: window.endNs - window.startNs,
    windowStartNs: window.startNs,
    extentNs: survey.extentNs,
    bubble: measureBubbles(occupancy, idle),
    initiationInterval: measureIntervals(occupancy),
    phases: sumPhases(occupancy),
    ...(path.length === 0 ? {} : { criticalPath: sharePath(occupancy, path) }),
    imbalance: measureImbalance(occupancy, survey.windows),
  };
  return { ...report, findings: findFindings({ report, occupancy, idle }) };
}

/** Tells the two answers apart. */
export function isNoPipeline(report: RunReport | NoPipelineReport): report is NoPipelineReport {
  return "frequentNames" in report;
}
