/**
 * A wavefront as SVG: rows of work over time, idle time left white. Whoever calls cuts the work into pieces that are worth
 * drawing (a run of millions of spans into bins); what comes in is drawn, pieces of one colour as one path.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import { timeTicks } from "../time-ticks.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, LONGEST_LABEL_PX, MARGIN, TEXT_SIZE } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { element, estimateWidth, fitText, px, textElement } from "./svg.ts";

/** Work on one row in order of time: entry i of every array is one piece. */
export interface FigureRow {
  readonly label: string;
  /** Ns on the figure's axis. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly colour: Uint32Array;
  /** Share of the piece that is busy, 0…1. */
  readonly share: Float64Array;
  /** Number written into the piece where it fits, such as the batch; −1 for none. */
  readonly number?: Int32Array;
}

export interface WavefrontFigure extends Pick<FrameContent, "title" | "subtitle" | "figures"> {
  readonly rows: readonly FigureRow[];
  /** The time that the axis shows. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly legend: readonly { readonly label: string; readonly colour: Rgb }[];
  readonly widthPx?: number;
}

const AXIS_HEIGHT = 20;
const NUMBER_SIZE = 9;
/** Busy shares are drawn in so many steps. */
const SHARE_STEPS = 16;
const MOST_NUMBERS = 2_000;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly rowPx: number;
  readonly xOf: (ns: number) => number;
}

export function drawWavefrontFigure(figure: WavefrontFigure, colours: FigureColours): string {
  const { rows, fromNs, toNs, legend, widthPx = FIGURE_WIDTH } = figure;
  const left = leftOfPlot(rows.map(({ label }) => label));
  const width = widthPx - left - MARGIN;
  const length = Math.max(1, toNs - fromNs);
  const plot: Plot = {
    left,
    top: headHeight(figure),
    width,
    rowPx: rowHeight(rows.length),
    xOf: (ns) => left + ((ns - fromNs) / length) * width,
  };
  const parts = [
    drawAxis(figure, { plot, colours }),
    ...drawLabels(rows, { plot, colours }),
    ...drawPieces(rows, plot),
    ...drawNumbers(rows, plot),
  ];
  const frame = {
    ...figure,
    legend: legend.map(({ label, colour }) => ({ label, colour: cssColour(colour) })),
    colours,
    widthPx,
  };
  return frameFigure(frame, {
    plot: parts.join("\n"),
    plotEnd: plot.top + rows.length * plot.rowPx + AXIS_HEIGHT,
  });
}

/** Rows as high as is good to read, lower ones where there are many. */
const rowHeight = (rows: number): number => Math.max(2, Math.min(28, Math.floor(560 / Math.max(1, rows))));

function drawAxis(
  { rows, fromNs, toNs }: WavefrontFigure,
  { plot, colours }: { plot: Plot; colours: FigureColours },
): string {
  const bottom = plot.top + rows.length * plot.rowPx;
  const { major } = timeTicks({ fromNs, toNs: Math.max(fromNs + 1, toNs), widthPx: plot.width });
  const lines = major.map(({ ns }) => `M${px(plot.xOf(ns))} ${px(plot.top)}V${px(bottom + 4)}`).join("");
  const texts = major.map(({ ns, text }) =>
    textElement({ x: plot.xOf(ns), y: bottom + 16, "text-anchor": "middle", fill: colours.soft }, text),
  );
  const frame = element("path", {
    d: `M${px(plot.left)} ${px(plot.top)}V${px(bottom)}H${px(plot.left + plot.width)}`,
    fill: "none",
    stroke: colours.line,
  });
  return [
    element("path", { d: lines === "" ? "M0 0" : lines, stroke: colours.line, fill: "none" }),
    frame,
    ...texts,
  ].join("");
}

function drawLabels(rows: readonly FigureRow[], { plot, colours }: { plot: Plot; colours: FigureColours }): string[] {
  const every = Math.max(1, Math.ceil(12 / plot.rowPx));
  return rows
    .map((row, at) => ({ ...row, at }))
    .filter(({ at }) => at % every === 0)
    .map(({ label, at }) =>
      textElement(
        {
          x: plot.left - 8,
          y: plot.top + (at + 0.5) * plot.rowPx + 4,
          "text-anchor": "end",
          fill: colours.soft,
        },
        fitText(label, { widthPx: LONGEST_LABEL_PX, sizePx: TEXT_SIZE }),
      ),
    );
}

/** One path a colour and share: a thousandth of the size of an element a piece. */
function drawPieces(rows: readonly FigureRow[], plot: Plot): string[] {
  const gap = plot.rowPx >= 8 ? 2 : 0;
  const paths = new Map<number, string[]>();
  rows.forEach(({ from, to, colour, share }, at) => {
    const y = px(plot.top + at * plot.rowPx + gap / 2);
    const height = px(plot.rowPx - gap);
    for (let i = 0; i < from.length; i += 1) {
      const x = plot.xOf(from[i]);
      const room = plot.xOf(to[i]) - x;
      // A hair's breadth between neighbours, where there is room for one.
      const width = Math.max(0.15, room > 3 ? room - 0.6 : room);
      const step = Math.max(1, Math.round(share[i] * SHARE_STEPS));
      const key = colour[i] * (SHARE_STEPS + 1) + step;
      const path = paths.get(key);
      const piece = `M${px(x)} ${y}h${px(width)}v${height}h-${px(width)}z`;
      if (path === undefined) paths.set(key, [piece]);
      else path.push(piece);
    }
  });
  return [...paths].map(([key, pieces]) => {
    const step = key % (SHARE_STEPS + 1);
    const opacity = step === SHARE_STEPS ? {} : { "fill-opacity": step / SHARE_STEPS };
    const fill = cssColour(Math.floor(key / (SHARE_STEPS + 1)));
    return element("path", { d: pieces.join(""), fill, ...opacity });
  });
}

function drawNumbers(rows: readonly FigureRow[], plot: Plot): string[] {
  if (plot.rowPx < NUMBER_SIZE + 3) return [];
  const numbers: string[] = [];
  rows.forEach(({ from, to, colour, number }, at) => {
    for (let i = 0; number !== undefined && i < from.length && numbers.length < MOST_NUMBERS; i += 1) {
      const text = String(number[i]);
      const x = plot.xOf(from[i]);
      const width = plot.xOf(to[i]) - x;
      if (number[i] < 0 || width < estimateWidth(text, NUMBER_SIZE) + 3) continue;
      const y = plot.top + at * plot.rowPx + plot.rowPx / 2 + NUMBER_SIZE / 2 - 1;
      const fill = cssColour(textColourOn(colour[i]));
      numbers.push(textElement({ x: x + width / 2, y, "text-anchor": "middle", "font-size": NUMBER_SIZE, fill }, text));
    }
  });
  return numbers;
}
