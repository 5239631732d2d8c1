/**
 * States of one run: the one on screen and, while the run grows or its file has changed, the next one, which is asked for
 * beside it and takes its place when it is there. Thus a picture is never blank in between, and never mixed of two states.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { TileKey } from "#common/tile.ts";
import { opOfStage } from "../../data/cell-key.ts";
import type { OpOfStage } from "../../data/cell-key.ts";
import { openCells } from "../../data/begun-view.ts";
import type { RunCells } from "../../data/begun-view.ts";
import { StepGridLoader } from "./step-grid-loader.ts";

/** One state of the run, with what has been asked for of it. */
export interface RunState extends RunCells {
  readonly detail: RunDetail;
  readonly steps: StepGridLoader;
  readonly ops: OpOfStage;
}

interface RunStatesOptions {
  readonly client: Client;
  readonly detail: RunDetail;
  /** Present where the first state has been asked for already. */
  readonly begun?: RunCells | undefined;
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
    this.#shown = this.#open(options.detail, options.begun);
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

  #open(detail: RunDetail, begun?: RunCells): RunState {
    const { client, onChange, onEvictTile } = this.#options;
    const { source, planner } = begun ?? openCells({ client, detail });
    planner.listen({ onChange, onEvictTile });
    return {
      detail,
      source,
      planner,
      steps: new StepGridLoader({ detail, source, onChange }),
      ops: opOfStage(detail.stages),
    };
  }
}

function closeState({ planner, steps }: RunState): void {
  planner.close();
  steps.close();
}
