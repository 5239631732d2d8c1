/**
 * Units of time and how they are kept apart.
 *
 * Inside Pipewave a point in time or a length of time is `Ns`: an integer number of nanoseconds, points counted from the
 * origin of the run. A double holds integers exactly up to 2^53, which is 104 days of nanoseconds: enough for a run, not
 * for the epoch, therefore absolute times are `EpochNs`, a bigint. This file refuses any arithmetic that could round.
 */

declare const nsBrand: unique symbol;
declare const epochNsBrand: unique symbol;

/** Integer nanoseconds: a length, or a point counted from the origin of the run. */
export type Ns = number & { readonly [nsBrand]: true };

/** Integer nanoseconds since 1970-01-01T00:00:00Z. */
export type EpochNs = bigint & { readonly [epochNsBrand]: true };

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/**
 * Brands an integer number of nanoseconds.
 * @throws RangeError when the value is not an integer that a double holds exactly: a bug of the caller, not bad input.
 */
export function ns(value: number): Ns {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an exact number of nanoseconds: ${value}`);
  return value as Ns;
}

/** Brands nanoseconds since the epoch. */
export function epochNs(value: bigint): EpochNs {
  return value as EpochNs;
}
