/**
 * The reports that commands print with `--json` and the window shows: field by field, with units (DESIGN §7, REFERENCE §6).
 *
 * Times are integer ns, shares lie in 0…1. A field that is not known is left out; 0 means measured zero. These types say
 * nothing about how a figure is computed: main/core/analysis does.
 */
import type { Op, Pass, Phase, RunKind } from "./model.ts";

/** What the importer did, printed by `import --json` and kept in the run file. */
export interface ImportReport {
  readonly file: string;
  readonly format: string;
  /** One entry a rule that recognised something, most spans first. */
  readonly recognisedBy: readonly { readonly rule: string; readonly spans: number }[];
  /** `read` counts events of the file: it equals spans (+ the extra event of each B/E pair) + the other kinds + skipped. */
  readonly events: {
    readonly read: number;
    readonly spans: number;
    readonly instants: number;
    readonly counters: number;
    readonly flows: number;
    readonly metadata: number;
  };
  readonly pipelineSpans: number;
  readonly skipped: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  /** Spans moved to a sub-lane because they partly overlapped another one of their thread. */
  readonly packedOverlaps: number;
  /** What was repaired on the way, in words: "closed 3 spans without an end event at the end of the trace". */
  readonly repaired: readonly string[];
  /** Invariants (DESIGN §7) that the run violates, in words; empty when all hold. */
  readonly violations: readonly string[];
  readonly elapsedMs: number;
  readonly peakRssBytes: number;
}

export const IDLE_CAUSES = ["fill", "drain", "blocked", "transfer", "sync", "starved", "other"] as const;
export type IdleCause = (typeof IDLE_CAUSES)[number];
/** Idle ns per cause. A cause that the analysis does not tell apart is left out; those given sum to the idle time. */
export type IdleByCause = Partial<Record<IdleCause, number>>;

export interface RunSummaryFigures {
  readonly name: string;
  readonly kind: RunKind;
  readonly spans: number;
  readonly pipelineSpans: number;
  readonly stages: number;
  readonly ranks: number;
  readonly replicas: number;
  readonly batches: number;
  readonly iterations: number;
  /** Iterations more than 3 × the median makespan. */
  readonly warmUpIterations: readonly number[];
}

export interface Scope {
  readonly iteration: number;
  readonly replica: number;
}

export interface BubbleRow {
  readonly rank: number;
  readonly ratio: number;
  readonly busyNs: number;
  readonly byCauseNs: IdleByCause;
}

/** A serial resource of a rank: the lane that computes, a direction of transfer, a shared device. */
export type Resource = "compute" | "in" | "out" | "device";

export interface InitiationIntervalRow {
  readonly rank: number;
  /** Median gap between consecutive anchor starts; absent with fewer than two anchors, like the two below. */
  readonly measuredNs?: number;
  readonly meanNs?: number;
  readonly boundNs?: number;
  /** The resource that gives `boundNs`. */
  readonly resource?: Resource;
}

export interface StageRuleRow {
  readonly stage: number;
  readonly name: string;
  readonly op: Op;
  readonly rank?: number;
  readonly inNs?: number;
  readonly computeNs?: number;
  readonly outNs?: number;
  /** MAX of the medians of in, compute and out. */
  readonly ruleNs?: number;
}

/** Something that is slower than its peers: stages of one kind, ranks, batches of the scope, replicas of the iteration. */
export interface Straggler {
  readonly kind: "stage" | "rank" | "batch" | "replica";
  /** Id of the stage, or number of the rank, batch or replica. */
  readonly id: number;
  /** Time of it and median of its peers: of a stage the median a batch, of a rank or batch all computing, of a replica the makespan. */
  readonly ns: number;
  readonly peersNs: number;
  readonly peers: number;
  /** ns / peersNs. */
  readonly slowdown: number;
}

