/**
 * A comparison as one SVG: the sentence, both wavefronts on one axis as they are on screen, and the difference heatmap, each
 * with its title, figures and legend. Needs nothing else: it stands in a document, or becomes a bitmap.
 */
import { drawDifferenceFigure } from "#common/figure/difference-figure.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { FIGURE_WIDTH, FONT, MARGIN } from "#common/figure/frame.ts";
import { element, textElement, wrapText } from "#common/figure/svg.ts";
import { drawWavefrontFigure, sizePlot } from "#common/figure/wavefront-figure.ts";
import { formatDuration, formatShare } from "#common/format.ts";
import type { RunReport } from "#common/report.ts";
import { readFigureRows } from "../../figure/figure-rows.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import { listWork } from "../../figure/work-legend.ts";
import type { Side } from "../../state/compare-alignment.ts";
import { SIDES } from "../../state/compare-alignment.ts";
import type { OpenComparison } from "../../state/compare.svelte.ts";
import type { ThemeName } from "#common/colours.ts";
import { pairName } from "./pair-name.ts";

const SENTENCE_SIZE = 13;
const SENTENCE_LINE = 18;

/** @throws what reading the runs throws; undefined where there is no answer yet */
export async function drawComparison(comparison: OpenComparison, theme: ThemeName): Promise<Figure | undefined> {
  const { result, differences } = comparison;
  if (result === undefined) return undefined;
  const colours = figureColours(theme);
  const wavefronts = await Promise.all(
    SIDES.map((side) => drawSide(comparison, { side, report: side === "a" ? result.reportA : result.reportB, theme })),
  );
  const { report } = result;
  const matrix = differences.open ? differences.matrixOf(result.differences) : undefined;
  const parts = [
    ...wavefronts,
    ...(matrix === undefined
      ? []
      : [
          drawDifferenceFigure(
            {
              title: `Differences of ${matrix.pass} ${matrix.phase}, B − A`,
              subtitle: `${differences.quantity} of matched spans, stage × batch`,
              rows: report.stageMapping.map((pair) => pairName(pair)),
              matrix,
              choice: differences.choice,
            },
            colours,
          ),
        ]),
  ];
  const lines = wrapText(report.summary, { widthPx: FIGURE_WIDTH - 2 * MARGIN, sizePx: SENTENCE_SIZE });
  const sentence = lines.map((line, at) =>
    textElement(
      { x: MARGIN, y: MARGIN + SENTENCE_SIZE + at * SENTENCE_LINE, "font-size": SENTENCE_SIZE, fill: colours.text },
      line,
    ),
  );
  let y = MARGIN + lines.length * SENTENCE_LINE + 6;
  const placed = parts.map((part) => {
    const at = y;
    y += figureOf(part).heightPx;
    return part.replace("<svg", `<svg y="${at}"`);
  });
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${FIGURE_WIDTH} ${y}`,
      width: FIGURE_WIDTH,
      height: y,
      "font-family": FONT,
      role: "img",
      "aria-label": report.summary,
    },
    [element("rect", { width: FIGURE_WIDTH, height: y, fill: colours.paper }), ...sentence, ...placed].join("\n"),
  );
  return { svg, widthPx: FIGURE_WIDTH, heightPx: y };
}

async function drawSide(
  { client, sides, shared, origins }: OpenComparison,
  { side, report, theme }: { side: Side; report: RunReport; theme: ThemeName },
): Promise<string> {
  const { detail, viewport } = sides[side];
  const { axis, fromNs, toNs } = viewport;
  const originNs = origins[side];
  const labels = detail.rows[axis].map(({ label }) => label);
  const view = { axis, fromNs, toNs, originNs, widthPx: sizePlot(labels).widthPx, theme };
  const { rows, keys } = await readFigureRows({ client, detail }, view);
  const { meanNs } = report.initiationInterval;
  return drawWavefrontFigure(
    {
      title: `${side.toUpperCase()}: ${report.run.name}`,
      subtitle: `Iteration ${report.scope.iteration}, replica ${report.scope.replica}`,
      figures: [
        { label: "makespan", value: formatDuration(report.makespanNs) },
        { label: "bubble", value: formatShare(report.bubble.ratio) },
        ...(meanNs === undefined ? [] : [{ label: "initiation interval", value: formatDuration(meanNs) }]),
      ],
      rows,
      fromNs: shared.fromNs,
      toNs: shared.toNs,
      legend: listWork(keys, theme),
    },
    figureColours(theme),
  );
}
