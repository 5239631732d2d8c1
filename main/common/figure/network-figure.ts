/**
 * The network of REFERENCE §1, part A, as SVG: numbered blocks top to bottom joined by arrows, skip connections beside them,
 * where each block's time goes, and the one that bounds the run. A long network goes on in the next column.
 */
import { cssColour, textColourOn } from "../colours.ts";
import type { Rgb } from "../colours.ts";
import type { FigureColours } from "./figure-colours.ts";
import { frameFigure, headHeight, MARGIN, TEXT_SIZE } from "./frame.ts";
import type { FrameContent } from "./frame.ts";
import { element, estimateWidth, fitText, px, textElement } from "./svg.ts";

/** Block i is at place i of the chain. */
export interface NetworkBlock {
  readonly number: number;
  readonly name: string;
  /** Beside the name, such as the rank. */
  readonly note?: string;
  readonly colour: Rgb;
  /** Parts of its time from left to right, as long as they last. */
  readonly parts: readonly { readonly ns: number; readonly colour: Rgb }[];
  readonly time?: string;
  readonly isBottleneck: boolean;
}

/** A connection that passes over blocks, by their places. */
export interface NetworkSkip {
  readonly from: number;
  readonly to: number;
  /** Those that overlap have tracks of their own; 0 is next to the blocks. */
  readonly track: number;
}

export interface NetworkFigure extends Pick<FrameContent, "title" | "subtitle" | "figures" | "legend"> {
  readonly blocks: readonly NetworkBlock[];
  readonly skips: readonly NetworkSkip[];
}

const BLOCK_HEIGHT = 34;
const PITCH = 44;
const BLOCK_WIDTH = 340;
const NUMBER_WIDTH = 36;
const TRACK = 8;
/** Room for the head of an arrow. */
const BEFORE_TRACKS = 11;
const BETWEEN_COLUMNS = 34;
/** A column of the figure of REFERENCE §1 has 28. */
const MOST_IN_COLUMN = 32;
const BAR_HEIGHT = 6;
const SMALL_SIZE = 10;
const STUB = 10;

interface Sheet {
  readonly top: number;
  readonly gutter: number;
  readonly perColumn: number;
  readonly count: number;
}

export function drawNetworkFigure(figure: NetworkFigure, colours: FigureColours): string {
  const { blocks, skips } = figure;
  const columns = Math.max(1, Math.ceil(blocks.length / MOST_IN_COLUMN));
  const perColumn = Math.max(1, Math.ceil(blocks.length / columns));
  const tracks = skips.reduce((most, { track }) => Math.max(most, track + 1), 0);
  const crosses = skips.some(({ from, to }) => Math.floor(from / perColumn) !== Math.floor(to / perColumn));
  const digits = estimateWidth(`→ ${blocks.length}`, SMALL_SIZE);
  const gutter = (tracks === 0 ? 0 : BEFORE_TRACKS + tracks * TRACK) + (crosses ? STUB + digits : 0);
  const widthPx = Math.ceil(2 * MARGIN + columns * (gutter + BLOCK_WIDTH) + (columns - 1) * BETWEEN_COLUMNS);
  // Room above the first blocks for the arrow that comes from the column before.
  const top = headHeight({ ...figure, widthPx }) + (columns > 1 ? 10 : 2);
  const sheet = { top, gutter, perColumn, count: blocks.length };
  const longestNs = blocks.reduce((most, { parts }) => Math.max(most, sumOf(parts)), 1);
  const drawn = [
    ...skips.flatMap((skip) => drawSkip(skip, { sheet, colours })),
    ...blocks.flatMap((_, at) => (at + 1 < blocks.length ? [drawArrow(at, { sheet, colours })] : [])),
    ...blocks.flatMap((block, at) => drawBlock(block, { ...placeOf(at, sheet), longestNs, colours })),
  ];
  const plotEnd =
    top + Math.min(perColumn, Math.max(1, blocks.length)) * PITCH - (PITCH - BLOCK_HEIGHT) + (columns > 1 ? 12 : 4);
  return frameFigure({ ...figure, colours, widthPx }, { plot: drawn.join("\n"), plotEnd });
}

const sumOf = (parts: NetworkBlock["parts"]): number => parts.reduce((sum, { ns }) => sum + ns, 0);

/** Top left corner of a block. */
function placeOf(at: number, { top, gutter, perColumn }: Sheet): { x: number; y: number } {
  const column = Math.floor(at / perColumn);
  return {
    x: MARGIN + gutter + column * (gutter + BLOCK_WIDTH + BETWEEN_COLUMNS),
    y: top + (at - column * perColumn) * PITCH,
  };
}