export interface Imbalance {
  /** Greatest and mean busy time of the ranks; `ratio` is max / mean. */
  readonly maxNs: number;
  readonly meanNs: number;
  readonly ratio: number;
  /** The best contiguous partition of the stages over as many ranks; absent where stages cannot move between ranks. */
  readonly best?: {
    /** Time a batch of the slowest rank, by the median times of its stages, and of the slowest rank as it is. */
    readonly maxNs: number;
    readonly currentMaxNs: number;
    readonly ratio: number;
    readonly partition: readonly (readonly [first: number, last: number])[];
  };
  /** Slowest first. */
  readonly stragglers: readonly Straggler[];
}

/** Something worth looking at, in words with figures, and where it can be seen. */
export interface Finding {
  readonly kind: string;
  readonly text: string;
  /** Upper limit of what it costs the window; findings come in this order. */
  readonly costNs: number;
  readonly evidence: {
    readonly fromNs: number;
    readonly toNs: number;
    readonly ranks: readonly number[];
    /** Spans to select, the most telling first. */
    readonly spans: readonly number[];
  };
}

/** `report --json`. */
export interface RunReport {
  readonly run: RunSummaryFigures;
  readonly scope: Scope;
  readonly makespanNs: number;
  /** Start of the compute window in ns from the run's origin: every figure can show its window. */
  readonly windowStartNs: number;
  readonly extentNs: number;
  readonly bubble: { readonly ratio: number; readonly byCauseNs: IdleByCause; readonly rows: readonly BubbleRow[] };
  readonly initiationInterval: {
    readonly measuredNs?: number;
    readonly meanNs?: number;
    readonly boundNs?: number;
    readonly bottleneck?: { readonly rank: number; readonly stage?: number; readonly phase: Phase };
    /** The rank with the next lower bound, and how far the pipeline's bound would fall if the bottleneck were no more. */
    readonly second?: { readonly rank: number; readonly boundNs: number; readonly gainNs: number };
    readonly rows: readonly InitiationIntervalRow[];
    readonly stages: readonly StageRuleRow[];
  };
  readonly phases: {
    readonly inNs?: number;
    readonly computeNs?: number;
    readonly outNs?: number;
    readonly waitNs?: number;
    readonly exposedCommunicationNs?: number;
  };
  readonly criticalPath?: {
    readonly lengthNs: number;
    readonly byStage: readonly { readonly stage: number; readonly ns: number }[];
    readonly byRank: readonly { readonly rank: number; readonly ns: number }[];
    readonly byPhase: readonly { readonly phase: Phase | "wait"; readonly ns: number }[];
  };
  readonly imbalance?: Imbalance;
  /** At most five, the costliest first. */
  readonly findings?: readonly Finding[];
}

/** What `report --json` prints, with exit code 1, for a run in which no pipeline was recognised. */
export interface NoPipelineReport {
  readonly run: RunSummaryFigures;
  readonly extentNs: number;
  /** `0 of N spans recognised: no pipeline names`. */
  readonly error: string;
  readonly frequentNames: readonly { readonly name: string; readonly count: number }[];
}

/** @public What `compare --json` will print. */
export interface CompareReport {
  readonly a: { readonly run: RunSummaryFigures; readonly scope: Scope };
  readonly b: { readonly run: RunSummaryFigures; readonly scope: Scope };
  readonly matched: number;
  readonly unmatchedA: number;
  readonly unmatchedB: number;
  readonly makespan: { readonly aNs: number; readonly bNs: number; readonly deltaNs: number; readonly ratio: number };
  readonly bubble: { readonly a: number; readonly b: number };
  readonly initiationInterval: { readonly aNs?: number; readonly bNs?: number };
  /** Sums to `makespan.deltaNs` exactly; "unexplained" is one entry. */
  readonly attribution: readonly {
    readonly what: string;
    readonly stage?: number;
    readonly pass?: Pass;
    readonly deltaNs: number;
  }[];
  readonly stages: readonly {
    readonly stage: number;
    readonly pass: Pass;
    readonly phase: Phase;
    readonly medianANs: number;
    readonly medianBNs: number;
    readonly p95ANs: number;
    readonly p95BNs: number;
    readonly significant: boolean;
  }[];
  readonly summary: string;
}
