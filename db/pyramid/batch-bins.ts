/**
 * Which batch fills each cell of a tile most. Batches are many, so their sums are kept per bin and only while spans can
 * still add to it: starts ascend, hence a bin that they have passed is decided. Memory follows the spans of a few bins.
 */
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";

import { ShareTable } from "./share-table.ts";

export class BatchBins {
  readonly #batch: Uint32Array;
  readonly #tables: (ShareTable | undefined)[] = new Array<ShareTable | undefined>(TILE_BINS).fill(undefined);
  readonly #free: ShareTable[] = [];
  #decided = 0;

  /** @param batch one entry a cell, filled with "none": where the answers go */
  constructor(batch: Uint32Array) {
    this.#batch = batch;
  }

  /** `bin` is not decided yet. */
  add(row: number, bin: number, batch: number, ns: number): void {
    const table = (this.#tables[bin] ??= this.#free.pop() ?? new ShareTable());
    table.add(row, batch, ns);
  }

  /** Decides all bins before `bin`: no span to come starts before it. */
  decideBefore(bin: number): void {
    for (; this.#decided < bin; this.#decided++) {
      const table = this.#tables[this.#decided];
      if (table === undefined) continue;
      const at = this.#decided;
      table.forEachGreatest(TILE_ROWS, (row, batch) => (this.#batch[row * TILE_BINS + at] = batch));
      table.clear();
      this.#free.push(table);
      this.#tables[at] = undefined;
    }
  }
}
