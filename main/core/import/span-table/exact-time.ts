/** Times written as decimals, exactly: a double would lose the ns of an epoch in µs. */

const DECIMAL = /^([+-]?)(\d{1,25})(?:\.(\d{1,25}))?(?:e([+-]?\d{1,2}))?$/iu;

/**
 * Ns of a decimal number of units, rounded to the nearest; undefined for what is no such number.
 * @param nsPerUnit a power of ten
 */
export function exactNs(text: string, nsPerUnit: number): bigint | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole, fraction = "", exponent = "0"] = match;
  const shift = Math.round(Math.log10(nsPerUnit)) + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : divideRounded(digits, 10n ** BigInt(-shift));
  return sign === "-" ? -size : size;
}

const divideRounded = (value: bigint, by: bigint): bigint => (value + by / 2n) / by;
