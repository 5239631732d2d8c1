/**
 * The fast way to read an event: with the shape of an earlier one (event-template.ts). Compares what stands between the
 * values word by word and takes the values; anything that differs is left to the general scanner, which is always right.
 *
 * Gives exactly what the general scanner gives for the same bytes: a test holds the two against each other.
 */
import { SLOT_ABSENT } from "../recognise/contract.ts";
import { HASH_SEED, hashWord } from "../interned-texts.ts";
import type { InternedTexts } from "../interned-texts.ts";
import type { ArgKeys } from "./arg-keys.ts";
import { EXTRA_ID, EXTRA_OTHER, MOST_EXTRAS, TIME_ABSENT, TIME_PLAIN } from "./event-fields.ts";
import type { EventFields } from "./event-fields.ts";
import * as template from "./event-template.ts";
import type { EventTemplate } from "./event-template.ts";
import { EventTrie, Habits } from "./event-trie.ts";
import { skipString, skipValue } from "./json-bytes.ts";
import { INTEGER, NO_MATCH, NUMBER, takeInteger, takeNumber } from "./take-number.ts";

/** Shapes kept at a time, and tries to learn one: a trace in which every event has its own shape gains nothing from them. */
const MOST_TEMPLATES = 64;
const FIRST_LESSONS = 400;
/** Events read the fast way that allow one more shape to be learned: late parts of a trace have shapes of their own. */
const EVENTS_PER_LESSON = 32;
/** Looking through all templates costs less than learning one. */
const LESSONS_PER_SEARCH = 0.25;
/** Events that a trie may learn from at once, and events read through it that allow one more: learning costs more than reading. */
const FIRST_ADDITIONS = 256;
const EVENTS_PER_ADDITION = 8;
const KEY_BITS = 10;
/** After so many events of one shape in a row the next is taken for another of them, without a look at its beginning. */
const STEADY_EVENTS = 8;
const NO_TEMPLATE = -1;

export class TemplateScanner {
  readonly #templates: EventTemplate[] = [];
  /** By template: which one fitted the event after it, last time. */
  readonly #next = new Int32Array(MOST_TEMPLATES);
  #last = 0;
  /** By hash of an event's beginning: the template that fitted such an event last, or -1. */
  readonly #byKey = new Int8Array(1 << KEY_BITS).fill(NO_TEMPLATE);
  #key = 0;
  /** Events in a row that had the same shape. */
  #steady = 0;
  /** The template whose slot kinds are set in the fields. */
  #slotsOf = NO_TEMPLATE;
  /** By template: what is known of the values that repeat. Habits are dropped once they are judged. */
  readonly #habits: (Habits | undefined)[] = [];
  readonly #tries: (EventTrie | undefined)[] = [];
  /** By template: how many more events its trie may learn from. */
  readonly #additions = new Float64Array(MOST_TEMPLATES);
  #lessons = FIRST_LESSONS;
  /** By template: events that it has read. The one with the fewest gives way to a new one. */
  readonly #uses = new Float64Array(MOST_TEMPLATES);
  #text = 0;
  #leaf = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  readonly #texts: InternedTexts;
  readonly #keys: ArgKeys;

  constructor(texts: InternedTexts, keys: ArgKeys) {
    this.#texts = texts;
    this.#keys = keys;
  }

  /** Reads the event at `pos` into the fields; gives the position after it, or `NO_MATCH`. Bytes may be read 4 beyond `end`. */
  scan(fields: EventFields, bytes: Uint8Array, pos: number, end: number): number {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    if (this.#templates.length === 0) return NO_MATCH;
    if (this.#steady > STEADY_EVENTS) {
      const after = this.#try(fields, this.#last, bytes, pos, end);
      if (after >= 0) {
        this.#uses[this.#last]++;
        this.#lessons += 1 / EVENTS_PER_LESSON;
        return after;
      }
      this.#steady = 0;
    }
    const key = this.#keyAt(pos);
    this.#key = key;
    const likely = this.#byKey[key];
    const following = this.#next[this.#last];
    if (likely >= 0) {
      const after = this.#try(fields, likely, bytes, pos, end);
      if (after >= 0) return this.#remember(likely, after);
    }
    if (following !== likely) {
      const after = this.#try(fields, following, bytes, pos, end);
      if (after >= 0) return this.#remember(following, after);
    }
    return this.#lessons > 0 ? this.#tryAll(fields, bytes, pos, end) : NO_MATCH;
  }

  /** Looks through all templates for one that fits; its key leads to it the next time. */
  #tryAll(fields: EventFields, bytes: Uint8Array, pos: number, end: number): number {
    this.#lessons -= LESSONS_PER_SEARCH;
    for (let index = 0; index < this.#templates.length; index++) {
      const after = this.#try(fields, index, bytes, pos, end);
      if (after >= 0) return this.#remember(index, after);
    }
    return NO_MATCH;
  }

