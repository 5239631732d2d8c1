/**
 * Replays a measured iteration: its own durations, its own order on every rank, and one latency for each kind of dependency.
 *
 * Kinds are few, so that what is fitted on some iterations holds for others: an activation or a gradient from another rank, the
 * turn at the last stage, and what a rank spends between two actions, by their passes. The fit alternates: with the latencies
 * known, the dependency that each action really waited for is the one that ends last; with those known, the latency of a kind is
 * the median of the gaps it left. A median of the longest of several noisy waits lies above the wait itself, so in the end one
 * factor for all latencies makes the median error of the fitted iterations' makespans vanish.
 */
import { AppError } from "#common/errors.ts";
import { describeAction } from "#common/schedule/action.ts";
import { needsOf } from "#common/schedule/dependencies.ts";
import { medianInPlace } from "../analysis/statistics.ts";
import { createTaskGraph } from "./engine.ts";
import type { MeasuredAction } from "./measured.ts";

/** Actions of one (replica, iteration), and what each waits for. */
export interface ReplayTrace {
  readonly actions: readonly MeasuredAction[];
  readonly waits: readonly ReplayWait[];
}

interface ReplayWait {
  readonly action: number;
  readonly other: number;
  readonly kind: string;
}

/** Ns by kind of dependency; a kind that is not there waits for nothing more. */
export type Latencies = ReadonlyMap<string, number>;

export const NETWORK_KINDS: readonly string[] = ["forward", "backward"];

/** Kind of the gap that a rank leaves between two actions. */
export const gapKind = ({ before, after }: { before: string; after: string }): string => `${before} then ${after}`;

export function prepareReplay(actions: readonly MeasuredAction[], stages: number): ReplayTrace {
  const keyOf = ({ stage, batch, pass }: Pick<MeasuredAction, "stage" | "batch" | "pass">): string =>
    `${stage} ${batch} ${pass}`;
  const byKey = new Map(actions.map((action, at) => [keyOf(action), at]));
  const before = listBefore(actions);
  const waits: ReplayWait[] = [];
  for (const [at, action] of actions.entries()) {
    for (const other of before[at]) {
      waits.push({ action: at, other, kind: gapKind({ before: actions[other].pass, after: action.pass }) });
    }
    for (const { kind, stage, batch, passes } of needsOf({ kind: "compute", ...action }, stages)) {
      const other = passes.map((pass) => byKey.get(keyOf({ stage, batch, pass }))).find((found) => found !== undefined);
      // What lies on the same rank comes first there anyway: its order, not a message, decides.
      if (other !== undefined) {
        waits.push({ action: at, other, kind: actions[other].rank === action.rank ? "own" : kind });
      }
    }
  }
  return { actions, waits };
}

/**
 * For every action those that its rank did just before it: one, or the halves of an overlapped pair (DualPipe). Two actions are
 * such a pair when more than half of the shorter one lies in the other; less is two clocks that disagree.
 */
function listBefore(actions: readonly MeasuredAction[]): readonly (readonly number[])[] {
  let before: readonly number[] = [];
  let together: number[] = [];
  return actions.map((action, at) => {
    const last = actions.at(together.at(-1) ?? -1);
    if (together.length === 0 || last?.rank !== action.rank) {
      before = [];
      together = [at];
      return before;
    }
    const shared = Math.min(last.endNs, action.endNs) - action.startNs;
    if (2 * shared > Math.min(last.endNs - last.startNs, action.endNs - action.startNs)) {
      together.push(at);
    } else {
      before = together;
      together = [at];
    }
    return before;
  });
}

interface ReplayRules {
  readonly latencies: Latencies;
  /** The recorded duration when left out. */
  readonly durationNs?: (action: MeasuredAction) => number;
}

interface Replayed {
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly makespanNs: number;
}

