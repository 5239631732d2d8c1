/** Passes of the work that was on screen, for the legend: they stay, since entries that come and go while panning only distract. */
export class PassesSeen {
  /** Indices in `PASSES`; another set when one has been added. */
  codes: ReadonlySet<number> = new Set();
  /** Each array is looked through once, not once a frame. */
  readonly #byKind = new WeakMap<Uint8Array, ReadonlySet<number>>();

  /** Tiles or pages, whose kinds are `pass · 16 + phase`. */
  noteDrawn(drawn: readonly { readonly kind: Uint8Array }[]): void {
    this.#note(drawn.flatMap(({ kind }) => [...this.#passesOf(kind)]));
  }

  noteCells(cells: readonly ({ readonly kind: number } | undefined)[]): void {
    this.#note(cells.flatMap((cell) => (cell === undefined ? [] : [cell.kind >> 4])));
  }

  #note(codes: readonly number[]): void {
    const seen = new Set([...this.codes, ...codes]);
    if (seen.size > this.codes.size) this.codes = seen;
  }

  #passesOf(kind: Uint8Array): ReadonlySet<number> {
    let passes = this.#byKind.get(kind);
    if (passes === undefined) {
      const seen = new Uint8Array(16);
      for (const code of kind) seen[code >> 4] = 1;
      passes = new Set(seen.keys().filter((code) => seen[code] === 1));
      this.#byKind.set(kind, passes);
    }
    return passes;
  }
}
