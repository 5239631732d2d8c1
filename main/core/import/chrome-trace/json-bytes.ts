/**
 * The lexical level of JSON, on bytes: strings, numbers, whole values, white space. Nothing here knows of traces.
 *
 * Every function takes a position and gives the position after what it read, or `NEED_MORE` when the valid bytes end inside
 * it. The byte after the valid ones must be 0: no JSON token contains it, so the loops need no bounds check.
 * What is read beside the position goes into a `Lexed`, reused for every call: no object per token. Breaks of the grammar
 * throw `JsonFault` with the position. Refused on purpose: comments, single quotes, raw control characters in strings.
 * Accepted beyond RFC 8259: a trailing comma, and the bare words NaN, Infinity, -Infinity (Python writes them).
 */
export const NEED_MORE = -1;

export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** Nesting beyond this is refused: no trace needs it, and a bracket costs an attacker one byte. */
const DEEPEST = 100_000;

/** The text at `at` is not JSON. */
export class JsonFault extends Error {
  readonly at: number;
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

const NUMBER_PLAIN = 0;
/** NaN or an infinity: a value that no time and no argument can use. */
export const NUMBER_NOT_FINITE = 1;
/** |value| beyond 2^53 or with an exponent: exact only as far as a double is. */
const NUMBER_ROUNDED = 2;

/** What the last call read, beside the position it returned. */
export class Lexed {
  /** `NUMBER_PLAIN`, `NUMBER_NOT_FINITE` or `NUMBER_ROUNDED`. */
  numberKind = 0;
  /** [0] integer part with the sign, [1] the digits after the point as thousandths, with the sign: 0 ≤ |x| < 1000. */
  readonly parts = new Float64Array(2);
  /** What was accepted though it is no strict JSON (trailing commas, NaN, infinities); the caller resets it. */
  lenient = 0;
}

/** Passes over white space. */
export function skipSpace(bytes: Uint8Array, pos: number): number {
  let byte = bytes[pos];
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++pos];
  return pos;
}

/** Passes over a string without looking at its text; `pos` is after the opening quote. */
export function skipString(bytes: Uint8Array, pos: number, end: number): number {
  for (;;) {
    const byte = bytes[pos++];
    if (byte === QUOTE) return pos;
    if (byte < 32) {
      if (pos > end) return NEED_MORE;
      throw new JsonFault("a control character stands inside a text", pos - 1);
    }
    if (byte === BACKSLASH) {
      pos = checkEscape(bytes, pos, end);
      if (pos < 0) return NEED_MORE;
    }
  }
}

/** Checks what follows a backslash. */
function checkEscape(bytes: Uint8Array, pos: number, end: number): number {
  const byte = bytes[pos];
  switch (byte) {
    case 34: // "
    case 92: // \
    case 47: // /
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return pos + 1;
    case 117: // u
      for (let digit = 1; digit <= 4; digit++) {
        const hex = bytes[pos + digit];
        if ((hex >= 48 && hex <= 57) || (hex >= 65 && hex <= 70) || (hex >= 97 && hex <= 102)) continue;
        if (pos + digit >= end) return NEED_MORE;
        throw new JsonFault("\\u is not followed by four hexadecimal digits", pos + digit);
      }
      return pos + 5;
    default:
      if (pos >= end) return NEED_MORE;
      throw new JsonFault("a backslash is followed by no escape character", pos);
  }
}

/** Reads a number into `parts` and `numberKind`. */
export function scanNumber(bytes: Uint8Array, pos: number, end: number, lexed: Lexed): number {
  const from = pos;
  const negative = bytes[pos] === MINUS;
  if (negative) pos++;
  let whole = 0;
  let byte = bytes[pos];
  const firstDigit = pos;
  while (byte >= ZERO && byte <= NINE) {
    whole = whole * 10 + (byte - ZERO);
    byte = bytes[++pos];
  }
  const digits = pos - firstDigit;
  if (digits === 0) return scanWordNumber(bytes, from, end, lexed);
  if (digits > 1 && bytes[firstDigit] === ZERO) throw new JsonFault("a number starts with a zero", firstDigit);
  let thousandths = 0;
  if (byte === DOT) {
    const firstDecimal = ++pos;
    let decimals = 0;
    byte = bytes[pos];
    while (byte >= ZERO && byte <= NINE) {
      // 15 digits are exact in a double, and a millionth of a millionth of a ns needs no more.
      if (pos - firstDecimal < 15) decimals = decimals * 10 + (byte - ZERO);
      byte = bytes[++pos];
    }
    const count = pos - firstDecimal;
    if (count === 0) {
      if (pos >= end) return NEED_MORE;
      throw new JsonFault("a decimal point is followed by no digit", pos);
    }
    thousandths = (decimals * 1000) / TEN_TO[count < 15 ? count : 15];
  }
  if (byte === 101 || byte === 69 || digits > 16 || whole > Number.MAX_SAFE_INTEGER) {
    return scanLongNumber(bytes, from, pos, end, lexed);
  }
  if (pos >= end) return NEED_MORE; // more digits may follow
  lexed.numberKind = NUMBER_PLAIN;
  lexed.parts[0] = negative ? -whole : whole;
  lexed.parts[1] = negative ? -thousandths : thousandths;
  return pos;
}

/** Powers of ten up to 10^15. */
export const TEN_TO = new Float64Array([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]);

