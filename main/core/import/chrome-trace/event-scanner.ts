/**
 * Reads one trace event, from `{` to `}`, out of bytes into `EventFields`: no object per event.
 *
 * Knows the keys of the Trace Event Format and nothing of what they mean together: event-assembler.ts does. This is the
 * general way, for any order of keys and any value; most events go the faster way of template-scanner.ts.
 */
import { SLOT_ABSENT, SLOT_NULL, SLOT_NUMBER, SLOT_OTHER, SLOT_TEXT, UNSAID } from "../recognise/contract.ts";
import { hashBytes } from "../interned-texts.ts";
import type { InternedTexts } from "../interned-texts.ts";
import { ArgKeys } from "./arg-keys.ts";
import {
  EventFields,
  EXTRA_BINDING,
  EXTRA_ID,
  EXTRA_OTHER,
  EXTRA_SCOPE,
  MOST_EXTRAS,
  TIME_PLAIN,
  TIME_UNUSABLE,
} from "./event-fields.ts";
import * as json from "./json-bytes.ts";
import { NEED_MORE, QUOTE } from "./json-bytes.ts";
import { TemplateScanner } from "./template-scanner.ts";

const KEY_OTHER = 0;
const KEY_PH = 1;
const KEY_TS = 2;
const KEY_DUR = 3;
const KEY_PID = 4;
const KEY_TID = 5;
const KEY_NAME = 6;
const KEY_CAT = 7;
const KEY_ARGS = 8;
const KEY_ID = 9;
const KEY_SCOPE = 10;
const KEY_BINDING = 11;

export class EventScanner {
  readonly fields: EventFields;
  readonly #texts: InternedTexts;
  readonly #keys: ArgKeys;
  readonly #templates: TemplateScanner;
  #text = UNSAID;

  constructor({
    texts,
    argKeys,
    ownKeys,
  }: {
    texts: InternedTexts;
    argKeys: readonly string[];
    ownKeys: ReadonlySet<string>;
  }) {
    this.#texts = texts;
    this.#keys = new ArgKeys(argKeys, ownKeys);
    this.#templates = new TemplateScanner(texts, this.#keys);
    this.fields = new EventFields(argKeys.length);
  }

  /**
   * Reads the event whose `{` is at `pos`. Four bytes behind bytes[end] must exist.
   * @returns the position after its `}`, or `NEED_MORE`
   * @throws JsonFault
   */
  scan(bytes: Uint8Array, pos: number, end: number): number {
    let after = this.#templates.scan(this.fields, bytes, pos, end);
    if (after >= 0) return after;
    this.#templates.forgetSlots();
    after = this.scanGenerally(bytes, pos, end);
    if (after >= 0) this.#templates.learn(bytes, pos, after);
    return after;
  }

  /** Lets whoever works out what events have in common do so again; what was learned of their shapes stays. */
  forgetKnown(): void {
    this.#templates.forgetKnown();
  }

  /** The same without any guess from earlier events. */
  scanGenerally(bytes: Uint8Array, pos: number, end: number): number {
    this.fields.reset();
    pos = json.skipSpace(bytes, pos + 1);
    if (bytes[pos] === json.CLOSE_BRACE) return pos + 1;
    for (;;) {
      if (bytes[pos] !== QUOTE) {
        if (pos >= end) return NEED_MORE;
        throw new json.JsonFault("here should be a key in quotes", pos);
      }
      const keyAt = pos;
      const key = findKey(bytes, pos + 1);
      if (key === KEY_OTHER) {
        pos = json.skipString(bytes, pos + 1, end);
        if (pos < 0) return NEED_MORE;
      } else {
        pos += KEY_LENGTHS[key];
      }
      if (bytes[pos] === json.COLON) {
        pos++;
        if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
      } else {
        pos = json.expectColon(bytes, pos, end);
        if (pos < 0) return NEED_MORE;
      }
      pos = this.#scanField(bytes, key, keyAt, pos, end);
      if (pos < 0) return NEED_MORE;
      let byte = bytes[pos];
      if (byte <= 32) {
        pos = json.skipSpace(bytes, pos);
        byte = bytes[pos];
      }
      if (byte === json.COMMA) {
        pos++;
        if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
        if (bytes[pos] !== json.CLOSE_BRACE) continue;
        byte = json.CLOSE_BRACE;
      }
      if (byte === json.CLOSE_BRACE) return pos + 1;
      if (pos >= end) return NEED_MORE;
      throw new json.JsonFault("here should be a comma or a closing brace", pos);
    }
  }

