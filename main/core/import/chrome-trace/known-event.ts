/**
 * Events that differ from one met before only in their times and in a few numbers (event-trie.ts says which): everything
 * else of such an event was worked out once, and the next one costs its times and these numbers. Gives exactly what
 * working it out again would give; whatever it is not sure of is worked out again.
 */
import { UNSAID } from "../recognise/contract.ts";
import type { ArgSlots, ForeseenSaying, Recognised } from "../recognise/contract.ts";
import type { Sayings } from "../recognise/sayings.ts";

/** What events of one leaf have in common. */
export interface KnownEvent {
  readonly lane: number;
  readonly name: number;
  /** Overwritten where it has gaps; absent when it is no pipeline work. */
  readonly said: Recognised | undefined;
  /** Its id in the sayings of the trace, where the gaps are none of a saying's fields; else −1. */
  readonly saying: number;
  readonly slots: readonly number[];
  readonly fields: ForeseenSaying["fields"];
  /** Whether the columns say all that the arguments say. */
  readonly saysAll: boolean;
}

/** `KnownEvent.saying` of what is foreseen. */
export function fixedSaying({ said, fields }: ForeseenSaying, sayings: Sayings): number {
  const isFixed = fields.every((field) => field === "batch" || field === "seq" || field === "iteration");
  return said !== undefined && isFixed ? sayings.add(said) : UNSAID;
}

/** Fills the gaps from the slots of an event; false when a slot holds no number that a field takes. */
export function fillGaps({ slots, fields, said }: KnownEvent, { value }: ArgSlots): boolean {
  if (said === undefined) return true;
  for (let i = 0; i < slots.length; i++) {
    const number = value[slots[i]];
    const whole = number | 0;
    if (whole !== number || whole < 0) return false;
    switch (fields[i]) {
      case "stage":
        said.stage = whole;
        break;
      case "chunk":
        said.chunk = whole;
        break;
      case "rank":
        said.rank = whole;
        break;
      case "replica":
        said.replica = whole;
        break;
      case "batch":
        said.batch = whole;
        break;
      case "seq":
        said.seq = whole;
        break;
      default:
        said.iteration = whole;
    }
  }
  return true;
}
