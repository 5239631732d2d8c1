/**
 * A wavefront as SVG: rows of work over time, idle time left white. Whoever calls cuts the work into pieces that are worth
 * drawing (a run of millions of spans into bins); what comes in is drawn, pieces of one colour as one path. Causes of bubbles
 * and the critical path lie over the work where they are given.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, MARGIN } from "./frame.ts";
import type { FrameContent, LegendMark } from "./frame.ts";
import { drawRowLabels } from "./row-labels.ts";
import { element, estimateWidth, px, RectPaths, textElement } from "./svg.ts";
import { drawTimeAxis } from "./time-axis.ts";

/** Work on one row in order of time: entry i of every array is one piece. */
export interface FigureRow {
  readonly label: string;
  /** Ns on the figure's axis. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly colour: Uint32Array;
  /** Share of the piece that is busy, 0…1. */
  readonly share: Float64Array;
  /** Number written into the piece where it fits, such as the batch; −1 for none. Absent where pieces are bins, not spans. */
  readonly number?: Int32Array;
  /** Drawn beneath the pieces in `WavefrontFigure.elsewhere`: the rank is busy with another stage. */
  readonly elsewhere?: Pick<FigureRow, "from" | "to" | "share">;
}

/** Pixels from the plot's top left corner. */
export interface CauseMark {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: Rgb;
}

/** A piece of the critical path, from left to right; one that is not beside the one before is joined to it. */
export interface PathMark {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  readonly look: "work" | "transfer" | "wait";
}

