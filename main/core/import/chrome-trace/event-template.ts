/**
 * The shape of an event, learned from one: which bytes stand between its values, and what each value is for. The next events
 * of a trace mostly have the shape of an earlier one, and then reading is comparing words of bytes and taking values, with
 * no key to look up (template-scanner.ts).
 *
 * Learning is slow and careful; it refuses shapes that a template cannot say (duplicate keys, values in an unusual form), and
 * the general scanner reads those.
 */
import { wordAt } from "../interned-texts.ts";
import type { ArgKeys } from "./arg-keys.ts";
import * as json from "./json-bytes.ts";
import { OPEN_BRACE, QUOTE } from "./json-bytes.ts";
import { SLOT_NULL, SLOT_NUMBER, SLOT_OTHER, SLOT_TEXT } from "../recognise/contract.ts";

/** What to do with a value. TEXT: up to the closing quote; DIGITS: digits only, kept as a text. */
export const TAKE_TEXT = 0;
export const TAKE_DIGITS = 1;
export const TAKE_TIME = 2;
export const TAKE_NUMBER_SLOT = 3;
export const TAKE_TEXT_SLOT = 4;
/** A text that only has to be passed over. */
export const PASS_TEXT = 5;
/** Any value that only has to be passed over. */
export const PASS_VALUE = 6;
/** No value: the argument object begins, or has ended, here. */
export const BEGIN_ARGS = 7;
export const END_ARGS = 8;
/** No value: the event has ended here. */
export const FINISH = 9;

/**
 * Entries of a step in `program`: first literal word, whole words, bytes of the tail, its mask, its word, action, operand,
 * distance back to the key, next step, step to try when the literal differs (-1 for none: event-trie.ts).
 */
export const STEP_LENGTH = 10;
export const STEP_NEXT = 8;
export const STEP_SIBLING = 9;

/** Fields that a TEXT or DIGITS value goes to, by operand. */
export const FIELD_NAME = 0;
export const FIELD_CATEGORY = 1;
export const FIELD_PROCESS = 2;
export const FIELD_THREAD = 3;
export const FIELD_ID = 4;

export interface EventTemplate {
  readonly program: Int32Array;
  readonly words: Int32Array;
  readonly type: number;
  /** First characters of `s` and `bp`, which are part of the shape; 0 when absent. */
  readonly scope: number;
  readonly binding: number;
  readonly hasStart: boolean;
  readonly hasDuration: boolean;
  /** Slots that the arguments fill, and the kind that they get. */
  readonly slots: readonly { readonly slot: number; readonly kind: number }[];
  readonly onlyOwnArgs: boolean;
}

const FIELDS = ["name", "cat", "pid", "tid", "id"];
const MOST_STEPS = 48;
const decoder = new TextDecoder();

/** Key and value of an object, as ranges of bytes. */
interface Pair {
  readonly key: string;
  readonly keyAt: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The template of the event bytes[from, to), which the scanner has read before without complaint; undefined when a template
 * cannot say it.
 * @param isFolded by step: true where the value is to be part of the literal
 */
export function learnTemplate(
  bytes: Uint8Array,
  { from, to }: { from: number; to: number },
  keys: ArgKeys,
  isFolded: readonly boolean[] = [],
): EventTemplate | undefined {
  const pairs = listPairs(bytes, from, to);
  if (pairs === undefined) return undefined;
  const learner = new Learner(bytes, from, keys, isFolded);
  for (const pair of pairs) {
    if (!learner.learnPair(pair)) return undefined;
  }
  learner.add(to, to, FINISH);
  return learner.finish();
}

class Learner {
  readonly #program: number[] = [];
  readonly #words: number[] = [];
  readonly #slots: { slot: number; kind: number }[] = [];
  readonly #bytes: Uint8Array;
  readonly #keys: ArgKeys;
  /** Where the literal before the next value begins. */
  #literalAt: number;
  #type = 0;
  #scope = 0;
  #binding = 0;
  #hasStart = false;
  #hasDuration = false;
  #onlyOwnArgs = true;

  readonly #isFolded: readonly boolean[];
  #steps = 0;

  constructor(bytes: Uint8Array, from: number, keys: ArgKeys, isFolded: readonly boolean[]) {
    this.#isFolded = isFolded;
    this.#bytes = bytes;
    this.#literalAt = from;
    this.#keys = keys;
  }

