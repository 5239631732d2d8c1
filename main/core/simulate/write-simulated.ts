/** Writes a simulated run to a file, whole or not at all. */
import { createEmptyArgs, createRun } from "../../../db/index.ts";
import type { SimulatedRun } from "./simulated-run.ts";

/** @throws AppError file-exists, write-failed, disk-full */
export function writeSimulatedRun(
  { run, stages, edges, lanes, names, spans }: SimulatedRun,
  { out, replace = false }: { out: string; replace?: boolean },
): void {
  const writer = createRun(out, { replace });
  try {
    writer.setRun(run);
    writer.addStages(stages);
    writer.addEdges(edges);
    writer.addLanes(lanes);
    writer.addNames(names);
    writer.appendSpans(spans, createEmptyArgs(spans.length));
    writer.finish();
  } finally {
    writer.abort();
  }
}
