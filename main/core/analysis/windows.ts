/**
 * The compute window of every (replica, iteration) and the counts of a run, in one pass over the columns (REFERENCE §6).
 *
 * A window runs from the first start to the last end of the compute spans of all ranks. Iterations of more than 3 × the
 * lower median makespan of their replica are warm-up. A run without compute spans has no windows; none is made up.
 */
import { NONE } from "#common/ids.ts";
import type { IterationWindow } from "#common/api.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { RunSummaryFigures, Scope } from "#common/report.ts";
import { AppError } from "#common/errors.ts";
import { IS_PIPELINE_PHASE, rankOfSpan, tabulatePlaces } from "./input.ts";
import type { AnalysisInput } from "./input.ts";
import { lowerMedianBy } from "./statistics.ts";

const WARM_UP_FACTOR = 3;

export interface Survey {
  readonly summary: RunSummaryFigures;
  readonly extentNs: number;
  /** By replica, then iteration, ascending. */
  readonly windows: readonly IterationWindow[];
  /** False when no span of the pipeline carries an iteration: then the only one is 0. */
  readonly hasIterations: boolean;
}

/** What the analysis of one scope needs of a run that is too large to be held as a whole. */
export interface SurveyedInput extends AnalysisInput {
  /** Of the whole run; present where `spans` are only those of a scope. */
  readonly survey?: Survey;
  /** Ids of `spans`; absent: they are all, and their ids are their positions. */
  readonly ids?: Float64Array;
  /** How often each name occurs in the whole run, by id; present where a run without a pipeline is not held as a whole. */
  readonly nameCounts?: Float64Array;
}

interface OpenWindow {
  readonly iteration: number;
  readonly replica: number;
  startNs: number;
  endNs: number;
}

/** Makes the windows, flagging those that are warm-up among the windows of their replica. */
function flagWarmUps(open: readonly OpenWindow[]): IterationWindow[] {
  const flagged: IterationWindow[] = [];
  for (const [, ofReplica] of Map.groupBy(open, ({ replica }) => replica)) {
    const median = lowerMedianBy(ofReplica, lengthOf);
    const limit = median === undefined ? Infinity : WARM_UP_FACTOR * lengthOf(median);
    for (const window of ofReplica) flagged.push({ ...window, warmUp: lengthOf(window) > limit });
  }
  return flagged.sort((a, b) => a.replica - b.replica || a.iteration - b.iteration);
}

/**
 * The windows of a run from when each (replica, iteration) computes; iteration −1 is of the spans without one.
 * @param hasIterations whether any span of the pipeline carries an iteration
 */
export function nameWindows({
  windows,
  hasIterations,
}: {
  readonly windows: readonly OpenWindow[];
  readonly hasIterations: boolean;
}): IterationWindow[] {
  return flagWarmUps(
    hasIterations
      ? windows.filter(({ iteration }) => iteration !== NONE)
      : windows.map((w) => ({ ...w, iteration: 0 })),
  );
}

const lengthOf = ({ startNs, endNs }: { readonly startNs: number; readonly endNs: number }): number => endNs - startNs;

/** Distinct integers, cheap when equal ones come in runs. */
function createDistinct(): { add(value: number): void; readonly values: ReadonlySet<number> } {
  const values = new Set<number>();
  let last = Number.NaN;
  return {
    add(value) {
      if (value === last) return;
      last = value;
      values.add(value);
    },
    values,
  };
}

