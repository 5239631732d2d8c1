/**
 * What the analysis reads: the columns of a run with the small tables that explain them, and where a span belongs.
 *
 * Rank and replica of a span are those of its lane; a lane without a rank runs the rank of the span's stage. A run in which
 * no span has an iteration is one iteration, 0; where some have, spans without one belong to none. Refuses to guess more.
 */
import { NONE } from "#common/ids.ts";
import { PHASES, phaseCode } from "#common/model.ts";
import type { FlowPoint, Lane, Run, SpanColumns, SpanName, Stage } from "#common/model.ts";

export interface AnalysisInput {
  readonly run: Pick<Run, "name" | "kind">;
  readonly spans: SpanColumns;
  readonly lanes: readonly Lane[];
  readonly stages: readonly Stage[];
  readonly names: readonly SpanName[];
  /** Arrows of the trace, where it has some. */
  readonly flows?: readonly FlowPoint[];
}

export const PHASE_IN = phaseCode("in");
export const PHASE_OUT = phaseCode("out");
export const PHASE_WAIT = phaseCode("wait");
export const PHASE_SYNC = phaseCode("sync");

/** Per phase code: 1 for in, compute and out, the work of the pipeline itself. */
export const IS_PIPELINE_PHASE = Uint8Array.from(PHASES, (phase) => (["in", "compute", "out"].includes(phase) ? 1 : 0));

/** Tables by id, as typed arrays, for the loops over spans. -1 where not known. */
export interface Places {
  readonly laneRank: Int32Array;
  readonly laneReplica: Int32Array;
  readonly stageRank: Int32Array;
  readonly stageOrdinal: Int32Array;
}

export function tabulatePlaces({ lanes, stages }: Pick<AnalysisInput, "lanes" | "stages">): Places {
  const laneRank = new Int32Array(lanes.length).fill(NONE);
  const laneReplica = new Int32Array(lanes.length);
  for (const lane of lanes) {
    laneRank[lane.id] = lane.rank ?? NONE;
    laneReplica[lane.id] = lane.replica ?? 0;
  }
  const stageRank = new Int32Array(stages.length).fill(NONE);
  const stageOrdinal = new Int32Array(stages.length).fill(NONE);
  for (const stage of stages) {
    stageRank[stage.id] = stage.rank ?? stage.ordinal;
    stageOrdinal[stage.id] = stage.ordinal;
  }
  return { laneRank, laneReplica, stageRank, stageOrdinal };
}

/** Rank that executed span i, or -1. */
export function rankOfSpan(spans: SpanColumns, places: Places, i: number): number {
  const rank = places.laneRank[spans.lane[i]];
  if (rank !== NONE) return rank;
  const stage = spans.stage[i];
  return stage === NONE ? NONE : places.stageRank[stage];
}
