/**
 * Finds what a person means by a few letters: every letter must come in order, and the better match is the one whose letters
 * begin words or stand together. For lists of a few hundred short texts; pure.
 */

export interface FuzzyMatch {
  readonly score: number;
  /** Places of the letters, ascending. */
  readonly at: readonly number[];
}

const WORD_START = 8;
const TOGETHER = 6;
const LETTER = 1;
/** A skipped character costs little: long names are as good as short ones. */
const SKIPPED = 0.05;

/**
 * Undefined where a letter is missing. Case and spaces of the query do not count; an empty query matches everything.
 * @internal
 */
export function fuzzyMatch(text: string, query: string): FuzzyMatch | undefined {
  const letters = [...query.toLowerCase()].filter((letter) => letter.trim() !== "");
  const haystack = text.toLowerCase();
  const memory = new Map<number, FuzzyMatch | undefined>();

  /** The best way to place the letters from `letter` on at `from` or after it. */
  const best = (letter: number, from: number, previous: number): FuzzyMatch | undefined => {
    if (letter === letters.length) return { score: 0, at: [] };
    const key = (letter * (haystack.length + 1) + from) * 2 + (previous === from - 1 ? 1 : 0);
    if (memory.has(key)) return memory.get(key);
    let found: FuzzyMatch | undefined;
    for (let at = haystack.indexOf(letters[letter], from); at !== -1; at = haystack.indexOf(letters[letter], at + 1)) {
      const rest = best(letter + 1, at + 1, at);
      if (rest === undefined) break;
      const own = isWordStart(haystack, at) ? WORD_START : at === previous + 1 ? TOGETHER : LETTER;
      const score = own - SKIPPED * (at - from) + rest.score;
      if (found === undefined || score > found.score) found = { score, at: [at, ...rest.at] };
    }
    memory.set(key, found);
    return found;
  };
  return best(0, 0, -2);
}

const isWordStart = (text: string, at: number): boolean => at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "");

/** What matches, the best first; of equals in the order given. */
export function fuzzyFilter<Item>(
  items: readonly Item[],
  { query, textOf }: { query: string; textOf: (item: Item) => string },
): (FuzzyMatch & { readonly item: Item })[] {
  return items
    .flatMap((item) => {
      const match = fuzzyMatch(textOf(item), query);
      return match === undefined ? [] : [{ ...match, item }];
    })
    .toSorted((a, b) => b.score - a.score);
}
