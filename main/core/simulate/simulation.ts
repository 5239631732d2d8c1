/**
 * What a simulation gives, whatever was simulated: spans and the figures that only a simulator knows (REFERENCE §3).
 *
 * Figures are computed from the spans alone. How the spans become a run is for simulated-run.ts, its report for analysis/.
 */
import type { ComputePass } from "#common/schedule/action.ts";

export interface SimulatedSpan {
  readonly rank: number;
  /** Lane of the rank: `compute`, or a direction with the rank at the other end of the link where there is one. */
  readonly lane: "in" | "compute" | "out";
  readonly peer?: number;
  readonly stage: number;
  readonly batch: number;
  readonly pass: ComputePass;
  readonly startNs: number;
  readonly durationNs: number;
}

export interface Simulation {
  readonly schedule: string;
  readonly stages: number;
  readonly ranks: number;
  readonly batches: number;
  readonly spans: readonly SimulatedSpan[];
  /** First start to last end of computing. */
  readonly makespanNs: number;
  /** Max over ranks of (own first start to last end − own work): what REFERENCE §3's closed forms speak of. */
  readonly bubbleSizeNs: number;
  /** Per rank: most activations (stage, batch) held at once, from the forward to the last backward; batches in a dataflow. */
  readonly peakInFlight: readonly number[];
}

export function summariseSimulation(
  parts: Pick<Simulation, "schedule" | "stages" | "ranks" | "batches" | "spans">,
): Simulation {
  const computing = parts.spans.filter(({ lane }) => lane === "compute");
  const starts = computing.reduce((first, { startNs }) => Math.min(first, startNs), Infinity);
  const ends = computing.reduce((last, { startNs, durationNs }) => Math.max(last, startNs + durationNs), -Infinity);
  const byRank = Map.groupBy(parts.spans, ({ rank }) => rank);
  const ranks = Array.from({ length: parts.ranks }, (_, rank) => byRank.get(rank) ?? []);
  return {
    ...parts,
    makespanNs: computing.length === 0 ? 0 : ends - starts,
    bubbleSizeNs: ranks.reduce((most, spans) => Math.max(most, idleWithin(spans)), 0),
    peakInFlight: ranks.map(findPeakInFlight),
  };
}

/** Time between a rank's first start and last end in which it computes nothing. */
function idleWithin(spans: readonly SimulatedSpan[]): number {
  const computing = spans.filter(({ lane }) => lane === "compute").toSorted((a, b) => a.startNs - b.startNs);
  let idle = 0;
  let until = computing.at(0)?.startNs ?? 0;
  for (const { startNs, durationNs } of computing) {
    idle += Math.max(0, startNs - until);
    until = Math.max(until, startNs + durationNs);
  }
  return idle;
}

/**
 * Activations are held from the first to the last of a (stage, batch)'s spans on the rank; released before taken at equal times.
 * Where a backward needs them, the input that still travels is no activation yet; in a dataflow its buffer is what is held.
 */
function findPeakInFlight(spans: readonly SimulatedSpan[]): number {
  const isTraining = spans.some(({ pass }) => pass !== "forward");
  const held = new Map<string, { from: number; to: number }>();
  for (const { stage, batch, startNs, durationNs, lane } of spans) {
    if (isTraining && lane !== "compute") continue;
    const key = isTraining ? `${stage} ${batch}` : `${batch}`;
    const end = startNs + durationNs;
    const hold = held.get(key);
    if (hold === undefined) held.set(key, { from: startNs, to: end });
    else {
      hold.from = Math.min(hold.from, startNs);
      hold.to = Math.max(hold.to, end);
    }
  }
  const events = [...held.values()].flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to, change: -1 },
  ]);
  events.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let peak = 0;
  for (const { change } of events) {
    now += change;
    peak = Math.max(peak, now);
  }
  return peak;
}
