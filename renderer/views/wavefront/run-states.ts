/**
 * States of one run: the one on screen and, while the run grows or its file has changed, the next one, which is asked for
 * beside it and takes its place when it is there. Thus a picture is never blank in between, and never mixed of two states.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { TileKey } from "#common/tile.ts";
import { opOfStage } from "../../data/cell-key.ts";
import type { OpOfStage } from "../../data/cell-key.ts";
import { HeatmapPlanner } from "../../data/heatmap-plan.ts";
import { clientTileSource } from "../../data/tile-source.ts";
import type { TileSource } from "../../data/tile-source.ts";
import { StepGridLoader } from "./step-grid-loader.ts";

/** One state of the run, with what has been asked for of it. */
export interface RunState {
  readonly detail: RunDetail;
  readonly source: TileSource;
  readonly planner: HeatmapPlanner;
  readonly steps: StepGridLoader;
  readonly ops: OpOfStage;
}

interface RunStatesOptions {
  readonly client: Client;
  readonly detail: RunDetail;
  readonly onChange: () => void;
  readonly onEvictTile: (key: TileKey) => void;
}

export class RunStates {
  readonly #options: RunStatesOptions;
  #shown: RunState;
  #next: RunState | undefined;
  /** Newer than the next one: states in between are passed over. */
  #later: RunDetail | undefined;

  constructor(options: RunStatesOptions) {
    this.#options = options;
    this.#shown = this.#open(options.detail);
  }

  get shown(): RunState {
    return this.#shown;
  }

  /** Whether a newer state is on its way. */
  get isFollowing(): boolean {
    return this.#next !== undefined;
  }

  follow(detail: RunDetail): void {
    if (this.#next !== undefined) this.#later = detail;
    else if (detail !== this.#shown.detail) this.#next = this.#open(detail);
  }

  /** Shows the next state if there is one and it is ready; says whether it now is. */
  takeNext(isReady: (state: RunState) => boolean): boolean {
    const next = this.#next;
    if (next === undefined || !isReady(next)) return false;
    closeState(this.#shown);
    this.#shown = next;
    this.#next = this.#later === undefined ? undefined : this.#open(this.#later);
    this.#later = undefined;
    return true;
  }

  close(): void {
    closeState(this.#shown);
    if (this.#next !== undefined) closeState(this.#next);
  }

  #open(detail: RunDetail): RunState {
    const { client, onChange, onEvictTile } = this.#options;
    const source = clientTileSource({ client, detail });
    return {
      detail,
      source,
      planner: new HeatmapPlanner({ detail, source, onChange, onEvictTile }),
      steps: new StepGridLoader({ detail, source, onChange }),
      ops: opOfStage(detail.stages),
    };
  }
}

function closeState({ planner, steps }: RunState): void {
  planner.close();
  steps.close();
}
