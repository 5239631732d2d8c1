/**
 * Numbers the stages of a run: which stage numbers occur, their dense ids, names, operations and ranks, and the chain of
 * edges. A stage number is what the trace says outright, else chunk · ranks + rank, else the rank (REFERENCE §5).
 */
import { stageId } from "#common/ids.ts";
import { OPS } from "#common/model.ts";
import type { Op, Stage, StageEdge } from "#common/model.ts";

import { UNSAID } from "./contract.ts";
import { MOST_STAGES } from "./lane-facts.ts";
import type { LaneFacts } from "./lane-facts.ts";
import type { LaneRanks } from "./lane-ranks.ts";

export interface StageTable {
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  /** Pipeline ranks: one more than the greatest. */
  readonly rankCount: number;
  /** Stage id by stage number, UNSAID for numbers that do not occur. */
  readonly idOfNumber: Int32Array;
}

/** Stage number of what is said, given the rank of the lane; UNSAID where nothing tells one. */
export function stageNumber({
  stage,
  chunk,
  rank,
  rankCount,
}: {
  stage: number;
  chunk: number;
  rank: number;
  rankCount: number;
}): number {
  if (stage !== UNSAID) return stage;
  if (rank === UNSAID) return UNSAID;
  return chunk === UNSAID ? rank : chunk * rankCount + rank;
}

export function buildStages(facts: readonly LaneFacts[], ranks: LaneRanks): StageTable {
  const rankCount = ranks.rank.reduce((most, rank) => Math.max(most, rank + 1), 0);
  const found = new Map<number, { op: number; rank: number; computes: boolean }>();

  facts.forEach((of, lane) => {
    const rank = ranks.rank[lane];
    const computes = of.computeSpans > 0;
    const add = (number: number, op: number) => {
      if (number < 0 || number >= MOST_STAGES) return;
      const known = found.get(number);
      if (known === undefined) {
        found.set(number, { op, rank, computes });
        return;
      }
      if (known.op === UNSAID) known.op = op;
      // Who computes a stage owns it; lanes of lower replicas come first.
      if (rank !== UNSAID && (known.rank === UNSAID || (computes && !known.computes))) {
        known.rank = rank;
        known.computes = computes;
      }
    };
    for (const [stage, op] of of.stages.entries()) add(stage, op);
    for (const [chunk, op] of of.chunks.entries()) add(stageNumber({ stage: UNSAID, chunk, rank, rankCount }), op);
    if (of.ofRank) add(stageNumber({ stage: UNSAID, chunk: UNSAID, rank, rankCount }), UNSAID);
  });

  const numbers = [...found.keys()].toSorted((a, b) => a - b);
  const idOfNumber = new Int32Array((numbers.at(-1) ?? UNSAID) + 1).fill(UNSAID);
  const stages = numbers.map((number, ordinal): Stage => {
    idOfNumber[number] = ordinal;
    const { op: code, rank } = found.get(number) ?? { op: UNSAID, rank: UNSAID };
    const op: Op = code === UNSAID ? "other" : OPS[code];
    return {
      id: stageId(ordinal),
      name: op === "other" ? `stage ${number}` : `${op} ${number}`,
      op,
      ordinal,
      ...(rank === UNSAID ? {} : { rank }),
    };
  });
  const edges = stages.slice(1).map(({ id }, before): StageEdge => ({ from: stages[before].id, to: id }));
  return { stages, edges, rankCount, idOfNumber };
}
