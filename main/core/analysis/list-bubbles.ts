/**
 * The bubbles of a scope one by one: where, why, and what was waited for, for colouring them and for jumping to the cause.
 *
 * Of very many the longest are given: a bubble shorter than those is thinner than a pixel in any view that shows them all.
 */
import { NONE, spanId } from "#common/ids.ts";
import type { SpanId } from "#common/ids.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { IdleCause, Scope } from "#common/report.ts";
import { PASSES } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import { createDependencies } from "./dependencies.ts";
import type { Dependencies } from "./dependencies.ts";
import { findIdleCauses } from "./idle-causes.ts";
import type { IdlePieces } from "./idle-pieces.ts";
import type { AnalysisInput } from "./input.ts";
import { measureOccupancy } from "./occupancy.ts";
import type { Occupancy } from "./occupancy.ts";
import { chooseWindow, surveyRun } from "./windows.ts";

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
  /**
   * Starved, transfer, fill: the work whose output is the input that was missing, or at the first stage the batch that had to
   * leave before the next came in; blocked: the work that had to take the output.
   */
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
export function listBubbles(input: AnalysisInput, query: BubbleQuery = {}): BubbleList {
  const survey = surveyRun(input);
  if (survey.windows.length === 0) return { bubbles: [], total: 0 };
  const window = chooseWindow(survey.windows, query);
  const occupancy = measureOccupancy(input, { window, hasIterations: survey.hasIterations });
  const dependencies = createDependencies(occupancy);
  const { fromNs = -Infinity, toNs = Infinity, limit = DEFAULT_LIMIT } = query;
  const found = findIdleCauses(occupancy, dependencies).flatMap(({ rank, pieces }) =>
    Array.from({ length: pieces.length }, (_, at) => ({ rank, pieces, at })).filter(
      ({ at }) => pieces.to[at] > fromNs && pieces.from[at] < toNs,
    ),
  );
  const lengthOf = ({ pieces, at }: (typeof found)[number]): number => pieces.to[at] - pieces.from[at];
  const kept = new Set(found.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, limit));
  const longest = found.filter((piece) => kept.has(piece));
  const bubbles = longest.map(({ rank, pieces, at }) =>
    describePiece({ occupancy, dependencies }, { rank, pieces, at }),
  );
  return { bubbles, total: found.length };
}

function describePiece(
  context: { occupancy: Occupancy; dependencies: Dependencies },
  { rank, pieces, at }: { rank: number; pieces: IdlePieces; at: number },
): Bubble {
  const cause = IDLE_CAUSES[pieces.cause[at]];
  const waitedFor = pieces.waitedFor[at];
  const next = pieces.next[at];
  const awaited = findAwaited(context, { cause, waitedFor, next });
  return {
    rank,
    fromNs: pieces.from[at],
    toNs: pieces.to[at],
    cause,
    ...(awaited === undefined ? {} : { awaited }),
    ...(waitedFor === NONE ? {} : { waitedFor: spanId(waitedFor) }),
    ...(next === NONE ? {} : { next: spanId(next) }),
  };
}

function findAwaited(
  { occupancy: { spans, places, stages }, dependencies }: { occupancy: Occupancy; dependencies: Dependencies },
  { cause, waitedFor, next }: { cause: IdleCause; waitedFor: number; next: number },
): Awaited | undefined {
  if (cause === "sync" || cause === "other" || cause === "drain") return undefined;
  const need = next === NONE ? undefined : dependencies.needOf(next);
  if (cause === "blocked" || (cause === "starved" && need === undefined)) {
    if (waitedFor === NONE) return undefined;
    return { stage: spans.stage[waitedFor], batch: spans.batch[waitedFor], pass: PASSES[spans.pass[waitedFor]] };
  }
  if (need === undefined) return undefined;
  const stage = places.stageOrdinal.indexOf(need.position);
  return stages.length > stage && stage !== NONE
    ? { stage, batch: need.batch, pass: PASSES[spans.pass[next]] }
    : undefined;
}
