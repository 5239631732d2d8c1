/**
 * Numbers in their usual form (no exponent, exact), read in 32-bit integers as far as those reach. Any other number is
 * `NO_MATCH`: json-bytes.ts reads it.
 */
import { TEN_TO } from "./json-bytes.ts";

/** What stands there is not what was expected. */
export const NO_MATCH = -2;

/** Epoch microseconds have 16 digits and are exact, as every integer up to 2^53. */
const LONGEST_WHOLE = 16;
const LONGEST_DECIMALS = 15;

/** What `takeNumber` and `takeInteger` read for an argument. */
export const NUMBER = new Float64Array(2);
export const INTEGER = new Int32Array(1);

/** Digits that a 32-bit integer holds whatever they are. */
const INT_DIGITS = 9;

/** Reads a number without exponent into out[at] (whole part) and out[at + 1] (thousandths); `NO_MATCH` for any other. */
export function takeNumber(bytes: Uint8Array, pos: number, out: Float64Array, at: number): number {
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
  if (digits === 0 || digits > LONGEST_WHOLE || whole > Number.MAX_SAFE_INTEGER) return NO_MATCH;
  if (digits > 1 && bytes[from] === 48) return NO_MATCH;
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
  if (count === 0 || count > LONGEST_DECIMALS) return NO_MATCH;
  const thousandths = count === 3 ? decimals : (decimals * 1000) / TEN_TO[count];
  out[at + 1] = isNegative ? -thousandths : thousandths;
  return pos;
}

/** Reads a non-negative integer of at most 9 digits into `INTEGER`; `NO_MATCH` for any other number. */
export function takeInteger(bytes: Uint8Array, pos: number): number {
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
