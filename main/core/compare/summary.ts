/** The one sentence on top of a comparison: what changed, by how much, why, and whether it is more than noise. */
import { describeShare } from "#common/comparison-text.ts";
import type { CompareReport, Repeated } from "#common/comparison.ts";
import { formatCount, formatCountOf, formatDuration, formatSignedDuration, formatSignedShare } from "#common/format.ts";

type Told = Omit<CompareReport, "summary">;

/** Shares that the sentence names. */
const MOST_REASONS = 3;
/** A share below this part of the difference is not worth a word. */
const LEAST_REASON = 0.05;

export function tellComparison(report: Told): string {
  const { makespan, matched } = report;
  if (report.identical) {
    return `Nothing differs: all ${formatCountOf(matched, { one: "matched span" })} lie at the same place in A and B, ${formatDuration(makespan.aNs)} from the first start to the last end.`;
  }
  const { repeated } = makespan;
  const parts =
    repeated !== undefined && !repeated.significant
      ? [tellNoise(report, repeated)]
      : [tellMakespan(report), ...tellReasons(report), ...(repeated === undefined ? [] : [tellRepeated(repeated)])];
  return `${[...parts, ...tellWork(report)].join("; ")}.`;
}

/** A makespan of 0 has no ratio. */
const tellRatio = ({ aNs, deltaNs }: Told["makespan"]): string =>
  aNs === 0 ? "" : ` (${formatSignedShare(deltaNs / aNs)})`;

function tellMakespan({ makespan }: Told): string {
  const { aNs, bNs, deltaNs } = makespan;
  if (deltaNs === 0) return `A and B both take ${formatDuration(aNs)}`;
  const change = `${formatDuration(Math.abs(deltaNs))} ${deltaNs > 0 ? "longer" : "shorter"}`;
  return `B takes ${formatDuration(bNs)}, ${change} than A with ${formatDuration(aNs)}${tellRatio(makespan)}`;
}

function tellNoise({ makespan }: Told, { iterationsA, iterationsB, pValue }: Repeated): string {
  const { aNs, bNs } = makespan;
  return (
    `B takes ${formatDuration(bNs)} and A ${formatDuration(aNs)}${tellRatio(makespan)}, but the makespans of ` +
    `${formatCount(iterationsB)} and ${formatCount(iterationsA)} iterations differ by no more than noise (p = ${formatP(pValue)})`
  );
}

function tellRepeated({ iterationsA, iterationsB, shiftNs, lowNs, highNs, confidence, pValue }: Repeated): string {
  return (
    `over ${formatCount(iterationsA)} and ${formatCount(iterationsB)} iterations the difference is ${formatSignedDuration(shiftNs)} ` +
    `(${formatSignedDuration(lowNs)} to ${formatSignedDuration(highNs)} with ${Math.round(confidence * 100)} % confidence, p ${pValue < 0.001 ? "<" : "="} ${formatP(pValue)})`
  );
}

/** The shares that go the way of the difference, the most weighty first. */
function tellReasons({ makespan: { deltaNs }, attribution, stageMapping }: Told): string[] {
  const reasons = attribution
    .filter((share) => share.deltaNs * deltaNs > 0 && Math.abs(share.deltaNs) >= LEAST_REASON * Math.abs(deltaNs))
    .slice(0, MOST_REASONS)
    .map((share) => `${describeShare(share, stageMapping)} (${formatSignedDuration(share.deltaNs)})`);
  const last = reasons.pop();
  if (last === undefined) return [];
  return [`mostly ${reasons.length === 0 ? last : `${reasons.join(", ")} and ${last}`}`];
}

/** Where the two do not do the same work, a makespan is not the whole story. */
function tellWork({ a, b, throughput, unmatchedA, unmatchedB }: Told): string[] {
  if (a.batches !== b.batches && throughput.a > 0) {
    const batches = `A computes ${formatCountOf(a.batches, { one: "batch", many: "batches" })} and B ${formatCount(b.batches)}`;
    return [`${batches}, so B does ${throughput.ratio.toFixed(2)} × the batches a second`];
  }
  if (unmatchedA + unmatchedB === 0) return [];
  const counts = [
    ...(unmatchedA === 0 ? [] : [`${formatCountOf(unmatchedA, { one: "span" })} of A`]),
    ...(unmatchedB === 0 ? [] : [`${formatCountOf(unmatchedB, { one: "span" })} of B`]),
  ];
  return [`${counts.join(" and ")} without a partner`];
}

const formatP = (pValue: number): string => (pValue < 0.001 ? "0.001" : pValue.toFixed(pValue < 0.1 ? 3 : 2));
