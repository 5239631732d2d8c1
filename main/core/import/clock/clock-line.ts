/**
 * How far the clock of one file is ahead of another's, as a straight line over time, from the messages between them.
 *
 * Let o(t) = offset + drift · t be what b's clock shows more than a's. A message from a to b cannot end before it was sent, so
 * o ≤ (end of the receive on b) − (start of the send on a); one from b to a likewise bounds o from below. Of all lines between
 * the bounds the one that keeps farthest from both is taken (linear programming in two unknowns, solved exactly: the room
 * between the bounds is a concave function of the drift). Its error is half the difference between the fastest messages of
 * the two directions; that it lies between the bounds is certain, so half the room is what is reported.
 * After Moon, Skelly and Towsley, "Estimation and removal of clock skew from network delay measurements" (INFOCOM 1999).
 */

/** Bounds of o at moments: entry i says o(at[i]) ≤ limit[i] (upper) or ≥ limit[i] (lower). Times in ns. */
export interface Bounds {
  readonly at: readonly number[];
  readonly limit: readonly number[];
}

export interface ClockLine {
  /** At t = 0. */
  readonly offsetNs: number;
  /** Ns per ns. */
  readonly drift: number;
  /** The true offset is at most this far away. */
  readonly withinNs: number;
}

/** Clocks of computers drift less: crystals by up to 100 ppm. */
const MOST_DRIFT = 300e-6;
/** With fewer messages in either direction the drift is not told from their jitter. */
const FEWEST_FOR_DRIFT = 8;
/** Share of the messages that may contradict the others before none of them is believed. */
const MOST_CONTRADICTING = 0.01;
const STEPS = 80;

/** The line between the bounds, which both exist; undefined where the messages contradict each other. */
export function fitClockLine(upper: Bounds, lower: Bounds): ClockLine | undefined {
  let [above, below] = [upper, lower];
  const total = above.at.length + below.at.length;
  for (;;) {
    const drift = Math.min(above.at.length, below.at.length) < FEWEST_FOR_DRIFT ? 0 : bestDrift(above, below);
    const top = least(above, drift);
    const bottom = -least(negate(below), -drift);
    if (top >= bottom) return { offsetNs: (top + bottom) / 2, drift, withinNs: (top - bottom) / 2 };
    // No line fits: the tightest messages are wrong ones, if they are few.
    above = without(above, top, drift);
    below = negate(without(negate(below), -bottom, -drift));
    const left = above.at.length + below.at.length;
    if (above.at.length === 0 || below.at.length === 0 || left < total * (1 - MOST_CONTRADICTING) - 2) return undefined;
  }
}

/** Least limit − drift · at. */
function least({ at, limit }: Bounds, drift: number): number {
  let lowest = Infinity;
  for (let i = 0; i < at.length; i++) {
    const value = limit[i] - drift * at[i];
    if (value < lowest) lowest = value;
  }
  return lowest;
}

const negate = ({ at, limit }: Bounds): Bounds => ({ at, limit: limit.map((value) => -value) });

function without({ at, limit }: Bounds, value: number, drift: number): Bounds {
  const kept = at.flatMap((_, i) => (limit[i] - drift * at[i] > value ? [i] : []));
  return { at: kept.map((i) => at[i]), limit: kept.map((i) => limit[i]) };
}

/** Where the room between the bounds is widest: golden section on a concave function. */
function bestDrift(upper: Bounds, lower: Bounds): number {
  const mirrored = negate(lower);
  const room = (drift: number) => least(upper, drift) + least(mirrored, -drift);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [from, to] = [-MOST_DRIFT, MOST_DRIFT];
  let [left, right] = [to - golden * (to - from), from + golden * (to - from)];
  let [atLeft, atRight] = [room(left), room(right)];
  for (let step = 0; step < STEPS; step++) {
    if (atLeft >= atRight) {
      [to, right, atRight] = [right, left, atLeft];
      left = to - golden * (to - from);
      atLeft = room(left);
    } else {
      [from, left, atLeft] = [left, right, atRight];
      right = from + golden * (to - from);
      atRight = room(right);
    }
  }
  return (from + to) / 2;
}
