/**
 * Whether B is slower than A by more than a limit: the judgement of a CI check, hence a careful one.
 *
 * What counts is the time a batch of the compared scopes, so that a run of more batches is not called slower. Where both
 * runs repeat their iterations, a difference that the rank test calls noise does not fail, however large it looks.
 */
import type { CompareReport } from "#common/comparison.ts";
import { formatShare } from "#common/format.ts";

export interface Slowdown {
  /** Time a batch of B over that of A, minus 1; negative when B is faster. */
  readonly share: number;
  readonly limit: number;
  readonly failed: boolean;
  readonly text: string;
}

export function judgeSlowdown({ makespan, a, b }: CompareReport, limit: number): Slowdown {
  const perBatch = ({ makespanNs, batches }: CompareReport["a"]): number => makespanNs / Math.max(1, batches);
  const share = perBatch(a) === 0 ? 0 : perBatch(b) / perBatch(a) - 1;
  const isNoise = makespan.repeated?.significant === false;
  const change = `${formatShare(Math.abs(share))} ${share < 0 ? "faster" : "slower"} a batch`;
  const failed = share > limit && !isNoise;
  const why = failed ? "" : share > limit ? ", which is no more than noise" : "";
  return { share, limit, failed, text: `B is ${change}${why}; the limit is ${formatShare(limit)}` };
}