export interface WavefrontFigure extends Pick<FrameContent, "title" | "subtitle" | "figures"> {
  readonly rows: readonly FigureRow[];
  /** The time that the axis shows. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly axisTitle?: string;
  readonly legend: readonly { readonly label: string; readonly colour: Rgb; readonly mark?: LegendMark }[];
  readonly elsewhere?: Rgb;
  readonly causes?: readonly CauseMark[];
  readonly path?: readonly PathMark[];
  readonly widthPx?: number;
}

const NUMBER_SIZE = 9;
/** Busy shares are drawn in so many steps. */
const SHARE_STEPS = 16;
const MOST_NUMBERS = 4_000;
/** Rows are this high where there is room, and never lower than the least. */
const MOST_ROW_PX = 32;
const LEAST_ROW_PX = 2;
const WANTED_HEIGHT_PX = 560;
const LEAST_GAPPED_ROW_PX = 8;
/** A piece is never thinner, so that it is seen. */
const LEAST_PIECE_PX = 0.15;
const MOST_HAIR_PX = 0.6;
/** Narrower spans have nothing between them. */
const LEAST_APART_PX = 2;

/** Where the plot of a figure with these rows lies sideways, how high a row is, and how much of that is free. */
export interface PlotSize {
  readonly left: number;
  readonly widthPx: number;
  readonly rowPx: number;
  readonly gapPx: number;
}

interface Plot extends PlotSize {
  readonly top: number;
  readonly xOf: (ns: number) => number;
}

/** For whoever places marks over the plot, or cuts work into as many pieces as it is wide. */
export function sizePlot(labels: readonly string[], widthPx = FIGURE_WIDTH): PlotSize {
  const left = leftOfPlot(labels);
  const fitting = Math.floor(WANTED_HEIGHT_PX / Math.max(1, labels.length));
  const rowPx = Math.max(LEAST_ROW_PX, Math.min(MOST_ROW_PX, fitting));
  return { left, widthPx: widthPx - left - MARGIN, rowPx, gapPx: rowPx >= LEAST_GAPPED_ROW_PX ? 2 : 0 };
}

export function drawWavefrontFigure(figure: WavefrontFigure, colours: FigureColours): string {
  const { rows, fromNs, toNs, axisTitle, legend, widthPx = FIGURE_WIDTH } = figure;
  const labels = rows.map(({ label }) => label);
  const size = sizePlot(labels, widthPx);
  const length = Math.max(1, toNs - fromNs);
  const plot: Plot = {
    ...size,
    top: headHeight({ ...figure, widthPx }),
    xOf: (ns) => size.left + ((ns - fromNs) / length) * size.widthPx,
  };
  const bottom = plot.top + rows.length * plot.rowPx;
  const axis = drawTimeAxis(
    { left: plot.left, width: plot.widthPx, top: plot.top, bottom, fromNs, toNs, title: axisTitle },
    colours,
  );
  const parts = [
    axis.markup,
    ...drawRowLabels(labels, { plot, colours }),
    ...drawElsewhere(figure, plot),
    ...drawPieces(rows, plot),
    ...drawCauses(figure, plot),
    ...drawNumbers(rows, plot),
    ...drawPath(figure, { plot, colours }),
  ];
  const frame = {
    ...figure,
    legend: legend.map((entry) => ({ ...entry, colour: cssColour(entry.colour) })),
    colours,
    widthPx,
  };
  return frameFigure(frame, { plot: parts.join("\n"), plotEnd: axis.end });
}

/** Bins and tints meet without a hair's breadth between them. */
const CRISP = { "shape-rendering": "crispEdges" };

/** Of full pieces as opaque as it is. */
const opacityOf = (step: number) => (step === SHARE_STEPS ? {} : { "fill-opacity": step / SHARE_STEPS });
const stepOfShare = (share: number): number => Math.max(1, Math.round(share * SHARE_STEPS));

const rowPlace = ({ top, rowPx, gapPx }: Plot, row: number) => ({
  y: top + row * rowPx + gapPx / 2,
  height: rowPx - gapPx,
});

function drawElsewhere({ rows, elsewhere: tint }: WavefrontFigure, plot: Plot): string[] {
  if (tint === undefined) return [];
  const paths = new RectPaths<number>();
  rows.forEach(({ elsewhere }, at) => {
    for (let i = 0; elsewhere !== undefined && i < elsewhere.from.length; i += 1) {
      const x = plot.xOf(elsewhere.from[i]);
      const width = plot.xOf(elsewhere.to[i]) - x;
      paths.add(stepOfShare(elsewhere.share[i]), { x, width, ...rowPlace(plot, at) });
    }
  });
  return paths.draw((step) => ({ fill: cssColour(tint), ...opacityOf(step), ...CRISP }));
}

/** Left free after a span, in px: the less the narrower it is, so that spans of about one width look alike. */
const hairAfter = (widthPx: number): number => Math.max(0, Math.min(MOST_HAIR_PX, (widthPx - LEAST_APART_PX) * 0.3));

function drawPieces(rows: readonly FigureRow[], plot: Plot): string[] {
  const paths = new RectPaths<number>();
  rows.forEach(({ from, to, colour, share, number }, at) => {
    for (let i = 0; i < from.length; i += 1) {
      const x = plot.xOf(from[i]);
      const room = plot.xOf(to[i]) - x;
      const width = Math.max(LEAST_PIECE_PX, number === undefined ? room : room - hairAfter(room));
      paths.add(colour[i] * (SHARE_STEPS + 1) + stepOfShare(share[i]), { x, width, ...rowPlace(plot, at) });
    }
  });
  const areBins = rows.every(({ number }) => number === undefined);
  return paths.draw((look) => ({
    fill: cssColour(Math.floor(look / (SHARE_STEPS + 1))),
    ...opacityOf(look % (SHARE_STEPS + 1)),
    ...(areBins ? CRISP : {}),
  }));
}

function drawCauses({ causes = [] }: WavefrontFigure, { left, top }: Plot): string[] {
  const paths = new RectPaths<Rgb>();
  for (const { x, y, width, height, colour } of causes) paths.add(colour, { x: left + x, y: top + y, width, height });
  // Not crisp: a thousand short bubbles between spans are as pale as they are short.
  return paths.draw((colour) => ({ fill: cssColour(colour), "data-part": "cause" }));
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

/** As over the heatmap: thick where it computes, thin where it transfers, dotted where it waits, paper around all of it. */
function drawPath({ path = [] }: WavefrontFigure, { plot, colours }: { plot: Plot; colours: FigureColours }): string[] {
  const lines = (look: PathMark["look"]) =>
    path
      .filter((mark) => mark.look === look)
      .map(({ x1, x2, y }) => `M${px(plot.left + x1)} ${px(plot.top + y)}H${px(plot.left + x2)}`)
      .join("");
  const joints = path
    .flatMap(({ x1, y }, i) => {
      const before = path.at(i - 1);
      if (i === 0 || before === undefined || before.y === y) return [];
      const from = `M${px(plot.left + before.x2)} ${px(plot.top + before.y)}`;
      return [`${from}L${px(plot.left + x1)} ${px(plot.top + y)}`];
    })
    .join("");
  const looks = [
    { d: joints, "stroke-width": 1.25 },
    { d: lines("work"), "stroke-width": 3 },
    { d: lines("transfer"), "stroke-width": 1.5 },
    { d: lines("wait"), "stroke-width": 2, "stroke-dasharray": "2 3" },
  ].filter(({ d }) => d !== "");
  const shared = { fill: "none", "stroke-linejoin": "round" };
  return [
    ...looks.map(({ d }) => element("path", { d, ...shared, stroke: colours.paper, "stroke-width": 5 })),
    ...looks.map((look) => element("path", { ...look, ...shared, stroke: colours.text, "data-part": "path" })),
  ];
}
