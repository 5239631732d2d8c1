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
import { skipString, skipValue, TEN_TO } from "./json-bytes.ts";

/** What `scan` gives when no known shape fits. */
export const NO_MATCH = -2;

/** Shapes kept at a time, and learned in all: a trace in which every event has its own shape gains nothing from them. */
const MOST_TEMPLATES = 24;
const MOST_LEARNED = 400;
/** Templates that are tried on one event. */
const MOST_TRIES = 3;
const LONGEST_NUMBER = 15;
const NO_TEMPLATE = -1;

export class TemplateScanner {
  readonly #templates: EventTemplate[] = [];
  /** By template: which one fitted the event after it, last time. */
  readonly #next = new Int32Array(MOST_TEMPLATES);
  #last = 0;
  /** The template whose slot kinds are set in the fields. */
  #slotsOf = NO_TEMPLATE;
  #learned = 0;
  #oldest = 0;
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
    const count = this.#templates.length;
    if (count === 0) return NO_MATCH;
    let index = this.#next[this.#last];
    for (let tries = 0; tries < MOST_TRIES && tries < count; tries++) {
      if (this.#slotsOf === index) {
        // The fields that this shape leaves alone still hold what they held for the event before.
        fields.extraCount = 0;
        fields.lexed.lenient = 0;
      } else {
        this.#prepare(fields, index);
      }
      const { program, words } = this.#templates[index];
      const after = this.#scanLike(fields, program, words, bytes, pos, end);
      if (after >= 0) {
        this.#next[this.#last] = index;
        this.#last = index;
        return after;
      }
      index = index + 1 === count ? 0 : index + 1;
    }
    return NO_MATCH;
  }

  /** Forgets whose slots are set: the general scanner has written them. */
  forgetSlots(): void {
    this.#slotsOf = NO_TEMPLATE;
  }

  /** Learns from an event that the general scanner has read. */
  learn(bytes: Uint8Array, from: number, to: number): void {
    if (this.#learned === MOST_LEARNED) return;
    this.#learned++;
    const learned = template.learnTemplate(bytes, { from, to }, this.#keys);
    if (learned === undefined) return;
    let index = this.#templates.length;
    if (index < MOST_TEMPLATES) {
      this.#templates.push(learned);
    } else {
      index = this.#oldest;
      this.#oldest = (this.#oldest + 1) % MOST_TEMPLATES;
      this.#templates[index] = learned;
    }
    this.#next[this.#last] = index;
    this.#next[index] = index;
    this.#last = index;
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

  #scanLike(
    fields: EventFields,
    program: Int32Array,
    words: Int32Array,
    bytes: Uint8Array,
    pos: number,
    end: number,
  ): number {
    const view = this.#view;
    const { times } = fields;
    const slotValues = fields.slots.value;
    // No literal holds the 0 at `end`, so the position never passes it.
    for (let step = 0; ; step += template.STEP_LENGTH) {
      let word = program[step];
      for (const stop = word + program[step + 1]; word < stop; word++, pos += 4) {
        if (view.getInt32(pos, true) !== words[word]) return NO_MATCH;
      }
      const tail = program[step + 2];
      if (tail > 0) {
        if ((view.getInt32(pos, true) & program[step + 3]) !== program[step + 4]) return NO_MATCH;
        pos += tail;
      }
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
          return pos;
      }
    }
  }

  #text = 0;

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

const NUMBER = new Float64Array(2);
const INTEGER = new Int32Array(1);

/** Digits that a 32-bit integer holds whatever they are. */
const INT_DIGITS = 9;

/** Reads a number without exponent into out[at] (whole part) and out[at + 1] (thousandths); `NO_MATCH` for any other. */
function takeNumber(bytes: Uint8Array, pos: number, out: Float64Array, at: number): number {
  const isNegative = bytes[pos] === 45;
  if (isNegative) pos++;
  const from = pos;
  let small = 0;
  let digit = bytes[pos] - 48;
  // In 32-bit integers as long as that is exact: a double multiplication a digit would cost more than the rest.
  while (digit >= 0 && digit <= 9 && pos - from < INT_DIGITS) {
    small = (Math.imul(small, 10) + digit) | 0;
    digit = bytes[++pos] - 48;
  }
  let whole = small;
  while (digit >= 0 && digit <= 9) {
    whole = whole * 10 + digit;
    digit = bytes[++pos] - 48;
  }
  const digits = pos - from;
  if (digits === 0 || digits > LONGEST_NUMBER || (digits > 1 && bytes[from] === 48)) return NO_MATCH;
  out[at] = isNegative ? -whole : whole;
  if (bytes[pos] !== 46) {
    out[at + 1] = isNegative ? -0 : 0;
    return pos;
  }
  const point = ++pos;
  small = 0;
  digit = bytes[pos] - 48;
  while (digit >= 0 && digit <= 9 && pos - point < INT_DIGITS) {
    small = (Math.imul(small, 10) + digit) | 0;
    digit = bytes[++pos] - 48;
  }
  let decimals = small;
  while (digit >= 0 && digit <= 9) {
    decimals = decimals * 10 + digit;
    digit = bytes[++pos] - 48;
  }
  const count = pos - point;
  if (count === 0 || count > LONGEST_NUMBER) return NO_MATCH;
  const thousandths = count === 3 ? decimals : (decimals * 1000) / TEN_TO[count];
  out[at + 1] = isNegative ? -thousandths : thousandths;
  return pos;
}

/** Reads a non-negative integer of at most 9 digits into `INTEGER`; `NO_MATCH` for any other number. */
function takeInteger(bytes: Uint8Array, pos: number): number {
  const from = pos;
  let value = 0;
  let digit = bytes[pos] - 48;
  while (digit >= 0 && digit <= 9) {
    value = (Math.imul(value, 10) + digit) | 0;
    digit = bytes[++pos] - 48;
  }
  const digits = pos - from;
  if (digits === 0 || digits > INT_DIGITS || digit === -2 || (digits > 1 && bytes[from] === 48)) return NO_MATCH;
  INTEGER[0] = value;
  return pos;
}

function addExtra(fields: EventFields, kind: number, from: number, to: number): void {
  if (fields.extraCount === MOST_EXTRAS) return; // cannot be: a template has fewer steps
  const at = fields.extraCount++ * 3;
  fields.extras[at] = kind;
  fields.extras[at + 1] = from;
  fields.extras[at + 2] = to;
}