  /** Adds a step: the literal up to `valueAt`, then a value that ends at `valueEnd`. */
  add(valueAt: number, valueEnd: number, action: number, operand = 0, keyBack = 0): void {
    if (this.#isFolded[this.#steps++]) return;
    const length = valueAt - this.#literalAt;
    const tail = length % 4;
    const mask = tail === 0 ? 0 : -1 >>> (8 * (4 - tail));
    const tailWord = tail === 0 ? 0 : wordAt(this.#bytes, valueAt - tail, tail);
    this.#program.push(this.#words.length, length >> 2, tail, mask, tailWord, action, operand, keyBack);
    this.#program.push(this.#program.length + 2, -1);
    for (let at = this.#literalAt; valueAt - at >= 4; at += 4) this.#words.push(wordAt(this.#bytes, at, 4));
    this.#literalAt = valueEnd;
  }

  /** Whether a template can say this key of the event. */
  learnPair({ key, keyAt, from, to }: Pair): boolean {
    const isText = this.#bytes[from] === QUOTE;
    const field = FIELDS.indexOf(key);
    if (field >= 0) {
      if (isText) this.add(from + 1, to - 1, TAKE_TEXT, field, from + 1 - keyAt);
      else if (isDigits(this.#bytes, from, to)) this.add(from, to, TAKE_DIGITS, field, from - keyAt);
      else return false;
    } else if (key === "ph" || key === "s" || key === "bp") {
      if (!isText || to - from !== 3) return false;
      const character = this.#bytes[from + 1];
      if (key === "ph") this.#type = character;
      else if (key === "s") this.#scope = character;
      else this.#binding = character;
    } else if (key === "ts" || key === "dur") {
      if (isText) return false;
      this.add(from, to, TAKE_TIME, key === "ts" ? 0 : 2);
      if (key === "ts") this.#hasStart = true;
      else this.#hasDuration = true;
    } else if (key === "args") {
      return this.#learnArgs(from, to);
    } else {
      this.add(from, to, PASS_VALUE, 1, from - keyAt);
    }
    return this.#program.length <= MOST_STEPS * STEP_LENGTH;
  }

  #learnArgs(from: number, to: number): boolean {
    if (this.#bytes[from] !== OPEN_BRACE) return false;
    const pairs = listPairs(this.#bytes, from, to);
    if (pairs === undefined) return false;
    this.add(from, from, BEGIN_ARGS);
    for (const pair of pairs) if (!this.#learnArg(pair)) return false;
    this.add(to, to, END_ARGS);
    return this.#program.length <= MOST_STEPS * STEP_LENGTH;
  }

  #learnArg({ keyAt, from, to }: Pair): boolean {
    const isText = this.#bytes[from] === QUOTE;
    const slot = this.#keys.find(this.#bytes, keyAt + 1, this.#keyEnd(keyAt));
    const isNumber = isPlainNumber(this.#bytes, from, to);
    if (slot < 0 || !this.#keys.own[slot] || !(isText || isNumber)) this.#onlyOwnArgs = false;
    if (slot < 0 && isText) this.add(from + 1, to - 1, PASS_TEXT);
    else if (slot < 0) this.add(from, to, PASS_VALUE);
    else if (isText) this.add(from + 1, to - 1, TAKE_TEXT_SLOT, slot);
    else if (isNumber) this.add(from, to, TAKE_NUMBER_SLOT, slot);
    if (slot >= 0) {
      const first = this.#bytes[from];
      const isWord = first === 110 || first === 116 || first === 102;
      // null, true and false are part of the shape; an array or an unusual number is not, and no template takes it.
      if (!isText && !isNumber && !isWord) return false;
      const other = first === 110 ? SLOT_NULL : SLOT_OTHER;
      this.#slots.push({ slot, kind: isText ? SLOT_TEXT : isNumber ? SLOT_NUMBER : other });
    }
    return true;
  }

  #keyEnd(keyAt: number): number {
    let at = keyAt + 1;
    while (this.#bytes[at] !== QUOTE) at++;
    return at;
  }

  /** The template, unless the shape has `s` or `bp` where they would have to be kept. */
  finish(): EventTemplate | undefined {
    const isInstant = this.#type === 105 || this.#type === 73;
    const isFlow = this.#type === 115 || this.#type === 116 || this.#type === 102;
    if (this.#type === 0 || (this.#scope !== 0 && !isInstant) || (this.#binding !== 0 && !isFlow)) return undefined;
    return {
      program: Int32Array.from(this.#program),
      words: Int32Array.from(this.#words),
      type: this.#type,
      scope: this.#scope,
      binding: this.#binding,
      hasStart: this.#hasStart,
      hasDuration: this.#hasDuration,
      slots: this.#slots,
      onlyOwnArgs: this.#onlyOwnArgs,
    };
  }
}

/** Pairs of the object bytes[from, to); undefined when a key is there twice, is escaped, or something is no strict JSON. */
function listPairs(bytes: Uint8Array, from: number, to: number): Pair[] | undefined {
  const lexed = new json.Lexed();
  const pairs: Pair[] = [];
  const seen = new Set<string>();
  let pos = json.skipSpace(bytes, from + 1);
  while (bytes[pos] === QUOTE) {
    const keyAt = pos;
    pos = json.skipString(bytes, pos + 1, to);
    const key = decoder.decode(bytes.subarray(keyAt + 1, pos - 1));
    const valueAt = json.expectColon(bytes, pos, to);
    const valueEnd = json.skipValue(bytes, valueAt, to, lexed);
    if (valueEnd < 0 || seen.has(key) || key.includes("\\")) return undefined;
    seen.add(key);
    pairs.push({ key, keyAt, from: valueAt, to: valueEnd });
    pos = json.skipSpace(bytes, valueEnd);
    if (bytes[pos] === json.COMMA) {
      pos = json.skipSpace(bytes, pos + 1);
      if (bytes[pos] !== QUOTE) return undefined;
    }
  }
  return lexed.lenient === 0 ? pairs : undefined;
}

function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] < 48 || bytes[at] > 57) return false;
  return true;
}

/** A number without an exponent. */
function isPlainNumber(bytes: Uint8Array, from: number, to: number): boolean {
  return /^-?\d+(\.\d+)?$/.test(decoder.decode(bytes.subarray(from, Math.min(to, from + 40))));
}

/** Whether two events have taught the same. */
export function isSameShape(a: EventTemplate, b: EventTemplate): boolean {
  const isSame = (one: Int32Array, other: Int32Array) =>
    one.length === other.length && one.every((value, index) => value === other[index]);
  return a.type === b.type && isSame(a.program, b.program) && isSame(a.words, b.words) && isSameSlots(a.slots, b.slots);
}

function isSameSlots(a: EventTemplate["slots"], b: EventTemplate["slots"]): boolean {
  return a.length === b.length && a.every(({ slot, kind }, index) => slot === b[index].slot && kind === b[index].kind);
}