/** A number with an exponent or beyond 2^53: rare, so through the language's own conversion. */
function scanLongNumber(bytes: Uint8Array, from: number, pos: number, end: number, lexed: Lexed): number {
  if (bytes[pos] === 101 || bytes[pos] === 69) {
    pos++;
    if (bytes[pos] === 43 || bytes[pos] === MINUS) pos++;
    const firstDigit = pos;
    while (bytes[pos] >= ZERO && bytes[pos] <= NINE) pos++;
    if (pos === firstDigit && pos < end) throw new JsonFault("an exponent has no digit", pos);
  }
  if (pos >= end) return NEED_MORE;
  let text = "";
  for (let at = from; at < pos; at++) text += String.fromCharCode(bytes[at]);
  const value = Number(text);
  const whole = Math.trunc(value);
  lexed.numberKind = Number.isFinite(value) ? NUMBER_ROUNDED : NUMBER_NOT_FINITE;
  lexed.parts[0] = whole;
  // With 16 digits before the point the double has no good fraction left: take it from the text.
  const point = /^(-?)\d+(\.\d+)$/.exec(text);
  lexed.parts[1] = point === null ? (value - whole) * 1000 : Number(`${point[1]}0${point[2]}`) * 1000;
  if (point !== null && Number.isFinite(value)) lexed.parts[0] = Number(text.slice(0, text.indexOf(".")));
  return pos;
}

const NOT_FINITE_WORDS = ["NaN", "Infinity", "-Infinity"];

function scanWordNumber(bytes: Uint8Array, pos: number, end: number, lexed: Lexed): number {
  for (const word of NOT_FINITE_WORDS) {
    const after = matchWord(bytes, pos, end, word);
    if (after === NEED_MORE) return NEED_MORE;
    if (after === 0) continue;
    lexed.numberKind = NUMBER_NOT_FINITE;
    lexed.lenient++;
    lexed.parts[0] = 0;
    lexed.parts[1] = 0;
    return after;
  }
  if (pos >= end || (bytes[pos] === MINUS && pos + 1 >= end)) return NEED_MORE;
  throw new JsonFault("here should be a value", pos);
}

/** Position after `word`, 0 when something else stands there. */
function matchWord(bytes: Uint8Array, pos: number, end: number, word: string): number {
  for (let index = 0; index < word.length; index++) {
    if (bytes[pos + index] !== word.charCodeAt(index)) return pos + index >= end && index > 0 ? NEED_MORE : 0;
  }
  return pos + word.length;
}

/** Passes over a string, number or literal. */
function skipScalar(bytes: Uint8Array, pos: number, end: number, lexed: Lexed): number {
  const byte = bytes[pos];
  if (byte === QUOTE) return skipString(bytes, pos + 1, end);
  if (byte === 116 || byte === 102 || byte === 110) {
    const after = matchWord(bytes, pos, end, byte === 116 ? "true" : byte === 102 ? "false" : "null");
    if (after === NEED_MORE || after > 0) return after;
    throw new JsonFault("here should be a value", pos);
  }
  return scanNumber(bytes, pos, end, lexed);
}

/** One bit a level: whether the level is an object. */
let levels = new Uint8Array(1024);

/** Passes over one whole value of any kind, without recursion. */
export function skipValue(bytes: Uint8Array, pos: number, end: number, lexed: Lexed): number {
  let byte = bytes[pos];
  if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) return skipScalar(bytes, pos, end, lexed);
  let depth = 0;
  for (;;) {
    // Here a value begins.
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === levels.length) {
        if (depth > DEEPEST) throw new JsonFault("values are nested too deep", pos);
        const grown = new Uint8Array(depth * 2);
        grown.set(levels);
        levels = grown;
      }
      levels[depth++] = byte;
      pos = skipSpace(bytes, pos + 1);
      if (bytes[pos] !== byte + 2) {
        if (byte === OPEN_BRACE) pos = skipKey(bytes, pos, end);
        if (pos < 0) return NEED_MORE;
        byte = bytes[pos];
        continue;
      }
    } else {
      pos = skipScalar(bytes, pos, end, lexed);
      if (pos < 0) return NEED_MORE;
      pos = skipSpace(bytes, pos);
    }
    // Here a value has ended, or an empty object or array is about to be closed.
    for (;;) {
      byte = bytes[pos];
      if (byte === levels[depth - 1] + 2) {
        if (--depth === 0) return pos + 1;
        pos = skipSpace(bytes, pos + 1);
        continue;
      }
      if (byte !== COMMA) {
        if (pos >= end) return NEED_MORE;
        throw new JsonFault("here should be a comma or a closing bracket", pos);
      }
      pos = skipSpace(bytes, pos + 1);
      if (bytes[pos] !== levels[depth - 1] + 2) break;
      lexed.lenient++;
    }
    if (levels[depth - 1] === OPEN_BRACE) {
      pos = skipKey(bytes, pos, end);
      if (pos < 0) return NEED_MORE;
    }
    byte = bytes[pos];
  }
}

/** Passes over `"key" :` and white space; gives the position of the value. */
function skipKey(bytes: Uint8Array, pos: number, end: number): number {
  if (bytes[pos] !== QUOTE) {
    if (pos >= end) return NEED_MORE;
    throw new JsonFault("here should be a key in quotes", pos);
  }
  pos = skipString(bytes, pos + 1, end);
  return pos < 0 ? NEED_MORE : expectColon(bytes, pos, end);
}

/** Passes over a colon with the white space around it. */
export function expectColon(bytes: Uint8Array, pos: number, end: number): number {
  pos = skipSpace(bytes, pos);
  if (bytes[pos] !== COLON) {
    if (pos >= end) return NEED_MORE;
    throw new JsonFault("here should be a colon", pos);
  }
  return skipSpace(bytes, pos + 1);
}
