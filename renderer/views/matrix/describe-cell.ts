/** A cell of the stage × batch matrix in words: its number, and how it stands to the others of its stage. Texts only. */
import { formatDuration } from "#common/format.ts";
import type { MatrixQuantity, StageMatrix } from "#common/matrix.ts";
import type { PointedText } from "../wavefront/describe-pointed.ts";

const WORDS: Readonly<Record<MatrixQuantity, string>> = {
  in: "in",
  compute: "compute",
  out: "out",
  wait: "wait",
  interval: "II",
};

/** @param place.stage name of the stage of the row */
export function describeCell(
  matrix: StageMatrix,
  { row, column, stage }: { readonly row: number; readonly column: number; readonly stage: string },
): PointedText {
  const { columns, batchesPerColumn, firstBatch, valueNs, batch, quantity } = matrix;
  const cell = row * columns + column;
  const first = firstBatch[column];
  const value = valueNs[cell];
  const shared: [string, string][] =
    batchesPerColumn === 1 ? [] : [["greatest of", `${batchesPerColumn} batches from ${first}`]];
  if (Number.isNaN(value)) return { title: `${stage} · batch ${first}`, lines: [["", "no such work"], ...shared] };
  const sorted = valueNs
    .slice(row * columns, (row + 1) * columns)
    .filter((ns) => !Number.isNaN(ns))
    .sort();
  const median = sorted[sorted.length >> 1];
  return {
    title: `${stage} · batch ${batch[cell]}`,
    lines: [
      [WORDS[quantity], formatDuration(Math.round(value))],
      ["median of the stage", formatDuration(Math.round(median))],
      ...(median > 0 ? ([["× median", (value / median).toFixed(2)]] as [string, string][]) : []),
      ...shared,
    ],
  };
}
