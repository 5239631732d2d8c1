/**
 * A comparison as one HTML file to send to a colleague: the sentence, figures, wavefronts, differences, tables. Everything is
 * inside: no script, no font, no picture is fetched, and the file's own policy forbids that any were. It follows the reader's
 * light or dark and prints light.
 */
import type { ComparedRun, Comparison, DifferenceMatrix } from "#common/comparison.ts";
import { drawDifferenceFigure } from "#common/figure/difference-figure.ts";
import { PAGE_COLOURS, pageVariables } from "#common/figure/figure-colours.ts";
import { escapeText } from "#common/figure/svg.ts";
import { drawWavefrontFigure } from "#common/figure/wavefront-figure.ts";
import { formatCount, formatCountOf, formatDuration, formatShare } from "#common/format.ts";
import type { RunReport } from "#common/report.ts";

import { surveyRun } from "../analysis/windows.ts";
import type { AnalysisInput } from "../analysis/input.ts";
import { measureOccupancy } from "../analysis/occupancy.ts";
import { layOutRows } from "./figure-rows.ts";
import {
  drawAttributionTable,
  drawFigureTable,
  drawMappingTable,
  drawStageTable,
  drawUnmatchedTable,
} from "./html-tables.ts";

/** Differences below this share of the usual duration are drawn as noise. */
const NOISE_SHARE = 0.05;

const STYLE = `
:root{color-scheme:light dark;${pageVariables("light")}--more:#b2182b;--less:#2166ac;--sunken:#f6f7f9}
@media (prefers-color-scheme:dark){:root{${pageVariables("dark")}--more:#ff7a66;--less:#5aa9f2;--sunken:#191c22}}
@media print{:root{color-scheme:light;${pageVariables("light")}--more:#b2182b;--less:#2166ac;--sunken:#f6f7f9}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1160px;padding:28px 30px 60px;background:var(--figure-paper);color:var(--figure-text);
font:14px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:34px 0 8px}h3{font-size:14px;margin:22px 0 6px}
p{margin:6px 0}.soft,footer{color:var(--figure-soft)}
.summary{font-size:17px;line-height:1.5;margin:14px 0 18px;padding:12px 16px;background:var(--sunken);border-left:3px solid var(--figure-soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:0}dt{font-weight:600}dd{margin:0}
table{border-collapse:collapse;font-size:13px}th,td{padding:3px 12px 3px 0;text-align:right;white-space:nowrap}
th{font-weight:500;color:var(--figure-soft);border-bottom:1px solid var(--figure-line)}
td:first-child,th:first-child{text-align:left}tbody tr{border-bottom:1px solid var(--figure-line)}
.stages td:nth-child(-n+3),.stages th:nth-child(-n+3),.stages td:last-child{text-align:left}
.attribution{width:100%}.attribution tbody tr:last-child{font-weight:600;border-bottom:0}
td.more{color:var(--more)}td.less{color:var(--less)}
td.bars{position:relative;width:42%;min-width:180px;background:linear-gradient(to right,transparent calc(50% - .5px),var(--figure-line) calc(50% - .5px),var(--figure-line) calc(50% + .5px),transparent calc(50% + .5px))}
.bar{position:absolute;top:5px;bottom:5px;border-radius:1px}.bar.more{background:var(--more)}.bar.less{background:var(--less)}
.scroll{overflow-x:auto}figure{margin:8px 0}figure svg{display:block;max-width:100%;height:auto;border:1px solid var(--figure-line);border-radius:4px}
footer{margin-top:40px;font-size:12px;border-top:1px solid var(--figure-line);padding-top:10px}
@media print{body{padding:0;max-width:none}figure,tr,.summary{break-inside:avoid}h2,h3{break-after:avoid}}
`;

