/** Idle time of one cause summed by what was waited for: which stage's work the ranks awaited most, and the spans themselves. */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import type { IdleCause } from "#common/report.ts";
import type { RankIdle } from "./idle-causes.ts";
import { CAUSE_CODE } from "./idle-pieces.ts";
import type { IdlePieces } from "./idle-pieces.ts";
import { rankOfSpan } from "./input.ts";
import type { Occupancy } from "./occupancy.ts";
import { keepLargest } from "./statistics.ts";

export interface AwaitedSum {
  readonly stage: number;
  readonly pass: Pass;
  /** The rank that did the work. */
  readonly rank: number;
  readonly ns: number;
  /** Spans that were waited for, the longest awaited first. */
  readonly spans: readonly number[];
}

interface Question {
  readonly cause: IdleCause;
  /** Spans to name. */
  readonly most: number;
}

/** @returns the work, a (stage, pass), that was awaited longest; undefined where no span was recorded that was waited for */
export function findMostAwaited(
  { spans, places }: Occupancy,
  idle: readonly RankIdle[],
  { cause, most }: Question,
): AwaitedSum | undefined {
  const sums = new Float64Array(places.stageOrdinal.length * PASSES.length);
  const eachAwaited = (visit: (key: number, span: number, ns: number) => void): void => {
    for (const { pieces } of idle) {
      for (let at = 0; at < pieces.length; at += 1) {
        const span = pieces.waitedFor[at];
        if (pieces.cause[at] !== CAUSE_CODE[cause] || span === NONE || spans.stage[span] === NONE) continue;
        visit(spans.stage[span] * PASSES.length + spans.pass[span], span, pieces.to[at] - pieces.from[at]);
      }
    }
  };
  eachAwaited((key, _span, ns) => {
    sums[key] += ns;
  });
  const longest = sums.reduce((best, ns, key) => (ns > sums[best] ? key : best), 0);
  if (sums.length === 0 || sums[longest] === 0) return undefined;
  const bySpan = new Map<number, number>();
  eachAwaited((key, span, ns) => {
    if (key === longest) bySpan.set(span, (bySpan.get(span) ?? 0) + ns);
  });
  const kept = keepLargest(most);
  for (const [span, ns] of bySpan) kept.add(span, ns);
  const [first] = kept.items;
  return {
    stage: spans.stage[first],
    pass: PASSES[spans.pass[first]],
    rank: rankOfSpan(spans, places, first),
    ns: sums[longest],
    spans: kept.items,
  };
}

/** The compute spans before which a rank idled for a cause, the longest idle time first. */
export function listDelayed(pieces: IdlePieces, { cause, most }: Question): readonly number[] {
  const kept = keepLargest(most);
  for (let at = 0; at < pieces.length; at += 1) {
    if (pieces.cause[at] !== CAUSE_CODE[cause] || pieces.next[at] === NONE) continue;
    kept.add(pieces.next[at], pieces.to[at] - pieces.from[at]);
  }
  return kept.items;
}
