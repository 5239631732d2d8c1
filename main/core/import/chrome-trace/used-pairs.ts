/**
 * A table of pairs that several pieces of a trace share, and which of its pairs a piece used, in the order of their first use:
 * whoever puts the pieces together gives out ids in the order of the file.
 */
import { growColumn } from "../growing.ts";
import { PairTable } from "../pair-table.ts";

export class UsedPairs extends PairTable {
  /** By id: the piece that used it last. */
  #usedIn = new Int32Array(64);
  #piece = 1;
  #used: number[] = [];

  override add(first: number, second: number): number {
    const id = super.add(first, second);
    if (id >= this.#usedIn.length) this.#usedIn = growColumn(this.#usedIn, this.first.length);
    if (this.#usedIn[id] !== this.#piece) {
      this.#usedIn[id] = this.#piece;
      this.#used.push(id);
    }
    return id;
  }

  /** Ids that were used since the last call, in the order of their first use. */
  takeUsed(): number[] {
    const used = this.#used;
    this.#used = [];
    this.#piece++;
    return used;
  }
}
