/**
 * What lies on a critical path, in sums and columns: the path itself is a list of objects, which of runs of millions of spans
 * nobody can afford to keep for both.
 *
 * Waiting is told by the cause of the idle time of the rank that waited. Where that only says when it was (`fill`, `drain`) or
 * that nothing is known (`other`: the input had been produced, nothing ran), the path itself tells more: after the work of
 * another rank it is a hand-over that nobody recorded, after the rank's own work it is `other`. What a path does not reach of
 * its window, and waiting with which it begins, is lost: nobody knows what came before.
 */
import type { PathWait } from "#common/comparison.ts";
import { IDLE_CAUSES } from "#common/report.ts";

import type { ScopeAnalysis } from "../analysis/build-report.ts";
import type { Segment } from "../analysis/critical-path.ts";
import type { IdlePieces } from "../analysis/idle-pieces.ts";

export interface PathSums {
  /** Compute spans on the path, as positions in the columns, and how long the path runs over each. */
  readonly spans: Int32Array;
  readonly lengths: Float64Array;
  readonly transferNs: number;
  readonly syncNs: number;
  readonly waits: ReadonlyMap<PathWait, number>;
  /** The rest of the window: all of this together is the makespan. */
  readonly lostNs: number;
}

export function sumPath({
  path,
  idle,
  report: { makespanNs },
}: Pick<ScopeAnalysis, "path" | "idle" | "report">): PathSums {
  const computing = path.filter(({ phase }) => phase === "compute");
  const lengthOf = ({ fromNs, toNs }: Segment): number => toNs - fromNs;
  const sumOf = (phases: readonly Segment["phase"][]): number =>
    path.reduce((sum, segment) => (phases.includes(segment.phase) ? sum + lengthOf(segment) : sum), 0);
  const waits = new Map<PathWait, number>();
  const piecesOf = new Map(idle.map(({ rank, pieces }) => [rank, pieces]));
  path.forEach((segment, at) => {
    if (segment.phase !== "wait" || at === 0) return;
    const pieces = piecesOf.get(segment.rank);
    const restNs = lengthOf(segment) - (pieces === undefined ? 0 : addKnownCauses(waits, { pieces, segment }));
    const rest: PathWait = path[at - 1].rank === segment.rank ? "other" : "hand-over";
    if (restNs > 0) waits.set(rest, (waits.get(rest) ?? 0) + restNs);
  });
  const transferNs = sumOf(["in", "out"]);
  const syncNs = sumOf(["sync"]);
  const knownNs = waits.values().reduce((sum, ns) => sum + ns, sumOf(["compute"]) + transferNs + syncNs);
  return {
    spans: Int32Array.from(computing, ({ span }) => span),
    lengths: Float64Array.from(computing, lengthOf),
    transferNs,
    syncNs,
    waits,
    lostNs: makespanNs - knownNs,
  };
}

/** @returns ns of the segment that have a cause */
function addKnownCauses(
  waits: Map<PathWait, number>,
  { pieces, segment: { fromNs, toNs } }: { pieces: IdlePieces; segment: Segment },
): number {
  let knownNs = 0;
  for (let at = findFirst(pieces, fromNs); at < pieces.length && pieces.from[at] < toNs; at += 1) {
    const cause = IDLE_CAUSES[pieces.cause[at]];
    if (cause === "fill" || cause === "drain" || cause === "other") continue;
    const ns = Math.min(pieces.to[at], toNs) - Math.max(pieces.from[at], fromNs);
    waits.set(cause, (waits.get(cause) ?? 0) + ns);
    knownNs += ns;
  }
  return knownNs;
}

/** The first piece that ends after a time; pieces of a rank are in order of time and disjoint. */
function findFirst({ to, length }: IdlePieces, afterNs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (to[middle] > afterNs) high = middle;
    else low = middle + 1;
  }
  return low;
}
