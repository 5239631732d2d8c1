/**
 * Shares of the critical path by stage, rank and phase, for the report.
 *
 * Every segment counts for the stage and the rank of its span; waiting for those that waited. Shares come longest first.
 */
import { NONE } from "#common/ids.ts";
import type { RunReport } from "#common/report.ts";
import type { PathPhase } from "#common/explanation.ts";
import type { Segment } from "./critical-path.ts";
import type { Occupancy } from "./occupancy.ts";

export function sharePath(
  { spans }: Pick<Occupancy, "spans">,
  segments: readonly Segment[],
): NonNullable<RunReport["criticalPath"]> {
  const byStage = new Map<number, number>();
  const byRank = new Map<number, number>();
  const byPhase = new Map<PathPhase, number>();
  let lengthNs = 0;
  for (const { fromNs, toNs, phase, rank, span } of segments) {
    const ns = toNs - fromNs;
    lengthNs += ns;
    const stage = spans.stage[span];
    if (stage !== NONE) byStage.set(stage, (byStage.get(stage) ?? 0) + ns);
    byRank.set(rank, (byRank.get(rank) ?? 0) + ns);
    byPhase.set(phase, (byPhase.get(phase) ?? 0) + ns);
  }
  return {
    lengthNs,
    byStage: longestFirst(byStage).map(([stage, ns]) => ({ stage, ns })),
    byRank: longestFirst(byRank).map(([rank, ns]) => ({ rank, ns })),
    byPhase: longestFirst(byPhase).map(([phase, ns]) => ({ phase, ns })),
  };
}

const longestFirst = <Key>(sums: ReadonlyMap<Key, number>): [Key, number][] => [...sums].sort(([, a], [, b]) => b - a);
