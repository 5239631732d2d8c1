/**
 * One trace event while it is read: fields that every scanner fills and event-assembler.ts reads, used again for the next
 * event. A key that has no field here is remembered as a range of bytes (`extras`), so that nothing is lost; ranges are
 * valid until the window of bytes moves. Knows nothing of bytes and formats itself.
 */
import { SLOT_ABSENT, UNSAID } from "../recognise/contract.ts";
import type { ArgSlots } from "../recognise/contract.ts";
import { Lexed } from "./json-bytes.ts";
import type { KnownEvent } from "./known-event.ts";

export const TIME_ABSENT = 0;
export const TIME_PLAIN = 1;
/** NaN, null, or no number at all. */
export const TIME_UNUSABLE = 2;

/** Kinds of `extras`: which key it is, where that matters to some type of event. */
export const EXTRA_OTHER = 0;
export const EXTRA_ID = 1;
export const EXTRA_SCOPE = 2;
export const EXTRA_BINDING = 3;

/** At most so many keys without a field of their own are remembered; a further one makes the event too strange to read. */
export const MOST_EXTRAS = 64;

/** What a trie (event-trie.ts) offers to whoever reads the fields of an event. */
export interface LeafHolder {
  /** By slot: 1 where events of one leaf hold different numbers; undefined when they differ in texts too. */
  readonly freeSlots: Uint8Array | undefined;
  /** By leaf: what was worked out for all events of it; null when that cannot be. */
  readonly known: (KnownEvent | null | undefined)[];
  /** Sets the fields and slots that the literals of a leaf stand for. */
  apply(leaf: number, fields: EventFields): void;
}

export class EventFields {
  /** Character code of `ph`, 0 when absent, -1 when it is not one character. */
  type = 0;
  /** Ids of interned texts, `UNSAID` when absent. */
  name = UNSAID;
  category = UNSAID;
  process = UNSAID;
  thread = UNSAID;
  id = UNSAID;
  /** First character of `s` and of `bp`, 0 when absent. */
  scope = 0;
  binding = 0;
  startKind = TIME_ABSENT;
  durationKind = TIME_ABSENT;
  /** Start and duration in µs: [0], [2] whole µs, [1], [3] the rest in ns; exact as written. */
  readonly times = new Float64Array(4);
  /** Raw value of `args`: bytes[argsFrom, argsTo); equal when absent. */
  argsFrom = 0;
  argsTo = 0;
  /** Whether args is an object that holds nothing but whole slots of `ownKeys`. */
  onlyOwnArgs = true;
  readonly slots: ArgSlots;
  /** Triples (kind, from, to): bytes[from, to) is `"key": value`. */
  readonly extras = new Int32Array(3 * MOST_EXTRAS);
  extraCount = 0;
  readonly lexed = new Lexed();
  /** The trie that the event was read through, and its leaf there; absent when it was read another way. */
  trie: LeafHolder | undefined;
  leaf = 0;

  /** Slots that are not absent. */
  readonly filled: Int32Array;
  filledCount = 0;

  constructor(slotCount: number) {
    this.filled = new Int32Array(slotCount);
    this.slots = { kind: new Uint8Array(slotCount), value: new Float64Array(slotCount) };
  }

  reset(): void {
    this.type = 0;
    this.name = this.category = this.process = this.thread = this.id = UNSAID;
    this.scope = this.binding = 0;
    this.startKind = this.durationKind = TIME_ABSENT;
    this.argsFrom = this.argsTo = 0;
    this.extraCount = 0;
    this.lexed.lenient = 0;
    this.trie = undefined;
    this.resetSlots();
  }

  resetSlots(): void {
    for (let index = 0; index < this.filledCount; index++) this.slots.kind[this.filled[index]] = SLOT_ABSENT;
    this.filledCount = 0;
    this.onlyOwnArgs = true;
  }
}
