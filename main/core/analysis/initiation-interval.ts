/**
 * Initiation interval: how often a new batch starts, and what forbids it to be more often (REFERENCE §6; the bound is the
 * resource-constrained minimum initiation interval of modulo scheduling, Rau 1994).
 *
 * The gaps are between anchors (anchors.ts). All lengths are integer ns; means, medians and bounds are rounded to whole ns at
 * the very end, which keeps `boundNs ≤ meanNs`.
 *
 * A device is a serial resource where lanes of several ranks name the same one. Only captured and simulated runs name the
 * device itself, and only where ranks do share it; what an imported trace calls a device is a label ("CPU", "GPU 0") that
 * every host of a cluster has, so imported runs have no shared devices.
 */
import { NONE } from "#common/ids.ts";
import type { Phase } from "#common/model.ts";
import type { InitiationIntervalRow, Resource, RunReport } from "#common/report.ts";
import { lengthWithin, uniteIntervals } from "./intervals.ts";
import type { Intervals } from "./intervals.ts";
import { anchorsOf } from "./anchors.ts";
import type { Occupancy, RankOccupancy } from "./occupancy.ts";
import { measureStageRules } from "./stage-rule.ts";
import { medianInPlace } from "./statistics.ts";
import { uniteTransfers } from "./transfers.ts";

/** A rank's figures before rounding. */
interface Measured {
  readonly rank: RankOccupancy;
  readonly measured: number;
  readonly mean: number;
  readonly bound: number;
  readonly resource: Resource;
  /** First to last anchor start. */
  readonly fromNs: number;
  readonly toNs: number;
}

function measureRank(rank: RankOccupancy, devices: readonly Intervals[], starts: Float64Array): Measured | undefined {
  if (starts.length < 2) return undefined;
  const gaps = new Float64Array(starts.length - 1);
  for (let i = 0; i < gaps.length; i += 1) gaps[i] = starts[i + 1] - starts[i];
  const within = { fromNs: starts[0], toNs: starts[gaps.length] };
  const busy: readonly (readonly [Resource, number])[] = [
    ["compute", lengthWithin(rank.busy, within)],
    ["in", lengthWithin(uniteTransfers(rank.transfers.inbound), within)],
    ["out", lengthWithin(uniteTransfers(rank.transfers.outbound), within)],
    ...devices.map((device) => ["device", lengthWithin(device, within)] as const),
  ];
  const [resource, most] = busy.reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best));
  return {
    rank,
    measured: medianInPlace(gaps.slice()) ?? 0,
    mean: (within.toNs - within.fromNs) / gaps.length,
    bound: most / gaps.length,
    resource,
    ...within,
  };
}

/** Busy time of every device that several ranks of the scope compute on, by rank. */
function shareDevices({ kind, spans, lanes, ranks }: Occupancy): Map<number, Intervals[]> {
  if (kind === "imported") return new Map();
  const ranksOf = new Map<string, RankOccupancy[]>();
  for (const rank of ranks) {
    const devices = new Set<string>();
    let lastLane = NONE;
    for (const i of rank.spans.compute) {
      if (spans.lane[i] === lastLane) continue;
      lastLane = spans.lane[i];
      const device = lanes[lastLane].device;
      if (device !== undefined) devices.add(device);
    }
    for (const device of devices) ranksOf.set(device, [...(ranksOf.get(device) ?? []), rank]);
  }
  const shared = new Map<number, Intervals[]>();
  for (const sharers of ranksOf.values()) {
    if (sharers.length < 2) continue;
    const union = uniteIntervals(sharers.map(({ busy }) => busy));
    for (const { rank } of sharers) shared.set(rank, [...(shared.get(rank) ?? []), union]);
  }
  return shared;
}

/** The stage that keeps the rank's bounding resource busy longest between the anchors. */
function findBusiestStage({ spans }: Occupancy, { rank, resource, fromNs, toNs }: Measured): number | undefined {
  const indices =
    resource === "in" ? rank.spans.inbound : resource === "out" ? rank.spans.outbound : rank.spans.compute;
  const cut = resource === "in" ? rank.transfers.inbound : resource === "out" ? rank.transfers.outbound : undefined;
  const busyOf = new Map<number, number>();
  indices.forEach((span, at) => {
    const start = Math.max(cut === undefined ? spans.start[span] : cut.starts[at], fromNs);
    const end = Math.min(cut === undefined ? spans.start[span] + spans.duration[span] : cut.ends[at], toNs);
    const stage = spans.stage[span];
    if (stage !== NONE && end > start) busyOf.set(stage, (busyOf.get(stage) ?? 0) + end - start);
  });
  const [busiest] = [...busyOf].sort(([a, aNs], [b, bNs]) => bNs - aNs || a - b);
  return (busiest as readonly [number, number] | undefined)?.[0];
}

const PHASE_OF_RESOURCE: Readonly<Record<Resource, Phase>> = {
  compute: "compute",
  in: "in",
  out: "out",
  device: "compute",
};

const roundRow = ({ measured, mean, bound }: Measured): { measuredNs: number; meanNs: number; boundNs: number } => ({
  measuredNs: Math.round(measured),
  meanNs: Math.round(mean),
  boundNs: Math.round(bound),
});

/** The greatest bound of the other ranks: what limits the pipeline once its bottleneck is gone. */
function findSecond(
  measured: readonly (Measured | undefined)[],
  bottleneck: Measured | undefined,
): Measured | undefined {
  let second: Measured | undefined;
  for (const row of measured) {
    if (row === undefined || row === bottleneck) continue;
    if (second === undefined || row.bound > second.bound) second = row;
  }
  return second;
}

/** Intervals of every rank, of the bottleneck (the rank with the greatest bound), and the rule of every stage. */
export function measureIntervals(occupancy: Occupancy): RunReport["initiationInterval"] {
  const { spans, ranks } = occupancy;
  const anchors = anchorsOf(occupancy);
  const devices = shareDevices(occupancy);
  const measured = ranks.map((rank, at) =>
    measureRank(
      rank,
      devices.get(rank.rank) ?? [],
      Float64Array.from(anchors.ofRanks[at], (i) => spans.start[i]),
    ),
  );
  const bottleneck = measured
    .filter((row) => row !== undefined)
    .reduce<Measured | undefined>(
      (best, row) => (best === undefined || row.bound > best.bound ? row : best),
      undefined,
    );
  const stage = bottleneck === undefined ? undefined : findBusiestStage(occupancy, bottleneck);
  const second = findSecond(measured, bottleneck);
  const rows: InitiationIntervalRow[] = measured.map((row, i) =>
    row === undefined ? { rank: ranks[i].rank } : { rank: ranks[i].rank, ...roundRow(row), resource: row.resource },
  );
  return {
    ...(bottleneck === undefined
      ? {}
      : {
          ...roundRow(bottleneck),
          bottleneck: {
            rank: bottleneck.rank.rank,
            ...(stage === undefined ? {} : { stage }),
            phase: PHASE_OF_RESOURCE[bottleneck.resource],
          },
          ...(second === undefined
            ? {}
            : {
                second: {
                  rank: second.rank.rank,
                  boundNs: Math.round(second.bound),
                  gainNs: Math.round(bottleneck.bound) - Math.round(second.bound),
                },
              }),
        }),
    rows,
    stages: measureStageRules(occupancy, anchors.passes),
  };
}
