/**
 * The critical path for those who ask: its shares by stage, rank and phase for the report, its segments for drawing.
 *
 * Every segment counts for the stage and the rank of its span; waiting for those that waited. Shares come longest first.
 */
import { NONE, spanId } from "#common/ids.ts";
import type { SpanId } from "#common/ids.ts";
import type { RunReport, Scope } from "#common/report.ts";
import { createDependencies } from "./dependencies.ts";
import { walkCriticalPath } from "./critical-path.ts";
import type { Segment, SegmentPhase } from "./critical-path.ts";
import type { AnalysisInput } from "./input.ts";
import { measureOccupancy } from "./occupancy.ts";
import type { Occupancy } from "./occupancy.ts";
import { chooseWindow, surveyRun } from "./windows.ts";

export function sharePath(
  { spans }: Pick<Occupancy, "spans">,
  segments: readonly Segment[],
): NonNullable<RunReport["criticalPath"]> {
  const byStage = new Map<number, number>();
  const byRank = new Map<number, number>();
  const byPhase = new Map<SegmentPhase, number>();
  let lengthNs = 0;
  for (const { fromNs, toNs, phase, rank, span } of segments) {
    const ns = toNs - fromNs;
    lengthNs += ns;
    const stage = spans.stage[span];
    if (stage !== NONE) byStage.set(stage, (byStage.get(stage) ?? 0) + ns);
    byRank.set(rank, (byRank.get(rank) ?? 0) + ns);
    byPhase.set(phase, (byPhase.get(phase) ?? 0) + ns);
  }
  return {
    lengthNs,
    byStage: longestFirst(byStage).map(([stage, ns]) => ({ stage, ns })),
    byRank: longestFirst(byRank).map(([rank, ns]) => ({ rank, ns })),
    byPhase: longestFirst(byPhase).map(([phase, ns]) => ({ phase, ns })),
  };
}

const longestFirst = <Key>(sums: ReadonlyMap<Key, number>): [Key, number][] => [...sums].sort(([, a], [, b]) => b - a);

/** A piece of the critical path: `span` runs, or waits where the phase is `wait`. */
export interface PathSegment {
  readonly fromNs: number;
  readonly toNs: number;
  readonly phase: SegmentPhase;
  readonly rank: number;
  readonly span: SpanId;
  readonly stage?: number;
  readonly batch?: number;
}

/**
 * @returns segments in order of time that tile the compute window of the scope; none for a run without a pipeline
 * @throws AppError `unknown-scope`
 * @internal Tests check that the segments fill the window; the heatmap will draw them.
 */
export function listCriticalPath(input: AnalysisInput, scope: Partial<Scope> = {}): PathSegment[] {
  const survey = surveyRun(input);
  if (survey.windows.length === 0) return [];
  const window = chooseWindow(survey.windows, scope);
  const occupancy = measureOccupancy(input, { window, hasIterations: survey.hasIterations });
  const { stage, batch } = input.spans;
  return walkCriticalPath(occupancy, createDependencies(occupancy)).map(({ span, ...segment }) => ({
    ...segment,
    span: spanId(span),
    ...(stage[span] === NONE ? {} : { stage: stage[span] }),
    ...(batch[span] === NONE ? {} : { batch: batch[span] }),
  }));
}
