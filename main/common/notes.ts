/** What people write on a run: a remark on a moment, a stretch of time, or a span. Kept in the run file. Shapes only. */
import type { SpanId } from "./ids.ts";

/** What a note is about, and its words; times in ns from the run's origin. */
export interface NoteDraft {
  /** Where its flag stands. */
  readonly atNs: number;
  /** Present for a stretch of time: its end. */
  readonly untilNs?: number;
  /** Present for a note on a span; then the times are the span's. */
  readonly span?: SpanId;
  readonly text: string;
}

export interface Note extends NoteDraft {
  readonly id: number;
  readonly createdAtEpochMs: number;
}

/** Characters of a note. */
export const MOST_NOTE_TEXT = 10_000;