  #scanField(bytes: Uint8Array, key: number, keyAt: number, pos: number, end: number): number {
    switch (key) {
      case KEY_NAME:
        pos = this.#scanText(bytes, pos, end);
        this.fields.name = this.#text;
        return pos;
      case KEY_PH:
        if (
          bytes[pos] === QUOTE &&
          bytes[pos + 2] === QUOTE &&
          bytes[pos + 1] > 32 &&
          bytes[pos + 1] !== json.BACKSLASH
        ) {
          this.fields.type = bytes[pos + 1];
          return pos + 3;
        }
        this.fields.type = -1;
        return this.#addExtra(bytes, EXTRA_OTHER, keyAt, pos, end);
      case KEY_TS:
        pos = this.#scanTime(bytes, pos, end);
        this.fields.startKind = this.#text;
        this.fields.times[0] = this.fields.lexed.parts[0];
        this.fields.times[1] = this.fields.lexed.parts[1];
        return pos;
      case KEY_DUR:
        pos = this.#scanTime(bytes, pos, end);
        this.fields.durationKind = this.#text;
        this.fields.times[2] = this.fields.lexed.parts[0];
        this.fields.times[3] = this.fields.lexed.parts[1];
        return pos;
      case KEY_PID:
        pos = this.#scanText(bytes, pos, end);
        this.fields.process = this.#text;
        return pos;
      case KEY_TID:
        pos = this.#scanText(bytes, pos, end);
        this.fields.thread = this.#text;
        return pos;
      case KEY_CAT:
        pos = this.#scanText(bytes, pos, end);
        this.fields.category = this.#text;
        return pos;
      case KEY_ARGS:
        this.fields.resetSlots();
        this.fields.argsFrom = pos;
        pos =
          bytes[pos] === json.OPEN_BRACE
            ? this.#scanArgs(bytes, pos, end)
            : json.skipValue(bytes, pos, end, this.fields.lexed);
        this.fields.argsTo = pos;
        return pos;
      case KEY_ID: {
        const from = pos;
        pos = this.#scanText(bytes, pos, end);
        this.fields.id = this.#text;
        return pos < 0 ? NEED_MORE : this.#addExtra(bytes, EXTRA_ID, keyAt, from, end);
      }
      case KEY_SCOPE:
        this.fields.scope = bytes[pos] === QUOTE ? bytes[pos + 1] : 0;
        return this.#addExtra(bytes, EXTRA_SCOPE, keyAt, pos, end);
      case KEY_BINDING:
        this.fields.binding = bytes[pos] === QUOTE ? bytes[pos + 1] : 0;
        return this.#addExtra(bytes, EXTRA_BINDING, keyAt, pos, end);
      default:
        return this.#addExtra(bytes, EXTRA_OTHER, keyAt, pos, end);
    }
  }

  /** Passes over the value at `pos` and remembers it with its key. */
  #addExtra(bytes: Uint8Array, kind: number, keyAt: number, pos: number, end: number): number {
    pos = json.skipValue(bytes, pos, end, this.fields.lexed);
    if (pos < 0) return NEED_MORE;
    if (this.fields.extraCount === MOST_EXTRAS) {
      throw new json.JsonFault(`an event has more than ${MOST_EXTRAS} unknown keys`, keyAt);
    }
    const at = this.fields.extraCount++ * 3;
    this.fields.extras[at] = kind;
    this.fields.extras[at + 1] = keyAt;
    this.fields.extras[at + 2] = pos;
    return pos;
  }

  /** Interns a text into `#text`; numbers are texts as they are written (pid 7 and "7" are one process). */
  #scanText(bytes: Uint8Array, pos: number, end: number): number {
    const after = json.skipValue(bytes, pos, end, this.fields.lexed);
    if (after < 0) return NEED_MORE;
    const from = bytes[pos] === QUOTE ? pos + 1 : pos;
    const to = bytes[pos] === QUOTE ? after - 1 : trimDecimals(bytes, pos, after);
    this.#text = this.#texts.addRaw(bytes, from, to, hashBytes(bytes, { from, to }));
    return after;
  }

  /** Reads a time into `lexed.parts` and its kind into `#text`. A number in quotes is a number. */
  #scanTime(bytes: Uint8Array, pos: number, end: number): number {
    const lexed = this.fields.lexed;
    const byte = bytes[pos];
    if ((byte >= 48 && byte <= 57) || byte === 45 || byte === 78 || byte === 73) {
      pos = json.scanNumber(bytes, pos, end, lexed);
      this.#text = lexed.numberKind === json.NUMBER_NOT_FINITE ? TIME_UNUSABLE : TIME_PLAIN;
      return pos;
    }
    const after = json.skipValue(bytes, pos, end, lexed);
    if (after < 0) return NEED_MORE;
    this.#text = TIME_UNUSABLE;
    lexed.parts[0] = lexed.parts[1] = 0;
    if (byte === QUOTE && isNumberByte(bytes[pos + 1])) {
      try {
        const stop = json.scanNumber(bytes, pos + 1, end, lexed);
        if (stop === after - 1 && lexed.numberKind !== json.NUMBER_NOT_FINITE) this.#text = TIME_PLAIN;
      } catch (fault) {
        // Words in quotes are a text, not a break of the grammar.
        if (!(fault instanceof json.JsonFault)) throw fault;
      }
    }
    return after;
  }

  #scanArgs(bytes: Uint8Array, pos: number, end: number): number {
    const lexed = this.fields.lexed;
    pos++;
    if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
    if (bytes[pos] === json.CLOSE_BRACE) return pos + 1;
    for (;;) {
      if (bytes[pos] !== QUOTE) {
        if (pos >= end) return NEED_MORE;
        throw new json.JsonFault("here should be a key in quotes", pos);
      }
      const keyFrom = pos + 1;
      pos = json.skipString(bytes, keyFrom, end);
      if (pos < 0) return NEED_MORE;
      const slot = this.#keys.find(bytes, keyFrom, pos - 1);
      if (bytes[pos] === json.COLON) {
        pos++;
        if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
      } else {
        pos = json.expectColon(bytes, pos, end);
        if (pos < 0) return NEED_MORE;
      }
      if (slot < 0) {
        this.fields.onlyOwnArgs = false;
        pos = json.skipValue(bytes, pos, end, lexed);
      } else {
        pos = this.#scanSlot(bytes, slot, pos, end);
      }
      if (pos < 0) return NEED_MORE;
      let byte = bytes[pos];
      if (byte <= 32) {
        pos = json.skipSpace(bytes, pos);
        byte = bytes[pos];
      }
      if (byte === json.COMMA) {
        pos++;
        if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
        if (bytes[pos] !== json.CLOSE_BRACE) continue;
        lexed.lenient++;
        byte = json.CLOSE_BRACE;
      }
      if (byte === json.CLOSE_BRACE) return pos + 1;
      if (pos >= end) return NEED_MORE;
      throw new json.JsonFault("here should be a comma or a closing brace", pos);
    }
  }

  #scanSlot(bytes: Uint8Array, slot: number, pos: number, end: number): number {
    const lexed = this.fields.lexed;
    const { kind, value } = this.fields.slots;
    const byte = bytes[pos];
    if (kind[slot] === SLOT_ABSENT) this.fields.filled[this.fields.filledCount++] = slot;
    if (!this.#keys.own[slot]) this.fields.onlyOwnArgs = false;
    if (byte === QUOTE) {
      pos = this.#scanText(bytes, pos, end);
      kind[slot] = SLOT_TEXT;
      value[slot] = this.#text;
      return pos;
    }
    if ((byte >= 48 && byte <= 57) || byte === 45) {
      pos = json.scanNumber(bytes, pos, end, lexed);
      if (pos < 0) return NEED_MORE;
      if (lexed.numberKind !== json.NUMBER_NOT_FINITE) {
        kind[slot] = SLOT_NUMBER;
        value[slot] = lexed.parts[0] + lexed.parts[1] / 1000;
        return pos;
      }
      kind[slot] = SLOT_OTHER;
      this.fields.onlyOwnArgs = false;
      return pos;
    }
    kind[slot] = byte === 110 ? SLOT_NULL : SLOT_OTHER;
    this.fields.onlyOwnArgs = false;
    return json.skipValue(bytes, pos, end, lexed);
  }
}

