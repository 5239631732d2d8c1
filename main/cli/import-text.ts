/** Import reports as text: what came in, what was recognised, and everything that did not go smoothly. */
import { formatBytes, formatCount, formatCountOf, formatDuration, formatShare } from "#common/format.ts";
import { describeClock } from "#common/clock-text.ts";
import type { ImportReport } from "#common/report.ts";
import { NS_PER_MS } from "#common/units.ts";

import { layOutTable } from "./table.ts";
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
    ...filesOf(report),
    ...troublesOf(report).map((trouble) => `  ${paint("yellow", trouble)}`),
    paint("dim", `  ${formatDuration(elapsedMs * NS_PER_MS)}, at most ${formatBytes(peakRssBytes)} of memory`),
    "",
  ].join("\n");
}

/** Of a run from several files: whose each is, and how its clock was set. */
function filesOf({ files }: ImportReport): string[] {
  if (files === undefined) return [];
  const table = files.flatMap((file) => (file.failure === undefined ? [file] : []));
  const rows = table.map(({ file, rank, replica, spans, clock }) => [
    file,
    rank === undefined ? "-" : replica === undefined || replica === 0 ? String(rank) : `${rank} of replica ${replica}`,
    spans === undefined ? "" : formatCount(spans),
    clock === undefined ? "" : describeClock(clock),
  ]);
  const failed = files.flatMap(({ file, failure }) =>
    failure === undefined ? [] : [`  ${paint("yellow", `${file}: ${failure}`)}`],
  );
  const titles = (["file", "rank", "spans", "clock"] as const).map((title) => {
    const align = title === "spans" ? ("right" as const) : ("left" as const);
    return { title, align };
  });
  return [layOutTable(titles, rows, { indent: "  ", titleStyle: (title) => paint("dim", title) }).trimEnd(), ...failed];
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
