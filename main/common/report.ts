/**
 * The reports that commands print with `--json` and the window shows: field by field, with units (DESIGN §7, REFERENCE §6).
 * What compares two runs is in comparison.ts.
 *
 * Times are integer ns, shares lie in 0…1. A field that is not known is left out; 0 means measured zero. These types say
 * nothing about how a figure is computed: main/core/analysis does.
 */
import type { Op, Phase, RunKind } from "./model.ts";

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
  /** Rules of a person's own, as the text of a rules file, of a run that was recognised again. */
  readonly rules?: string;
  /** The files of a run that came from several, in order; those that could not be read have a `failure`. */
  readonly files?: readonly ImportedFile[];
  readonly elapsedMs: number;
  readonly peakRssBytes: number;
}

/** One file of a run that came from several: what was read of it, whose it is, and how its clock was set. */
export interface ImportedFile {
  /** Name without folders. */
  readonly file: string;
  readonly format?: string;
  readonly spans?: number;
  readonly replica?: number;
  readonly rank?: number;
  /** A person said rank and replica. */
  readonly placeIsGiven?: true;
  readonly clock?: FileClock;
  /** Why it was left out, in words. */
  readonly failure?: string;
}

/** How the clock of a file was brought onto the run's. Time of the run = its time + offset + drift · (time − middle of the run). */
export interface FileClock {
  /** What its times were compared by at first. */
  readonly base: "epoch" | "as written" | "first event";
  /** Correction found from sends and receives, at the middle of the run; 0 where none was found. */
  readonly offsetNs: number;
  readonly driftPpm: number;
  /** Matched pairs of a send and a receive with other files. */
  readonly pairs: number;
  /** The clock is right to within this, because no message arrived before it was sent; 0 for the file that the others follow. */
  readonly residualNs?: number;
  /** Why there is no residual, in words. */
  readonly unavailable?: string;
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
  /** True transfers beside computing of the same rank (hidden) and alone (exposed), summed; absent where none were recorded. */
  readonly communication?: {
    readonly exposedNs: number;
    readonly hiddenNs: number;
    /** The most exposed first. */
    readonly byStage: readonly { readonly stage: number; readonly exposedNs: number; readonly hiddenNs: number }[];
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