/** @throws AppError impossible-order when the recorded order contradicts the dependencies */
export function replay({ actions, waits }: ReplayTrace, { latencies, durationNs }: ReplayRules): Replayed {
  const graph = createTaskGraph();
  for (const action of actions) {
    graph.addTask({ durationNs: Math.round(durationNs?.(action) ?? action.endNs - action.startNs) });
  }
  for (const { action, other, kind } of waits) {
    graph.addWait({ task: action, other, latencyNs: Math.round(latencies.get(kind) ?? 0) });
  }
  const { startNs, endNs, stuck } = graph.run();
  if (stuck.length > 0) {
    const action = actions[stuck[0]];
    throw new AppError({
      code: "impossible-order",
      what: `as recorded, rank ${action.rank} runs ${describeAction({ kind: "compute", ...action })} before what it needs`,
      todo: "check that the clocks of the ranks agree",
    });
  }
  const first = startNs.reduce((least, start) => Math.min(least, start), Infinity);
  const last = endNs.reduce((most, end) => Math.max(most, end), 0);
  return { startNs, endNs, makespanNs: actions.length === 0 ? 0 : last - first };
}

export const recordedMakespan = ({ actions }: Pick<ReplayTrace, "actions">): number =>
  actions.reduce((last, { endNs }) => Math.max(last, endNs), -Infinity) -
  actions.reduce((first, { startNs }) => Math.min(first, startNs), Infinity);

const MOST_ROUNDS = 30;
const MOST_HALVINGS = 30;

/** @param traces the iterations to learn from, at least one */
export function fitLatencies(traces: readonly ReplayTrace[]): Latencies {
  let latencies: Latencies = new Map();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = measureGaps(traces, latencies);
    const isSame = next.size === latencies.size && [...next].every(([kind, ns]) => latencies.get(kind) === ns);
    latencies = next;
    if (isSame) break;
  }
  return scaleToMakespans(traces, latencies);
}

/** Median gap by kind, over the dependencies that ended last for their action. */
function measureGaps(traces: readonly ReplayTrace[], latencies: Latencies): Latencies {
  const gaps = new Map<string, number[]>();
  for (const { actions, waits } of traces) {
    const binding = new Map<number, { kind: string; readyNs: number; gapNs: number }>();
    for (const { action, other, kind } of waits) {
      const readyNs = actions[other].endNs + (latencies.get(kind) ?? 0);
      const best = binding.get(action);
      if (best !== undefined && best.readyNs >= readyNs) continue;
      binding.set(action, { kind, readyNs, gapNs: Math.max(0, actions[action].startNs - actions[other].endNs) });
    }
    for (const { kind, gapNs } of binding.values()) {
      const ofKind = gaps.get(kind);
      if (ofKind === undefined) gaps.set(kind, [gapNs]);
      else ofKind.push(gapNs);
    }
  }
  return new Map([...gaps].map(([kind, values]) => [kind, medianInPlace(Float64Array.from(values)) ?? 0]));
}

/** Makespans grow with every latency, so halving finds the factor between none and twice the medians. */
function scaleToMakespans(traces: readonly ReplayTrace[], latencies: Latencies): Latencies {
  const scaled = (factor: number): Latencies => new Map([...latencies].map(([kind, ns]) => [kind, ns * factor]));
  let [low, high] = [0, 2];
  for (let halving = 0; halving < MOST_HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    const errors = traces.map((trace) => signedError(trace, scaled(middle)));
    if ((medianInPlace(Float64Array.from(errors)) ?? 0) > 0) high = middle;
    else low = middle;
  }
  return scaled((low + high) / 2);
}

function signedError(trace: ReplayTrace, latencies: Latencies): number {
  const recorded = recordedMakespan(trace);
  return recorded === 0 ? 0 : replay(trace, { latencies }).makespanNs / recorded - 1;
}

/** Median of the relative errors of the makespans; undefined without traces. */
export function measureReplayError(traces: readonly ReplayTrace[], latencies: Latencies): number | undefined {
  return medianInPlace(Float64Array.from(traces, (trace) => Math.abs(signedError(trace, latencies))));
}
