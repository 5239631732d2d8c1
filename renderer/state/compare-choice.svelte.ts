/**
 * Which two runs of the library a person wants to compare: the one chosen first is A, the other B. A third takes B's place;
 * a run that has gone from the library is no longer chosen.
 */
import type { LibraryEntry } from "#common/api.ts";
import type { RunId } from "#common/ids.ts";

export class ComparisonChoice {
  #runs = $state.raw<readonly RunId[]>([]);
  readonly #entries: () => readonly LibraryEntry[];

  constructor(entries: () => readonly LibraryEntry[]) {
    this.#entries = entries;
  }

  /** At most two: A, B. */
  get chosen(): readonly RunId[] {
    const there = new Set(this.#entries().map(({ id }) => id));
    return this.#runs.filter((run) => there.has(run));
  }

  toggle(run: RunId): void {
    const { chosen } = this;
    if (chosen.includes(run)) this.#runs = chosen.filter((other) => other !== run);
    else this.#runs = [...chosen.slice(0, 1), run];
  }
}
