/**
 * Arguments in this product's own format, which the columns of a span can say completely: then their text need not be kept.
 * Knows which slots they are in and nothing of events.
 */
import { OPS, PASSES, PHASES } from "#common/model.ts";
import { SLOT_ABSENT, SLOT_NUMBER, SLOT_TEXT, UNSAID } from "../recognise/contract.ts";
import type { ArgSlots, ForeseenSaying, Recognised } from "../recognise/contract.ts";
import type { InternedTexts } from "../interned-texts.ts";

export const OWN_KEYS = ["stage", "batch", "iteration", "replica", "rank", "pass", "phase", "op"] as const;

/** The first of them that are texts. */
const FIRST_TEXT = 5;

export class OwnArguments {
  /** Slot of each own key, -1 for none. */
  readonly #slots: Int32Array;
  /** What the slots must hold, by own key. */
  readonly #wanted = new Int32Array(OWN_KEYS.length);
  readonly #passTexts: Int32Array;
  readonly #phaseTexts: Int32Array;
  readonly #opTexts: Int32Array;

  constructor(argKeys: readonly string[], texts: InternedTexts) {
    this.#slots = Int32Array.from(OWN_KEYS, (key) => argKeys.indexOf(key));
    this.#passTexts = Int32Array.from(PASSES, (word) => texts.add(word));
    this.#phaseTexts = Int32Array.from(PHASES, (word) => texts.add(word));
    this.#opTexts = Int32Array.from(OPS, (word) => texts.add(word));
  }

  /** Whether what was recognised says everything that the own arguments say. */
  areSaidBy(said: Recognised, { kind, value }: ArgSlots): boolean {
    const slots = this.#slots;
    const wanted = this.#wanted;
    wanted[0] = said.stage;
    wanted[1] = said.batch;
    wanted[2] = said.iteration;
    wanted[3] = said.replica;
    wanted[4] = said.rank;
    wanted[FIRST_TEXT] = this.#passTexts[said.pass];
    wanted[FIRST_TEXT + 1] = this.#phaseTexts[said.phase];
    wanted[FIRST_TEXT + 2] = said.op < 0 ? UNSAID : this.#opTexts[said.op];
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index];
      if (slot < 0 || kind[slot] === SLOT_ABSENT) continue;
      if (kind[slot] !== (index < FIRST_TEXT ? SLOT_NUMBER : SLOT_TEXT) || value[slot] !== wanted[index]) return false;
    }
    return true;
  }

  /** Whether own arguments that differ from span to span are all gaps of their own name: then `areSaidBy` is the same for all. */
  areGaps({ slots, fields }: ForeseenSaying, { kind }: ArgSlots, isFree: Uint8Array): boolean {
    return OWN_KEYS.every((key, index) => {
      const slot = this.#slots[index];
      if (slot < 0 || kind[slot] === SLOT_ABSENT || isFree[slot] === 0) return true;
      const gap = slots.indexOf(slot);
      return gap >= 0 && fields[gap] === key && slots.lastIndexOf(slot) === gap;
    });
  }
}
