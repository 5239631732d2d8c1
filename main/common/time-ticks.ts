/**
 * Ticks of a time axis: steps of 1, 2 or 5 × 10^n ns, texts in one unit, far enough apart that texts never collide.
 *
 * Texts are short (`12.5 ms`) and exact: a tick's text never stands for another time than the tick's. A zoom so deep that
 * texts would grow long is told from a base: texts then count from `originNs` and the axis shows that base once.
 */
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "./units.ts";

export interface Tick {
  readonly ns: number;
  readonly text: string;
}

export interface TimeTicks {
  readonly stepNs: number;
  readonly major: readonly Tick[];
  /** Unlabelled ticks between, the major ones left out. */
  readonly minorNs: readonly number[];
  /** What all texts count from, when that is not the run's origin. */
  readonly base?: Tick;
}

const UNITS = [
  { unit: "s", ns: NS_PER_S },
  { unit: "ms", ns: NS_PER_MS },
  { unit: "µs", ns: NS_PER_US },
  { unit: "ns", ns: 1 },
] as const;

/** Texts longer than this are counted from a base instead. */
const LONGEST_TEXT = 11;

/**
 * Ticks within [fromNs, toNs] for a plot `widthPx` wide whose texts take at most `charPx` per character.
 * `originNs` is what 0 means on the axis (start of the scope, or 0 for the run's origin).
 */
export function timeTicks({
  fromNs,
  toNs,
  widthPx,
  charPx = 7,
  gapPx = 28,
  originNs = 0,
}: {
  fromNs: number;
  toNs: number;
  widthPx: number;
  charPx?: number;
  gapPx?: number;
  originNs?: number;
}): TimeTicks {
  const nsPerPx = (toNs - fromNs) / widthPx;
  let stepNs = niceStep(nsPerPx * (gapPx + 4 * charPx));
  for (;;) {
    const ticks = layOut({ fromNs, toNs, stepNs, originNs });
    const longest = Math.max(0, ...ticks.major.map(({ text }) => text.length));
    if (stepNs / nsPerPx >= longest * charPx + gapPx || ticks.major.length <= 1) return ticks;
    stepNs = niceStep(stepNs * 1.01);
  }
}

/** The least of 1, 2, 5 × 10^n (whole ns) that is not below `leastNs`. */
export function niceStep(leastNs: number): number {
  if (leastNs <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(leastNs) + 1e-9);
  for (const factor of [1, 2, 5, 10]) if (factor * power >= leastNs * (1 - 1e-9)) return Math.round(factor * power);
  return Math.round(10 * power);
}

/** A part of the axis in steps that count from the origin. */
interface Stepped {
  readonly fromNs: number;
  readonly toNs: number;
  readonly stepNs: number;
  readonly originNs: number;
}

function layOut({ fromNs, toNs, stepNs, originNs }: Stepped) {
  const { unit, ns: unitNs } = UNITS.find(({ ns }) => stepNs >= ns) ?? UNITS[3];
  const first = Math.ceil((fromNs - originNs) / stepNs);
  const last = Math.floor((toNs - originNs) / stepNs);
  const plain = (steps: number) => `${((steps * stepNs) / unitNs).toFixed(0)} ${unit}`;
  const furthest = Math.max(Math.abs(first), Math.abs(last));
  const coarser = coarserUnit(unitNs);
  const major: Tick[] = [];
  let base: Tick | undefined;
  if (plain(furthest).length > 7 && coarser !== undefined && fitsCoarser({ furthest, stepNs, ...coarser })) {
    const digits = decimalsFor(stepNs / coarser.ns);
    for (let i = first; i <= last; i++) {
      major.push({ ns: originNs + i * stepNs, text: `${((i * stepNs) / coarser.ns).toFixed(digits)} ${coarser.unit}` });
    }
  } else if (plain(furthest).length > LONGEST_TEXT) {
    const baseSteps = first;
    base = { ns: originNs + baseSteps * stepNs, text: exactText(baseSteps * stepNs) };
    for (let i = first; i <= last; i++) {
      major.push({ ns: originNs + i * stepNs, text: i === baseSteps ? `0 ${unit}` : `+${plain(i - baseSteps)}` });
    }
  } else {
    for (let i = first; i <= last; i++) major.push({ ns: originNs + i * stepNs, text: plain(i) });
  }
  return {
    stepNs,
    major,
    minorNs: minorTicks({ fromNs, toNs, stepNs, originNs }),
    ...(base === undefined ? {} : { base }),
  };
}

/** Five parts a step, or four where five would not be whole ns. None below 1 ns. */
function minorTicks({ fromNs, toNs, stepNs, originNs }: Stepped) {
  const parts = String(stepNs).startsWith("2") ? 4 : 5;
  const minorNs: number[] = [];
  if (stepNs / parts < 1 || !Number.isInteger(stepNs / parts)) return minorNs;
  const width = stepNs / parts;
  for (let i = Math.ceil((fromNs - originNs) / width); i <= Math.floor((toNs - originNs) / width); i++) {
    if (i % parts !== 0) minorNs.push(originNs + i * width);
  }
  return minorNs;
}

function coarserUnit(unitNs: number): { unit: string; ns: number } | undefined {
  const index = UNITS.findIndex(({ ns }) => ns === unitNs);
  return index <= 0 ? undefined : UNITS[index - 1];
}

/** Decimals that a multiple of `step` needs at most. */
function decimalsFor(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

function fitsCoarser({ furthest, stepNs, ns, unit }: { furthest: number; stepNs: number; ns: number; unit: string }) {
  const digits = decimalsFor(stepNs / ns);
  return `${((furthest * stepNs) / ns).toFixed(digits)} ${unit}`.length <= LONGEST_TEXT - 1;
}

/** Every digit in seconds, trailing zeros cut: `12.000345678 s`. */
function exactText(ns: number): string {
  const sign = ns < 0 ? "−" : "";
  const whole = Math.floor(Math.abs(ns) / NS_PER_S);
  const rest = String(Math.round(Math.abs(ns) - whole * NS_PER_S)).padStart(9, "0");
  return `${sign}${whole}.${rest.replace(/0+$/, "") || "0"} s`;
}
