/**
 * Sums of ns by (cell, key): who fills which cell of a tile, and how much. An open-addressing table of doubles, since a
 * tile of a dense run adds up hundreds of thousands of shares. Knows nothing about what keys mean.
 */

/** Keys are integers in [0, KEY_LIMIT); cells times keys stay below 2^53. */
const KEY_LIMIT = 2 ** 32;

const EMPTY = -1;

export class ShareTable {
  #slots = new Float64Array(256).fill(EMPTY);
  #sums = new Float64Array(256);
  #used = 0;

  add(cell: number, key: number, ns: number): void {
    const wanted = cell * KEY_LIMIT + key;
    let slot = this.#slotOf(wanted);
    if (this.#slots[slot] === EMPTY) {
      if (this.#used * 2 >= this.#slots.length) {
        this.#grow();
        slot = this.#slotOf(wanted);
      }
      this.#slots[slot] = wanted;
      this.#used++;
    }
    this.#sums[slot] += ns;
  }

  /** Visits, for every cell with a sum over 0, the key with the greatest one; the lower key where two are equal. */
  forEachGreatest(cells: number, visit: (cell: number, key: number) => void): void {
    const greatest = new Float64Array(cells);
    const winner = new Float64Array(cells).fill(Infinity);
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const entry = this.#slots[slot];
      const sum = this.#sums[slot];
      if (entry === EMPTY || sum <= 0) continue;
      const cell = Math.floor(entry / KEY_LIMIT);
      const key = entry - cell * KEY_LIMIT;
      if (sum < greatest[cell] || (sum === greatest[cell] && key >= winner[cell])) continue;
      greatest[cell] = sum;
      winner[cell] = key;
    }
    for (let cell = 0; cell < cells; cell++) if (greatest[cell] > 0) visit(cell, winner[cell]);
  }

  clear(): void {
    if (this.#used === 0) return;
    this.#slots.fill(EMPTY);
    this.#sums.fill(0);
    this.#used = 0;
  }

  /** Where `wanted` is, or the empty slot where it belongs. */
  #slotOf(wanted: number): number {
    const mask = this.#slots.length - 1;
    // Cells in the high part, keys in the low one: both are mixed, or neighbouring cells would collide.
    const high = Math.floor(wanted / KEY_LIMIT);
    let hash = Math.imul((wanted | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[hash] !== EMPTY && this.#slots[hash] !== wanted) hash = (hash + 1) & mask;
    return hash;
  }

  #grow(): void {
    const slots = this.#slots;
    const sums = this.#sums;
    this.#slots = new Float64Array(slots.length * 4).fill(EMPTY);
    this.#sums = new Float64Array(slots.length * 4);
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === EMPTY) continue;
      const slot = this.#slotOf(slots[i]);
      this.#slots[slot] = slots[i];
      this.#sums[slot] = sums[i];
    }
  }
}
