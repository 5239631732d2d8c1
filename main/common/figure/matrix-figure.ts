/**
 * The stage × batch matrix as SVG: a colour for one number a cell, and under it the colours with how many cells each has.
 * Neighbouring cells of one colour are one piece; where columns are too many to be told apart the greatest of some is shown.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import { drawBatchAxis } from "./batch-axis.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, MARGIN, TEXT_SIZE } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { drawRowLabels } from "./row-labels.ts";
import { element, estimateWidth, RectPaths, textElement } from "./svg.ts";

/** The colour map from the lower limit to the upper one. */
export interface FigureScale {
  readonly low: string;
  readonly high: string;
  /** What the numbers are, such as `time of forward compute`. */
  readonly quantity: string;
  /** Parts of the scale of equal width: their colour, and how many cells they hold. */
  readonly bins: readonly { readonly colour: Rgb; readonly cells: number }[];
  /** Cells over the upper limit, which have a colour of their own. */
  readonly over?: { readonly colour: Rgb; readonly label: string };
}

export interface MatrixFigure extends Pick<FrameContent, "title" | "subtitle" | "figures"> {
  /** A label for every row. */
  readonly rows: readonly string[];
  readonly columns: number;
  /** First batch of each column. */
  readonly firstBatch: Int32Array;
  readonly batchesPerColumn: number;
  /** Row-major; −1 where there is no such work. */
  readonly colour: Int32Array;
  /** Written into a cell where there is room for all of them; undefined where there is no number. */
  readonly textOf: (cell: number) => string | undefined;
  readonly scale: FigureScale;
}

const WIDEST_CELL = 90;
/** The legend has room. */
const LEAST_WIDTH = 760;
const MOST_ROW_PX = 22;
const LEAST_ROW_PX = 1;
const WANTED_HEIGHT_PX = 560;
const VALUE_SIZE = 9;
const LEGEND_BAR_PX = 5;
const LEGEND_HEIGHT = 30;
const LEGEND_BIN_PX = 5;
const LEGEND_TOP = 12;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly columnPx: number;
  readonly rowPx: number;
}

export function drawMatrixFigure(figure: MatrixFigure, colours: FigureColours): string {
  const { rows, columns, scale } = figure;
  const left = leftOfPlot(rows);
  const widthPx = Math.max(LEAST_WIDTH, Math.min(FIGURE_WIDTH, left + columns * WIDEST_CELL + MARGIN));
  const fitting = WANTED_HEIGHT_PX / Math.max(1, rows.length);
  const plot: Plot = {
    left,
    top: headHeight({ ...figure, widthPx }),
    columnPx: Math.min(WIDEST_CELL, (widthPx - left - MARGIN) / Math.max(1, columns)),
    rowPx: Math.max(LEAST_ROW_PX, Math.min(MOST_ROW_PX, fitting < 2 ? fitting : Math.floor(fitting))),
  };
  const bottom = plot.top + rows.length * plot.rowPx;
  const axis = drawBatchAxis({ ...figure, ...plot, bottom }, colours);
  const parts = [
    ...drawRowLabels(rows, { plot, colours }),
    ...drawCells(figure, plot),
    axis.markup,
    ...drawScale(scale, { left, top: axis.end + LEGEND_TOP, colours }),
  ];
  const { over } = scale;
  const legend = [
    ...(over === undefined ? [] : [{ label: over.label, colour: cssColour(over.colour) }]),
    ...(figure.colour.includes(-1) ? [{ label: "no such work", colour: colours.paper }] : []),
  ];
  return frameFigure(
    { ...figure, legend, colours, widthPx },
    { plot: parts.join("\n"), plotEnd: axis.end + LEGEND_TOP + LEGEND_HEIGHT + LEGEND_BAR_PX + 2 },
  );
}

function drawCells({ rows, columns, colour, textOf }: MatrixFigure, { left, top, columnPx, rowPx }: Plot): string[] {
  const isOpen = columnPx >= 6 && rowPx >= 6;
  const gap = isOpen ? 1 : 0;
  const cells = new RectPaths<Rgb>();
  const texts = Array.from(colour, (value, cell) => (value === -1 ? undefined : textOf(cell)));
  const widest = texts.reduce((most, text = "") => Math.max(most, estimateWidth(text, VALUE_SIZE)), 0);
  const hasTexts = rowPx >= VALUE_SIZE + 3 && columnPx >= widest + 4;
  const values: string[] = [];
  rows.forEach((_, row) => {
    for (let column = 0; column < columns;) {
      const cell = row * columns + column;
      const first = column;
      column += 1;
      while (!isOpen && column < columns && colour[row * columns + column] === colour[cell]) column += 1;
      if (colour[cell] === -1) continue;
      const [x, y] = [left + first * columnPx, top + row * rowPx];
      const width = (column - first) * columnPx - gap;
      cells.add(colour[cell], { x, y, width, height: rowPx - gap });
      const text = texts[cell];
      if (!hasTexts || text === undefined) continue;
      const place = { x: x + width / 2, y: y + (rowPx - gap) / 2 + VALUE_SIZE * 0.36 };
      values.push(textElement({ ...place, fill: cssColour(textColourOn(colour[cell])) }, text));
    }
  });
  return [
    ...cells.draw((fill) => ({ fill: cssColour(fill), ...(isOpen ? {} : { "shape-rendering": "crispEdges" }) })),
    ...(values.length === 0
      ? []
      : [element("g", { "font-size": VALUE_SIZE, "text-anchor": "middle" }, values.join(""))]),
  ];
}

/** As the legend over the matrix: a bar for every part of the scale, a few cells still seen beside thousands. */
function drawScale(
  { low, high, quantity, bins }: FigureScale,
  { left, top, colours }: { left: number; top: number; colours: FigureColours },
): string[] {
  const most = bins.reduce((greatest, { cells }) => Math.max(greatest, cells), 1);
  const lowPx = estimateWidth(low, TEXT_SIZE) + 8;
  const width = LEGEND_BIN_PX;
  const bottom = top + LEGEND_HEIGHT;
  // Bars on whole pixels: neighbours then meet without a seam.
  const x = Math.round(left + lowPx);
  const bars = bins.flatMap(({ colour, cells }, at) => {
    const height = cells === 0 ? 0 : 3 + Math.sqrt(cells / most) * (LEGEND_HEIGHT - 3);
    const place = { x: x + at * width, width, fill: cssColour(colour), "shape-rendering": "crispEdges" };
    return [
      ...(height === 0 ? [] : [element("rect", { ...place, y: bottom - height, height })]),
      element("rect", { ...place, y: bottom + 1, height: LEGEND_BAR_PX }),
    ];
  });
  const text = { y: bottom + LEGEND_BAR_PX + 1, fill: colours.soft };
  const highX = x + bins.length * width + 8;
  return [
    textElement({ ...text, x: left }, low),
    ...bars,
    textElement({ ...text, x: highX }, high),
    textElement({ ...text, x: highX + estimateWidth(high, TEXT_SIZE) + 16 }, `${quantity}; bars: how many cells`),
  ];
}
