/**
 * Which moments of two runs lie above one another: the origins of their shared time, and how far that time reaches. Pure.
 */
import type { Run } from "#common/model.ts";
import type { TimeRange } from "./viewport.svelte.ts";

export const ALIGNMENTS = ["start", "clock", "batch"] as const;
/** Starts of the compared iterations; the runs' clocks; the starts of one batch at one stage. */
export type Alignment = (typeof ALIGNMENTS)[number];

export const SIDES = ["a", "b"] as const;
export type Side = (typeof SIDES)[number];
export type OfBoth<Value> = Readonly<Record<Side, Value>>;

export const otherSide = (side: Side): Side => (side === "a" ? "b" : "a");

/** What is known of one of the two. */
export interface AlignedRun {
  readonly run: Pick<Run, "extent" | "originEpochNs">;
  /** Compute window of the compared iteration; absent where no pipeline was recognised. */
  readonly window: TimeRange | undefined;
  /** Start of the chosen batch at the chosen stage, where it was found. */
  readonly batchNs: number | undefined;
}

/**
 * Ns of each run at which the shared time is 0. An alignment that lacks what it needs falls back to the starts of the
 * windows, and where there is none to the starts of the runs.
 */
export function originsOf(alignment: Alignment, { a, b }: OfBoth<AlignedRun>): OfBoth<number> {
  if (alignment === "clock") {
    const betweenNs = clockDistance({ a: a.run, b: b.run });
    return { a: 0, b: betweenNs ?? 0 };
  }
  if (alignment === "batch" && a.batchNs !== undefined && b.batchNs !== undefined) {
    return { a: a.batchNs, b: b.batchNs };
  }
  const start = ({ window, run }: AlignedRun) => window?.fromNs ?? run.extent?.startNs ?? 0;
  return { a: start(a), b: start(b) };
}

/**
 * Whether both runs have a known clock and took place at the same time: then the wall clock is one and the same. Runs of
 * different days would lie days apart; each then counts on its own clock.
 */
export function sharesClock({ a, b }: OfBoth<AlignedRun["run"]>): boolean {
  return clockDistance({ a, b }) !== undefined;
}

/** Ns of B at the moment at which A is at its 0. */
function clockDistance({ a, b }: OfBoth<AlignedRun["run"]>): number | undefined {
  if (a.originEpochNs === undefined || b.originEpochNs === undefined) return undefined;
  if (a.extent === undefined || b.extent === undefined) return undefined;
  const distance = Number(a.originEpochNs - b.originEpochNs);
  const overlaps = a.extent.startNs + distance < b.extent.endNs && b.extent.startNs < a.extent.endNs + distance;
  return overlaps ? distance : undefined;
}

/** The shared time in which something of either run lies. */
export function sharedBounds(runs: OfBoth<AlignedRun>, origins: OfBoth<number>): TimeRange {
  return unionOf(
    SIDES.flatMap((side) => {
      const { extent } = runs[side].run;
      if (extent === undefined) return [];
      return [{ fromNs: extent.startNs - origins[side], toNs: extent.endNs - origins[side] }];
    }),
  );
}

/** Share of the windows left free on either side. */
const MARGIN_SHARE = 0.02;

/** The shared time of both compared iterations, with some air; of the whole runs where there is no iteration. */
export function sharedWindow(runs: OfBoth<AlignedRun>, origins: OfBoth<number>): TimeRange {
  const windows = SIDES.flatMap((side) => {
    const { window } = runs[side];
    return window === undefined ? [] : [{ fromNs: window.fromNs - origins[side], toNs: window.toNs - origins[side] }];
  });
  if (windows.length === 0) return sharedBounds(runs, origins);
  const { fromNs, toNs } = unionOf(windows);
  const marginNs = (toNs - fromNs) * MARGIN_SHARE;
  return { fromNs: fromNs - marginNs, toNs: toNs + marginNs };
}

function unionOf(ranges: readonly TimeRange[]): TimeRange {
  if (ranges.length === 0) return { fromNs: 0, toNs: 1 };
  return {
    fromNs: Math.min(...ranges.map(({ fromNs }) => fromNs)),
    toNs: Math.max(...ranges.map(({ toNs }) => toNs)),
  };
}
