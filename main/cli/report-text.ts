/** The report of a run as text: one screen that a person reads from top to bottom. Figures only; the JSON has the rest. */
import { formatCount, formatCountOf, formatDuration, formatShare } from "#common/format.ts";
import type { IdleByCause, NoPipelineReport, RunReport, RunSummaryFigures } from "#common/report.ts";
import { IDLE_CAUSES } from "#common/report.ts";

import { layOutTable } from "./table.ts";
import { paint, terminalWidth } from "./terminal.ts";
import { wrapText } from "./wrap-text.ts";

const LONGEST_BAR = 32;
const SHORTEST_BAR = 8;
const MOST_STAGES = 32;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

const heading = (text: string): string => paint("bold", text);
const dim = (text: string): string => paint("dim", text);
const duration = (ns: number | undefined): string => (ns === undefined ? dim("–") : formatDuration(ns));

export function describeReport(report: RunReport): string {
  const { run, scope, makespanNs, windowStartNs } = report;
  const lines = [
    describeRun(run),
    `${heading(`iteration ${scope.iteration}, replica ${scope.replica}`)}: makespan ${heading(formatDuration(makespanNs))}, ` +
      `from ${formatDuration(windowStartNs)} after the run's origin`,
    ...describeWarmUp(run),
    "",
    ...describeFindings(report),
    describeBubbles(report),
    describeIntervals(report),
    ...describeStages(report),
    ...describePhases(report),
    ...describePath(report),
  ];
  return lines.join("\n");
}

function describeRun({
  name,
  kind,
  spans,
  pipelineSpans,
  stages,
  ranks,
  replicas,
  batches,
  iterations,
}: RunSummaryFigures): string {
  const parts = [
    kind,
    `${formatCount(pipelineSpans)} of ${formatCountOf(spans, { one: "span" })} recognised`,
    `${formatCountOf(stages, { one: "stage" })} on ${formatCountOf(ranks, { one: "rank" })}`,
    ...(replicas > 1 ? [formatCountOf(replicas, { one: "replica" })] : []),
    formatCountOf(batches, { one: "batch", many: "batches" }),
    formatCountOf(iterations, { one: "iteration" }),
  ];
  return `${heading(name)}  ${dim(parts.join(" · "))}`;
}

function describeWarmUp({ warmUpIterations }: RunSummaryFigures): string[] {
  if (warmUpIterations.length === 0) return [];
  const [which, is] = warmUpIterations.length === 1 ? ["iteration", "is"] : ["iterations", "are"];
  return [dim(`${which} ${warmUpIterations.join(", ")} ${is} warm-up (more than 3 × the median makespan)`)];
}

function describeFindings({ findings = [] }: RunReport): string[] {
  if (findings.length === 0) return [];
  const items = findings.map(({ text }, i) => wrapText(`${i + 1}. ${text}`, { width: terminalWidth(), indent: 3 }));
  return [`${heading("What to look at")}\n${items.join("\n")}\n`];
}

const MOST_PATH_STAGES = 5;

function describePath({ criticalPath, initiationInterval: { stages } }: RunReport): string[] {
  if (criticalPath === undefined || criticalPath.lengthNs === 0) return [];
  const { lengthNs, byPhase, byRank, byStage } = criticalPath;
  const share = (ns: number): string => formatShare(ns / lengthNs);
  const shown = byStage.slice(0, MOST_PATH_STAGES);
  const nameOf = (id: number): string => stages.find(({ stage }) => stage === id)?.name ?? `stage ${id}`;
  const rows = [
    ["by phase", byPhase.map(({ phase, ns }) => `${phase === "wait" ? "waiting" : phase} ${share(ns)}`)],
    ["by rank", byRank.slice(0, MOST_PATH_STAGES).map(({ rank, ns }) => `rank ${rank} ${share(ns)}`)],
    ["by stage", shown.map(({ stage, ns }) => `${nameOf(stage)} ${share(ns)}`)],
  ] as const;
  const lines = rows.map(([by, shares]) => `${dim(by.padEnd(9))} ${shares.join(" · ")}`);
  return [`${heading("Critical path")}: ${duration(lengthNs)}\n${lines.join("\n")}\n`];
}

/** A bar of `width` characters of which `share` is full. */
function drawBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return paint("magenta", full) + dim("·".repeat(Math.max(0, width - [...full].length)));
}

function describeBubbles({ bubble, makespanNs }: RunReport): string {
  const causes = IDLE_CAUSES.filter((cause) => bubble.byCauseNs[cause] !== undefined);
  const cells = (ratio: number, busyNs: number, byCause: IdleByCause): string[] => [
    duration(busyNs),
    formatShare(ratio),
    ...causes.map((cause) => duration(byCause[cause])),
  ];
  const rows = bubble.rows.map((row) => [`${row.rank}`, ...cells(row.ratio, row.busyNs, row.byCauseNs)]);
  const taken = rows.reduce((widest, row) => Math.max(widest, row.join("  ").length + 6), 40);
  const width = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, terminalWidth() - taken));
  const table = layOutTable(
    [
      { title: "rank", align: "right" },
      { title: "busy", align: "left" },
      { title: "", align: "right" },
      { title: "bubble", align: "right" },
      ...causes.map((title) => ({ title, align: "right" as const })),
    ],
    rows.map(([rank, ...rest], i) => [rank, drawBar(bubble.rows[i].busyNs / Math.max(1, makespanNs), width), ...rest]),
    { titleStyle: dim },
  );
  return `${heading(`Bubbles: ${formatShare(bubble.ratio)} of the window`)}\n${table}`;
}

