/**
 * Remembers, per lane and depth, the latest span, so that a nested one finds what encloses it. Spans must come in canonical
 * order, where a parent precedes its children. Pure.
 *
 * What is left over from spans that ended is never taken for a parent: spans of a lane nest, so it ends too early. (It may
 * be for a span of length 0 right at that end, which has no time to give or take.)
 */
export class Nesting<Span> {
  /** Spans at this depth enclose nothing. */
  readonly #maxDepth: number;
  readonly #spans: (Span | undefined)[];
  readonly #ends: Float64Array;

  /** @param maxDepth of any span; with 0 nothing is kept */
  constructor({ laneCount, maxDepth }: { laneCount: number; maxDepth: number }) {
    this.#maxDepth = maxDepth;
    this.#spans = new Array<Span | undefined>(laneCount * maxDepth).fill(undefined);
    this.#ends = new Float64Array(laneCount * maxDepth);
  }

  /** True when a span at `depth` may enclose others. */
  canEnclose(depth: number): boolean {
    return depth < this.#maxDepth;
  }

  /** The innermost remembered span around one that ends at `end`. */
  enclosing(place: { lane: number; depth: number; end: number }): Span | undefined {
    const first = place.lane * this.#maxDepth;
    for (let at = first + place.depth - 1; at >= first; at--) {
      if (this.#spans[at] !== undefined && this.#ends[at] >= place.end) return this.#spans[at];
    }
    return undefined;
  }

  /** `place.depth` can enclose. */
  remember(place: { lane: number; depth: number; end: number }, span: Span): void {
    const at = place.lane * this.#maxDepth + place.depth;
    this.#spans[at] = span;
    this.#ends[at] = place.end;
  }
}
