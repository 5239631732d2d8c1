/**
 * For groups of files between which messages go one way only: the smallest shifts after which no message arrives before it
 * was sent. That bounds clocks from one side and says nothing of how exact they are.
 */

/** Between two groups: what the clock of `to` shows more than that of `from` is at most `mostNs`. */
export interface OneWay {
  readonly from: number;
  readonly to: number;
  readonly mostNs: number;
}

/**
 * What each group's clock shows too much: either late groups are moved back or early ones forward, whichever moves fewer
 * files by less in sum (two shortest-path problems, Bellman and Ford).
 * @param sizes files by group
 */
export function shiftsToKeepOrder(sizes: readonly number[], bounds: readonly OneWay[]): readonly number[] {
  const lowered = relax(sizes.length, bounds, ({ from, to, mostNs }, at) => ({ group: to, value: at[from] + mostNs }));
  const raised = relax(sizes.length, bounds, ({ from, to, mostNs }, at) => ({
    group: from,
    value: at[to] + mostNs,
  })).map((value) => (value === 0 ? 0 : -value));
  const costOf = (shifts: readonly number[]) =>
    shifts.reduce((sum, shift, group) => sum + Math.abs(shift) * sizes[group], 0);
  return costOf(lowered) <= costOf(raised) ? lowered : raised;
}

/** Lowers values from 0 until every bound holds. Bounds that contradict each other end after as many rounds as groups. */
function relax(
  count: number,
  bounds: readonly OneWay[],
  step: (bound: OneWay, at: readonly number[]) => { readonly group: number; readonly value: number },
): number[] {
  const at = new Array<number>(count).fill(0);
  for (let round = 0, changed = true; changed && round < count; round++) {
    changed = false;
    for (const bound of bounds) {
      const { group, value } = step(bound, at);
      if (value >= at[group]) continue;
      at[group] = value;
      changed = true;
    }
  }
  return at;
}