const RESOURCES = {
  compute: "its compute",
  in: "its incoming transfers",
  out: "its outgoing transfers",
  device: "the device that it shares",
} as const;

/** What keeps batches from starting more often, and how far the run is from that. */
function describeBound(
  { boundNs, meanNs }: { boundNs: number; meanNs: number },
  { rank, resource, stage }: { rank: number; resource: keyof typeof RESOURCES; stage: string | undefined },
): string {
  const mostly = stage === undefined ? "" : `, most of it ${stage},`;
  const takes = resource === "in" || resource === "out" ? "take" : "takes";
  return (
    `Rank ${rank} bounds it: ${RESOURCES[resource]}${mostly} ${takes} ${formatDuration(boundNs)} of every ` +
    `${formatDuration(meanNs)} from start to start (${formatShare(boundNs / Math.max(1, meanNs))}).`
  );
}

function describeIntervals({
  initiationInterval: { measuredNs, meanNs, boundNs, bottleneck, rows, stages },
}: RunReport): string {
  if (measuredNs === undefined || meanNs === undefined || boundNs === undefined || bottleneck === undefined) {
    return `${heading("Initiation interval")}\n${dim("no rank started two batches in this scope, so there is no interval")}\n`;
  }
  const resource = rows.find(({ rank }) => rank === bottleneck.rank)?.resource ?? "compute";
  const named = stages.find(({ stage }) => stage === bottleneck.stage)?.name;
  const bound = describeBound({ boundNs, meanNs }, { rank: bottleneck.rank, resource, stage: named });
  const table = layOutTable(
    [
      { title: "rank", align: "right" },
      { title: "median", align: "right" },
      { title: "mean", align: "right" },
      { title: "bound", align: "right" },
      { title: "bound / mean", align: "right" },
      { title: "by", align: "left" },
    ],
    rows.map((row) => [
      row.rank === bottleneck.rank ? heading(`${row.rank}`) : `${row.rank}`,
      duration(row.measuredNs),
      duration(row.meanNs),
      duration(row.boundNs),
      row.boundNs === undefined || !row.meanNs ? dim("–") : formatShare(row.boundNs / row.meanNs),
      row.resource ?? "",
    ]),
    { titleStyle: dim },
  );
  return (
    `${heading(`Initiation interval: ${formatDuration(meanNs)} on average, ${formatDuration(measuredNs)} in the median`)}\n` +
    `${table}${bound}\n`
  );
}

function describeStages({ initiationInterval: { stages } }: RunReport): string[] {
  const known = stages.filter(({ ruleNs }) => ruleNs !== undefined);
  if (known.length === 0) return [];
  const longest = known.toSorted((a, b) => (b.ruleNs ?? 0) - (a.ruleNs ?? 0)).slice(0, MOST_STAGES);
  const shown = known.length > MOST_STAGES ? longest : known;
  const slowest = longest[0].ruleNs;
  const left = known.length - shown.length;
  const table = layOutTable(
    [
      { title: "stage", align: "right" },
      { title: "name", align: "left" },
      { title: "rank", align: "right" },
      { title: "in", align: "right" },
      { title: "compute", align: "right" },
      { title: "out", align: "right" },
      { title: "rule", align: "right" },
    ],
    shown.map(({ stage, name, rank, inNs, computeNs, outNs, ruleNs }) => [
      `${stage}`,
      name,
      rank === undefined ? "" : `${rank}`,
      duration(inNs),
      duration(computeNs),
      duration(outNs),
      ruleNs === slowest ? heading(duration(ruleNs)) : duration(ruleNs),
    ]),
    { titleStyle: dim },
  );
  const more = left > 0 ? dim(`and ${formatCountOf(left, { one: "faster stage" })}; --json has them all\n`) : "";
  return [`${heading("Stages: MAX(in, compute, out), medians")}\n${table}${more}`];
}

function describePhases({ phases: { inNs, computeNs, outNs, waitNs, exposedCommunicationNs } }: RunReport): string[] {
  if (inNs === undefined && outNs === undefined) return [];
  const sums = [
    `compute ${duration(computeNs)}`,
    `in ${duration(inNs)}`,
    `out ${duration(outNs)}`,
    `waiting ${duration(waitNs)}`,
    `transfers not hidden by compute ${duration(exposedCommunicationNs)}`,
  ];
  return [`${heading("All ranks together")}: ${sums.join(" · ")}\n`];
}

export function describeNoPipeline({ run, extentNs, frequentNames }: NoPipelineReport): string {
  const table = layOutTable(
    [
      { title: "spans", align: "right" },
      { title: "name", align: "left" },
    ],
    frequentNames.map(({ name, count }) => [formatCount(count), cut(name)]),
    { titleStyle: dim },
  );
  return (
    `${heading(run.name)}  ${dim(`${run.kind} · ${formatCountOf(run.spans, { one: "span" })} over ${formatDuration(extentNs)}`)}\n\n` +
    `${heading("Most frequent names")}\n${table}`
  );
}

function cut(name: string): string {
  const longest = Math.max(20, terminalWidth() - 12);
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}
