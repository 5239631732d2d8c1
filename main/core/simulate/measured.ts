/**
 * What a measured run says about its pipeline, in the simulator's words: who computed what, when, and how long transfers took.
 *
 * One entry a (replica, iteration), warm-up left out. Several compute spans of one (rank, stage, batch, pass) are one action
 * from the first start to the last end; spans without a batch are numbered by order within (rank, stage, pass). Read-only.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASE_COMPUTE } from "#common/model.ts";
import type { ComputePass } from "#common/schedule/action.ts";
import { PHASE_IN, PHASE_OUT, rankOfSpan, tabulatePlaces, type AnalysisInput } from "../analysis/input.ts";
import { surveyRun } from "../analysis/windows.ts";

export interface MeasuredAction {
  readonly rank: number;
  /** Ordinal of the stage. */
  readonly stage: number;
  readonly batch: number;
  readonly pass: ComputePass;
  readonly startNs: number;
  readonly endNs: number;
}

export interface MeasuredTransfer {
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly direction: "in" | "out";
  readonly startNs: number;
  readonly endNs: number;
}

export interface MeasuredIteration {
  readonly replica: number;
  readonly iteration: number;
  /** By rank, then start. */
  readonly actions: readonly MeasuredAction[];
  readonly transfers: readonly MeasuredTransfer[];
}

export interface MeasuredPipeline {
  readonly stages: number;
  /** Highest rank + 1. */
  readonly ranks: number;
  readonly iterations: readonly MeasuredIteration[];
  readonly isTraining: boolean;
}

interface OpenIteration {
  readonly replica: number;
  readonly iteration: number;
  readonly actions: Map<string, MeasuredAction>;
  readonly transfers: MeasuredTransfer[];
  /** Next number of what carries no batch, by rank, stage and pass. */
  readonly numbers: Map<string, number>;
}

export function readMeasuredPipeline(input: AnalysisInput): MeasuredPipeline {
  const { spans } = input;
  const survey = surveyRun(input);
  const places = tabulatePlaces(input);
  const open = new Map<string, OpenIteration>();
  for (const { replica, iteration, warmUp } of survey.windows) {
    if (warmUp) continue;
    const entry = { replica, iteration, actions: new Map(), transfers: [], numbers: new Map() };
    open.set(`${replica} ${iteration}`, entry);
  }
  for (let i = 0; i < spans.length; i += 1) {
    const phase = spans.phase[i];
    if (spans.stage[i] === NONE || (phase !== PHASE_COMPUTE && phase !== PHASE_IN && phase !== PHASE_OUT)) continue;
    const rank = rankOfSpan(spans, places, i);
    const replica = places.laneReplica[spans.lane[i]];
    const into = open.get(`${replica} ${survey.hasIterations ? spans.iteration[i] : 0}`);
    if (into === undefined || rank === NONE) continue;
    const pass = PASSES[spans.pass[i]];
    const place = {
      rank,
      stage: places.stageOrdinal[spans.stage[i]],
      startNs: spans.start[i],
      endNs: spans.start[i] + spans.duration[i],
    };
    const batch =
      spans.batch[i] === NONE ? countNext(into.numbers, `${rank} ${place.stage} ${phase} ${pass}`) : spans.batch[i];
    if (phase === PHASE_COMPUTE) addAction(into.actions, { ...place, batch, pass: pass === "none" ? "forward" : pass });
    else into.transfers.push({ ...place, batch, direction: phase === PHASE_IN ? "in" : "out" });
  }
  const iterations = [...open.values()]
    .map(({ replica, iteration, actions, transfers }) => ({
      replica,
      iteration,
      transfers,
      actions: [...actions.values()].sort((a, b) => a.rank - b.rank || a.startNs - b.startNs || a.endNs - b.endNs),
    }))
    .filter(({ actions }) => actions.length > 0);
  const ranks = iterations.flatMap(({ actions }) => actions.map(({ rank }) => rank));
  return {
    stages: input.stages.length,
    ranks: 1 + ranks.reduce((most, rank) => Math.max(most, rank), -1),
    iterations,
    isTraining: iterations.some(({ actions }) => actions.some(({ pass }) => pass !== "forward")),
  };
}

function countNext(numbers: Map<string, number>, key: string): number {
  const next = numbers.get(key) ?? 0;
  numbers.set(key, next + 1);
  return next;
}

function addAction(actions: Map<string, MeasuredAction>, action: MeasuredAction): void {
  const key = `${action.rank} ${action.stage} ${action.batch} ${action.pass}`;
  const known = actions.get(key);
  if (known === undefined) actions.set(key, action);
  else actions.set(key, { ...known, endNs: Math.max(known.endNs, action.endNs) });
}
