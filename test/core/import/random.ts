/** Repeatable randomness for tests: the same seed gives the same numbers everywhere. */

export interface Random {
  /** Integer in [0, below). */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** Numbers of the generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] };
}
