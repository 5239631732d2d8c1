/** The batches under the columns of a matrix: as many numbers as fit, and what a column is. */
import { niceStep } from "../time-ticks.ts";
import type { FigureColours } from "./figure-colours.ts";
import { TEXT_SIZE } from "./frame.ts";
import { estimateWidth, textElement } from "./svg.ts";

const AXIS_HEIGHT = 32;

export interface BatchAxis {
  readonly left: number;
  readonly bottom: number;
  readonly columnPx: number;
  readonly columns: number;
  /** First batch of each column. */
  readonly firstBatch: Int32Array;
  readonly batchesPerColumn: number;
}

/** @returns markup, and where it ends */
export function drawBatchAxis(
  { left, bottom, columnPx, columns, firstBatch, batchesPerColumn }: BatchAxis,
  colours: FigureColours,
): { markup: string; end: number } {
  const widest = firstBatch.reduce((most, batch) => Math.max(most, estimateWidth(String(batch), TEXT_SIZE)), 1);
  const every = niceStep((widest + 10) / columnPx);
  const y = bottom + 14;
  const labels = Array.from(firstBatch.keys())
    .filter((column) => column % every === 0)
    .map((column) =>
      textElement(
        { x: left + (column + 0.5) * columnPx, y, "text-anchor": "middle", fill: colours.soft },
        String(firstBatch[column]),
      ),
    );
  const unit = batchesPerColumn === 1 ? "batch" : `first of ${batchesPerColumn} batches`;
  const middle = left + (columns * columnPx) / 2;
  return {
    markup: [...labels, textElement({ x: middle, y: y + 14, "text-anchor": "middle", fill: colours.soft }, unit)].join(
      "",
    ),
    end: bottom + AXIS_HEIGHT,
  };
}
