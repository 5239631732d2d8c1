/**
 * Where the network's blocks and skip connections lie: arithmetic only, so that thousands of stages cost what is on screen.
 *
 * Blocks are stacked in the order of their ordinals at a fixed pitch. A skip connection is an edge that passes over stages
 * (or goes back); it runs in a track of the gutter beside the blocks, and two that overlap never share a track.
 */
import type { StageId } from "#common/ids.ts";
import type { Stage, StageEdge } from "#common/model.ts";

export const BLOCK_HEIGHT_PX = 36;
export const PITCH_PX = 46;
/**
 * Tracks that fit in the gutter; more skips than that at one place share the outermost one.
 * @internal
 */
export const MOST_TRACKS = 5;

export interface Skip {
  /** Ordinals. */
  readonly from: number;
  readonly to: number;
  /** 0 is next to the blocks. */
  readonly track: number;
}

/** Blocks [from, to) that touch the visible part, and a few beyond it. */
export function visibleBlocks({ scrollPx, heightPx, count }: { scrollPx: number; heightPx: number; count: number }): {
  from: number;
  to: number;
} {
  const spare = 4;
  return {
    from: Math.max(0, Math.min(count, Math.floor(scrollPx / PITCH_PX) - spare)),
    to: Math.max(0, Math.min(count, Math.ceil((scrollPx + heightPx) / PITCH_PX) + spare)),
  };
}

/** The skip connections, shorter ones nearer to the blocks. */
export function layoutSkips({
  edges,
  stages,
}: {
  edges: readonly StageEdge[];
  stages: readonly Stage[];
}): readonly Skip[] {
  const ordinals = new Map<StageId, number>(stages.map(({ id, ordinal }) => [id, ordinal]));
  const skips = edges
    .map(({ from, to }) => ({ from: ordinals.get(from), to: ordinals.get(to) }))
    .filter((edge): edge is { from: number; to: number } => edge.from !== undefined && edge.to !== undefined)
    .filter(({ from, to }) => to !== from + 1 && to !== from)
    .toSorted((a, b) => length(a) - length(b) || first(a) - first(b));
  const tracks: { from: number; to: number }[][] = [];
  return skips.map((skip) => {
    const free = tracks.findIndex((taken) => taken.every((other) => !overlap(skip, other)));
    const track = Math.min(free === -1 ? tracks.length : free, MOST_TRACKS - 1);
    (tracks[track] ??= []).push(skip);
    return { ...skip, track };
  });
}

/** Skips of which a part lies in [from, to). */
export function visibleSkips(skips: readonly Skip[], { from, to }: { from: number; to: number }): readonly Skip[] {
  return skips.filter((skip) => first(skip) < to && last(skip) >= from);
}

interface Ends {
  readonly from: number;
  readonly to: number;
}

const first = ({ from, to }: Ends) => Math.min(from, to);
const last = ({ from, to }: Ends) => Math.max(from, to);
const length = (ends: Ends) => last(ends) - first(ends);
/** Ends at the same block do not overlap: one arrives above, the other leaves below. */
const overlap = (a: Ends, b: Ends) => first(a) < last(b) && first(b) < last(a);
