/** The axis of time under a plot: ticks with texts that stay inside the figure, lines through the plot, what 0 means. */
import { timeTicks } from "../time-ticks.ts";
import type { FigureColours } from "./figure-colours.ts";
import { MARGIN, TEXT_SIZE } from "./frame.ts";
import { element, estimateWidth, px, textElement } from "./svg.ts";

const TICKS_HEIGHT = 20;
const TITLE_HEIGHT = 15;

export interface TimeAxis {
  /** The plot that it belongs to. */
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly fromNs: number;
  readonly toNs: number;
  /** What the times are, such as `time from the start of the run`. */
  readonly title?: string | undefined;
}

/** @returns markup, and where it ends */
export function drawTimeAxis(axis: TimeAxis, colours: FigureColours): { markup: string; end: number } {
  const { left, width, top, bottom, fromNs, title } = axis;
  const toNs = Math.max(fromNs + 1, axis.toNs);
  const xOf = (ns: number) => left + ((ns - fromNs) / (toNs - fromNs)) * width;
  const { major, base } = timeTicks({ fromNs, toNs, widthPx: width });
  const lines = major.map(({ ns }) => `M${px(xOf(ns))} ${px(top)}V${px(bottom + 4)}`).join("");
  const texts = major.map(({ ns, text }) => {
    const half = estimateWidth(text, TEXT_SIZE) / 2;
    const x = Math.min(xOf(ns), left + width + MARGIN - 2 - half);
    return textElement({ x, y: bottom + 16, "text-anchor": "middle", fill: colours.soft }, text);
  });
  const words = [title, base === undefined ? undefined : `counted from ${base.text}`]
    .filter((part) => part !== undefined)
    .join(", ");
  const frame = `M${px(left)} ${px(top)}V${px(bottom)}H${px(left + width)}`;
  const named =
    words === ""
      ? ""
      : textElement(
          { x: left + width / 2, y: bottom + TICKS_HEIGHT + 10, "text-anchor": "middle", fill: colours.soft },
          words,
        );
  return {
    markup: [
      element("path", { d: `${frame}${lines}`, stroke: colours.line, fill: "none", "data-part": "axis" }),
      ...texts,
      named,
    ].join(""),
    end: bottom + TICKS_HEIGHT + (words === "" ? 0 : TITLE_HEIGHT),
  };
}
