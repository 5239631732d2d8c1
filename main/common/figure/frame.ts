/**
 * What every figure has around its plot: a title, a line of what it shows, figures, a legend. A figure is one SVG element that
 * needs nothing else: it stands in a page, in a file of its own, or becomes a bitmap.
 */
import type { FigureColours } from "./figure-colours.ts";
import { element, estimateWidth, fitText, textElement } from "./svg.ts";

export interface LegendEntry {
  readonly label: string;
  /** CSS colour. */
  readonly colour: string;
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
  const widest = Math.max(0, ...labels.map((label) => estimateWidth(label, TEXT_SIZE)));
  return MARGIN + Math.min(LONGEST_LABEL_PX, widest) + 8;
}

/** Height of everything above the plot. */
export function headHeight({ subtitle, figures = [] }: Pick<FrameContent, "subtitle" | "figures">): number {
  return (
    MARGIN + TITLE_SIZE + 6 + (subtitle === undefined ? 0 : LINE_HEIGHT) + (figures.length === 0 ? 0 : LINE_HEIGHT) + 4
  );
}

/**
 * @param plot markup of the plot, drawn from `headHeight` on; `plotEnd` is where it ends
 * @returns one SVG element
 */
export function frameFigure(content: FrameContent, { plot, plotEnd }: { plot: string; plotEnd: number }): string {
  const { title, subtitle, figures = [], colours, widthPx } = content;
  const room = widthPx - 2 * MARGIN;
  let baseline = MARGIN + TITLE_SIZE - 2;
  const parts = [
    element("rect", { width: widthPx, height: "100%", fill: colours.paper }),
    textElement(
      { x: MARGIN, y: baseline, "font-size": TITLE_SIZE, "font-weight": 600, fill: colours.text },
      fitText(title, { widthPx: room, sizePx: TITLE_SIZE }),
    ),
  ];
  if (subtitle !== undefined) {
    baseline += LINE_HEIGHT + 2;
    const fitted = fitText(subtitle, { widthPx: room, sizePx: TEXT_SIZE });
    parts.push(textElement({ x: MARGIN, y: baseline, fill: colours.soft }, fitted));
  }
  if (figures.length > 0) {
    baseline += LINE_HEIGHT;
    const told = figures.map(({ label, value }) => `${label} ${value}`).join("   ·   ");
    parts.push(
      textElement({ x: MARGIN, y: baseline, fill: colours.text }, fitText(told, { widthPx: room, sizePx: TEXT_SIZE })),
    );
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

/** Entries one after the other, in as many lines as it takes. */
function drawLegend(
  { legend, colours, widthPx }: Pick<FrameContent, "legend" | "colours" | "widthPx">,
  top: number,
): { markup: string; end: number } {
  let x = MARGIN;
  let y = top;
  const parts: string[] = [];
  for (const { label, colour } of legend) {
    const taken = SWATCH + 6 + estimateWidth(label, TEXT_SIZE) + 18;
    if (x > MARGIN && x + taken > widthPx - MARGIN) {
      x = MARGIN;
      y += LINE_HEIGHT;
    }
    parts.push(
      element("rect", { x, y, width: SWATCH, height: SWATCH, fill: colour, stroke: colours.line }),
      textElement({ x: x + SWATCH + 6, y: y + SWATCH - 1, fill: colours.soft }, label),
    );
    x += taken;
  }
  return { markup: parts.join(""), end: legend.length === 0 ? top : y + SWATCH };
}
