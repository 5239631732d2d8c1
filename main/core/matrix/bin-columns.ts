/** Columns of several batches where there are more batches than columns: each cell is that of the greatest number. Pure. */
import type { StageMatrix } from "#common/matrix.ts";

import type { ScopeWork } from "./scope-work.ts";

/** @param numbers.valueNs one a stage and batch of the work, NaN for none */
export function binColumns(
  work: ScopeWork,
  { valueNs, pass, most }: { valueNs: Float64Array; pass: number; most: number },
): Omit<StageMatrix, "scope" | "quantity" | "pass" | "passes" | "quantities"> {
  const { rows, batches, batchCount } = work;
  const batchesPerColumn = Math.max(1, Math.ceil(batchCount / most));
  const columns = Math.ceil(batchCount / batchesPerColumn);
  const cells = rows * columns;
  const shown = work.shownOf(pass);
  const matrix = {
    rows,
    columns,
    batchesPerColumn,
    firstBatch: Int32Array.from({ length: columns }, (_, column) => batches[column * batchesPerColumn]),
    valueNs: new Float64Array(cells).fill(NaN),
    batch: new Int32Array(cells).fill(-1),
    span: new Float64Array(cells).fill(-1),
    spanStart: new Float64Array(cells),
    spanEnd: new Float64Array(cells),
    lane: new Int32Array(cells).fill(-1),
  };
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < batchCount; at++) {
      const from = row * batchCount + at;
      const cell = row * columns + Math.floor(at / batchesPerColumn);
      if (Number.isNaN(valueNs[from]) || matrix.valueNs[cell] >= valueNs[from]) continue;
      matrix.valueNs[cell] = valueNs[from];
      matrix.batch[cell] = batches[at];
      matrix.span[cell] = shown.span[from];
      matrix.spanStart[cell] = shown.start[from];
      matrix.spanEnd[cell] = shown.end[from];
      matrix.lane[cell] = shown.lane[from];
    }
  }
  return matrix;
}
