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
import type { Occupancy, RankOccupancy } from "./occupancy.ts";
import { medianInPlace } from "./statistics.ts";

interface Lengths {
  readonly in: number[];
  readonly compute: number[];
  readonly out: number[];
}

/** Transfers carry the pass of the work they belong to; where the anchors are input-grads, `backward` transfers are theirs. */
const isAnchor = (anchorPasses: Uint8Array, pass: number): boolean => anchorPasses[pass] === 1;

/** @param anchorPasses per pass code, 1 for the passes that count @returns one row a stage of the run, by ordinal */
export function measureStageRules(
  { spans, stages, ranks }: Occupancy,
  anchorPasses: Uint8Array = new Uint8Array(PASSES.length).fill(1),
): StageRuleRow[] {
  const lengthsOf = new Map<number, Lengths>();
  const rankOf = new Map<number, number>();
  const lengthsOfStage = (span: number): Lengths | undefined => {
    const stage = spans.stage[span];
    if (stage === NONE || !isAnchor(anchorPasses, spans.pass[span])) return undefined;
    const known = lengthsOf.get(stage);
    if (known !== undefined) return known;
    const fresh = { in: [], compute: [], out: [] };
    lengthsOf.set(stage, fresh);
    return fresh;
  };
  for (const rank of ranks) {
    for (const span of rank.spans.compute) {
      lengthsOfStage(span)?.compute.push(spans.duration[span]);
      if (spans.stage[span] !== NONE) rankOf.set(spans.stage[span], rank.rank);
    }
    gatherTransfers(rank, "inbound", (span, ns) => lengthsOfStage(span)?.in.push(ns));
    gatherTransfers(rank, "outbound", (span, ns) => lengthsOfStage(span)?.out.push(ns));
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
        ...summarise(lengthsOf.get(stage.id)),
      };
    });
}

function gatherTransfers(
  { transfers }: RankOccupancy,
  direction: "inbound" | "outbound",
  gather: (span: number, ns: number) => void,
): void {
  const { indices, starts, ends } = transfers[direction];
  for (let at = 0; at < indices.length; at += 1) gather(indices[at], ends[at] - starts[at]);
}

function summarise(lengths: Lengths | undefined): Pick<StageRuleRow, "inNs" | "computeNs" | "outNs" | "ruleNs"> {
  if (lengths === undefined) return {};
  const median = (values: readonly number[]): number | undefined => medianInPlace(Float64Array.from(values));
  const medians = { inNs: median(lengths.in), computeNs: median(lengths.compute), outNs: median(lengths.out) };
  const known = Object.entries(medians).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (known.length === 0) return {};
  const rounded = Object.fromEntries(known.map(([phase, ns]) => [phase, Math.round(ns)]));
  return { ...rounded, ruleNs: Math.max(...Object.values(rounded)) };
}
