/**
 * Everything that explains a scope piece by piece, worked out together because it rests on the same occupancy: its bubbles
 * with their causes, its critical path, and how long its transfers really took.
 */
import { NONE } from "#common/ids.ts";
import type { BubbleColumns, PathColumns, TransferColumns } from "#common/explanation.ts";
import { PATH_PHASES } from "#common/explanation.ts";
import type { Scope } from "#common/report.ts";
import { tabulateBubbles } from "./bubble-columns.ts";
import { walkCriticalPath } from "./critical-path.ts";
import type { Segment } from "./critical-path.ts";
import { createDependencies } from "./dependencies.ts";
import { findIdleCauses } from "./idle-causes.ts";
import { gatherScope } from "./gather-scope.ts";
import { measureOccupancy } from "./occupancy.ts";
import type { Occupancy } from "./occupancy.ts";
import { chooseWindow, surveyRun } from "./windows.ts";
import type { SurveyedInput } from "./windows.ts";

export interface ScopeExplanation {
  readonly scope: Scope;
  readonly bubbles: BubbleColumns;
  readonly path: PathColumns;
  readonly transfers: TransferColumns;
}

/**
 * @param scope what is not given is chosen as for the report
 * @returns undefined for a run without a pipeline
 * @throws AppError `unknown-scope`
 */
export function explainScope(input: SurveyedInput, scope: Partial<Scope> = {}): ScopeExplanation | undefined {
  const { survey = surveyRun(input) } = input;
  if (survey.windows.length === 0) return undefined;
  const window = chooseWindow(survey.windows, scope);
  const { hasIterations } = survey;
  const gathered = gatherScope(input, { window, hasIterations });
  const occupancy = measureOccupancy(gathered, { window, hasIterations, selected: gathered.selected });
  const dependencies = createDependencies(occupancy);
  const idle = findIdleCauses(occupancy, dependencies);
  const { ids } = gathered;
  const nameOf = (span: number): number => (span === NONE ? NONE : (ids?.[span] ?? span));
  const bubbles = tabulateBubbles(occupancy, { dependencies, idle });
  const path = tabulatePath(occupancy, walkCriticalPath(occupancy, dependencies));
  return {
    scope: { iteration: window.iteration, replica: window.replica },
    bubbles: { ...bubbles, waitedFor: bubbles.waitedFor.map(nameOf), next: bubbles.next.map(nameOf) },
    path: { ...path, span: path.span.map(nameOf) },
    transfers: tabulateTransfers(occupancy, nameOf),
  };
}

function tabulatePath({ spans }: Occupancy, segments: readonly Segment[]): PathColumns {
  const column = (valueOf: (segment: Segment) => number): Int32Array => Int32Array.from(segments, valueOf);
  return {
    length: segments.length,
    from: Float64Array.from(segments, ({ fromNs }) => fromNs),
    to: Float64Array.from(segments, ({ toNs }) => toNs),
    phase: Uint8Array.from(segments, ({ phase }) => PATH_PHASES.indexOf(phase)),
    rank: column(({ rank }) => rank),
    span: column(({ span }) => span),
    lane: column(({ span }) => spans.lane[span]),
    stage: column(({ span }) => spans.stage[span]),
    batch: column(({ span }) => spans.batch[span]),
  };
}

/** @param nameOf id in the run of a span of the scope */
function tabulateTransfers(
  { transfers: { recvs, sends } }: Occupancy,
  nameOf: (span: number) => number,
): TransferColumns {
  const all = [recvs, sends].flatMap((transfers) =>
    Array.from(transfers.indices.keys())
      .filter((at) => transfers.met[at] === 1)
      .map((at) => ({ span: nameOf(transfers.indices[at]), from: transfers.starts[at], to: transfers.ends[at] })),
  );
  all.sort((a, b) => a.span - b.span);
  return {
    length: all.length,
    span: Int32Array.from(all, ({ span }) => span),
    from: Float64Array.from(all, ({ from }) => from),
    to: Float64Array.from(all, ({ to }) => to),
  };
}
