/**
 * Spans that have begun and not ended: one stack for each thread (B/E) or for each async id (b/e), in one pool of columns,
 * with the argument slots of the begin event. Knows nothing of bytes.
 */
import { SLOT_ABSENT } from "../recognise/contract.ts";
import type { ArgSlots } from "../recognise/contract.ts";
import { growColumn } from "../growing.ts";

export const NOTHING_OPEN = -1;

export class OpenSpans {
  /** By entry: row in the collected spans, text ids of name and category, entry below it on the stack. */
  row = new Int32Array(64);
  name = new Int32Array(64);
  category = new Int32Array(64);
  #below = new Int32Array(64);
  /** Begin time, apart in whole µs (already from the base, in ns) and the fraction in ns. */
  wholeNs = new Float64Array(64);
  fractionNs = new Float64Array(64);
  readonly #slotCount: number;
  #kinds: Uint8Array<ArrayBuffer>;
  #values: Float64Array<ArrayBuffer>;
  #capacity = 64;
  #used = 0;
  #free = NOTHING_OPEN;
  /** Top entry + 1 by stack. */
  #tops = new Int32Array(64);

  constructor(slotCount: number) {
    this.#slotCount = slotCount;
    this.#kinds = new Uint8Array(64 * slotCount);
    this.#values = new Float64Array(64 * slotCount);
  }

  /** Number of stacks that may hold something. */
  get stacks(): number {
    return this.#tops.length;
  }

  top(stack: number): number {
    return stack < this.#tops.length ? this.#tops[stack] - 1 : NOTHING_OPEN;
  }

  below(entry: number): number {
    return this.#below[entry];
  }

  push(stack: number, slots: ArgSlots): number {
    if (stack >= this.#tops.length) this.#tops = growColumn(this.#tops, Math.max(stack + 1, this.#tops.length * 2));
    let entry = this.#free;
    if (entry === NOTHING_OPEN) {
      if (this.#used === this.#capacity) this.#grow();
      entry = this.#used++;
    } else {
      this.#free = this.#below[entry];
    }
    this.#below[entry] = this.#tops[stack] - 1;
    this.#tops[stack] = entry + 1;
    const base = entry * this.#slotCount;
    for (let slot = 0; slot < this.#slotCount; slot++) {
      this.#kinds[base + slot] = slots.kind[slot];
      this.#values[base + slot] = slots.value[slot];
    }
    return entry;
  }

  /** Takes an entry out of its stack, wherever in it. */
  remove(stack: number, entry: number): void {
    const top = this.#tops[stack] - 1;
    if (top === entry) {
      this.#tops[stack] = this.#below[entry] + 1;
    } else {
      let above = top;
      while (this.#below[above] !== entry) above = this.#below[above];
      this.#below[above] = this.#below[entry];
    }
    this.#below[entry] = this.#free;
    this.#free = entry;
  }

  /** Copies the begin event's slots into `into`; with `keep`, only where `into` has none. Gives whether any was copied. */
  copySlots(entry: number, into: ArgSlots, { keep }: { keep: boolean }): void {
    const base = entry * this.#slotCount;
    for (let slot = 0; slot < this.#slotCount; slot++) {
      if (keep && into.kind[slot] !== SLOT_ABSENT) continue;
      into.kind[slot] = this.#kinds[base + slot];
      into.value[slot] = this.#values[base + slot];
    }
  }

  #grow(): void {
    const capacity = (this.#capacity *= 2);
    this.row = growColumn(this.row, capacity);
    this.name = growColumn(this.name, capacity);
    this.category = growColumn(this.category, capacity);
    this.#below = growColumn(this.#below, capacity);
    this.wholeNs = growColumn(this.wholeNs, capacity);
    this.fractionNs = growColumn(this.fractionNs, capacity);
    this.#kinds = growColumn(this.#kinds, capacity * this.#slotCount);
    this.#values = growColumn(this.#values, capacity * this.#slotCount);
  }
}
