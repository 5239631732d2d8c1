/** Names beside the rows of a plot: all of them where rows are high enough, else as many as can be read. */
import type { FigureColours } from "./figure-colours.ts";
import { LONGEST_LABEL_PX, TEXT_SIZE } from "./frame.ts";
import { fitText, textElement } from "./svg.ts";

/** Least distance of two labels. */
const PITCH_PX = 12;

export function drawRowLabels(
  labels: readonly string[],
  { plot, colours }: { plot: { left: number; top: number; rowPx: number }; colours: FigureColours },
): string[] {
  const { left, top, rowPx } = plot;
  const every = Math.max(1, Math.ceil(PITCH_PX / rowPx));
  return labels.flatMap((label, at) =>
    at % every === 0
      ? [
          textElement(
            { x: left - 8, y: top + (at + 0.5) * rowPx + 4, "text-anchor": "end", fill: colours.soft },
            fitText(label, { widthPx: LONGEST_LABEL_PX, sizePx: TEXT_SIZE }),
          ),
        ]
      : [],
  );
}
