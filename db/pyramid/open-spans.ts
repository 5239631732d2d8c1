/**
 * Remembers, per lane and depth, the latest span as numbers, so that a nested one finds what encloses it (nesting.ts does the
 * same with objects, for a known depth). For builders that see every span of a run. Pure.
 */
import { NONE } from "#common/ids.ts";

export class OpenSpans {
  readonly #laneCount: number;
  #depths = 1;
  #ends: Float64Array;
  /** Three numbers a span: row, slot, batch. */
  #shares: Int32Array;

  constructor(laneCount: number) {
    this.#laneCount = laneCount;
    this.#ends = new Float64Array(laneCount).fill(-Infinity);
    this.#shares = new Int32Array(laneCount * 3);
  }

  /** The innermost remembered span around one that ends at `end`, or −1. */
  enclosing({ lane, depth, end }: { lane: number; depth: number; end: number }): number {
    const first = lane * this.#depths;
    for (let at = first + Math.min(depth, this.#depths) - 1; at >= first; at--) if (this.#ends[at] >= end) return at;
    return NONE;
  }

  /** Six numbers and no objects: it is called for every span. */
  remember(lane: number, depth: number, end: number, row: number, slot: number, batch: number): void {
    if (depth >= this.#depths) this.#deepen(depth + 1);
    const at = lane * this.#depths + depth;
    this.#ends[at] = end;
    this.#shares[at * 3] = row;
    this.#shares[at * 3 + 1] = slot;
    this.#shares[at * 3 + 2] = batch;
  }

  rowOf(span: number): number {
    return this.#shares[span * 3];
  }

  slotOf(span: number): number {
    return this.#shares[span * 3 + 1];
  }

  batchOf(span: number): number {
    return this.#shares[span * 3 + 2];
  }

  #deepen(wanted: number): void {
    const depths = Math.max(wanted, this.#depths * 2);
    const ends = new Float64Array(this.#laneCount * depths).fill(-Infinity);
    const shares = new Int32Array(this.#laneCount * depths * 3);
    for (let lane = 0; lane < this.#laneCount; lane++) {
      const from = lane * this.#depths;
      ends.set(this.#ends.subarray(from, from + this.#depths), lane * depths);
      shares.set(this.#shares.subarray(from * 3, (from + this.#depths) * 3), lane * depths * 3);
    }
    this.#depths = depths;
    this.#ends = ends;
    this.#shares = shares;
  }
}
