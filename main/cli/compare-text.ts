/** A comparison as text: the sentence, the table of figures, what the difference is put down to, and the stages that changed. */
import { describeRate, describeRateChange, describeShare } from "#common/comparison-text.ts";
import type { CompareReport, Comparison, StageDelta } from "#common/comparison.ts";
import {
  formatCount,
  formatCountOf,
  formatDuration,
  formatShare,
  formatShareDelta,
  formatSignedDuration,
  formatSignedShare,
} from "#common/format.ts";

import { layOutTable } from "./table.ts";
import type { TableColumn } from "./table.ts";
import { paint, terminalWidth } from "./terminal.ts";
import { wrapText } from "./wrap-text.ts";

const MOST_SHARES = 12;
const MOST_STAGES = 24;
const MOST_UNMATCHED_ROWS = 8;

const heading = (text: string): string => paint("bold", text);
const dim = (text: string): string => paint("dim", text);

export function describeComparison({ report }: Comparison): string {
  const parts = [
    `${heading(wrapText(report.summary, { width: terminalWidth(), indent: 0 }))}\n`,
    describeSides(report),
    describeFigures(report),
    describeAttribution(report),
    ...describeStages(report),
    ...describeMapping(report),
  ];
  return parts.join("\n");
}

function describeSides(report: CompareReport): string {
  const { a, b, matched, unmatchedA, unmatchedB, wholeRun } = report;
  const side = (name: string, { run, scope }: CompareReport["a"]): string =>
    `${heading(name)} ${run.name}  ${dim(`iteration ${scope.iteration}, replica ${scope.replica} · ${formatCountOf(run.stages, { one: "stage" })} on ${formatCountOf(run.ranks, { one: "rank" })}`)}\n`;
  const matching = `${formatCountOf(matched, { one: "span" })} matched, ${formatCount(unmatchedA)} of A and ${formatCount(unmatchedB)} of B without a partner`;
  const whole =
    wholeRun.iterations < 2
      ? ""
      : `; in ${formatCount(wholeRun.iterations)} iterations ${formatCount(wholeRun.matched)}, ${formatCount(wholeRun.unmatchedA)} and ${formatCount(wholeRun.unmatchedB)}`;
  return `${side("A", a)}${side("B", b)}${dim(matching + whole)}\n`;
}

const known = (ns: number | undefined): string => (ns === undefined ? dim("–") : formatDuration(ns));
const signed = (ns: number | undefined): string => (ns === undefined ? dim("–") : formatSignedDuration(ns));
const percent = (ratio: number): string => (Number.isFinite(ratio) ? formatSignedShare(ratio - 1) : dim("–"));

function describeFigures({ makespan, throughput, bubble, initiationInterval }: CompareReport): string {
  const row = (
    name: string,
    { aNs, bNs, deltaNs }: { aNs?: number | undefined; bNs?: number | undefined; deltaNs?: number | undefined },
  ): string[] => {
    const change = aNs === undefined || bNs === undefined || aNs === 0 ? "" : percent(bNs / aNs);
    return [name, known(aNs), known(bNs), signed(deltaNs), change];
  };
  const rows = [
    row("makespan", makespan),
    [
      "batches",
      describeRate(throughput.a),
      describeRate(throughput.b),
      describeRateChange(throughput.delta),
      percent(throughput.ratio),
    ],
    row("initiation interval", initiationInterval),
    row("bound", initiationInterval.bound),
    ["bubble", formatShare(bubble.a), formatShare(bubble.b), formatShareDelta(bubble.delta), ""],
    ...bubble.byCause.map(({ cause, ...delta }) => row(`  idle: ${cause}`, delta)),
  ];
  return `${heading("Figures")}\n${layOutTable([text(""), number("A"), number("B"), number("B − A"), number("")], rows, { titleStyle: dim })}`;
}

const text = (title: string): TableColumn => ({ title, align: "left" });
const number = (title: string): TableColumn => ({ title, align: "right" });

function describeAttribution({ attribution, makespan, stageMapping }: CompareReport): string {
  const shown = attribution.filter(({ deltaNs }) => deltaNs !== 0).slice(0, MOST_SHARES);
  const rest = attribution.filter((share) => share.deltaNs !== 0 && !shown.includes(share));
  const rows = shown.map((share) => [formatSignedDuration(share.deltaNs), describeShare(share, stageMapping)]);
  const restNs = rest.reduce((sum, { deltaNs }) => sum + deltaNs, 0);
  if (rest.length > 0) rows.push([formatSignedDuration(restNs), dim(`${rest.length} smaller shares`)]);
  rows.push([heading(formatSignedDuration(makespan.deltaNs)), heading("difference of the makespans")]);
  return `${heading("What the difference is put down to")}\n${layOutTable([number(""), text("")], rows)}`;
}

function describeStages({ stages }: CompareReport): string[] {
  const changed = stages
    .filter(({ totalDeltaNs }) => totalDeltaNs !== 0)
    .toSorted((one, other) => Math.abs(other.totalDeltaNs) - Math.abs(one.totalDeltaNs));
  if (changed.length === 0) return [];
  const shown = changed.slice(0, MOST_STAGES);
  const table = layOutTable(
    [
      text("stage"),
      text("pass"),
      text("phase"),
      ...["median A", "B", "B − A", "p95 A", "B", "total A", "B", "B − A"].map(number),
      text(""),
    ],
    shown.map((row) => [
      row.name,
      row.pass,
      row.phase,
      known(row.medianANs),
      known(row.medianBNs),
      signed(row.medianDeltaNs),
      known(row.p95ANs),
      known(row.p95BNs),
      formatDuration(row.totalANs),
      formatDuration(row.totalBNs),
      formatSignedDuration(row.totalDeltaNs),
      describeTest(row),
    ]),
    { titleStyle: dim },
  );
  const left = changed.length - shown.length;
  const more = left > 0 ? dim(`and ${formatCount(left)} more; --json has them all\n`) : "";
  return [`${heading("Stages, the most changed first")}\n${table}${more}`];
}

function describeTest({ test, significant }: StageDelta): string {
  if (test === undefined) return dim("too few to tell");
  return significant ? `over ${test.over}` : dim("noise");
}

function describeMapping({ stageMapping }: CompareReport): string[] {
  const unusual = stageMapping.filter(({ by }) => by !== "name");
  if (unusual.length === 0) return [];
  const rows = unusual
    .slice(0, MOST_UNMATCHED_ROWS)
    .map(({ nameA, nameB, by }) => [nameA ?? dim("–"), nameB ?? dim("–"), by === "none" ? "no partner" : `by ${by}`]);
  const left = unusual.length - rows.length;
  const more = left > 0 ? dim(`and ${formatCount(left)} more; --stages maps them otherwise\n`) : "";
  return [
    `${heading("Stages that were not matched by name")}\n${layOutTable([text("A"), text("B"), text("")], rows, { titleStyle: dim })}${more}`,
  ];
}
