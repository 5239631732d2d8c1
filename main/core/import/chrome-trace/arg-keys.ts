/** Finds the slot of an argument key by its raw bytes. The keys are few and fixed for an import. */
import { hashBytes } from "../interned-texts.ts";

const PLACES = 256;
const encoder = new TextEncoder();

export class ArgKeys {
  /** Whether the slot's key belongs to this product's own format. */
  readonly own: readonly boolean[];
  readonly #keys: readonly Uint8Array[];
  readonly #hashes: Int32Array;
  /** Slot + 1, or 0; chained to the next place on a collision. */
  readonly #table = new Uint8Array(PLACES);

  constructor(keys: readonly string[], ownKeys: ReadonlySet<string>) {
    this.own = keys.map((key) => ownKeys.has(key));
    this.#keys = keys.map((key) => encoder.encode(key));
    this.#hashes = Int32Array.from(this.#keys, (key) => hashBytes(key, { from: 0, to: key.length }));
    for (let slot = 0; slot < keys.length; slot++) {
      let place = placeOf(this.#hashes[slot]);
      while (this.#table[place] !== 0) place = (place + 1) % PLACES;
      this.#table[place] = slot + 1;
    }
  }

  /** Slot of the key bytes[from, to), or -1. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashBytes(bytes, { from, to });
    let place = placeOf(hash);
    for (;;) {
      const slot = this.#table[place] - 1;
      if (slot < 0) return -1;
      if (this.#hashes[slot] === hash) {
        const key = this.#keys[slot];
        const length = to - from;
        let offset = 0;
        while (offset < length && key[offset] === bytes[from + offset]) offset++;
        if (offset === length && length === key.length) return slot;
      }
      place = (place + 1) % PLACES;
    }
  }
}

function placeOf(hash: number): number {
  return (hash ^ (hash >>> 8)) & (PLACES - 1);
}
