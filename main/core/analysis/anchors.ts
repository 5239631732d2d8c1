/**
 * Anchors: the compute spans that mark the start of a batch at a rank, one a batch and chunk (REFERENCE §6). Initiation
 * intervals are the gaps between them.
 *
 * They are of the anchor pass: backward passes when anything in the scope runs backward (training; `input-grad` is the
 * backward of schedules that split it), else forward passes. A rank that executes several neighbouring stages one after the
 * other (blocks 2–8 of a captured network) starts a batch once, with the stage at which the pass enters that chunk: forward
 * the one whose predecessor is not the rank's, backward the one whose successor is not. Counted so, the number of anchors of
 * every rank is batches × chunks, and the bounds of ranks can be compared.
 *
 * Neighbouring stages are no one chunk where ranks would then hold different numbers of chunks: in a V-shaped schedule
 * (DualPipe, ZB-V) the rank at the turn holds two chunks that happen to be neighbours. There every stage is a chunk.
 */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { Pass, SpanColumns } from "#common/model.ts";
import type { Places } from "./input.ts";
import type { Occupancy } from "./occupancy.ts";
import type { RankSpans } from "./scope-spans.ts";

const TRAINING_ANCHORS: readonly Pass[] = ["backward", "input-grad"];
const INFERENCE_ANCHORS: readonly Pass[] = ["forward", "none"];

export interface Anchors {
  /** Per pass code: 1 for the passes whose compute spans are anchors in this scope. */
  readonly passes: Uint8Array;
  /** Anchors of every rank given, in order of start: indices into the columns. */
  readonly ofRanks: readonly Int32Array[];
}

/** Asked for several times for one report. */
const known = new WeakMap<Occupancy, Anchors>();

export function anchorsOf(occupancy: Occupancy): Anchors {
  let anchors = known.get(occupancy);
  if (anchors === undefined) {
    const { spans, places, ranks } = occupancy;
    known.set(occupancy, (anchors = findAnchors(spans, { places, ranks: ranks.map((rank) => rank.spans) })));
  }
  return anchors;
}

/** @param ranks the spans of one scope */
function findAnchors(spans: SpanColumns, { places, ranks }: { places: Places; ranks: readonly RankSpans[] }): Anchors {
  const isForward = Uint8Array.from(PASSES, (pass) => (INFERENCE_ANCHORS.includes(pass) ? 1 : 0));
  const isTraining = ranks.some(({ compute }) => compute.some((i) => isForward[spans.pass[i]] === 0));
  const passes = isTraining ? Uint8Array.from(PASSES, (pass) => (TRAINING_ANCHORS.includes(pass) ? 1 : 0)) : isForward;
  const ordinalsOf = ranks.map(({ compute }) => gatherOrdinals(spans, { places, indices: compute }));
  const chunkCounts = new Set(ordinalsOf.filter(({ size }) => size > 0).map(countChunks));
  const before = isTraining ? 1 : -1;
  const ofRanks = ranks.map(({ compute }, rank) =>
    compute.filter((i) => {
      if (passes[spans.pass[i]] === 0) return false;
      const stage = spans.stage[i];
      if (stage === NONE || chunkCounts.size > 1) return true;
      return !ordinalsOf[rank].has(places.stageOrdinal[stage] + before);
    }),
  );
  return { passes, ofRanks };
}

/** Ordinals of the stages that some spans execute. */
function gatherOrdinals(
  { stage }: SpanColumns,
  { places, indices }: { places: Places; indices: Int32Array },
): ReadonlySet<number> {
  const ordinals = new Set<number>();
  let last = NONE;
  for (const i of indices) {
    if (stage[i] === last || stage[i] === NONE) continue;
    last = stage[i];
    ordinals.add(places.stageOrdinal[last]);
  }
  return ordinals;
}

/** How many runs of neighbours there are. */
function countChunks(ordinals: ReadonlySet<number>): number {
  let chunks = 0;
  for (const ordinal of ordinals) if (!ordinals.has(ordinal - 1)) chunks += 1;
  return chunks;
}
