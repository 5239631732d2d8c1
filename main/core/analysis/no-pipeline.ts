/**
 * The answer for a run in which no pipeline can be seen: what there is instead, and no figure that was made up (DESIGN §7).
 */
import type { NoPipelineReport } from "#common/report.ts";
import type { AnalysisInput } from "./input.ts";
import type { Survey } from "./windows.ts";

const FREQUENT_NAMES = 10;

export function reportNoPipeline({ spans, names }: AnalysisInput, { summary, extentNs }: Survey): NoPipelineReport {
  const counts = new Float64Array(names.length);
  for (let i = 0; i < spans.length; i += 1) counts[spans.name[i]] += 1;
  const countOf = new Map<string, number>();
  names.forEach(({ text }, id) => countOf.set(text, (countOf.get(text) ?? 0) + counts[id]));
  const frequentNames = [...countOf]
    .map(([name, count]) => ({ name, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, FREQUENT_NAMES);
  const recognised = `${summary.pipelineSpans} of ${summary.spans} spans recognised`;
  const error =
    summary.pipelineSpans === 0
      ? `${recognised}: no pipeline names`
      : `${recognised}: none of them computes on a known rank, so there is no compute window`;
  return { run: summary, extentNs, error, frequentNames };
}
