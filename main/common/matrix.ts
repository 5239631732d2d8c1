/**
 * The stage × batch matrix: one number a stage and batch of a scope, for the heatmap of scalars and for whoever reads it.
 * Shapes only; what the numbers are, main/core/matrix says.
 */
import type { Pass } from "./model.ts";
import type { Scope } from "./report.ts";

/**
 * `in`, `compute`, `out`: time of the spans of that phase. `wait`: from when the input was there to the start of computing,
 * or recorded waiting. `interval`: from the start of the stage's previous batch to the start of this one.
 */
export const MATRIX_QUANTITIES = ["in", "compute", "out", "wait", "interval"] as const;
export type MatrixQuantity = (typeof MATRIX_QUANTITIES)[number];

/** At most so many columns: of more batches several share one. */
export const MOST_MATRIX_COLUMNS = 2048;

/** Row-major: the cell of row r and column c is entry `r · columns + c` of the arrays below `firstBatch`. */
export interface StageMatrix {
  readonly scope: Scope;
  readonly quantity: MatrixQuantity;
  /** The pass whose work is shown, one of `passes`. */
  readonly pass: Pass;
  /** Passes and quantities for which the scope has any number. */
  readonly passes: readonly Pass[];
  readonly quantities: readonly MatrixQuantity[];
  /** Row r is the stage of ordinal r. */
  readonly rows: number;
  readonly columns: number;
  /** Neighbouring batches that share a column; the cell is that of the greatest number, so that no straggler is hidden. */
  readonly batchesPerColumn: number;
  /** Batch of each column, the first of several; ascending. */
  readonly firstBatch: Int32Array;
  /** ns; NaN where there is no such work. */
  readonly valueNs: Float64Array;
  /** The batch that the number is of. */
  readonly batch: Int32Array;
  /** The compute span of that stage and batch, else the first of its spans; −1 where there is no such work. */
  readonly span: Float64Array;
  readonly spanStart: Float64Array;
  readonly spanEnd: Float64Array;
  readonly lane: Int32Array;
}
