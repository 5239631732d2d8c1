/**
 * What passes between an importer, which knows bytes, and the recognisers, which know pipelines.
 *
 * Two steps. While events stream in, `Recogniser.recognise` says of each finished span what its name and arguments tell
 * (this is the hot path: no object per event, scratch structs are reused). When all events are known, `resolvePipeline`
 * (resolve.ts) turns those facts into ranks, replicas, stages, iterations and batches. Shapes only; nothing is computed here.
 *
 * A pipeline span is a span that has a stage once it is numbered. Work at the end of an iteration (optimizer, data-parallel
 * collectives) is recognised with phase `sync`, an iteration and a rank, but without stage, batch and pass: it explains idle
 * time and is no pipeline span. Marks (`ProfilerStep#7`) only tell the iteration of the spans inside them.
 */
import type { SpanColumns, Stage, StageEdge } from "#common/model.ts";

/** State of one argument slot. */
export const SLOT_ABSENT = 0;
export const SLOT_NUMBER = 1;
/** `value` is the id of an interned text. */
export const SLOT_TEXT = 2;
export const SLOT_NULL = 3;
/** Boolean, array or object: present, of no use to a rule. */
export const SLOT_OTHER = 4;

/** Arguments of one event that some rule asks for: slot i belongs to `argKeys[i]` of the recogniser. */
export interface ArgSlots {
  readonly kind: Uint8Array;
  readonly value: Float64Array;
}

/** Interned texts of the importer: names, categories and the text arguments that rules ask for share one table. */
export interface Texts {
  text(id: number): string;
}

/** "Not said" in the integer fields of `Recognised`. */
export const UNSAID = -1;

/**
 * Codes after those of `PASSES`; they occur in `Recognised.pass`, and the numberer replaces them.
 * Undecided: text `B`, a full backward or an input gradient, which only the whole trace tells (REFERENCE §5).
 * Recompute: a forward run again for its backward; ends as `forward`.
 */
export const PASS_UNDECIDED = 5;
export const PASS_RECOMPUTE = 6;

/**
 * What one action of one event says. `stage` is an absolute stage number; `chunk` is a model chunk of the rank, from which
 * the stage follows once the number of ranks is known (chunk · ranks + rank); with neither, the stage is the rank.
 * `numbering` says what a missing batch is counted by: `seq` when >= 0, else the order within (replica, rank, iteration, pass, phase).
 */
export interface Recognised {
  rule: number;
  stage: number;
  chunk: number;
  rank: number;
  replica: number;
  batch: number;
  seq: number;
  iteration: number;
  pass: number;
  phase: number;
  /** Index in `OPS`, or UNSAID. */
  op: number;
}

/** What is said of a span that says nothing: no rule, no pass, no phase. */
export const NOTHING_SAID: Readonly<Recognised> = {
  rule: UNSAID,
  stage: UNSAID,
  chunk: UNSAID,
  rank: UNSAID,
  replica: UNSAID,
  batch: UNSAID,
  seq: UNSAID,
  iteration: UNSAID,
  pass: 0,
  phase: 0,
  op: UNSAID,
};

/** What many spans say alike: everything but the numbers that differ from span to span. */
export type Saying = Omit<Recognised, "batch" | "seq" | "iteration">;

/** What was recognised of all spans, by row; `rule` is UNSAID for a span that is no pipeline work. */
export interface RecognisedColumns {
  /** By id of a saying. */
  readonly sayings: Readonly<Record<keyof Saying, Int32Array>> & { at(id: number): Saying };
  /** Id in `sayings`. */
  readonly saying: Int32Array;
  readonly batch: Int32Array;
  rule(row: number): number;
  phase(row: number): number;
  seq(row: number): number;
  iteration(row: number): number;
}

