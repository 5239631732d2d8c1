/**
 * Why a scope took as long as it did, piece by piece, as columns: for drawing over the wavefront and for jumping to causes.
 *
 * All arrays of one table have `length` entries; ids are −1 for none. Times are integer ns from the run's origin. How a cause
 * or the path is found, main/core/analysis says (REFERENCE §6); the sums of both are in the report.
 */
import type { Scope } from "./report.ts";

/** Idle time of the ranks, each piece with one cause: by rank, then time. */
export interface BubbleColumns {
  readonly length: number;
  readonly rank: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Index in `IDLE_CAUSES`. */
  readonly cause: Uint8Array;
  /**
   * The work that was waited for. Starved, transfer, fill: what makes the input that was missing, or at the first stage the
   * batch that had to leave before the next came in; blocked: the work that had to take the output.
   */
  readonly awaitedStage: Int32Array;
  readonly awaitedBatch: Int32Array;
  /** Index in `PASSES`. */
  readonly awaitedPass: Uint8Array;
  /** The span that was waited for, where it was recorded. */
  readonly waitedFor: Int32Array;
  /** The compute span that ended the waiting. */
  readonly next: Int32Array;
}

/** What a piece of the critical path is; `wait` is the time before its span in which nothing that it waited for ran. */
export const PATH_PHASES = ["in", "compute", "out", "wait", "sync"] as const;
export type PathPhase = (typeof PATH_PHASES)[number];

/** The critical path: pieces in order of time that tile the compute window. */
export interface PathColumns {
  readonly length: number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Index in `PATH_PHASES`. */
  readonly phase: Uint8Array;
  readonly rank: Int32Array;
  /** The span that runs, or that waits. */
  readonly span: Int32Array;
  /** Of that span. */
  readonly lane: Int32Array;
  readonly stage: Int32Array;
  readonly batch: Int32Array;
}

/**
 * Sends and receives that met their peer, in order of span id: from when both were under way to when the first of the two
 * ended. What they lasted beyond that is waiting (REFERENCE §3).
 */
export interface TransferColumns {
  readonly length: number;
  readonly span: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** Bubbles of a part of a scope. */
export interface BubbleWindow {
  readonly scope: Scope;
  /** Those that reach into the window; where there are more than asked for, the longest. */
  readonly bubbles: BubbleColumns;
  /** How many reach into it. */
  readonly total: number;
}

export interface CriticalPath {
  readonly scope: Scope;
  readonly path: PathColumns;
}
