/**
 * What a comparison of two runs tells: `compare --json` prints the report, the window also gets the stage mapping, the
 * difference matrices and what has no partner (DESIGN §7, REFERENCE §6).
 *
 * Every `deltaNs` is B − A: positive means that B takes longer. Times of spans are counted from the start of the compute
 * window of their own scope, so that the two runs share one axis. Absent figures are left out; shapes only, no arithmetic.
 */
import type { Pass, Phase } from "./model.ts";
import type { IdleCause, RunReport, RunSummaryFigures, Scope } from "./report.ts";

/** Two figures in ns and their difference. */
export interface Delta {
  readonly aNs: number;
  readonly bNs: number;
  readonly deltaNs: number;
}

/** How the two iterations were paired. */
export type IterationPairing = "lower-medians" | "same-number" | "chosen";

/** One row of the comparison: a stage of A, its partner in B, or both. Ids are those of each run. */
export interface StagePair {
  readonly a?: number;
  readonly b?: number;
  readonly nameA?: string;
  readonly nameB?: string;
  /** Why the two belong together; `none` where a stage has no partner. */
  readonly by: "name" | "ordinal" | "given" | "none";
}

/** Stages that a person says belong together. A list of these replaces the mapping: a stage that it does not name has no partner. */
export interface GivenStagePair {
  readonly a: number;
  readonly b: number;
}

/** What is compared with what; iterations that are not given are the lower medians, of one given the other is the same number. */
export interface ComparisonScope {
  readonly iterationA?: number;
  readonly iterationB?: number;
  /** Of both runs; 0 (or the first there is) where not given. */
  readonly replica?: number;
  readonly stageMap?: readonly GivenStagePair[];
}

/**
 * What repeated iterations say of a figure: warm-up iterations left out, one value an iteration. `shiftNs` is the
 * Hodges–Lehmann estimate of B − A, [lowNs, highNs] its confidence interval, `pValue` of the two-sided Mann–Whitney test.
 */
export interface Repeated {
  readonly iterationsA: number;
  readonly iterationsB: number;
  readonly shiftNs: number;
  readonly lowNs: number;
  readonly highNs: number;
  /** Level of the interval: at least 0.95, or the highest that so few iterations allow. */
  readonly confidence: number;
  readonly pValue: number;
  /** Whether the difference is more than noise at the level of 5 %. */
  readonly significant: boolean;
}

/** Partners and spans without one, of the pipeline's phases in, compute and out. */
export interface MatchCounts {
  readonly matched: number;
  readonly unmatchedA: number;
  readonly unmatchedB: number;
}

/** What a share of the makespan's difference is put down to. */
export const ATTRIBUTIONS = ["compute", "unmatched", "transfer", "wait", "sync", "order", "unexplained"] as const;
export type AttributedTo = (typeof ATTRIBUTIONS)[number];

/**
 * Why a rank on the critical path waited. Causes as in the report, but for those that say when and not why: there
 * `hand-over` is the time after another rank's work during which nobody recorded a transfer, `other` the time after work of
 * the rank itself.
 */
export type PathWait = Exclude<IdleCause, "fill" | "drain"> | "hand-over";

/**
 * One share of the makespan's difference, from the two critical paths:
 * - `compute` of a stage and pass: the same work takes longer or shorter. Work on one of the paths only counts half, the
 *   other half is in `order`.
 * - `unmatched` of a stage and pass: work on the path that the other run does not do at all.
 * - `transfer`, `sync`: more or less of it lies on the path. `wait` by `cause`: the path waits longer or shorter.
 * - `order`: the path runs over other work, because it is done in another order.
 * - `unexplained`: where the trail of a path is lost. Always listed, as 0 where both were followed to their starts.
 */
export interface Attribution {
  readonly what: AttributedTo;
  /** Row of `stageMapping`; of `compute` and `unmatched`. */
  readonly row?: number;
  /** Id of the stage in A, or in B where it has no partner in A. */
  readonly stage?: number;
  readonly pass?: Pass;
  /** Of `wait`. */
  readonly cause?: PathWait;
  readonly deltaNs: number;
}

/** Durations of the matched and unmatched spans of one stage, pass and phase in the two scopes. A transfer counts as long as it took. */
export interface StageDelta {
  /** Row of `stageMapping`. */
  readonly row: number;
  /** Id of the stage in A, or in B where it has no partner in A. */
  readonly stage: number;
  readonly name: string;
  readonly pass: Pass;
  readonly phase: Phase;
  readonly countA: number;
  readonly countB: number;
  /** Absent on the side that has no such span. */
  readonly medianANs?: number;
  readonly medianBNs?: number;
  readonly p95ANs?: number;
  readonly p95BNs?: number;
  readonly totalANs: number;
  readonly totalBNs: number;
  /** B − A of the medians; absent unless both are known. */
  readonly medianDeltaNs?: number;
  readonly totalDeltaNs: number;
  /** Rank test over iterations where there are enough on both sides, else over the batches of the scope; absent where neither can tell. */
  readonly test?: { readonly over: "iterations" | "batches"; readonly pValue: number };
  /** Whether the difference is more than noise: a false discovery rate of 5 % over all rows (Benjamini and Hochberg 1995). */
  readonly significant: boolean;
}