/** What the resolver must know of a rule besides its name. */
export interface RuleTraits {
  /** Only tells the iteration of what lies inside it on its process; its spans are no pipeline work. */
  readonly mark: boolean;
  /** A span of this rule with phase `sync` ends the iteration of its rank, where nothing else tells iterations. */
  readonly endsIteration: boolean;
  /** Spans without a batch are counted for each name apart. */
  readonly countByName: boolean;
  /** Index of a rule that tells the same work better: where it recognised something, this rule's spans are left alone. */
  readonly yieldsTo: number;
  /** May give `PASS_UNDECIDED`. */
  readonly tellsBackwardLate: boolean;
}

export interface Recogniser {
  /** By rule, like `ruleNames`. */
  readonly traits: readonly RuleTraits[];
  /** Names of the rules, in order; `Recognised.rule` is an index here. */
  readonly ruleNames: readonly string[];
  /** Arguments that some rule asks for, in slot order (at most 32). */
  readonly argKeys: readonly string[];
  /**
   * Recognises one finished span.
   * @param name id of the span's name, @param category id of its category or UNSAID
   * @param slots arguments of the span (of its B and E events together, E wins)
   * @param out as many entries are overwritten as actions were found (a fused span has two); it grows when needed
   * @returns number of actions; 0 when the span is no pipeline work
   */
  recognise(name: number, category: number, slots: ArgSlots, out: Recognised[]): number;
  /**
   * What `recognise` says of every span like this one, whatever whole numbers from 0 on the free slots hold.
   * @param isFree by slot: 1 where other spans hold another number
   * @returns undefined where that cannot be said beforehand
   */
  foresee(name: number, category: number, slots: ArgSlots, isFree: Uint8Array): ForeseenSaying | undefined;
}

/** Fields that hold non-negative integers. */
export const NUMBER_FIELDS = ["stage", "chunk", "rank", "replica", "batch", "seq", "iteration"] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];

/** A saying with gaps: `fields[i]` of `said` is the number in the slot `slots[i]`. */
export interface ForeseenSaying {
  /** Absent when the spans are no pipeline work. */
  readonly said?: Recognised;
  readonly slots: readonly number[];
  readonly fields: readonly NumberField[];
}

/** A lane before it is resolved: one (process, thread) of the trace, or a sub-lane that overlaps were packed into. */
export interface RawLane {
  readonly process: string;
  readonly thread: string;
  readonly processName?: string;
  readonly threadName?: string;
  /** Name of the file it came from, without folders: may carry the rank. */
  readonly file: string;
  /** Rank that the file's own metadata states (`distributedInfo.rank`). */
  readonly fileRank?: number;
  /** Data-parallel copy that the job's process groups state. */
  readonly fileReplica?: number;
  /** A person states the two: then they hold against everything that the trace says. */
  readonly placeIsGiven?: true;
}

/** What `resolvePipeline` reads. Spans are in the order of reading; columns may be longer than `length`. */
export interface ResolveInput {
  readonly recogniser: Pick<Recogniser, "ruleNames" | "traits">;
  readonly lanes: readonly RawLane[];
  readonly length: number;
  /** Index in `lanes`. */
  readonly lane: Int32Array;
  /** Ns from the run's origin. */
  readonly start: Float64Array;
  readonly recognised: RecognisedColumns;
}

export interface ResolvedPipeline {
  /** Empty when no span is pipeline work; then no lane has a rank either. */
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  /** By index in the input's `lanes`. */
  readonly lanes: readonly { readonly replica?: number; readonly rank?: number }[];
  /** What had to be assumed, in words, for the import report. */
  readonly notes: readonly string[];
  createNumberer(): Numberer;
}

/** Gives every span its stage, batch, iteration, pass and phase, in one pass over the canonical order. */
export interface Numberer {
  /**
   * Numbers the next spans; calls follow the canonical order.
   * @param order entry i: position in the resolver's input of the span that is entry i of `out`
   * @param out its start, duration and name are read; its stage, batch, iteration, pass and phase are written (-1 and `none` for other spans)
   */
  number(order: Uint32Array, out: SpanColumns): void;
  /** Spans with a stage so far. */
  readonly pipelineSpans: number;
  /** Spans so far by rule, for the import report: pipeline work and `sync`; marks are not counted. */
  readonly spansByRule: Uint32Array;
}
