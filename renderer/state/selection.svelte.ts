/**
 * What a person has chosen, once for all views: network, wavefront and inspector show the same selection.
 *
 * A selection carries enough to be drawn without asking the backend; the inspector reads the rest. It refuses to hold
 * more than one thing. Stages are meant by their ordinal (the number in the block), as in tiles and reports.
 */
import type { LaneId, SpanId } from "#common/ids.ts";

export interface SelectedSpan {
  readonly kind: "span";
  readonly id: SpanId;
  readonly startNs: number;
  readonly endNs: number;
  readonly lane: LaneId;
  /** Ordinal. */
  readonly stage?: number | undefined;
  readonly batch?: number | undefined;
  readonly iteration?: number | undefined;
}

export interface SelectedStage {
  readonly kind: "stage";
  /** Ordinal. */
  readonly stage: number;
}

export interface SelectedBatch {
  readonly kind: "batch";
  readonly batch: number;
  /** Absent: the iteration of the scope. */
  readonly iteration?: number | undefined;
}

/** Idle time of a rank. */
export interface SelectedBubble {
  readonly kind: "bubble";
  /** Position of the row on the axis it was clicked on. */
  readonly row: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly rank: number;
  readonly replica: number;
}

export type Selected = SelectedSpan | SelectedStage | SelectedBatch | SelectedBubble;

export class Selection {
  /** What is selected, if anything. */
  current = $state.raw<Selected | undefined>(undefined);
  /** What the pointer is over, in whichever view. */
  hover = $state.raw<Selected | undefined>(undefined);

  /** The stage that the selection belongs to: the one to mark in the network and on stage rows. */
  get stage(): number | undefined {
    const { current } = this;
    return current?.kind === "stage" || current?.kind === "span" ? current.stage : undefined;
  }

  /** The batch that the selection belongs to. */
  get batch(): number | undefined {
    const { current } = this;
    return current?.kind === "batch" || current?.kind === "span" ? current.batch : undefined;
  }

  select(selected: Selected): void {
    this.current = selected;
  }

  clear(): void {
    this.current = undefined;
  }
}
