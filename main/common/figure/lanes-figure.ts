/**
 * Pipeline stages as in REFERENCE §1, part C, as SVG: for each stage its lanes in, compute and out with a box a batch, dashed
 * lines for what depends on what, and the bracket of its initiation interval, all on one axis of time.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import type { FigureColours } from "./figure-colours.ts";
import { FIGURE_WIDTH, frameFigure, headHeight, leftOfPlot, MARGIN, TEXT_SIZE } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { element, estimateWidth, fitText, haloOf, px, textElement } from "./svg.ts";
import { drawTimeAxis } from "./time-axis.ts";

/** Stages and lanes are named by their places in `LanesFigure.stages`. */
interface LanePlace {
  readonly stage: number;
  readonly lane: number;
}

export interface LaneBox extends LanePlace {
  /** Ns on the figure's axis. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly colour: Rgb;
  /** A part of a box that only waited: drawn as a frame around it. */
  readonly frame?: Rgb;
  /** Batch. */
  readonly number?: number;
}

export interface LaneLink {
  readonly from: LanePlace & { readonly ns: number };
  readonly to: LanePlace & { readonly ns: number };
}

export interface LaneBracket {
  readonly stage: number;
  /** The lane whose starts it joins. */
  readonly lane: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly text: string;
}

interface LaneStage {
  readonly label: string;
  readonly colour: Rgb;
  /** In words over its lanes. */
  readonly title: string;
  readonly isBottleneck: boolean;
  readonly lanes: readonly string[];
}

export interface LanesFigure extends Pick<FrameContent, "title" | "subtitle" | "figures" | "legend"> {
  readonly stages: readonly LaneStage[];
  /** In the order in which they are drawn. */
  readonly boxes: readonly LaneBox[];
  readonly links: readonly LaneLink[];
  readonly brackets: readonly LaneBracket[];
  readonly fromNs: number;
  readonly toNs: number;
  readonly axisTitle: string;
}

const TITLE_PX = 20;
const LANE_PX = 20;
const INSET_PX = 2;
const BRACKET_PX = 26;
const GAP_PX = 8;
const NUMBER_SIZE = 10;

interface Plot {
  readonly left: number;
  readonly width: number;
  readonly tops: readonly number[];
  readonly xOf: (ns: number) => number;
  readonly fromNs: number;
  readonly toNs: number;
}

const laneTop = ({ tops }: Plot, { stage, lane }: LanePlace): number => tops[stage] + TITLE_PX + lane * LANE_PX;

export function drawLanesFigure(figure: LanesFigure, colours: FigureColours): string {
  const { stages, fromNs, toNs, axisTitle } = figure;
  const widthPx = FIGURE_WIDTH;
  const left = leftOfPlot([...stages.map(({ label }) => label), "compute"]);
  const width = widthPx - left - MARGIN;
  const top = headHeight({ ...figure, widthPx });
  const tops: number[] = [];
  let bottom = top;
  for (const { lanes } of stages) {
    tops.push(bottom);
    bottom += TITLE_PX + lanes.length * LANE_PX + BRACKET_PX + GAP_PX;
  }
  const length = Math.max(1, toNs - fromNs);
  const xOf = (ns: number) => left + Math.max(0, Math.min(1, (ns - fromNs) / length)) * width;
  const plot: Plot = { left, width, tops, xOf, fromNs, toNs };
  const axis = drawTimeAxis({ left, width, top, bottom, fromNs, toNs, title: axisTitle }, colours);
  const parts = [
    axis.markup,
    drawLinks(figure, { plot, colours }),
    ...stages.flatMap((stage, at) => drawStage(stage, { plot, at, colours })),
    ...drawBoxes(figure, plot),
    ...figure.brackets.flatMap((bracket) => drawBracket(bracket, { figure, plot, colours })),
  ];
  return frameFigure({ ...figure, colours, widthPx }, { plot: parts.join("\n"), plotEnd: axis.end });
}

function drawStage(
  { label, colour, title, isBottleneck, lanes }: LaneStage,
  { plot, at, colours }: { plot: Plot; at: number; colours: FigureColours },
): string[] {
  const { left, width } = plot;
  const titleY = plot.tops[at] + TITLE_PX - 6;
  const lines = lanes.map((_, lane) => `M${px(left)} ${px(laneTop(plot, { stage: at, lane }) + LANE_PX)}h${px(width)}`);
  const mark = isBottleneck ? "bottleneck" : "";
  const markPx = isBottleneck ? estimateWidth(mark, TEXT_SIZE) + 12 : 0;
  return [
    element("path", { d: lines.join(""), stroke: colours.line, fill: "none" }),
    element("rect", { x: left + 6, y: titleY - 8, width: 8, height: 8, fill: cssColour(colour) }),
    isBottleneck
      ? textElement({ x: left + 20, y: titleY, fill: colours.warn, "font-weight": 600, ...haloOf(colours.paper) }, mark)
      : "",
    textElement(
      { x: left + 20 + markPx, y: titleY, fill: colours.text, ...haloOf(colours.paper) },
      fitText(title, { widthPx: width - 28 - markPx, sizePx: TEXT_SIZE }),
    ),
    textElement({ x: left - 8, y: titleY, "text-anchor": "end", "font-weight": 600, fill: colours.text }, label),
    ...lanes.map((name, lane) => {
      const y = laneTop(plot, { stage: at, lane }) + LANE_PX / 2 + 4;
      return textElement({ x: left - 8, y, "text-anchor": "end", fill: colours.soft }, name);
    }),
  ];
}

