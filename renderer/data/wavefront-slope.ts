/**
 * Slope of the wavefront: stages per ms, from two points of a ruler or from the diagonal of the first batch.
 *
 * The diagonal's slope is the least-squares line through (start of compute, ordinal of stage) of one batch's forward
 * spans: it takes the stages as they are, not only the first and the last.
 */
import { NS_PER_MS } from "#common/units.ts";

export interface RulerReading {
  readonly deltaNs: number;
  readonly deltaStages: number;
  /** Absent for a ruler without any time. */
  readonly stagesPerMs?: number;
}

export interface DiagonalPoint {
  readonly startNs: number;
  readonly stage: number;
}

export interface Diagonal {
  readonly batch: number;
  readonly stagesPerMs: number;
  /** Ends of the line, on the first and the last point in time. */
  readonly from: DiagonalPoint;
  readonly to: DiagonalPoint;
}

export function readRuler({
  from,
  to,
}: {
  from: { ns: number; stage: number };
  to: { ns: number; stage: number };
}): RulerReading {
  const deltaNs = to.ns - from.ns;
  const deltaStages = to.stage - from.stage;
  const whole = Math.round(deltaNs);
  if (whole === 0) return { deltaNs: 0, deltaStages };
  return { deltaNs: whole, deltaStages, stagesPerMs: (deltaStages / whole) * NS_PER_MS };
}

/** The line through one batch's points; `undefined` with fewer than two points or no time between them. */
export function fitDiagonal(points: readonly DiagonalPoint[], batch: number): Diagonal | undefined {
  const sorted = points.toSorted((a, b) => a.startNs - b.startNs);
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  if (first === undefined || last === undefined || last.startNs === first.startNs) return undefined;
  const n = sorted.length;
  const meanNs = sorted.reduce((sum, { startNs }) => sum + (startNs - first.startNs), 0) / n;
  const meanStage = sorted.reduce((sum, { stage }) => sum + stage, 0) / n;
  let both = 0;
  let time = 0;
  for (const { startNs, stage } of sorted) {
    const dt = startNs - first.startNs - meanNs;
    both += dt * (stage - meanStage);
    time += dt * dt;
  }
  const perNs = both / time;
  const stageAt = (ns: number) => meanStage + perNs * (ns - first.startNs - meanNs);
  return {
    batch,
    stagesPerMs: perNs * NS_PER_MS,
    from: { startNs: first.startNs, stage: stageAt(first.startNs) },
    to: { startNs: last.startNs, stage: stageAt(last.startNs) },
  };
}
