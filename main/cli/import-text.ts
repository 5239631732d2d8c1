/** Import reports as text: what came in, what was recognised, and everything that did not go smoothly. */
import { formatBytes, formatCount, formatCountOf, formatDuration, formatShare } from "#common/format.ts";
import type { ImportReport } from "#common/report.ts";
import { NS_PER_MS } from "#common/units.ts";

import { paint } from "./terminal.ts";

export function describeImports(reports: readonly ImportReport[]): string {
  return reports.map(describeImport).join("\n");
}

function describeImport(report: ImportReport): string {
  const { file, format, events, pipelineSpans, recognisedBy, elapsedMs, peakRssBytes } = report;
  const others = [
    { count: events.instants, one: "instant" },
    { count: events.counters, one: "counter sample" },
    { count: events.flows, one: "flow point" },
  ].filter(({ count }) => count > 0);
  const kept = [
    formatCountOf(events.spans, { one: "span" }),
    ...others.map(({ count, one }) => formatCountOf(count, { one })),
  ].join(", ");
  const rules = recognisedBy.map(({ rule, spans }) => `${rule} ${formatCount(spans)}`).join(", ");
  const recognised =
    pipelineSpans === 0
      ? paint("yellow", "no pipeline recognised: the run opens as lanes")
      : `${formatCountOf(pipelineSpans, { one: "pipeline span" })}, ${formatShare(pipelineSpans / events.spans)} of all (${rules})`;
  return [
    paint("bold", file),
    `  ${formatCountOf(events.read, { one: "event" })} of ${format} read: ${kept}`,
    `  ${recognised}`,
    ...troublesOf(report).map((trouble) => `  ${paint("yellow", trouble)}`),
    paint("dim", `  ${formatDuration(elapsedMs * NS_PER_MS)}, at most ${formatBytes(peakRssBytes)} of memory`),
    "",
  ].join("\n");
}

function troublesOf({ skipped, packedOverlaps, repaired, violations }: ImportReport): string[] {
  return [
    ...skipped.map(
      ({ reason, count, example }) =>
        `skipped ${formatCountOf(count, { one: "event" })}: ${reason}, such as ${example}`,
    ),
    ...(packedOverlaps === 0
      ? []
      : [
          `${formatCountOf(packedOverlaps, { one: "span" })} partly overlapped another one and got a lane of their own`,
        ]),
    ...repaired.map((what) => `repaired: ${what}`),
    ...violations.map((what) => `violated: ${what}`),
  ];
}
