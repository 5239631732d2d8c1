/**
 * Ranks that compute on one machine (the workers of a capture): what a stage costs undisturbed, and how much slower a rank
 * computes the more others compute at once. Fitted to one iteration; what is made of it is for shared-machine.ts.
 *
 * The duration of a span is taken as
 *
 *   cost of its stage · e^(slope · others) · disturbance,   others = mean number of other ranks that compute during the span.
 *
 * The slope is that of ln(duration) over `others` within each stage (least squares with a level of its own for every stage, the
 * "fixed effects" of econometrics; stages weighted by their mean duration), so what a stage costs cannot pass for contention. Machines
 * are noisy and runs short: the slope is shrunk by slope² / (slope² + error²), its standard error from leaving out one of six
 * parts of the run at a time (the grouped jackknife; Efron and Tibshirani, An Introduction to the Bootstrap, ch. 11). It is
 * never negative, and another rank at most halves the speed, as if both took turns on one core. The cost of a stage is the 5th percentile
 * of its durations without the contention: what it takes when hardly anything disturbs it.
 */
import { upTo } from "#common/schedule/action.ts";
import type { MeasuredAction } from "./measured.ts";

/** Something that a rank computes. Those of one rank do not overlap. */
interface Computing {
  readonly rank: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** Mean number of other ranks that compute while each one does; 0 for those that take no time. @internal */
export function measureConcurrency(computing: readonly Computing[]): Float64Array {
  const changes = computing
    .flatMap(({ startNs, endNs }) => [
      { at: startNs, by: 1 },
      { at: endNs, by: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  // Rank-ns of computing until each moment at which their number changes.
  const workUntil = new Map<number, number>();
  let ranks = 0;
  let work = 0;
  let last = changes.at(0)?.at ?? 0;
  for (const { at, by } of changes) {
    work += ranks * (at - last);
    workUntil.set(at, work);
    ranks += by;
    last = at;
  }
  return Float64Array.from(computing, ({ startNs, endNs }) => {
    if (endNs <= startNs) return 0;
    const during = (workUntil.get(endNs) ?? 0) - (workUntil.get(startNs) ?? 0);
    return Math.max(0, during / (endNs - startNs) - 1);
  });
}

/** The same of each rank as a whole: the mean over its computing time. */
export function measureRankConcurrency(computing: readonly Computing[], ranks: number): readonly number[] {
  const others = measureConcurrency(computing);
  const busyNs = new Float64Array(ranks);
  const sharedNs = new Float64Array(ranks);
  for (const [i, { rank, startNs, endNs }] of computing.entries()) {
    busyNs[rank] += endNs - startNs;
    sharedNs[rank] += others[i] * (endNs - startNs);
  }
  return upTo(ranks).map((rank) => (busyNs[rank] === 0 ? 0 : sharedNs[rank] / busyNs[rank]));
}

export interface Contention {
  /** Duration of a stage undisturbed and alone; 0 for one that was not computed. */
  readonly costNs: (stage: number) => number;
  /** Of ln(duration) over other ranks that compute at once; 0 when the run does not show any. */
  readonly slope: number;
  /** Factor on durations, e^(slope · others): 1 for a rank that computes alone. */
  readonly slowdownAt: (others: number) => number;
  /** Of each action, in the order given. */
  readonly others: Float64Array;
}

const UNDISTURBED_SHARE = 0.05;
const PARTS = 6;
const MOST_SLOPE = Math.LN2;
/** Less is rounding. */
const LEAST_SLOPE = 1e-3;

interface Point {
  readonly stage: number;
  readonly batch: number;
  readonly others: number;
  readonly ns: number;
}

export function fitContention(actions: readonly MeasuredAction[]): Contention {
  const others = measureConcurrency(actions);
  const points = actions.map(({ stage, batch, startNs, endNs }, i): Point => ({
    stage,
    batch,
    others: others[i],
    ns: endNs - startNs,
  }));
  const slope = shrink(fitSlope(points), measureError(points));
  const slowdownAt = (concurrency: number): number => Math.exp(slope * concurrency);
  const costs = new Map(
    [...Map.groupBy(points, ({ stage }) => stage)].map(([stage, ofStage]) => {
      const alone = ofStage.map((point) => point.ns / slowdownAt(point.others)).sort((a, b) => a - b);
      return [stage, alone[Math.floor(UNDISTURBED_SHARE * (alone.length - 1))]];
    }),
  );
  return { costNs: (stage) => costs.get(stage) ?? 0, slope, slowdownAt, others };
}

/** 0 where nothing varies. */
function fitSlope(points: readonly Point[]): number {
  let together = 0;
  let spread = 0;
  const taking = points.filter(({ ns }) => ns > 0);
  for (const ofStage of Map.groupBy(taking, ({ stage }) => stage).values()) {
    const meanOf = (read: (point: Point) => number): number =>
      ofStage.reduce((sum, point) => sum + read(point), 0) / ofStage.length;
    const weight = meanOf(({ ns }) => ns);
    const others = meanOf((point) => point.others);
    const logNs = meanOf(({ ns }) => Math.log(ns));
    for (const point of ofStage) {
      together += weight * (point.others - others) * (Math.log(point.ns) - logNs);
      spread += weight * (point.others - others) ** 2;
    }
  }
  return spread === 0 ? 0 : together / spread;
}

/** Standard error of the slope; undefined when there are too few batches to leave some out. */
function measureError(points: readonly Point[]): number | undefined {
  const batches = [...new Set(points.map(({ batch }) => batch))].sort((a, b) => a - b);
  if (batches.length < PARTS) return undefined;
  const partOf = new Map(batches.map((batch, at) => [batch, Math.floor((at * PARTS) / batches.length)]));
  const slopes = upTo(PARTS).map((part) => fitSlope(points.filter(({ batch }) => partOf.get(batch) !== part)));
  const mean = slopes.reduce((sum, slope) => sum + slope, 0) / PARTS;
  return Math.sqrt(((PARTS - 1) / PARTS) * slopes.reduce((sum, slope) => sum + (slope - mean) ** 2, 0));
}

function shrink(slope: number, error: number | undefined): number {
  if (error === undefined || slope <= 0) return 0;
  const worth = slope * (slope ** 2 / (slope ** 2 + error ** 2));
  return worth < LEAST_SLOPE ? 0 : Math.min(MOST_SLOPE, worth);
}
