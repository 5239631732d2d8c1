/**
 * The bubbles of a scope one by one: where, why, and what was waited for, for those who read them one by one. The window
 * takes the same as columns (bubble-columns.ts).
 */
import { NONE, spanId } from "#common/ids.ts";
import type { SpanId } from "#common/ids.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { IdleCause, Scope } from "#common/report.ts";
import { PASSES } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import { cutBubbles } from "./bubble-columns.ts";
import { explainScope } from "./explain-scope.ts";
import type { AnalysisInput } from "./input.ts";

/** Work that was waited for. */
export interface Awaited {
  readonly stage: number;
  readonly batch: number;
  readonly pass: Pass;
}

/** Idle time of a rank with one cause. */
export interface Bubble {
  readonly rank: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly cause: IdleCause;
  readonly awaited?: Awaited;
  /** The span that was waited for, where it was recorded. */
  readonly waitedFor?: SpanId;
  /** The compute span that ended the waiting. */
  readonly next?: SpanId;
}

export interface BubbleQuery extends Partial<Scope> {
  /** Only bubbles that reach into [fromNs, toNs). */
  readonly fromNs?: number;
  readonly toNs?: number;
  readonly limit?: number;
}

export interface BubbleList {
  readonly bubbles: readonly Bubble[];
  /** How many there are. */
  readonly total: number;
}

const DEFAULT_LIMIT = 20_000;

/**
 * @returns bubbles by rank, then time; at most `limit`, the longest; `total` says how many there are
 * @throws AppError `unknown-scope`
 */
export function listBubbles(
  input: AnalysisInput,
  { limit = DEFAULT_LIMIT, fromNs, toNs, ...scope }: BubbleQuery = {},
): BubbleList {
  const explanation = explainScope(input, scope);
  if (explanation === undefined) return { bubbles: [], total: 0 };
  const window = { ...(fromNs === undefined ? {} : { fromNs }), ...(toNs === undefined ? {} : { toNs }) };
  const { bubbles: columns, total } = cutBubbles(explanation.bubbles, { ...window, limit });
  const { rank, from, to, cause, awaitedStage, awaitedBatch, awaitedPass, waitedFor, next } = columns;
  const bubbles = Array.from(rank, (_, i) => ({
    rank: rank[i],
    fromNs: from[i],
    toNs: to[i],
    cause: IDLE_CAUSES[cause[i]],
    ...(awaitedStage[i] === NONE
      ? {}
      : { awaited: { stage: awaitedStage[i], batch: awaitedBatch[i], pass: PASSES[awaitedPass[i]] } }),
    ...(waitedFor[i] === NONE ? {} : { waitedFor: spanId(waitedFor[i]) }),
    ...(next[i] === NONE ? {} : { next: spanId(next[i]) }),
  }));
  return { bubbles, total };
}