function drawBoxes({ boxes }: LanesFigure, plot: Plot): string[] {
  return boxes.flatMap(({ stage, lane, fromNs, toNs, colour, frame, number }) => {
    const x = plot.xOf(fromNs);
    const room = plot.xOf(toNs) - x;
    const width = Math.max(0.5, room > 3 ? room - 0.8 : room);
    const y = laneTop(plot, { stage, lane }) + INSET_PX;
    const height = LANE_PX - 2 * INSET_PX;
    const box = element("rect", {
      x,
      y,
      width,
      height,
      fill: cssColour(colour),
      ...(frame === undefined ? {} : { stroke: cssColour(frame), "stroke-width": 0.8 }),
    });
    const text = number === undefined ? "" : String(number);
    if (text === "" || width < estimateWidth(text, NUMBER_SIZE) + 2) return [box];
    const place = { x: x + width / 2, y: y + height / 2 + 3.6, "text-anchor": "middle", "font-size": NUMBER_SIZE };
    return [box, textElement({ ...place, fill: cssColour(textColourOn(colour)) }, text)];
  });
}

/** From the edge of a lane to the middle of the one that takes. */
function drawLinks({ links }: LanesFigure, { plot, colours }: { plot: Plot; colours: FigureColours }): string {
  const d = links
    .map(({ from, to }) => {
      const [fromTop, toTop] = [laneTop(plot, from), laneTop(plot, to)];
      const start = toTop > fromTop ? fromTop + LANE_PX - INSET_PX : fromTop + INSET_PX;
      return cut(plot, { x1: from.ns, y1: start, x2: to.ns, y2: toTop + LANE_PX / 2 });
    })
    .join("");
  if (d === "") return "";
  return element("path", { d, stroke: colours.soft, fill: "none", "stroke-dasharray": "3 3", "data-part": "link" });
}

/** The part of a line of time that lies in the plot, as a piece of a path; empty where there is none. */
function cut(
  { fromNs, toNs, xOf }: Plot,
  { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number },
): string {
  const [first, last] = [Math.max(Math.min(x1, x2), fromNs), Math.min(Math.max(x1, x2), toNs)];
  if (first > last) return "";
  const yAt = (ns: number) => (x2 === x1 ? y2 : y1 + ((ns - x1) / (x2 - x1)) * (y2 - y1));
  const [begin, end] = x2 >= x1 ? [first, last] : [last, first];
  const beginY = x2 === x1 ? y1 : yAt(begin);
  return `M${px(xOf(begin))} ${px(beginY)}L${px(xOf(end))} ${px(yAt(end))}`;
}

function drawBracket(
  { stage, lane, fromNs, toNs, text }: LaneBracket,
  { figure, plot, colours }: { figure: LanesFigure; plot: Plot; colours: FigureColours },
): string[] {
  if (toNs <= plot.fromNs || fromNs >= plot.toNs) return [];
  const [x1, x2] = [plot.xOf(fromNs), plot.xOf(toNs)];
  const top = laneTop(plot, { stage, lane });
  const y = laneTop(plot, { stage, lane: figure.stages[stage].lanes.length }) + 4;
  const half = estimateWidth(text, TEXT_SIZE) / 2;
  const middle = Math.max(plot.left + half, Math.min(plot.left + plot.width - half, (x1 + x2) / 2));
  const guides = [x1, x2].map((x) => `M${px(x)} ${px(top)}V${px(y)}`).join("");
  return [
    element("path", { d: guides, stroke: colours.accent, fill: "none", "stroke-dasharray": "1 2" }),
    element("path", {
      d: `M${px(x1)} ${px(y)}v5H${px(x2)}v-5`,
      stroke: colours.accent,
      fill: "none",
      "stroke-width": 1.5,
      "data-part": "bracket",
    }),
    textElement(
      { x: middle, y: y + 17, "text-anchor": "middle", fill: colours.accent, ...haloOf(colours.paper) },
      text,
    ),
  ];
}
