/**
 * The rule of the figure, per stage: one new batch after MAX(in, compute, out), each a median over the batches of the scope
 * (REFERENCE §1, §6).
 *
 * A transfer counts as long as it really took (transfers.ts). In training only the anchor passes count, the ones that the
 * initiation interval is measured between: a median over forward and backward together would be the length of neither.
 */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { StageRuleRow } from "#common/report.ts";
import type { Occupancy } from "./occupancy.ts";
import { medianInPlace } from "./statistics.ts";

/** @param anchorPasses per pass code, 1 for the passes that count @returns one row a stage of the run, by ordinal */
export function measureStageRules(
  { spans, stages, ranks }: Occupancy,
  anchorPasses: Uint8Array = new Uint8Array(PASSES.length).fill(1),
): StageRuleRow[] {
  const counts = stages.length;
  const stageOf = (span: number): number => (anchorPasses[spans.pass[span]] === 1 ? spans.stage[span] : NONE);
  const compute = gather(
    counts,
    ranks.map(({ spans: { compute: indices } }) => ({ indices, lengthOf: (at) => spans.duration[indices[at]] })),
    stageOf,
  );
  const transfersOf = (direction: "inbound" | "outbound"): Float64Array[] =>
    gather(
      counts,
      ranks.map(({ transfers: { [direction]: moved } }) => ({
        indices: moved.indices,
        lengthOf: (at) => moved.ends[at] - moved.starts[at],
      })),
      stageOf,
    );
  const inbound = transfersOf("inbound");
  const outbound = transfersOf("outbound");
  const rankOf = new Map<number, number>();
  for (const { rank, spans: ofRank } of ranks) {
    let last = NONE;
    for (const span of ofRank.compute) {
      if (spans.stage[span] === last) continue;
      last = spans.stage[span];
      if (last !== NONE) rankOf.set(last, rank);
    }
  }
  return stages
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map((stage) => {
      const rank = stage.rank ?? rankOf.get(stage.id);
      return {
        stage: stage.id,
        name: stage.name,
        op: stage.op,
        ...(rank === undefined ? {} : { rank }),
        ...summarise({
          inNs: inbound[stage.id],
          computeNs: compute[stage.id],
          outNs: outbound[stage.id],
        }),
      };
    });
}

/** @param stageOf NONE for spans that do not count */
function gather(
  stageCount: number,
  lists: readonly { readonly indices: Int32Array; readonly lengthOf: (at: number) => number }[],
  stageOf: (span: number) => number,
): Float64Array[] {
  const counts = new Int32Array(stageCount);
  for (const { indices } of lists) {
    for (let at = 0; at < indices.length; at += 1) {
      const stage = stageOf(indices[at]);
      if (stage !== NONE) counts[stage] += 1;
    }
  }
  const ofStages = Array.from(counts, (count) => new Float64Array(count));
  for (const { indices, lengthOf } of lists) {
    for (let at = 0; at < indices.length; at += 1) {
      const stage = stageOf(indices[at]);
      if (stage !== NONE) ofStages[stage][(counts[stage] -= 1)] = lengthOf(at);
    }
  }
  return ofStages;
}

function summarise(
  lengths: Readonly<Record<"inNs" | "computeNs" | "outNs", Float64Array>>,
): Pick<StageRuleRow, "inNs" | "computeNs" | "outNs" | "ruleNs"> {
  const known = Object.entries(lengths).flatMap(([phase, values]) => {
    const median = medianInPlace(values);
    return median === undefined ? [] : ([[phase, Math.round(median)]] as const);
  });
  if (known.length === 0) return {};
  return { ...Object.fromEntries(known), ruleNs: Math.max(...known.map(([, ns]) => ns)) };
}
