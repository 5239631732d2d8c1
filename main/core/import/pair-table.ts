/** Dense ids for pairs of integers: (process, thread) → lane, (text, category) → name. No object and no text per lookup. */
import { growColumn } from "./growing.ts";

export class PairTable {
  /** Pairs so far; ids are 0 … size − 1. */
  size = 0;
  first = new Int32Array(64);
  second = new Int32Array(64);
  #mask = 255;
  /** Id + 1, or 0. */
  #table = new Int32Array(256);
  #last = 0;

  /** Id of a pair, new or known. */
  add(first: number, second: number): number {
    const last = this.#last;
    if (last < this.size && this.first[last] === first && this.second[last] === second) return last;
    let place = placeOf(first, second) & this.#mask;
    for (;;) {
      const id = this.#table[place] - 1;
      if (id < 0) break;
      if (this.first[id] === first && this.second[id] === second) return (this.#last = id);
      place = (place + 1) & this.#mask;
    }
    const id = this.size++;
    if (id === this.first.length) {
      this.first = growColumn(this.first, id * 2);
      this.second = growColumn(this.second, id * 2);
    }
    this.first[id] = first;
    this.second[id] = second;
    this.#table[place] = id + 1;
    if (this.size * 2 > this.#mask) this.#growTable();
    return (this.#last = id);
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    this.#mask = this.#table.length - 1;
    for (let id = 0; id < this.size; id++) {
      let place = placeOf(this.first[id], this.second[id]) & this.#mask;
      while (this.#table[place] !== 0) place = (place + 1) & this.#mask;
      this.#table[place] = id + 1;
    }
  }
}

function placeOf(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e37_79b1) ^ Math.imul(second, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
