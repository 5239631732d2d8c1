/**
 * Tells data-parallel copies from positions along the pipeline where ranks count the whole job (file metadata, file names,
 * processes). Works only where stages are said outright, and does nothing when the picture is not clear.
 */
import { UNSAID } from "./contract.ts";
import type { LaneFacts } from "./lane-facts.ts";

/**
 * Where every set of stages is run by equally many ranks that begin with the same batch, those ranks are replicas: `replica`
 * becomes their position among each other, `rank` that of their stages. (Two ranks of a bidirectional pipeline run the same
 * stages too, but for different batches.)
 */
export function separateReplicas({
  facts,
  rank,
  replica,
}: {
  facts: readonly LaneFacts[];
  rank: Int32Array;
  replica: Int32Array;
}): void {
  const ranks = describeRanks(facts, rank).toSorted((a, b) => a.rank - b.rank);
  if (ranks.some(({ stages }) => stages.length === 0)) return;
  const copies = [...Map.groupBy(ranks, ({ stages, leastBatch }) => `${stages.join()} from ${leastBatch}`).values()];
  const count = copies.length === 0 ? 0 : copies[0].length;
  if (count < 2 || copies.some(({ length }) => length !== count)) return;
  const stages = copies.flatMap(([first]) => first.stages);
  if (new Set(stages).size !== stages.length) return;

  const places = new Map<number, { readonly rank: number; readonly replica: number }>();
  copies
    .toSorted(([a], [b]) => a.stages[0] - b.stages[0])
    .forEach((group, position) => {
      group.forEach((of, copy) => places.set(of.rank, { rank: position, replica: copy }));
    });
  rank.forEach((value, lane) => {
    const place = places.get(value);
    if (place === undefined) return;
    rank[lane] = place.rank;
    replica[lane] = place.replica;
  });
}

interface RankWork {
  readonly rank: number;
  /** Ascending. */
  readonly stages: readonly number[];
  readonly leastBatch: number;
}

function describeRanks(facts: readonly LaneFacts[], rank: Int32Array): readonly RankWork[] {
  const working = facts.flatMap((of, lane) =>
    of.pipelineSpans > 0 && rank[lane] !== UNSAID ? [{ of, rank: rank[lane] }] : [],
  );
  return [...Map.groupBy(working, (lane) => lane.rank)].map(([value, lanes]) => ({
    rank: value,
    stages: [...new Set(lanes.flatMap(({ of }) => [...of.stages.entries()].map(([stage]) => stage)))].toSorted(
      (a, b) => a - b,
    ),
    leastBatch: Math.min(...lanes.map(({ of }) => of.leastBatch)),
  }));
}
