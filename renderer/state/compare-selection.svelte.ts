/**
 * The selection of one of two coupled plots: what a person selects here is told on, and what the other one is told is taken
 * over without an answer, so that two selections follow one another and never run in a circle.
 */
import type { Selected } from "./selection.svelte.ts";
import { Selection } from "./selection.svelte.ts";

export class CoupledSelection extends Selection {
  readonly #onSelect: (selected: Selected | undefined) => void;

  constructor(onSelect: (selected: Selected | undefined) => void) {
    super();
    this.#onSelect = onSelect;
  }

  override select(selected: Selected): void {
    super.select(selected);
    this.#onSelect(selected);
  }

  override clear(): void {
    super.clear();
    this.#onSelect(undefined);
  }

  /** What goes with the other plot's selection. */
  adopt(selected: Selected | undefined): void {
    this.current = selected;
  }
}
