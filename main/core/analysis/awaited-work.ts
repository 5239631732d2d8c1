/** Idle time of one cause summed by what was waited for: which stage's work the ranks awaited, and the spans themselves. */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import type { IdleCause } from "#common/report.ts";
import type { RankIdle } from "./idle-causes.ts";
import { CAUSE_CODE } from "./idle-pieces.ts";
import type { IdlePieces } from "./idle-pieces.ts";
import { rankOfSpan } from "./input.ts";
import type { Occupancy } from "./occupancy.ts";

export interface AwaitedSum {
  readonly stage: number;
  readonly pass: Pass;
  /** The rank that did the work. */
  readonly rank: number;
  readonly ns: number;
  /** The spans that were waited for, the longest awaited first. */
  readonly spans: readonly number[];
}

/** @returns one entry a (stage, pass), the longest awaited first; what was awaited without a recorded span is left out */
export function sumAwaited({ spans, places }: Occupancy, idle: readonly RankIdle[], cause: IdleCause): AwaitedSum[] {
  const sums = new Map<number, { ns: number; spans: Map<number, number> }>();
  for (const { pieces } of idle) {
    for (let at = 0; at < pieces.length; at += 1) {
      const span = pieces.waitedFor[at];
      if (pieces.cause[at] !== CAUSE_CODE[cause] || span === NONE || spans.stage[span] === NONE) continue;
      const ns = pieces.to[at] - pieces.from[at];
      const key = spans.stage[span] * PASSES.length + spans.pass[span];
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, (sum = { ns: 0, spans: new Map() }));
      sum.ns += ns;
      sum.spans.set(span, (sum.spans.get(span) ?? 0) + ns);
    }
  }
  return [...sums.values()]
    .sort((a, b) => b.ns - a.ns)
    .map(({ ns, spans: ofWork }) => {
      const ordered = [...ofWork].sort(([, a], [, b]) => b - a).map(([span]) => span);
      const [first] = ordered;
      return {
        stage: spans.stage[first],
        pass: PASSES[spans.pass[first]],
        rank: rankOfSpan(spans, places, first),
        ns,
        spans: ordered,
      };
    });
}

/** The compute spans before which a rank idled for a cause, the longest idle time first. */
export function listDelayed(pieces: IdlePieces, cause: IdleCause): number[] {
  const found: { span: number; ns: number }[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    if (pieces.cause[at] !== CAUSE_CODE[cause] || pieces.next[at] === NONE) continue;
    found.push({ span: pieces.next[at], ns: pieces.to[at] - pieces.from[at] });
  }
  return found.sort((a, b) => b.ns - a.ns).map(({ span }) => span);
}
