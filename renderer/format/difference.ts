/** Ratios as text; differences of times and shares are formatSignedDuration's and formatShareDelta's. */

/** B / A: `× 1.380`; undefined where there is nothing to divide by. */
export function formatRatio({ a, b }: { a: number; b: number }): string | undefined {
  if (!(a > 0)) return undefined;
  const ratio = b / a;
  return `× ${ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 10 ? 1 : 3)}`;
}
