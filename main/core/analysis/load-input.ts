/**
 * Reads from a run file what the analysis needs: the small tables and all span columns, without arguments.
 */
import type { RunReader } from "../../../db/index.ts";
import type { AnalysisInput } from "./input.ts";

/** 10 M spans take about 400 MB: callers that must stay small keep the analysis in a worker. */
export function loadAnalysisInput(reader: RunReader): AnalysisInput {
  return {
    run: reader.run,
    spans: reader.readAllSpans(),
    lanes: reader.lanes,
    stages: reader.stages,
    names: reader.names,
  };
}