/** Reads every span once. A pipeline span is one with a stage, as in run files and import reports. */
export function surveyRun(input: AnalysisInput): Survey {
  const { spans } = input;
  const places = tabulatePlaces(input);
  const open = new Map<number, Map<number, OpenWindow>>();
  const batches = createDistinct();
  const ranks = createDistinct();
  const replicas = createDistinct();
  const iterations = createDistinct();
  let current: OpenWindow | undefined;
  let pipelineSpans = 0;
  let firstStart = Infinity;
  let lastEnd = -Infinity;
  for (let i = 0; i < spans.length; i += 1) {
    const start = spans.start[i];
    const end = start + spans.duration[i];
    if (start < firstStart) firstStart = start;
    if (end > lastEnd) lastEnd = end;
    const phase = spans.phase[i];
    if (spans.stage[i] !== NONE) pipelineSpans += 1;
    if (IS_PIPELINE_PHASE[phase] === 0) continue;
    const rank = rankOfSpan(spans, places, i);
    const replica = places.laneReplica[spans.lane[i]];
    const iteration = spans.iteration[i];
    const batch = spans.batch[i];
    if (batch !== NONE) batches.add(batch);
    if (rank !== NONE) ranks.add(rank);
    replicas.add(replica);
    iterations.add(iteration);
    if (phase !== PHASE_COMPUTE || rank === NONE) continue;
    if (current?.iteration !== iteration || current.replica !== replica) {
      let byIteration = open.get(replica);
      if (byIteration === undefined) open.set(replica, (byIteration = new Map<number, OpenWindow>()));
      current = byIteration.get(iteration);
      if (current === undefined) {
        byIteration.set(iteration, (current = { iteration, replica, startNs: Infinity, endNs: -Infinity }));
      }
    }
    if (start < current.startNs) current.startNs = start;
    if (end > current.endNs) current.endNs = end;
  }
  const hasIterations = iterations.values.size > (iterations.values.has(NONE) ? 1 : 0);
  const found = [...open.values()].flatMap((byIteration) => [...byIteration.values()]);
  const windows = nameWindows({ windows: found, hasIterations });
  const warmUps = new Set(windows.filter((window) => window.warmUp).map((window) => window.iteration));
  return {
    summary: {
      name: input.run.name,
      kind: input.run.kind,
      spans: spans.length,
      pipelineSpans,
      stages: input.stages.length,
      ranks: ranks.values.size,
      replicas: replicas.values.size,
      batches: batches.values.size,
      iterations: hasIterations
        ? iterations.values.size - (iterations.values.has(NONE) ? 1 : 0)
        : Math.min(1, pipelineSpans),
      warmUpIterations: [...warmUps].sort((a, b) => a - b),
    },
    extentNs: spans.length === 0 ? 0 : lastEnd - firstStart,
    windows,
    hasIterations,
  };
}

/**
 * The window that a scope names. Without a replica it is replica 0 (or the first there is); without an iteration the one of
 * lower median makespan.
 * @throws AppError `unknown-scope`
 */
export function chooseWindow(
  windows: readonly IterationWindow[],
  { iteration, replica }: Partial<Scope>,
): IterationWindow {
  const wantedReplica = replica ?? windows[0]?.replica;
  const ofReplica = windows.filter((window) => window.replica === wantedReplica);
  if (ofReplica.length === 0) {
    const known = [...new Set(windows.map((window) => window.replica))];
    throw new AppError({
      code: "unknown-scope",
      what: `the run has no replica ${replica ?? 0}`,
      todo: `choose one of ${describeIntegers(known)}`,
    });
  }
  const chosen =
    iteration === undefined
      ? lowerMedianBy(ofReplica, lengthOf)
      : ofReplica.find((window) => window.iteration === iteration);
  if (chosen !== undefined) return chosen;
  throw new AppError({
    code: "unknown-scope",
    what: `replica ${ofReplica[0].replica} has no iteration ${iteration ?? 0}`,
    todo: `choose one of ${describeIntegers(ofReplica.map((window) => window.iteration))}`,
  });
}

/** `0…19, 25` of ascending integers. */
function describeIntegers(values: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const value of values) {
    const range = ranges.at(-1);
    if (range !== undefined && value === range.last + 1) range.last = value;
    else ranges.push({ first: value, last: value });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}…${last}`)).join(", ");
}