export interface ComparedRun {
  readonly run: RunSummaryFigures;
  readonly scope: Scope;
  /** Start of the compute window in ns from the run's origin. */
  readonly windowStartNs: number;
  readonly makespanNs: number;
  /** Batches that the scope computes. */
  readonly batches: number;
}

/** `compare --json`. */
export interface CompareReport {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly pairing: IterationPairing;
  /** Spans of the two scopes with a partner, and without. */
  readonly matched: number;
  readonly unmatchedA: number;
  readonly unmatchedB: number;
  /** The same over all iterations of equal number and all replicas, compute spans alone beside. */
  readonly wholeRun: MatchCounts & { readonly iterations: number; readonly compute: MatchCounts };
  readonly makespan: Delta & {
    /** B / A. */
    readonly ratio: number;
    readonly repeated?: Repeated;
  };
  /** Batches a second: of the scope's batches over its makespan. */
  readonly throughput: { readonly a: number; readonly b: number; readonly delta: number; readonly ratio: number };
  readonly bubble: {
    readonly a: number;
    readonly b: number;
    readonly delta: number;
    /** Idle time of all ranks; a cause that one of the runs does not tell is absent on that side. */
    readonly byCause: readonly {
      readonly cause: IdleCause;
      readonly aNs?: number;
      readonly bNs?: number;
      readonly deltaNs?: number;
    }[];
  };
  /** Of the bottleneck of each run: mean distance of starts, and the bound. */
  readonly initiationInterval: {
    readonly aNs?: number;
    readonly bNs?: number;
    readonly deltaNs?: number;
    readonly bound: { readonly aNs?: number; readonly bNs?: number; readonly deltaNs?: number };
  };
  readonly stageMapping: readonly StagePair[];
  /** The most weighty first; sums to `makespan.deltaNs` exactly. */
  readonly attribution: readonly Attribution[];
  readonly stages: readonly StageDelta[];
  /** Nothing that is compared differs: every matched span lies at the same place in both. */
  readonly identical: boolean;
  /** One sentence in words and figures. */
  readonly summary: string;
}

/**
 * Differences of one pass and phase, stage × batch: `rows` are those of `stageMapping`, cell (row, column) is entry
 * `row · columns + column` of every array. A column holds `batchesPerColumn` batches from `firstBatch[column]` on (only the
 * last may hold fewer), so that the matrix stays small enough to send: figures are sums over the matched spans of a cell.
 */
export interface DifferenceMatrix {
  readonly pass: Pass;
  readonly phase: Phase;
  readonly rows: number;
  readonly columns: number;
  readonly batchesPerColumn: number;
  readonly firstBatch: Int32Array;
  /** Matched spans; 0 where there is nothing to compare. */
  readonly matched: Uint32Array;
  /** Spans of one run without a partner in the other. */
  readonly onlyA: Uint32Array;
  readonly onlyB: Uint32Array;
  readonly durationANs: Float64Array;
  readonly durationBNs: Float64Array;
  /** Sum of starts, each from the start of its window: divide by `matched`. */
  readonly startANs: Float64Array;
  readonly startBNs: Float64Array;
  /** Sum of the idle time of the rank just before the spans; 0 for phases other than compute. */
  readonly waitANs: Float64Array;
  readonly waitBNs: Float64Array;
}

/** Spans of one run that have no partner, in order of start: entry i of every array is one of them. */
export interface UnmatchedSpans {
  readonly length: number;
  /** How many there are; the list holds the first ones only. */
  readonly total: number;
  /** Span ids of the run. */
  readonly span: Float64Array;
  /** Row of `stageMapping`, -1 without a stage. */
  readonly row: Int32Array;
  readonly batch: Int32Array;
  /** Indices in `PASSES` and `PHASES`. */
  readonly pass: Uint8Array;
  readonly phase: Uint8Array;
  /** From the start of the window. */
  readonly startNs: Float64Array;
  readonly durationNs: Float64Array;
}

/** What the window gets. */
export interface Comparison {
  readonly report: CompareReport;
  /** The reports of the two scopes, as `readReport` gives them. */
  readonly reportA: RunReport;
  readonly reportB: RunReport;
  /** One a pass and phase that occurs, compute first. */
  readonly differences: readonly DifferenceMatrix[];
  readonly unmatchedA: UnmatchedSpans;
  readonly unmatchedB: UnmatchedSpans;
}
