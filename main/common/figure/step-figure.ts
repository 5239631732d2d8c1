/**
 * The step grid of REFERENCE §1 as SVG: a square a row and step, in the colour of its op, with the number of its layer or
 * batch. Squares keep a size that can be read; the figure grows with the steps, up to a width at which it shrinks them.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import { niceStep } from "../time-ticks.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, MARGIN, TEXT_SIZE } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { drawRowLabels } from "./row-labels.ts";
import { element, estimateWidth, px, RectPaths, textElement } from "./svg.ts";

/** Entry i of every array is one square. */
export interface StepCells {
  readonly row: Int32Array;
  readonly step: Int32Array;
  readonly colour: Uint32Array;
  /** −1 for none. */
  readonly number: Int32Array;
}

export interface StepFigure extends Pick<FrameContent, "title" | "subtitle" | "figures"> {
  readonly labels: readonly string[];
  readonly cells: StepCells;
  /** Steps [fromStep, toStep). */
  readonly fromStep: number;
  readonly toStep: number;
  /** What a step is, such as `step of 12.3 ms`. */
  readonly axisTitle: string;
  readonly legend: readonly { readonly label: string; readonly colour: Rgb }[];
}

const MOST_CELL_PX = 26;
/** As long as the figure may grow wider. */
const WANTED_CELL_PX = 15;
const WIDEST_FIGURE_PX = 3_000;
/** The legend has room. */
const LEAST_WIDTH = 760;
const LEAST_CELL_PX = 1;
const MOST_NUMBER_PX = 10;
const LEAST_NUMBER_PX = 6;
const AXIS_HEIGHT = 34;
const LEAST_GAPPED_PX = 6;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly columnPx: number;
  readonly rowPx: number;
}

export function drawStepFigure(figure: StepFigure, colours: FigureColours): string {
  const { labels, fromStep, toStep, legend } = figure;
  const left = leftOfPlot(labels);
  const steps = Math.max(1, toStep - fromStep);
  const fitting = (widthPx: number) => (widthPx - left - MARGIN) / steps;
  const columnPx = Math.min(
    MOST_CELL_PX,
    Math.max(fitting(FIGURE_WIDTH), Math.min(WANTED_CELL_PX, fitting(WIDEST_FIGURE_PX))),
  );
  const widthPx = Math.max(LEAST_WIDTH, Math.ceil(left + steps * columnPx + MARGIN));
  const plot = { left, top: headHeight({ ...figure, widthPx }), columnPx, rowPx: Math.max(LEAST_CELL_PX, columnPx) };
  const bottom = plot.top + labels.length * plot.rowPx;
  const parts = [
    drawStepAxis(figure, { plot, bottom, steps, colours }),
    ...drawRowLabels(labels, { plot, colours }),
    ...drawSquares(figure, plot),
  ];
  const frame = {
    ...figure,
    legend: legend.map((entry) => ({ ...entry, colour: cssColour(entry.colour) })),
    colours,
    widthPx,
  };
  return frameFigure(frame, { plot: parts.join("\n"), plotEnd: bottom + AXIS_HEIGHT });
}

function drawStepAxis(
  { fromStep, axisTitle }: StepFigure,
  { plot, bottom, steps, colours }: { plot: Plot; bottom: number; steps: number; colours: FigureColours },
): string {
  const { left, top, columnPx } = plot;
  const widest = estimateWidth(String(fromStep + steps), TEXT_SIZE) + 10;
  const every = niceStep(widest / columnPx);
  const first = Math.ceil(fromStep / every) * every;
  const texts: string[] = [];
  for (let step = first; step < fromStep + steps; step += every) {
    const x = left + (step - fromStep + 0.5) * columnPx;
    texts.push(textElement({ x, y: bottom + 14, "text-anchor": "middle", fill: colours.soft }, String(step)));
  }
  const width = steps * columnPx;
  const middle = { x: left + width / 2, y: bottom + 29, "text-anchor": "middle", fill: colours.soft };
  const frame = `M${px(left)} ${px(top)}V${px(bottom)}H${px(left + width)}`;
  return [
    element("path", { d: frame, stroke: colours.line, fill: "none", "data-part": "axis" }),
    ...texts,
    textElement(middle, axisTitle),
  ].join("");
}

function drawSquares({ cells, fromStep, toStep }: StepFigure, { left, top, columnPx, rowPx }: Plot): string[] {
  const { row, step, colour, number } = cells;
  const gap = columnPx >= LEAST_GAPPED_PX ? 1 : 0;
  const digits = number.reduce((most, value) => Math.max(most, value < 0 ? 0 : String(value).length), 1);
  const size = Math.min(MOST_NUMBER_PX, (columnPx - gap - 2) / (digits * 0.58));
  const squares = new RectPaths<Rgb>();
  const numbers: string[] = [];
  for (let i = 0; i < row.length; i += 1) {
    if (step[i] < fromStep || step[i] >= toStep) continue;
    const x = left + (step[i] - fromStep) * columnPx;
    const y = top + row[i] * rowPx;
    squares.add(colour[i], { x, y, width: columnPx - gap, height: rowPx - gap });
    if (number[i] < 0 || size < LEAST_NUMBER_PX) continue;
    const place = { x: x + (columnPx - gap) / 2, y: y + (rowPx - gap) / 2 + size * 0.36 };
    numbers.push(textElement({ ...place, fill: cssColour(textColourOn(colour[i])) }, String(number[i])));
  }
  const text = { "font-size": size, "text-anchor": "middle" };
  return [
    ...squares.draw((fill) => ({ fill: cssColour(fill) })),
    ...(numbers.length === 0 ? [] : [element("g", text, numbers.join(""))]),
  ];
}
