/**
 * What the selected bubble is made of: its pieces with their causes, and the span that was waited for. Read when a bubble is
 * selected, in whichever iteration and replica it lies; the last request wins.
 */
import type { BubbleColumns } from "#common/explanation.ts";
import { NONE, spanId } from "#common/ids.ts";
import type { SpanId } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { IdleCause } from "#common/report.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import type { Selected, SelectedBubble, SelectedSpan } from "./selection.svelte.ts";
import { readSpan, selectionOf } from "./span-detail.ts";

/** A bubble of more pieces is one that nobody reads piece by piece. */
const MOST_PIECES = 200;

export interface BubblePiece {
  readonly cause: IdleCause;
  readonly fromNs: number;
  readonly toNs: number;
  readonly awaited?: { readonly stage: number; readonly batch: number; readonly pass: Pass };
  readonly waitedFor?: SpanId;
}

export class BubbleCauses {
  /** In order of time; empty until they are known. */
  pieces = $state.raw<readonly BubblePiece[]>([]);
  /** What the longest piece with a recorded cause waited for. */
  awaited = $state.raw<SelectedSpan | undefined>(undefined);
  readonly #run: OpenRun;
  #bubble: SelectedBubble | undefined;
  #request: AbortController | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
  }

  /**
   * Reads the causes of a selected bubble; of anything else there are none.
   * @returns whether the same bubble was selected once more
   */
  follow(selected: Selected | undefined): boolean {
    const bubble = selected?.kind === "bubble" ? selected : undefined;
    const before = this.#bubble;
    this.#bubble = bubble;
    if (bubble !== undefined && before !== undefined && isSame(bubble, before)) return before !== bubble;
    this.#request?.abort();
    this.pieces = [];
    this.awaited = undefined;
    if (bubble !== undefined) this.#read(bubble);
    return false;
  }

  close(): void {
    this.#request?.abort();
  }

  #read(bubble: SelectedBubble): void {
    const { client, detail } = this.#run;
    const { rank, replica, fromNs, toNs } = bubble;
    const window = detail.windows.find((one) => one.replica === replica && one.startNs <= fromNs && toNs <= one.endNs);
    if (window === undefined) return;
    const request = new AbortController();
    this.#request = request;
    const scope = { iteration: window.iteration, replica };
    client
      .readBubbles({ run: detail.id, ...scope, fromNs, toNs, limit: MOST_PIECES * 50 }, { signal: request.signal })
      .then(({ bubbles }) => {
        if (this.#bubble !== bubble) return;
        this.pieces = piecesOf(bubbles, rank).slice(0, MOST_PIECES);
        const [longest] = this.pieces
          .filter(({ waitedFor }) => waitedFor !== undefined)
          .toSorted((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs));
        const { waitedFor } = (longest as BubblePiece | undefined) ?? {};
        if (waitedFor === undefined) return;
        readSpan(this.#run, waitedFor, (span) => {
          if (this.#bubble === bubble) this.awaited = selectionOf(this.#run, span);
        });
      })
      .catch((error: unknown) => this.#run.tell(error));
  }
}

function isSame(a: SelectedBubble, b: SelectedBubble): boolean {
  return a.rank === b.rank && a.replica === b.replica && a.fromNs === b.fromNs && a.toNs === b.toNs;
}

/** Bubbles of one rank, one by one. */
function piecesOf(bubbles: BubbleColumns, ofRank: number): BubblePiece[] {
  const { rank, from, to, cause, awaitedStage, awaitedBatch, awaitedPass, waitedFor } = bubbles;
  const pieces: BubblePiece[] = [];
  for (let i = 0; i < bubbles.length; i += 1) {
    if (rank[i] !== ofRank) continue;
    pieces.push({
      cause: IDLE_CAUSES[cause[i]],
      fromNs: from[i],
      toNs: to[i],
      ...(awaitedStage[i] === NONE
        ? {}
        : { awaited: { stage: awaitedStage[i], batch: awaitedBatch[i], pass: PASSES[awaitedPass[i]] } }),
      ...(waitedFor[i] === NONE ? {} : { waitedFor: spanId(waitedFor[i]) }),
    });
  }
  return pieces;
}
