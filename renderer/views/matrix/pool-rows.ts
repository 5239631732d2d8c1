/**
 * Rows that are lower than a pixel share one: the greatest number of each column stands for all of them, because a straggler
 * among a thousand stages is what one looks for. Pure.
 */

export interface PooledRows {
  /** Row by row, NaN where there is no number. */
  readonly values: Float64Array;
  readonly rows: number;
  /** Rows of the matrix in each of these, but for the last. */
  readonly size: number;
}

/** @param values row by row @param options.size rows that become one */
export function poolRows(
  values: Float64Array,
  { rows, columns, size }: { rows: number; columns: number; size: number },
): PooledRows {
  if (size <= 1) return { values, rows, size: 1 };
  const pooled = new Float64Array(Math.ceil(rows / size) * columns).fill(NaN);
  for (let i = 0; i < rows * columns; i++) {
    const into = Math.floor(Math.floor(i / columns) / size) * columns + (i % columns);
    if (!Number.isNaN(values[i]) && !(pooled[into] >= values[i])) pooled[into] = values[i];
  }
  return { values: pooled, rows: Math.ceil(rows / size), size };
}

/** The row that stands for the pool of a row: the one with the greatest number of the column. */
export function rowShown(
  values: Float64Array,
  { row, column, size, rows, columns }: { row: number; column: number; size: number; rows: number; columns: number },
): number {
  const first = row - (row % size);
  let shown = row;
  for (let other = first; other < Math.min(rows, first + size); other++) {
    const value = values[other * columns + column];
    if (!Number.isNaN(value) && !(values[shown * columns + column] >= value)) shown = other;
  }
  return shown;
}
