/**
 * Pipeline work as plain objects, for tests: what the brute force computes from, and what columns are made of. The two ways
 * share nothing else.
 */
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { laneId, nameId, stageId } from "../../../main/common/ids.ts";
import { createSpanColumns, passCode, phaseCode } from "../../../main/common/model.ts";
import type { Lane, Pass, Phase } from "../../../main/common/model.ts";

export interface Work {
  readonly replica: number;
  readonly rank: number;
  readonly iteration: number;
  readonly stage: number;
  readonly batch: number;
  readonly pass: Pass;
  readonly phase: Phase;
  /** Integer ns. */
  readonly start: number;
  readonly duration: number;
  readonly name?: string;
  readonly device?: string;
}

/** Columns in the order of the work given, one lane a (replica, rank, phase). */
export function columnsOf(work: readonly Work[]): AnalysisInput {
  const lanes = new Map<string, Lane>();
  const names = new Map<string, number>();
  const spans = createSpanColumns(work.length);
  const stageCount = Math.max(-1, ...new Set(work.map(({ stage }) => stage))) + 1;
  work.forEach((one, i) => {
    const key = `${one.replica}/${one.rank}/${one.phase}`;
    let lane = lanes.get(key);
    if (lane === undefined) {
      const id = laneId(lanes.size);
      const place = { process: `${one.replica}`, thread: `${one.rank} ${one.phase}` };
      const device = one.device === undefined ? {} : { device: one.device };
      const where = one.rank < 0 ? {} : { rank: one.rank, replica: one.replica };
      lane = { id, ordinal: id, kind: "thread", ...place, ...device, ...where };
      lanes.set(key, lane);
    }
    const name = one.name ?? `${one.pass} ${one.phase}`;
    if (!names.has(name)) names.set(name, names.size);
    spans.lane[i] = lane.id;
    spans.start[i] = one.start;
    spans.duration[i] = one.duration;
    spans.name[i] = names.get(name) ?? 0;
    spans.stage[i] = one.stage;
    spans.batch[i] = one.batch;
    spans.iteration[i] = one.iteration;
    spans.pass[i] = passCode(one.pass);
    spans.phase[i] = phaseCode(one.phase);
  });
  return {
    run: { name: "test", kind: "simulated" },
    spans,
    lanes: [...lanes.values()],
    stages: Array.from({ length: stageCount }, (_, i) => ({
      id: stageId(i),
      name: `stage ${i}`,
      op: "other" as const,
      ordinal: i,
    })),
    names: [...names].map(([text, id]) => ({ id: nameId(id), text })),
  };
}
