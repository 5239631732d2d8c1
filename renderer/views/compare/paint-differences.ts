/** The cells of the difference heatmap on a canvas: colours, values where they fit, hatching where spans have no partner. */
import type { DifferenceMatrix } from "#common/comparison.ts";
import { formatSignedDuration } from "#common/format.ts";
import type { ThemeName } from "#common/colours.ts";
import { cssColour, IDLE_COLOURS, textColourOn } from "#common/colours.ts";
import type { DifferenceChoice, DifferenceScale } from "#common/difference-map.ts";
import { cellValue, differenceColour } from "#common/difference-map.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import type { PixelRange } from "./paint-outlines.ts";
import { paintMarks } from "./paint-outlines.ts";

interface PaintedMatrix {
  readonly matrix: DifferenceMatrix;
  readonly choice: DifferenceChoice;
  readonly scale: DifferenceScale;
  readonly columnPx: number;
  readonly rowPx: number;
  readonly theme: ThemeName;
  /** Device pixels a CSS pixel. */
  readonly ratio: number;
}

/** Cells at least this large carry their value. */
const LEAST_TEXT = { widthPx: 46, heightPx: 13 };
/** Narrower cells have no gap: it would be most of the picture. */
const LEAST_GAPPED_PX = 6;

/** From the origin of the context, in CSS pixels. */
export function paintDifferences(
  context: CanvasRenderingContext2D,
  { matrix, choice, scale, columnPx, rowPx, theme, ratio }: PaintedMatrix,
): void {
  const paper = cssColour(IDLE_COLOURS[theme]);
  context.fillStyle = paper;
  context.fillRect(0, 0, columnPx * matrix.columns, rowPx * matrix.rows);
  const gapX = columnPx >= LEAST_GAPPED_PX ? 1 : 0;
  const gapY = rowPx >= LEAST_GAPPED_PX ? 1 : 0;
  const hasText = columnPx >= LEAST_TEXT.widthPx && rowPx >= LEAST_TEXT.heightPx;
  context.font = "10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const alone: PixelRange[] = [];
  for (let cell = 0; cell < matrix.matched.length; cell++) {
    const left = (cell % matrix.columns) * columnPx;
    const top = Math.floor(cell / matrix.columns) * rowPx;
    const value = cellValue(matrix, { cell, ...choice });
    if (value !== undefined) {
      const colour = differenceColour(value, { scale, theme });
      context.fillStyle = cssColour(colour);
      context.fillRect(left, top, columnPx - gapX, rowPx - gapY);
      if (hasText && Math.abs(value) > scale.noise) {
        context.fillStyle = cssColour(textColourOn(colour));
        context.fillText(cellText(value, choice), left + columnPx / 2, top + rowPx / 2, columnPx - 4);
      }
    }
    if (matrix.onlyA[cell] + matrix.onlyB[cell] > 0) {
      alone.push({ left, right: left + columnPx - gapX, top: top - 1, heightPx: rowPx - gapY + 2 });
    }
  }
  paintMarks(context, alone, { colour: figureColours(theme).soft, paper, ratio });
}

function cellText(value: number, { measure }: DifferenceChoice): string {
  return measure === "ratio" ? `× ${(2 ** value).toFixed(2)}` : formatSignedDuration(Math.round(value));
}
