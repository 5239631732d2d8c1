/** What a block of the network says besides its number: its name, its times, and whether it bounds the run. Pure. */
import type { Stage } from "#common/model.ts";
import type { RunReport, StageRuleRow } from "#common/report.ts";

export interface BlockFacts {
  readonly stage: Stage;
  readonly title: string;
  readonly times: StageRuleRow | undefined;
  /** Phase by which the stage bounds the run. */
  readonly bottleneck: string | undefined;
}

/** @param stages by ordinal */
export function describeBlocks(stages: readonly Stage[], report: RunReport | undefined): readonly BlockFacts[] {
  // Reports name stages by id.
  const times = new Map(report?.initiationInterval.stages.map((row) => [row.stage, row]));
  const bottleneck = report?.initiationInterval.bottleneck;
  return stages.map((stage) => {
    const isBottleneck =
      bottleneck !== undefined &&
      (bottleneck.stage === undefined ? bottleneck.rank === stage.rank : bottleneck.stage === stage.id);
    return {
      stage,
      title: titleOf(stage, { isBottleneck }),
      times: times.get(stage.id),
      bottleneck: isBottleneck ? bottleneck.phase : undefined,
    };
  });
}

/** The name, with the op where that does not say it and there is room for it. */
export function titleOf({ name, op }: Stage, { isBottleneck = false } = {}): string {
  return op === "other" || name.includes(op) || isBottleneck ? name : `${name} · ${op}`;
}

/** The longest in, compute and out of a block together, in ns; at least 1. */
export function longestTime(blocks: readonly BlockFacts[]): number {
  return blocks.reduce((most, { times }) => {
    const { inNs = 0, computeNs = 0, outNs = 0 } = times ?? {};
    return Math.max(most, inNs + computeNs + outNs);
  }, 1);
}
