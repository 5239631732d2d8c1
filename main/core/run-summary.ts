/**
 * What a worker computes from all spans of a file: the key figures that the library's list shows, and the reports of runs
 * that are too large to be analysed on the backend's own thread.
 */
import type { RunKind, SourceFile } from "#common/model.ts";
import type { NoPipelineReport, RunReport, Scope } from "#common/report.ts";

import { openRun } from "../../db/index.ts";
import { buildReport, isNoPipeline } from "./analysis/build-report.ts";
import { explainScope } from "./analysis/explain-scope.ts";
import type { ScopeExplanation } from "./analysis/explain-scope.ts";
import { loadScopeInput } from "./analysis/load-input.ts";

export interface RunSummary {
  readonly name: string;
  readonly kind: RunKind;
  readonly sources: readonly SourceFile[];
  readonly spans: number;
  readonly pipelineSpans: number;
  readonly stages: number;
  readonly ranks: number;
  readonly iterations: number;
  /** Of the default scope (REFERENCE §6); absent where no pipeline was recognised, like the two below. */
  readonly makespanNs?: number;
  readonly meanIntervalNs?: number;
  readonly bubbleRatio?: number;
}

/** @throws AppError what `openRun` throws, unknown-scope */
export function reportRun(path: string, scope: Partial<Scope>): RunReport | NoPipelineReport {
  const reader = openRun(path);
  try {
    return buildReport(loadScopeInput(reader, scope), scope);
  } finally {
    reader.close();
  }
}

/** @throws AppError what `openRun` throws, unknown-scope */
export function explainRun(path: string, scope: Partial<Scope>): ScopeExplanation | undefined {
  const reader = openRun(path);
  try {
    return explainScope(loadScopeInput(reader, scope), scope);
  } finally {
    reader.close();
  }
}

/** @throws AppError what `openRun` throws */
export function summariseRun(path: string): RunSummary {
  const reader = openRun(path);
  try {
    const report = buildReport(loadScopeInput(reader));
    const { name, kind, sources } = reader.run;
    const { spans, pipelineSpans, stages, ranks, iterations } = report.run;
    const counts = { name, kind, sources, spans, pipelineSpans, stages, ranks, iterations };
    if (isNoPipeline(report)) return counts;
    const { meanNs } = report.initiationInterval;
    return {
      ...counts,
      makespanNs: report.makespanNs,
      ...(meanNs === undefined ? {} : { meanIntervalNs: meanNs }),
      bubbleRatio: report.bubble.ratio,
    };
  } finally {
    reader.close();
  }
}
