/**
 * The nouns of a run, as types: the one vocabulary of every process (REFERENCE §2).
 *
 * Closed sets (`Pass`, `Phase`, `Op`, …) are arrays of words; in a column a member is its index in the array, so the order
 * is part of the file format: append, never reorder. This file holds shapes only and computes nothing but those codes.
 */
import type { LaneId, NameId, StageId } from "./ids.ts";
import type { EpochNs, Ns } from "./units.ts";

/** What a run came from. */
export const RUN_KINDS = ["imported", "captured", "simulated"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Kind of work of a stage. */
export const OPS = ["conv", "pool", "res", "fc", "attention", "mlp", "embedding", "loss", "other"] as const;
export type Op = (typeof OPS)[number];

/** Direction of the work; `none` is "not part of the pipeline". `backward` is the full backward of input and weights. */
export const PASSES = ["none", "forward", "backward", "input-grad", "weight-grad"] as const;
export type Pass = (typeof PASSES)[number];

/**
 * Part of the work of a (stage, batch, pass): `in` brings the input, `compute` computes, `out` hands the output on.
 * `wait` is recorded waiting (starved or blocked), `sync` the end of an iteration (optimizer, data-parallel collectives).
 */
export const PHASES = ["none", "in", "compute", "out", "wait", "sync"] as const;
export type Phase = (typeof PHASES)[number];

export const LANE_KINDS = ["thread", "stream", "worker", "async", "other"] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

/** Index of a pass in `PASSES`, as kept in columns. */
export const passCode = (pass: Pass): number => PASSES.indexOf(pass);
/** Index of a phase in `PHASES`, as kept in columns. */
export const phaseCode = (phase: Phase): number => PHASES.indexOf(phase);

export const PHASE_COMPUTE = 2;
export const PASS_FORWARD = 1;
export const PASS_BACKWARD = 2;

/** One block of the network, or one model chunk of a pipeline. */
export interface Stage {
  readonly id: StageId;
  readonly name: string;
  readonly op: Op;
  /** Position along the forward pass, from 0; dense. */
  readonly ordinal: number;
  /** Rank that executes the stage, where known. */
  readonly rank?: number;
  /** Work of one batch, in floating-point operations. */
  readonly flops?: number;
}

/** The output of `from` is an input of `to`. A skip connection is an edge that passes over stages. */
export interface StageEdge {
  readonly from: StageId;
  readonly to: StageId;
}

/** One row of spans that nest but never partly overlap: a thread, a stream, or a sub-lane of one. */
export interface Lane {
  readonly id: LaneId;
  /** Position on screen, from 0; dense. */
  readonly ordinal: number;
  readonly kind: LaneKind;
  /** What the trace calls the process and the thread (pid and tid of Chrome traces, as written there). */
  readonly process: string;
  readonly thread: string;
  /** Names a person reads, from the trace's metadata. */
  readonly processName?: string;
  readonly threadName?: string;
  readonly device?: string;
  /** Data-parallel copy, from 0. Absent when the lane is not known to belong to a pipeline. */
  readonly replica?: number;
  /** Pipeline rank, from 0. */
  readonly rank?: number;
  /** Lane that partly overlapping spans were moved out of. */
  readonly overflowOf?: LaneId;
}

/** Text of a span's name with its category; interned. */
export interface SpanName {
  readonly id: NameId;
  readonly text: string;
  readonly category?: string;
}

/**
 * Spans as columns: entry i of every array is span i. All arrays have `length` entries.
 *
 * Canonical order: start ascending, then lane ordinal ascending, then the longer span first, then depth. Ids are -1 for none.
 */
export interface SpanColumns {
  readonly length: number;
  readonly lane: Int32Array;
  /** Nesting within the lane: 0 is outermost. */
  readonly depth: Uint8Array;
  /** Ns from the run's origin, integers. */
  readonly start: Float64Array;
  /** Ns, integers, 0 or more. */
  readonly duration: Float64Array;
  readonly name: Int32Array;
  readonly stage: Int32Array;
  readonly batch: Int32Array;
  readonly iteration: Int32Array;
  /** Index in `PASSES`. */
  readonly pass: Uint8Array;
  /** Index in `PHASES`. */
  readonly phase: Uint8Array;
}

/** Names of the columns, in storage order. */
export const SPAN_COLUMNS = [
  "lane",
  "depth",
  "start",
  "duration",
  "name",
  "stage",
  "batch",
  "iteration",
  "pass",
  "phase",
] as const satisfies readonly (keyof SpanColumns)[];

/** Makes columns for `length` spans, all zero. */
export function createSpanColumns(length: number): SpanColumns {
  return {
    length,
    lane: new Int32Array(length),
    depth: new Uint8Array(length),
    start: new Float64Array(length),
    duration: new Float64Array(length),
    name: new Int32Array(length),
    stage: new Int32Array(length),
    batch: new Int32Array(length),
    iteration: new Int32Array(length),
    pass: new Uint8Array(length),
    phase: new Uint8Array(length),
  };
}

/** A view of the spans [from, to) of some columns; nothing is copied. */
export function sliceSpanColumns(columns: SpanColumns, { from, to }: { from: number; to: number }): SpanColumns {
  return {
    length: to - from,
    lane: columns.lane.subarray(from, to),
    depth: columns.depth.subarray(from, to),
    start: columns.start.subarray(from, to),
    duration: columns.duration.subarray(from, to),
    name: columns.name.subarray(from, to),
    stage: columns.stage.subarray(from, to),
    batch: columns.batch.subarray(from, to),
    iteration: columns.iteration.subarray(from, to),
    pass: columns.pass.subarray(from, to),
    phase: columns.phase.subarray(from, to),
  };
}

/** A moment without length. `lane` is absent when it belongs to the process or to the whole run. */
export interface Instant {
  readonly at: Ns;
  readonly lane?: LaneId;
  readonly name: NameId;
  readonly scope: "thread" | "process" | "global";
  /** Arguments as JSON text, exactly as read. */
  readonly args?: string;
}

/** Value of a counter from `at` on; `process` as in `Lane`. */
export interface CounterSample {
  readonly at: Ns;
  readonly process: string;
  readonly name: NameId;
  /** Which of the counter's series. */
  readonly series: string;
  readonly value: number;
}

/** One end of an arrow between spans: ends with equal category and id belong together. */
export interface FlowPoint {
  readonly at: Ns;
  readonly lane: LaneId;
  readonly name: NameId;
  readonly flow: string;
  readonly step: "start" | "step" | "end";
  /** The trace's binding point: `enclosing` ends at the span around the point, `next` at the next span. */
  readonly binding: "enclosing" | "next";
}

/** Where a run was read from. */
export interface SourceFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of the file's bytes as they lie on disk, lower-case hex. */
  readonly sha256: string;
}

/** The one row that describes a run. */
export interface Run {
  readonly name: string;
  readonly kind: RunKind;
  readonly sources: readonly SourceFile[];
  /** Absolute time of `Ns` 0, where the trace says it. */
  readonly originEpochNs?: EpochNs;
  /** First start and last end of all spans; absent for a run without spans. */
  readonly extent?: { readonly startNs: Ns; readonly endNs: Ns };
  readonly network?: string;
  readonly schedule?: string;
  /** Run that this one was computed from, by name. */
  readonly derivedFrom?: string;
  readonly createdAtEpochMs: number;
}
