/**
 * What every figure has around its plot: a title, a line of what it shows, figures, a legend. A figure is one SVG element that
 * needs nothing else: it stands in a page, in a file of its own, or becomes a bitmap.
 */
import type { FigureColours } from "./figure-colours.ts";
import { element, estimateWidth, fitText, joinFitting, px, textElement, wrapText } from "./svg.ts";

/** How an entry of the legend looks: a filled square, or the line that it stands for. */
export type LegendMark = "square" | "outline" | "line" | "arrow" | "dashes" | "bracket";

export interface LegendEntry {
  readonly label: string;
  /** CSS colour. */
  readonly colour: string;
  /** Absent: a square. */
  readonly mark?: LegendMark;
}

export interface FrameContent {
  readonly title: string;
  readonly subtitle?: string;
  /** Key figures, as text: makespan 676.7 ms. */
  readonly figures?: readonly { readonly label: string; readonly value: string }[];
  readonly legend: readonly LegendEntry[];
  readonly colours: FigureColours;
  readonly widthPx: number;
}

export const FIGURE_WIDTH = 1100;
export const MARGIN = 14;
export const TEXT_SIZE = 11;
export const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
const TITLE_SIZE = 15;
const LINE_HEIGHT = 17;

/** Labels of rows are cut at this width. */
export const LONGEST_LABEL_PX = 180;

/** Left edge of a plot with these labels beside its rows. */
export function leftOfPlot(labels: readonly string[]): number {
  const widest = labels.reduce((most, label) => Math.max(most, estimateWidth(label, TEXT_SIZE)), 0);
  return MARGIN + Math.min(LONGEST_LABEL_PX, widest) + 8;
}

type Head = Pick<FrameContent, "subtitle" | "figures" | "widthPx">;

/** Lines under the title, in as many as the width asks for. */
function headLines({ subtitle, figures = [], widthPx }: Head): { soft: readonly string[]; plain: readonly string[] } {
  const room = { widthPx: widthPx - 2 * MARGIN, sizePx: TEXT_SIZE };
  const told = figures.map(({ label, value }) => `${label} ${value}`);
  return {
    soft: subtitle === undefined ? [] : wrapParts(subtitle, room),
    plain: joinFitting(told, { ...room, between: "   ·   " }),
  };
}

/** Parts with a middle dot between them stay whole where they fit. */
function wrapParts(text: string, room: { widthPx: number; sizePx: number }): readonly string[] {
  const between = " · ";
  return joinFitting(text.split(between), { ...room, between }).flatMap((line) => wrapText(line, room));
}

/** Height of everything above the plot. */
export function headHeight(head: Head): number {
  const { soft, plain } = headLines(head);
  return MARGIN + TITLE_SIZE + 6 + (soft.length + plain.length) * LINE_HEIGHT + 4;
}

/**
 * @param plot markup of the plot, drawn from `headHeight` on; `plotEnd` is where it ends
 * @returns one SVG element
 */
export function frameFigure(content: FrameContent, { plot, plotEnd }: { plot: string; plotEnd: number }): string {
  const { title, colours, widthPx } = content;
  const { soft, plain } = headLines(content);
  const room = widthPx - 2 * MARGIN;
  let baseline = MARGIN + TITLE_SIZE - 2;
  const parts = [
    element("rect", { width: widthPx, height: "100%", fill: colours.paper }),
    textElement(
      { x: MARGIN, y: baseline, "font-size": TITLE_SIZE, "font-weight": 600, fill: colours.text },
      fitText(title, { widthPx: room, sizePx: TITLE_SIZE }),
    ),
  ];
  baseline += 2;
  for (const [lines, fill] of [
    [soft, colours.soft],
    [plain, colours.text],
  ] as const) {
    for (const line of lines) {
      baseline += LINE_HEIGHT;
      const fitted = fitText(line, { widthPx: room, sizePx: TEXT_SIZE });
      parts.push(textElement({ x: MARGIN, y: baseline, fill }, fitted));
    }
  }
  const legend = drawLegend(content, plotEnd + 10);
  const heightPx = legend.end + MARGIN;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${Math.round(widthPx)} ${Math.ceil(heightPx)}`,
      width: Math.round(widthPx),
      height: Math.ceil(heightPx),
      "font-family": FONT,
      "font-size": TEXT_SIZE,
      role: "img",
      "aria-label": title,
    },
    [...parts, plot, legend.markup].join("\n"),
  );
}

const SWATCH = 10;
const LINE_MARK = 20;

/** Entries one after the other, in as many lines as it takes. */
function drawLegend(
  { legend, colours, widthPx }: Pick<FrameContent, "legend" | "colours" | "widthPx">,
  top: number,
): { markup: string; end: number } {
  let x = MARGIN;
  let y = top;
  const parts: string[] = [];
  for (const entry of legend) {
    const { label, mark = "square" } = entry;
    const markPx = mark === "square" || mark === "outline" ? SWATCH : LINE_MARK;
    const taken = markPx + 6 + estimateWidth(label, TEXT_SIZE) + 18;
    if (x > MARGIN && x + taken > widthPx - MARGIN) {
      x = MARGIN;
      y += LINE_HEIGHT;
    }
    parts.push(
      drawMark(entry, { x, y, colours }),
      textElement({ x: x + markPx + 6, y: y + SWATCH - 1, fill: colours.soft }, label),
    );
    x += taken;
  }
  return { markup: parts.join(""), end: legend.length === 0 ? top : y + SWATCH };
}

function drawMark(
  { colour, mark = "square" }: LegendEntry,
  { x, y, colours }: { x: number; y: number; colours: FigureColours },
): string {
  const middle = y + SWATCH / 2;
  const line = { stroke: colour, fill: "none" };
  switch (mark) {
    case "square":
      return element("rect", { x, y, width: SWATCH, height: SWATCH, fill: colour, stroke: colours.edge });
    case "outline":
      return element("rect", { x: x + 0.5, y: y + 0.5, width: SWATCH - 1, height: SWATCH - 1, ...line });
    case "line":
      return element("path", { d: `M${px(x)} ${px(middle)}h${LINE_MARK}`, ...line, "stroke-width": 3 });
    case "arrow":
      return element("path", { d: `M${px(x)} ${px(middle)}h${LINE_MARK - 1}m-4 -3l4 3l-4 3`, ...line });
    case "dashes":
      return element("path", { d: `M${px(x)} ${px(middle)}h${LINE_MARK}`, ...line, "stroke-dasharray": "3 3" });
    case "bracket":
      return element("path", { d: `M${px(x)} ${px(middle - 3)}v6h${LINE_MARK}v-6`, ...line, "stroke-width": 1.5 });
  }
}