  /** Hash of some bytes near the beginning of an event, which tell its type, category and name more often than not. */
  #keyAt(pos: number): number {
    const view = this.#view;
    if (pos + 40 > view.byteLength) return 0;
    const first = view.getInt32(pos + 8, true) ^ Math.imul(view.getInt32(pos + 16, true), 0x85eb_ca6b);
    const second = view.getInt32(pos + 24, true) ^ Math.imul(view.getInt32(pos + 32, true), 0xc2b2_ae35);
    return Math.imul(first ^ Math.imul(second, 0x27d4_eb2f), 0x9e37_79b1) >>> (32 - KEY_BITS);
  }

  #try(fields: EventFields, index: number, bytes: Uint8Array, pos: number, end: number): number {
    if (this.#slotsOf === index) {
      // The fields that this shape leaves alone still hold what they held for the event before.
      fields.extraCount = 0;
      fields.lexed.lenient = 0;
    } else {
      this.#prepare(fields, index);
    }
    return this.#scanShape(fields, index, bytes, pos, end);
  }

  /** Notes that a template has fitted; gives the position after the event. */
  #remember(index: number, after: number): number {
    this.#steady = index === this.#last ? this.#steady + 1 : 0;
    this.#lessons += 1 / EVENTS_PER_LESSON;
    this.#uses[index]++;
    this.#byKey[this.#key] = index;
    this.#next[this.#last] = index;
    this.#last = index;
    return after;
  }

  /** Forgets what was worked out for events of a leaf. */
  forgetKnown(): void {
    for (const trie of this.#tries) if (trie !== undefined) trie.known.length = 0;
  }

  /** Forgets whose slots are set: the general scanner has written them. */
  forgetSlots(): void {
    this.#slotsOf = NO_TEMPLATE;
  }

  /** Learns from an event that the general scanner has read. */
  learn(bytes: Uint8Array, from: number, to: number): void {
    if (this.#lessons <= 0) return;
    this.#lessons--;
    const learned = template.learnTemplate(bytes, { from, to }, this.#keys);
    if (learned === undefined) return;
    let index = this.#templates.findIndex((known) => template.isSameShape(known, learned));
    if (index < 0) {
      index = this.#templates.length;
      if (index === MOST_TEMPLATES) index = this.#uses.indexOf(Math.min(...this.#uses));
      this.#templates[index] = learned;
      this.#habits[index] = new Habits();
      this.#tries[index] = undefined;
      this.#uses[index] = 0;
    }
    this.#remember(index, to);
  }

  #prepare(fields: EventFields, index: number): void {
    const { type, scope, binding, hasStart, hasDuration, slots, onlyOwnArgs } = this.#templates[index];
    fields.reset();
    fields.type = type;
    fields.scope = scope;
    fields.binding = binding;
    fields.startKind = hasStart ? TIME_PLAIN : TIME_ABSENT;
    fields.durationKind = hasDuration ? TIME_PLAIN : TIME_ABSENT;
    for (const { slot, kind } of slots) {
      if (fields.slots.kind[slot] === SLOT_ABSENT) fields.filled[fields.filledCount++] = slot;
      fields.slots.kind[slot] = kind;
    }
    fields.onlyOwnArgs = onlyOwnArgs;
    this.#slotsOf = index;
  }

  /** Reads an event of a shape: through its trie where it has one, else step by step, and learns from that. */
  #scanShape(fields: EventFields, index: number, bytes: Uint8Array, pos: number, end: number): number {
    const shape = this.#templates[index];
    const trie = this.#tries[index];
    fields.trie = undefined;
    if (trie !== undefined) {
      const root = trie.root(this.#view, pos);
      if (root >= 0) {
        const after = this.#walk(fields, trie.nodes, trie.words, root, bytes, pos, end);
        if (after >= 0) {
          fields.trie = trie;
          fields.leaf = this.#leaf;
          // What is known of the leaf is not needed again; whoever does need it applies the leaf.
          if (!trie.known[this.#leaf]) trie.apply(this.#leaf, fields);
          this.#additions[index] += 1 / EVENTS_PER_ADDITION;
          return after;
        }
        fields.extraCount = 0;
        fields.lexed.lenient = 0;
      }
    }
    const after = this.#walk(fields, shape.program, shape.words, 0, bytes, pos, end);
    if (after >= 0) this.#learnHabits(fields, index, bytes, pos, after);
    return after;
  }

  /** Watches the first events of a shape, then keeps each combination of repeating values that is new. */
  #learnHabits(fields: EventFields, index: number, bytes: Uint8Array, from: number, to: number): void {
    const trie = this.#tries[index];
    if (trie !== undefined) {
      if (this.#additions[index] <= 0) return;
      this.#additions[index]--;
      const path = template.learnTemplate(bytes, { from, to }, this.#keys, trie.isFolded);
      if (path !== undefined) trie.add(this.#view, from, path, fields);
      return;
    }
    const habits = this.#habits[index];
    const shape = this.#templates[index];
    if (!habits?.watch(shape, fields)) return;
    this.#habits[index] = undefined;
    const isFolded = habits.judge(shape);
    if (isFolded?.includes(true) !== true) return;
    this.#tries[index] = new EventTrie(shape, isFolded, fields.slots.kind.length);
    this.#additions[index] = FIRST_ADDITIONS;
  }

  #walk(
    fields: EventFields,
    program: Int32Array,
    words: Int32Array,
    first: number,
    bytes: Uint8Array,
    pos: number,
    end: number,
  ): number {
    const view = this.#view;
    const { times } = fields;
    const slotValues = fields.slots.value;
    // No literal holds the 0 at `end`, so the position never passes it.
    let step = first;
    for (;;) {
      const at = pos;
      let word = program[step];
      const stop = word + program[step + 1];
      while (word < stop && view.getInt32(pos, true) === words[word]) {
        word++;
        pos += 4;
      }
      const tail = program[step + 2];
      if (word < stop || (tail > 0 && (view.getInt32(pos, true) & program[step + 3]) !== program[step + 4])) {
        step = program[step + template.STEP_SIBLING];
        if (step < 0) return NO_MATCH;
        pos = at;
        continue;
      }
      pos += tail;
      switch (program[step + 5]) {
        case template.TAKE_TEXT: {
          const to = this.#takeText(bytes, pos);
          if (to < 0) return NO_MATCH;
          this.#setText(fields, program[step + 6]);
          if (program[step + 6] === template.FIELD_ID) addExtra(fields, EXTRA_ID, pos - program[step + 7], to + 1);
          pos = to;
          break;
        }
        case template.TAKE_DIGITS: {
          const to = this.#takeDigits(bytes, pos);
          if (to < 0) return NO_MATCH;
          this.#setText(fields, program[step + 6]);
          if (program[step + 6] === template.FIELD_ID) addExtra(fields, EXTRA_ID, pos - program[step + 7], to);
          pos = to;
          break;
        }
        case template.TAKE_TIME: {
          pos = takeNumber(bytes, pos, times, program[step + 6]);
          if (pos < 0) return NO_MATCH;
          break;
        }
        case template.TAKE_NUMBER_SLOT: {
          const to = takeInteger(bytes, pos);
          if (to >= 0) {
            slotValues[program[step + 6]] = INTEGER[0];
            pos = to;
            break;
          }
          pos = takeNumber(bytes, pos, NUMBER, 0);
          if (pos < 0) return NO_MATCH;
          slotValues[program[step + 6]] = NUMBER[0] + NUMBER[1] / 1000;
          break;
        }
        case template.TAKE_TEXT_SLOT: {
          pos = this.#takeText(bytes, pos);
          if (pos < 0) return NO_MATCH;
          slotValues[program[step + 6]] = this.#text;
          break;
        }
        case template.PASS_TEXT:
          pos = skipString(bytes, pos, end) - 1;
          if (pos < 0) return NO_MATCH;
          break;
        case template.PASS_VALUE: {
          const to = skipValue(bytes, pos, end, fields.lexed);
          if (to < 0) return NO_MATCH;
          if (program[step + 6] === 1) addExtra(fields, EXTRA_OTHER, pos - program[step + 7], to);
          pos = to;
          break;
        }
        case template.BEGIN_ARGS:
          fields.argsFrom = pos;
          break;
        case template.END_ARGS:
          fields.argsTo = pos;
          break;
        default:
          this.#leaf = program[step + 6];
          return pos;
      }
      step = program[step + template.STEP_NEXT];
    }
  }

  #setText(fields: EventFields, field: number): void {
    switch (field) {
      case template.FIELD_NAME:
        fields.name = this.#text;
        break;
      case template.FIELD_CATEGORY:
        fields.category = this.#text;
        break;
      case template.FIELD_PROCESS:
        fields.process = this.#text;
        break;
      case template.FIELD_THREAD:
        fields.thread = this.#text;
        break;
      default:
        fields.id = this.#text;
    }
  }

  /** Interns the text that begins at `pos` into `#text`; gives the position of its closing quote, or `NO_MATCH` when it has escapes or no end. */
  #takeText(bytes: Uint8Array, pos: number): number {
    const view = this.#view;
    const from = pos;
    let hash = HASH_SEED;
    let word: number;
    let found: number;
    for (;;) {
      word = view.getInt32(pos, true);
      // A quote or a backslash is a byte that the exclusive or makes zero; a byte below 32 borrows into its top bit.
      const quotes = word ^ 0x2222_2222;
      const slashes = word ^ 0x5c5c_5c5c;
      found =
        (((quotes - 0x0101_0101) & ~quotes) | ((slashes - 0x0101_0101) & ~slashes) | ((word - 0x2020_2020) & ~word)) &
        0x8080_8080;
      if (found !== 0) break;
      hash = hashWord(hash, word);
      pos += 4;
    }
    // The lowest find is always a true one: only bytes behind it can be hit by its borrow.
    const left = (31 - Math.clz32(found & -found)) >> 3;
    if (bytes[pos + left] !== 34) return NO_MATCH;
    if (left > 0) hash = hashWord(hash, word & (-1 >>> (32 - 8 * left)));
    pos += left;
    this.#intern(bytes, from, pos, hash);
    return pos;
  }

  #intern(bytes: Uint8Array, from: number, to: number, hash: number): void {
    const known = this.#texts.find(this.#view, from, to, hash);
    this.#text = known < 0 ? this.#texts.addRaw(bytes, from, to, hash) : known;
  }

  /** Interns the digits at `pos` into `#text`. */
  #takeDigits(bytes: Uint8Array, pos: number): number {
    const from = pos;
    let hash = HASH_SEED;
    let word = 0;
    let shift = 0;
    let byte = bytes[pos];
    while (byte >= 48 && byte <= 57) {
      if (shift === 32) {
        hash = hashWord(hash, word);
        word = shift = 0;
      }
      word |= byte << shift;
      shift += 8;
      byte = bytes[++pos];
    }
    if (pos === from) return NO_MATCH;
    hash = hashWord(hash, word);
    this.#intern(bytes, from, pos, hash);
    return pos;
  }
}

function addExtra(fields: EventFields, kind: number, from: number, to: number): void {
  if (fields.extraCount === MOST_EXTRAS) return; // cannot be: a template has fewer steps
  const at = fields.extraCount++ * 3;
  fields.extras[at] = kind;
  fields.extras[at + 1] = from;
  fields.extras[at + 2] = to;
}
