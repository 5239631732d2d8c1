/**
 * The answer for a run in which no pipeline can be seen: what there is instead, and no figure that was made up (DESIGN §7).
 */
import type { SpanColumns, SpanName } from "#common/model.ts";
import type { NoPipelineReport } from "#common/report.ts";
import type { Survey } from "./windows.ts";

const FREQUENT_NAMES = 10;

/** How often each name occurs, by id, added to `counts`. */
export function countNames(
  { spans, names }: { readonly spans: Pick<SpanColumns, "length" | "name">; readonly names: readonly SpanName[] },
  counts = new Float64Array(names.length),
): Float64Array {
  for (let i = 0; i < spans.length; i += 1) counts[spans.name[i]] += 1;
  return counts;
}

/** @param input.counts how often each name occurs, by id */
export function reportNoPipeline(
  { names, counts }: { readonly names: readonly SpanName[]; readonly counts: Float64Array },
  { summary, extentNs }: Survey,
): NoPipelineReport {
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
