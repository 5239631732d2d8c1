/**
 * The key figures of a captured run for people, per batch: initiation interval, bound, bubble share and bottleneck.
 *
 * A worker runs several blocks, and the report's intervals count one anchor per batch and block (REFERENCE §6). Here they are
 * multiplied by the worker's number of blocks, so that workers with different numbers of them can be compared: the worker
 * with the greatest bound per batch is what limits the throughput.
 */
import { formatDuration, formatShare } from "#common/format.ts";
import type { RunReport } from "#common/report.ts";

import { openRun } from "../../../db/index.ts";
import { buildReport, isNoPipeline } from "../analysis/build-report.ts";
import { loadAnalysisInput } from "../analysis/load-input.ts";

export interface BatchInterval {
  readonly rank: number;
  /** Mean distance between batches. */
  readonly meanNs: number;
  /** What the rank's busiest resource needs for a batch. */
  readonly boundNs: number;
}

/** Report of a run file; undefined when it holds no compute spans. @throws AppError what `openRun` throws */
export function reportCapture(file: string): RunReport | undefined {
  const reader = openRun(file);
  try {
    const report = buildReport(loadAnalysisInput(reader));
    return isNoPipeline(report) ? undefined : report;
  } finally {
    reader.close();
  }
}

/** Intervals of the rank that limits the throughput; undefined with fewer than two anchors on every rank. */
export function findBatchInterval({ initiationInterval }: RunReport): BatchInterval | undefined {
  const blocksOf = (rank: number): number => initiationInterval.stages.filter((stage) => stage.rank === rank).length;
  return initiationInterval.rows
    .flatMap(({ rank, meanNs, boundNs }): BatchInterval[] =>
      meanNs === undefined || boundNs === undefined
        ? []
        : [{ rank, meanNs: meanNs * blocksOf(rank), boundNs: boundNs * blocksOf(rank) }],
    )
    .toSorted((a, b) => b.boundNs - a.boundNs)[0];
}

/** `II 91.2 ms a batch (bound 88.0 ms: worker 1), bubbles 12.3 %`; what is not known is left out. */
export function describeFigures(report: RunReport): string {
  const interval = findBatchInterval(report);
  const bubbles = `bubbles ${formatShare(report.bubble.ratio)}`;
  if (interval === undefined) return bubbles;
  const { rank, meanNs, boundNs } = interval;
  return `II ${formatDuration(meanNs)} a batch (bound ${formatDuration(boundNs)}: worker ${rank}), ${bubbles}`;
}
