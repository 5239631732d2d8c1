/** The difference matrix, stage × batch, as SVG: blue where B is less, red where it is more, grey where it is noise. */
import { cellValue, coarsenMatrix, scaleOf } from "../difference-map.ts";
import type { DifferenceChoice, DifferenceScale } from "../difference-map.ts";
import type { DifferenceMatrix } from "../comparison.ts";
import { formatSignedDuration } from "../format.ts";
import { DIFFERENCE_STEPS } from "./figure-colours.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, MARGIN } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { drawBatchAxis } from "./batch-axis.ts";
import { drawRowLabels } from "./row-labels.ts";
import { element, px, RectPaths, textElement } from "./svg.ts";

export interface DifferenceFigure extends Pick<FrameContent, "title" | "subtitle" | "figures"> {
  readonly matrix: DifferenceMatrix;
  /** A label for every row of the matrix. */
  readonly rows: readonly string[];
  readonly choice: DifferenceChoice;
  readonly widthPx?: number;
}

const MOST_COLUMNS = 400;
const VALUE_SIZE = 9;
const LEAST_VALUE_PX = 46;
const WIDEST_CELL = 90;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly columnPx: number;
  readonly rowPx: number;
}

export function drawDifferenceFigure(figure: DifferenceFigure, colours: FigureColours): string {
  const { rows, choice, widthPx = FIGURE_WIDTH } = figure;
  const matrix = coarsenMatrix(figure.matrix, MOST_COLUMNS);
  const scale = scaleOf(matrix, choice);
  const left = leftOfPlot(rows);
  const plot: Plot = {
    left,
    top: headHeight({ ...figure, widthPx }),
    columnPx: Math.min(WIDEST_CELL, (widthPx - left - MARGIN) / Math.max(1, matrix.columns)),
    rowPx: Math.max(2, Math.min(20, Math.floor(560 / Math.max(1, rows.length)))),
  };
  const axis = drawBatchAxis({ ...plot, bottom: plot.top + rows.length * plot.rowPx, ...matrix }, colours);
  const parts = [
    ...drawRowLabels(rows, { plot, colours }),
    ...drawCells(matrix, { plot, colours, choice, scale }),
    axis.markup,
  ];
  const frame = { ...figure, legend: listLegend({ choice, scale, colours }), colours, widthPx };
  return frameFigure(frame, { plot: parts.join("\n"), plotEnd: axis.end });
}

/** Step of a value among the colours: 0 is much less, `DIFFERENCE_STEPS` noise. */
function stepOf(value: number, { most, noise }: DifferenceScale): number {
  const size = Math.abs(value);
  if (size <= noise) return DIFFERENCE_STEPS;
  const share = Math.min(1, (size - noise) / (most - noise));
  return DIFFERENCE_STEPS + Math.sign(value) * Math.max(1, Math.ceil(share * DIFFERENCE_STEPS));
}

const describeValue = (value: number, { measure }: Pick<DifferenceChoice, "measure">): string =>
  measure === "ratio" ? `× ${(2 ** value).toFixed(2)}` : formatSignedDuration(Math.round(value));

function drawCells(
  matrix: DifferenceMatrix,
  {
    plot: { left, top, columnPx, rowPx },
    colours,
    choice,
    scale,
  }: { plot: Plot; colours: FigureColours; choice: DifferenceChoice; scale: DifferenceScale },
): string[] {
  const gap = columnPx >= 6 && rowPx >= 6 ? 1 : 0;
  const hasValues = columnPx >= LEAST_VALUE_PX && rowPx >= VALUE_SIZE + 3;
  const paths = new RectPaths<string>();
  const values: string[] = [];
  for (let cell = 0; cell < matrix.matched.length; cell += 1) {
    const x = left + (cell % matrix.columns) * columnPx;
    const y = top + Math.floor(cell / matrix.columns) * rowPx;
    const [width, height] = [columnPx - gap, rowPx - gap];
    const value = cellValue(matrix, { cell, ...choice });
    if (value !== undefined) {
      const step = stepOf(value, scale);
      paths.add(colours.differences[step], { x, y, width, height });
      if (hasValues && step !== DIFFERENCE_STEPS) {
        const place = { x: x + width / 2, y: y + rowPx / 2 + VALUE_SIZE / 2 - 1 };
        values.push(
          textElement(
            { ...place, "text-anchor": "middle", "font-size": VALUE_SIZE, fill: colours.onDifferences[step] },
            describeValue(value, choice),
          ),
        );
      }
    } else if (matrix.onlyA[cell] + matrix.onlyB[cell] > 0) {
      // Work without a partner: crossed out.
      const cross = `M${px(x + 1)} ${px(y + height - 1)}L${px(x + width - 1)} ${px(y + 1)}`;
      values.push(element("path", { d: cross, stroke: colours.soft, fill: "none" }));
    }
  }
  return [...paths.draw((fill) => ({ fill })), ...values];
}

function listLegend({
  choice,
  scale,
  colours,
}: {
  choice: DifferenceChoice;
  scale: DifferenceScale;
  colours: FigureColours;
}): FrameContent["legend"] {
  const { differences } = colours;
  const entry = (label: string, step: number) => ({ label, colour: differences[step] });
  const most = describeValue(scale.most, choice);
  const least = describeValue(-scale.most, choice);
  const noise = choice.measure === "ratio" ? "" : ` (up to ${describeValue(scale.noise, choice).replace("+", "±")})`;
  return [
    entry(`B less: ${least} and beyond`, 0),
    entry(`noise${noise}`, DIFFERENCE_STEPS),
    entry(`B more: ${most} and beyond`, 2 * DIFFERENCE_STEPS),
  ];
}