function drawBlock(
  { number, name, note, colour, parts, time, isBottleneck }: NetworkBlock,
  { x, y, longestNs, colours }: { x: number; y: number; longestNs: number; colours: FigureColours },
): string[] {
  const inner = x + NUMBER_WIDTH + 8;
  const right = x + BLOCK_WIDTH - 8;
  const noted = isBottleneck ? "bottleneck" : (note ?? "");
  const notePx = estimateWidth(noted, SMALL_SIZE);
  const timePx = time === undefined ? 0 : Math.max(48, estimateWidth(time, SMALL_SIZE)) + 8;
  const [nameY, barY] = parts.length === 0 ? [y + BLOCK_HEIGHT / 2 + 4, 0] : [y + 14, y + 22];
  const barPx = right - inner - timePx;
  let drawnPx = inner;
  const bar = parts.map(({ ns, colour: fill }) => {
    const width = Math.max(1, (ns / longestNs) * barPx - 1);
    const rect = element("rect", { x: drawnPx, y: barY, width, height: BAR_HEIGHT, fill: cssColour(fill) });
    drawnPx += width + 1;
    return rect;
  });
  const small = { "font-size": SMALL_SIZE, "text-anchor": "end", x: right };
  return [
    element("rect", {
      x: x + 0.5,
      y: y + 0.5,
      width: BLOCK_WIDTH - 1,
      height: BLOCK_HEIGHT - 1,
      rx: 4,
      fill: colours.paper,
      stroke: isBottleneck ? colours.warn : colours.edge,
      "stroke-width": isBottleneck ? 1.75 : 1,
      "data-block": number,
    }),
    element("path", { d: numberBox(x, y), fill: cssColour(colour) }),
    textElement(
      {
        x: x + NUMBER_WIDTH / 2,
        y: y + BLOCK_HEIGHT / 2 + 4,
        "text-anchor": "middle",
        "font-weight": 600,
        "font-size": 12,
        fill: cssColour(textColourOn(colour)),
      },
      String(number),
    ),
    textElement(
      { x: inner, y: nameY, fill: colours.text },
      fitText(name, { widthPx: right - inner - notePx - 10, sizePx: TEXT_SIZE }),
    ),
    noted === ""
      ? ""
      : textElement(
          {
            ...small,
            y: nameY,
            fill: isBottleneck ? colours.warn : colours.soft,
            ...(isBottleneck ? { "font-weight": 600 } : {}),
          },
          noted,
        ),
    ...bar,
    time === undefined ? "" : textElement({ ...small, y: barY + BAR_HEIGHT + 1, fill: colours.soft }, time),
  ];
}

/** Round on the left, where it fills the block's corners. */
const numberBox = (x: number, y: number): string =>
  `M${px(x + NUMBER_WIDTH)} ${px(y)}h-${NUMBER_WIDTH - 4}q-4 0 -4 4v${BLOCK_HEIGHT - 8}q0 4 4 4h${NUMBER_WIDTH - 4}z`;

/** From block `at` to the next one, which may be at the top of the next column. */
function drawArrow(at: number, { sheet, colours }: { sheet: Sheet; colours: FigureColours }): string {
  const [from, to] = [placeOf(at, sheet), placeOf(at + 1, sheet)];
  const x = from.x + NUMBER_WIDTH / 2;
  const startY = from.y + BLOCK_HEIGHT;
  const line = { stroke: colours.soft, fill: "none", "stroke-width": 1.2 };
  if (to.x === from.x) {
    const d = `M${px(x)} ${px(startY)}V${px(to.y - 1)}m-3 -4l3 4l3 -4`;
    return element("path", { d, ...line });
  }
  const between = from.x + BLOCK_WIDTH + BETWEEN_COLUMNS / 2;
  const end = to.x + NUMBER_WIDTH / 2;
  const d = `M${px(x)} ${px(startY)}v6H${px(between)}V${px(to.y - 9)}H${px(end)}V${px(to.y - 1)}m-3 -4l3 4l3 -4`;
  return element("path", { d, ...line });
}

/** Leaves in the lower third of a block and arrives in the upper third, so that chained skips do not touch. */
function drawSkip(
  { from, to, track }: NetworkSkip,
  { sheet, colours }: { sheet: Sheet; colours: FigureColours },
): string[] {
  const [a, b] = [placeOf(from, sheet), placeOf(to, sheet)];
  const leavesAt = a.y + BLOCK_HEIGHT * 0.7;
  const arrivesAt = b.y + BLOCK_HEIGHT * 0.3;
  const line = { stroke: colours.soft, fill: "none", "stroke-width": 1.2, "data-part": "skip" };
  const head = "m-4 -3l4 3l-4 3";
  if (a.x === b.x) {
    const x = a.x - BEFORE_TRACKS - track * TRACK;
    const turn = to > from ? 4 : -4;
    const d =
      `M${px(a.x)} ${px(leavesAt)}H${px(x + 4)}Q${px(x)} ${px(leavesAt)} ${px(x)} ${px(leavesAt + turn)}` +
      `V${px(arrivesAt - turn)}Q${px(x)} ${px(arrivesAt)} ${px(x + 4)} ${px(arrivesAt)}H${px(b.x - 1)}${head}`;
    return [element("path", { d, ...line })];
  }
  // In another column: both ends say where the other one is.
  const text = { "font-size": SMALL_SIZE, "text-anchor": "end", fill: colours.soft };
  const stub = sheet.gutter - estimateWidth(`→ ${sheet.count}`, SMALL_SIZE) - 4;
  return [
    element("path", { d: `M${px(a.x)} ${px(leavesAt)}h-${px(stub)}`, ...line }),
    textElement({ ...text, x: a.x - stub - 3, y: leavesAt + 3 }, `→ ${to}`),
    element("path", { d: `M${px(b.x - stub)} ${px(arrivesAt)}H${px(b.x - 1)}${head}`, ...line }),
    textElement({ ...text, x: b.x - stub - 3, y: arrivesAt + 3 }, `${from} →`),
  ];
}
