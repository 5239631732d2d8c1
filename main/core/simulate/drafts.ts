/**
 * Simulated runs that are in no library: kept in memory under ids that no file can have, and read like any other run until newer
 * ones take their place. What is kept is bounded by number and by spans; the newest is always there.
 */
import type { RunId } from "#common/ids.ts";
import { runId } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";

import { readFromMemory } from "../../../db/index.ts";
import { OpenRun } from "../open-run.ts";
import type { SimulatedRun } from "./simulated-run.ts";

/** Several pages may look at several of them, and a page still draws the last one while it asks for the next. */
const MOST_DRAFTS = 32;
/** About 45 bytes each: 180 MB. */
const MOST_SPANS = 4_000_000;

export class Drafts {
  readonly #drafts = new Map<RunId, { readonly run: OpenRun; readonly spans: number }>();
  #nextNumber = 1;

  get(id: RunId): OpenRun | undefined {
    return this.#drafts.get(id)?.run;
  }

  add(simulated: SimulatedRun): { readonly id: RunId; readonly run: OpenRun } {
    const { spans } = simulated;
    const reader = readFromMemory({ ...simulated, columns: spans, args: [], laneStages: listLaneStages(simulated) });
    const run = new OpenRun(reader, { hasFile: false });
    const id = runId(`draft/${this.#nextNumber++}`); // a file name has no slash
    this.#drafts.set(id, { run, spans: spans.length });
    this.#forgetOldest();
    return { id, run };
  }

  #forgetOldest(): void {
    let spans = this.#drafts.values().reduce((sum, draft) => sum + draft.spans, 0);
    for (const [id, draft] of this.#drafts) {
      if (this.#drafts.size === 1 || (this.#drafts.size <= MOST_DRAFTS && spans <= MOST_SPANS)) return;
      this.#drafts.delete(id);
      spans -= draft.spans;
    }
  }
}

/** Which lane computes which stage. */
function listLaneStages({ spans, stages }: SimulatedRun): { readonly lane: number; readonly stage: number }[] {
  const seen = new Set<number>();
  for (let i = 0; i < spans.length; i += 1) {
    if (spans.phase[i] === PHASE_COMPUTE) seen.add(spans.lane[i] * stages.length + spans.stage[i]);
  }
  return [...seen].map((key) => ({ lane: Math.floor(key / stages.length), stage: key % stages.length }));
}