/** Nothing may be fetched, whatever a name in a trace says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function drawComparisonReport(
  { report, reportA, reportB, differences, unmatchedA, unmatchedB }: Comparison,
  inputs: { readonly a: AnalysisInput; readonly b: AnalysisInput },
): string {
  const { a, b, stageMapping } = report;
  const title = `${a.run.name} against ${b.run.name}`;
  const toNs = Math.max(a.makespanNs, b.makespanNs);
  const rowNames = stageMapping.map(({ nameA, nameB }) => nameA ?? nameB ?? "");
  const mapping = drawMappingTable(report);
  const unmatched = [
    drawUnmatchedTable(unmatchedA, { run: "A", stageMapping }),
    drawUnmatchedTable(unmatchedB, { run: "B", stageMapping }),
  ].join("");
  const sections = [
    `<h1>${escapeText(title)}</h1>`,
    `<p class="summary">${escapeText(report.summary)}</p>`,
    `<dl>${describeSide("A", a)}${describeSide("B", b)}</dl>`,
    `<p class="soft">${escapeText(describeMatching(report))}</p>`,
    `<h2>Figures</h2>${drawFigureTable(report)}`,
    `<h2>What the difference is put down to</h2>${drawAttributionTable(report)}`,
    `<p class="soft">From the two critical paths, which fill the two makespans to the nanosecond. Work that only one of the paths runs over counts half for its own change; the rest is another order of work on the path.</p>`,
    `<h2>Wavefronts</h2>`,
    figure(drawSide("A", inputs.a, { report: reportA, toNs })),
    figure(drawSide("B", inputs.b, { report: reportB, toNs })),
    ...drawDifferences(differences, rowNames),
    `<h2>Stages</h2><p class="soft">${escapeText(describeTests(report))}</p>${drawStageTable(report)}`,
    mapping === "" ? "" : `<h2>Which stages belong together</h2>${mapping}`,
    unmatched === "" ? "" : `<h2>Without a partner</h2>${unmatched}`,
    `<footer>Made by Pipewave. A makespan runs from the first start to the last end of computing of one replica in one iteration; idle time of a rank within it is a bubble. The initiation interval is the mean distance between starts of batches at the rank that bounds it.</footer>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeText(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)} – Pipewave</title>
<style>${STYLE}</style>
</head>
<body>
${sections.filter((section) => section !== "").join("\n")}
</body>
</html>
`;
}

const figure = (svg: string): string => `<figure>${svg}</figure>`;

function describeSide(name: string, { run, scope, makespanNs, batches }: ComparedRun): string {
  const facts = [
    run.kind,
    `iteration ${scope.iteration}, replica ${scope.replica}`,
    `${formatCountOf(run.stages, { one: "stage" })} on ${formatCountOf(run.ranks, { one: "rank" })}`,
    formatCountOf(batches, { one: "batch", many: "batches" }),
    `makespan ${formatDuration(makespanNs)}`,
  ];
  return `<dt>${name}</dt><dd>${escapeText(run.name)} <span class="soft">${escapeText(facts.join(" · "))}</span></dd>`;
}

function describeMatching({ matched, unmatchedA, unmatchedB, wholeRun }: Comparison["report"]): string {
  const scope = `${formatCountOf(matched, { one: "span" })} matched by stage, batch, pass and phase; ${formatCount(unmatchedA)} of A and ${formatCount(unmatchedB)} of B have no partner.`;
  if (wholeRun.iterations < 2) return scope;
  return `${scope} In the ${formatCount(wholeRun.iterations)} iterations that both runs have: ${formatCount(wholeRun.matched)} matched, ${formatCount(wholeRun.unmatchedA)} and ${formatCount(wholeRun.unmatchedB)} without a partner.`;
}

function describeTests({ stages }: Comparison["report"]): string {
  const over = new Set(stages.flatMap(({ test }) => (test === undefined ? [] : [test.over])));
  if (over.size === 0) return "There are too few iterations and batches to tell a difference from noise.";
  return `A difference is called one where a rank test over ${[...over].sort().join(" or ")} finds it, at a false discovery rate of 5 % over all rows; everything else is noise.`;
}

function drawSide(
  name: string,
  input: AnalysisInput,
  { report, toNs }: { readonly report: RunReport; readonly toNs: number },
): string {
  const survey = surveyRun(input);
  const { iteration, replica } = report.scope;
  const window = survey.windows.find((one) => one.iteration === iteration && one.replica === replica);
  if (window === undefined) throw new Error("the report is of another run");
  const { rows, hidden, legend } = layOutRows(measureOccupancy(input, { window, hasIterations: survey.hasIterations }));
  const meanNs = report.initiationInterval.meanNs;
  return drawWavefrontFigure(
    {
      title: `${name}: ${report.run.name}`,
      subtitle: `iteration ${iteration}, replica ${replica}; time from the start of its compute window${hidden === 0 ? "" : `; ${formatCount(hidden)} ranks are not shown`}`,
      figures: [
        { label: "makespan", value: formatDuration(report.makespanNs) },
        { label: "bubble", value: formatShare(report.bubble.ratio) },
        ...(meanNs === undefined ? [] : [{ label: "initiation interval", value: formatDuration(meanNs) }]),
      ],
      rows,
      fromNs: 0,
      toNs,
      legend,
    },
    PAGE_COLOURS,
  );
}

function drawDifferences(differences: readonly DifferenceMatrix[], rows: readonly string[]): string[] {
  const shown = differences.filter(({ phase }) => phase === "compute");
  if (shown.length === 0) return [];
  const choice = { quantity: "duration", measure: "difference", threshold: NOISE_SHARE } as const;
  return [
    `<h2>Differences</h2>`,
    ...shown.map((matrix) =>
      figure(
        drawDifferenceFigure(
          {
            title: `Computing, ${matrix.pass}: how much longer B takes than A`,
            subtitle: "stage × batch; matched spans only, crossed out where one run has no partner",
            matrix,
            rows,
            choice,
          },
          PAGE_COLOURS,
        ),
      ),
    ),
  ];
}