/** Bytes of each key with both quotes, by key. */
const KEY_LENGTHS = new Uint8Array([0, 4, 4, 5, 5, 5, 6, 5, 6, 4, 3, 4]);

/** Which known key begins at `at` (after its quote). Reading stops at the first byte that differs, so never past the end. */
function findKey(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 97: // a
      if (bytes[at + 1] === 114 && bytes[at + 2] === 103 && bytes[at + 3] === 115 && bytes[at + 4] === QUOTE) {
        return KEY_ARGS;
      }
      return KEY_OTHER;
    case 98: // b
      return bytes[at + 1] === 112 && bytes[at + 2] === QUOTE ? KEY_BINDING : KEY_OTHER;
    case 99: // c
      return bytes[at + 1] === 97 && bytes[at + 2] === 116 && bytes[at + 3] === QUOTE ? KEY_CAT : KEY_OTHER;
    case 100: // d
      return bytes[at + 1] === 117 && bytes[at + 2] === 114 && bytes[at + 3] === QUOTE ? KEY_DUR : KEY_OTHER;
    case 105: // i
      return bytes[at + 1] === 100 && bytes[at + 2] === QUOTE ? KEY_ID : KEY_OTHER;
    case 110: // n
      if (bytes[at + 1] === 97 && bytes[at + 2] === 109 && bytes[at + 3] === 101 && bytes[at + 4] === QUOTE) {
        return KEY_NAME;
      }
      return KEY_OTHER;
    case 112: // p
      if (bytes[at + 1] === 104) return bytes[at + 2] === QUOTE ? KEY_PH : KEY_OTHER;
      return bytes[at + 1] === 105 && bytes[at + 2] === 100 && bytes[at + 3] === QUOTE ? KEY_PID : KEY_OTHER;
    case 115: // s
      return bytes[at + 1] === QUOTE ? KEY_SCOPE : KEY_OTHER;
    case 116: // t
      if (bytes[at + 1] === 115) return bytes[at + 2] === QUOTE ? KEY_TS : KEY_OTHER;
      return bytes[at + 1] === 105 && bytes[at + 2] === 100 && bytes[at + 3] === QUOTE ? KEY_TID : KEY_OTHER;
    default:
      return KEY_OTHER;
  }
}

function isNumberByte(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 45;
}

/** End of a number without zero decimals: `7.0` is the id 7. */
function trimDecimals(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && bytes[at - 1] === 48) at--;
  return at > from + 1 && bytes[at - 1] === 46 && isNumberByte(bytes[from]) ? at - 1 : to;
}
