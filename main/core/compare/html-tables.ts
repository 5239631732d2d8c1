/** The tables of the comparison's HTML report: figures, what the difference is put down to, stages, mapping. Markup only. */
import { describeRate, describeRateChange, describeShare } from "#common/comparison-text.ts";
import type { CompareReport, StageDelta, UnmatchedSpans } from "#common/comparison.ts";
import { escapeText } from "#common/figure/svg.ts";
import {
  formatCount,
  formatCountOf,
  formatDuration,
  formatExactNs,
  formatShare,
  formatShareDelta,
  formatSignedDuration,
  formatSignedShare,
} from "#common/format.ts";
import { PASSES, PHASES } from "#common/model.ts";

const MOST_STAGES = 200;
const MOST_UNMATCHED = 50;

type Cell = string | { readonly markup: string; readonly kind?: string };

/** Cells are text unless they say that they are markup. The first column is text, the others are figures. */
function table(titles: readonly string[], rows: readonly (readonly Cell[])[], kind = ""): string {
  const cell = (content: Cell): string =>
    typeof content === "string"
      ? `<td>${escapeText(content)}</td>`
      : `<td class="${content.kind ?? ""}">${content.markup}</td>`;
  const head = titles.map((title) => `<th>${escapeText(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table class="${kind}"><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

const known = (ns: number | undefined): string => (ns === undefined ? "–" : formatDuration(ns));
const percent = (ratio: number): string => (Number.isFinite(ratio) ? formatSignedShare(ratio - 1) : "–");

/** A difference in time: its sign decides the colour. */
const change = (deltaNs: number | undefined): Cell =>
  deltaNs === undefined
    ? "–"
    : { markup: escapeText(formatSignedDuration(deltaNs)), kind: deltaNs > 0 ? "more" : deltaNs < 0 ? "less" : "" };

export function drawFigureTable({ makespan, throughput, bubble, initiationInterval }: CompareReport): string {
  const row = (
    name: string,
    { aNs, bNs, deltaNs }: { aNs?: number | undefined; bNs?: number | undefined; deltaNs?: number | undefined },
  ): Cell[] => {
    const relative = aNs === undefined || bNs === undefined || aNs === 0 ? "" : percent(bNs / aNs);
    return [name, known(aNs), known(bNs), change(deltaNs), relative];
  };
  return table(
    ["", "A", "B", "B − A", ""],
    [
      row("makespan", makespan),
      [
        "batches a second",
        describeRate(throughput.a),
        describeRate(throughput.b),
        describeRateChange(throughput.delta),
        percent(throughput.ratio),
      ],
      row("initiation interval (mean)", initiationInterval),
      row("its bound", initiationInterval.bound),
      ["bubble (mean of ranks)", formatShare(bubble.a), formatShare(bubble.b), formatShareDelta(bubble.delta), ""],
      ...bubble.byCause.map(({ cause, ...delta }) => row(`idle, all ranks: ${cause}`, delta)),
    ],
  );
}

/** Shares with bars, and their sum. */
export function drawAttributionTable({ attribution, makespan, stageMapping }: CompareReport): string {
  const shares = attribution.filter(({ deltaNs, what }) => deltaNs !== 0 || what === "unexplained");
  const greatest = Math.max(1, ...shares.map(({ deltaNs }) => Math.abs(deltaNs)));
  const bar = (deltaNs: number): Cell => {
    const width = (Math.abs(deltaNs) / greatest) * 50;
    const left = deltaNs < 0 ? 50 - width : 50;
    const kind = deltaNs < 0 ? "less" : "more";
    return {
      markup: `<span class="bar ${kind}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></span>`,
      kind: "bars",
    };
  };
  const rows = shares.map((share) => [
    describeShare(share, stageMapping),
    change(share.deltaNs),
    makespan.deltaNs === 0 ? "" : formatSignedShare(share.deltaNs / makespan.deltaNs),
    bar(share.deltaNs),
  ]);
  const sum: Cell[] = [
    "difference of the makespans",
    change(makespan.deltaNs),
    "",
    `exactly ${formatExactNs(makespan.deltaNs).replace("-", "−")}`,
  ];
  return table(["put down to", "B − A", "of the whole", ""], [...rows, sum], "attribution");
}

export function drawStageTable({ stages }: CompareReport): string {
  const shown = stages.slice(0, MOST_STAGES);
  const left = stages.length - shown.length;
  const note = left > 0 ? `<p class="soft">and ${formatCount(left)} more rows</p>` : "";
  const titles = ["stage", "pass", "phase", "median A", "B", "B − A", "p95 A", "B", "total A", "B", "B − A", ""];
  const rows = shown.map((row): Cell[] => [
    row.name,
    row.pass,
    row.phase,
    known(row.medianANs),
    known(row.medianBNs),
    row.significant
      ? change(row.medianDeltaNs)
      : row.medianDeltaNs === undefined
        ? "–"
        : formatSignedDuration(row.medianDeltaNs),
    known(row.p95ANs),
    known(row.p95BNs),
    formatDuration(row.totalANs),
    formatDuration(row.totalBNs),
    formatSignedDuration(row.totalDeltaNs),
    describeTest(row),
  ]);
  return table(titles, rows, "stages") + note;
}

function describeTest({ test, significant }: StageDelta): string {
  if (test === undefined) return "too few to tell";
  return significant ? `differs over ${test.over}` : "noise";
}

/** Empty where every stage was matched by its name. */
export function drawMappingTable({ stageMapping }: CompareReport): string {
  if (stageMapping.every(({ by }) => by === "name")) return "";
  const rows = stageMapping.map(({ nameA, nameB, by }) => [
    nameA ?? "–",
    nameB ?? "–",
    by === "none" ? "no partner" : `by ${by}`,
  ]);
  return table(["stage of A", "stage of B", "matched"], rows);
}

export function drawUnmatchedTable(
  unmatched: UnmatchedSpans,
  { run, stageMapping }: { readonly run: string; readonly stageMapping: CompareReport["stageMapping"] },
): string {
  if (unmatched.total === 0) return "";
  const count = Math.min(MOST_UNMATCHED, unmatched.length);
  const rows = Array.from({ length: count }, (_, i): Cell[] => {
    const pair = stageMapping.at(unmatched.row[i]);
    const name = unmatched.row[i] < 0 ? "–" : (pair?.nameA ?? pair?.nameB ?? "–");
    const batch = unmatched.batch[i];
    return [
      name,
      batch < 0 ? "–" : String(batch),
      PASSES[unmatched.pass[i]],
      PHASES[unmatched.phase[i]],
      formatDuration(unmatched.startNs[i]),
      formatDuration(unmatched.durationNs[i]),
    ];
  });
  const left = unmatched.total - count;
  const title = `${formatCountOf(unmatched.total, { one: "span" })} of ${run} without a partner`;
  const note = left > 0 ? `<p class="soft">and ${formatCount(left)} more</p>` : "";
  const titles = ["stage", "batch", "pass", "phase", "start", "length"];
  return `<h3>${escapeText(title)}</h3>${table(titles, rows)}${note}`;
}
