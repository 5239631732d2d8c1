/** What lies in an area of the heatmap, counted and summed by what it is. Shapes only. */
import type { StageId } from "./ids.ts";
import type { Pass, Phase } from "./model.ts";

/** Spans that touch the area, of one stage, pass and phase. */
export interface AreaGroup {
  /** Absent for what is no work of a stage. */
  readonly stage?: StageId;
  readonly pass: Pass;
  readonly phase: Phase;
  readonly count: number;
  /** What of them lies inside the area, in ns: their sum, overlaps and nesting counted as often as they occur. */
  readonly totalNs: number;
}

/** Spans found by their names. */
export interface FoundSpans {
  /** In the order of their starts from the asked time on, then from the run's start to there; of too many the first of these. */
  readonly ids: Float64Array;
  /** How many there are in the run. */
  readonly total: number;
}
