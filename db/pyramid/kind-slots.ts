/**
 * Numbers the kinds of work that occur on each row (stage, pass and phase), so that sums of them are plain columns. Pure.
 *
 * Numbers are given when a kind first occurs and never taken back. There are at most `MOST_SLOTS`, which bounds the memory of
 * every level: in a run with more (thousands of rows, each with dozens of kinds) the later ones take no part in dominance.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";

const PHASE_COUNT = PHASES.length;
const KINDS = PASSES.length * PHASE_COUNT;
const MOST_SLOTS = 16_384;

export class KindSlots {
  /** By place (lane and stage): number of its block of kinds, from 1. */
  readonly #blockOf: Int32Array;
  /** By block · KINDS + pass and phase: slot + 1, or 0. */
  #slots = new Int32Array(64 * KINDS);
  #blockCount = 0;
  /** Row, stage ordinal, pass and phase of each slot, as one number that sorts by them. */
  readonly #names: number[] = [];
  readonly #numberOf = new Map<number, number>();
  #byRow: readonly (readonly Int32Array[])[] = [];
  #sortedCount = 0;

  constructor(placeCount: number) {
    this.#blockOf = new Int32Array(placeCount);
  }

  get count(): number {
    return this.#names.length;
  }

  /** Slot of a kind on the row that the place fills, or −1 where there are too many. */
  slotOf(place: number, kind: { row: number; ordinal: number; pass: number; phase: number }): number {
    const known = this.find(place, kind.pass, kind.phase);
    return known === 0 ? this.#add(place, kind) : known - 1;
  }

  /** Slot + 1, or 0 when it is not known yet: the short way, for loops over spans. */
  find(place: number, pass: number, phase: number): number {
    const block = this.#blockOf[place];
    return block === 0 ? 0 : this.#slots[block * KINDS + pass * PHASE_COUNT + phase];
  }

  #add(place: number, { row, ordinal, pass, phase }: { row: number; ordinal: number; pass: number; phase: number }) {
    if (this.#blockOf[place] === 0) {
      this.#blockOf[place] = ++this.#blockCount;
      if ((this.#blockCount + 1) * KINDS > this.#slots.length) {
        const grown = new Int32Array(this.#slots.length * 2);
        grown.set(this.#slots);
        this.#slots = grown;
      }
    }
    // Places of one row (lanes of a rank) share the slots of their kinds.
    const name = (row * 0x1_0000 + ordinal) * 256 + pass * 16 + phase;
    let slot = this.#numberOf.get(name);
    if (slot === undefined) {
      if (this.#names.length === MOST_SLOTS) return NONE;
      slot = this.#names.length;
      this.#numberOf.set(name, slot);
      this.#names.push(name);
    }
    this.#slots[this.#blockOf[place] * KINDS + pass * PHASE_COUNT + phase] = slot + 1;
    return slot;
  }

  /** Stage ordinal of a slot. */
  ordinalOf(slot: number): number {
    return Math.floor(this.#names[slot] / 256) % 0x1_0000;
  }

  /** `pass · 16 + phase` of a slot. */
  passAndPhaseOf(slot: number): number {
    return this.#names[slot] % 256;
  }

  /** Slots of a row by stage, ascending by ordinal, within a stage by pass and phase. */
  stagesOf(row: number): readonly Int32Array[] {
    if (this.#sortedCount !== this.count) {
      const sorted = [...this.#names.keys()].sort((a, b) => this.#names[a] - this.#names[b]);
      const byRow: Int32Array[][] = [];
      for (const group of Map.groupBy(sorted, (slot) => Math.floor(this.#names[slot] / 256)).values()) {
        (byRow[Math.floor(this.#names[group[0]] / 0x100_0000)] ??= []).push(Int32Array.from(group));
      }
      this.#byRow = byRow;
      this.#sortedCount = this.count;
    }
    return this.#byRow.at(row) ?? [];
  }
}
