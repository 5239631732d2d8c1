/**
 * The slope of the wavefront on screen: read anew for every scope, shown as a line when a person asks for it. An extra: when
 * it cannot be read there is none, and the plot itself says what is wrong.
 */
import type { Diagonal } from "../../data/wavefront-slope.ts";
import { readDiagonal } from "./diagonal-reader.ts";
import type { WavefrontModel } from "./wavefront-model.svelte.ts";

export class FittedDiagonal {
  found = $state.raw<Diagonal>();
  #wanted = $state(false);
  readonly #model: WavefrontModel;
  /** The picture comes first: nothing is asked for the slope before that was whole once. */
  #isDrawn = $state(false);

  /** Made while a component is: it reads for as long as that one lives. */
  constructor(model: WavefrontModel) {
    this.#model = model;
    $effect(() => {
      if (model.status.complete) this.#isDrawn = true;
    });
    $effect(() => this.#read());
  }

  /** Whether the line is drawn; undefined where it cannot be: it lies over rows of stages and columns of time. */
  get shown(): boolean | undefined {
    const { axis, steps } = this.#model;
    return this.found === undefined || axis !== "stage" || steps !== undefined ? undefined : this.#wanted;
  }

  toggle(): void {
    this.#wanted = !this.#wanted;
  }

  #read(): (() => void) | undefined {
    const { source, scopeWindow: window, pipeline, detail } = this.#model;
    this.found = undefined;
    if (!this.#isDrawn || source === undefined || pipeline === undefined || window === undefined) return undefined;
    if (detail.rows.stage.length < 2) return undefined;
    const request = new AbortController();
    const { replica } = pipeline.scope;
    readDiagonal({ detail, source, ...window, replica, signal: request.signal }).then(
      (found) => {
        if (!request.signal.aborted) this.found = found;
      },
      () => {
        // Without an answer the bar shows no slope.
      },
    );
    return () => request.abort();
  }
}
