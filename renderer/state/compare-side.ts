/**
 * One of the two runs of a comparison as its plot needs it: its detail, its window onto the shared time, its selection. Another
 * run on a side is another object of this class; the two sides know nothing of each other.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { Stage } from "#common/model.ts";
import { SpanFinder } from "./compare-partner.ts";
import { CoupledSelection } from "./compare-selection.svelte.ts";
import { AlignedViewport } from "./compare-viewport.svelte.ts";
import type { Selected } from "./selection.svelte.ts";
import type { Viewport } from "./viewport.svelte.ts";

interface ComparedSideOptions {
  readonly client: Client;
  readonly detail: RunDetail;
  readonly shared: Viewport;
  /** Ns of the run at which the shared time is 0. */
  readonly originNs: (side: ComparedSide) => number;
  readonly onSelect: (side: ComparedSide, selected: Selected | undefined) => void;
}

export class ComparedSide {
  readonly detail: RunDetail;
  readonly viewport: AlignedViewport;
  readonly selection: CoupledSelection;
  readonly finder: SpanFinder;
  /** By ordinal. */
  readonly stages: readonly Stage[];

  constructor({ client, detail, shared, originNs, onSelect }: ComparedSideOptions) {
    this.detail = detail;
    this.stages = detail.stages.toSorted((x, y) => x.ordinal - y.ordinal);
    this.viewport = new AlignedViewport({ shared, originNs: () => originNs(this) });
    this.selection = new CoupledSelection((selected) => onSelect(this, selected));
    this.finder = new SpanFinder({ client, detail });
  }

  stageById(id: number | undefined): Stage | undefined {
    return id === undefined ? undefined : this.detail.stages.find((stage) => stage.id === id);
  }
}
