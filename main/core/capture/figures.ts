/** The key figures of a captured run for people: initiation interval, bound, bottleneck and bubble share, in words. */
import { formatDuration, formatShare } from "#common/format.ts";
import type { RunReport } from "#common/report.ts";

import { openRun } from "../../../db/index.ts";
import { buildReport, isNoPipeline } from "../analysis/build-report.ts";
import { loadAnalysisInput } from "../analysis/load-input.ts";

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

/** `II 91.2 ms (bound 88.0 ms: worker 1, longest in 4 conv), bubbles 12.3 %`; what is not known is left out. */
export function describeFigures({ initiationInterval, bubble }: RunReport): string {
  const { meanNs, boundNs, bottleneck, stages } = initiationInterval;
  const bubbles = `bubbles ${formatShare(bubble.ratio)}`;
  if (meanNs === undefined || boundNs === undefined || bottleneck === undefined) return bubbles;
  const stage = stages.find((one) => one.stage === bottleneck.stage)?.name;
  const where = `worker ${bottleneck.rank}${stage === undefined ? "" : `, longest in ${stage}`}`;
  return `II ${formatDuration(meanNs)} (bound ${formatDuration(boundNs)}: ${where}), ${bubbles}`;
}
