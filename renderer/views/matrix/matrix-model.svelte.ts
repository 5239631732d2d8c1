/**
 * What the stage × batch matrix shows: which number of which pass, between which limits, and which columns of it. Reads the
 * matrix again when the scope or the choice changes, the latest request wins; what is on screen stays until the answer is there.
 */
import type { MatrixQuantity, StageMatrix } from "#common/matrix.ts";
import type { Pass } from "#common/model.ts";
import { NONE, laneId, spanId } from "#common/ids.ts";

import { chooseScale, relateToRows, sortNumbers } from "../../data/scalar-cells.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { Selected } from "../../state/selection.svelte.ts";

export interface MatrixCell {
  readonly row: number;
  readonly column: number;
}

/** Fewer columns than this are never shown: a cell is not wider than the plot. */
const LEAST_COLUMNS = 4;

export class MatrixModel {
  readonly run: OpenRun;
  quantity = $state<MatrixQuantity>("compute");
  pass = $state<Pass>("forward");
  isLog = $state(false);
  /** Whether cells show multiples of the median of their stage instead of ns. */
  isRelative = $state(false);
  /** Left out of the limits on either side. */
  percent = $state(1);
  matrix = $state.raw<StageMatrix>();
  reading = $state(true);
  /** Columns on screen. */
  from = $state(0);
  to = $state(1);
  /** What the cells show: ns, or multiples of the median of their row. */
  readonly values = $derived.by(() => {
    const { valueNs = new Float64Array(0), columns = 1 } = this.matrix ?? {};
    return this.isRelative ? relateToRows(valueNs, columns) : valueNs;
  });
  readonly #sorted = $derived(sortNumbers(this.values));
  readonly scale = $derived(chooseScale(this.#sorted, { percent: this.percent, isLog: this.isLog }));

  constructor(run: OpenRun) {
    this.run = run;
    $effect(() => {
      const { scope } = run;
      const { quantity, pass } = this;
      if (scope === undefined) return;
      const request = new AbortController();
      this.reading = true;
      run.client.readMatrix({ run: run.detail.id, ...scope, quantity, pass }, { signal: request.signal }).then(
        (matrix) => {
          if (!request.signal.aborted) this.#take(matrix);
        },
        (error: unknown) => {
          if (request.signal.aborted) return;
          this.reading = false;
          run.tell(error);
        },
      );
      return () => request.abort();
    });
  }

  /** Numbers of all cells, ascending. */
  get sorted(): Float64Array {
    return this.#sorted;
  }

  #take(matrix: StageMatrix): void {
    const before = this.matrix;
    this.matrix = matrix;
    this.reading = false;
    const isSame = before?.columns === matrix.columns && before.scope.iteration === matrix.scope.iteration;
    if (!isSame) this.fitAll();
  }

  fitAll(): void {
    this.from = 0;
    this.to = Math.max(1, this.matrix?.columns ?? 1);
  }

  /** Magnifies by `factor` around a column, which stays where it is. */
  zoomAt(column: number, factor: number): void {
    const most = Math.max(1, this.matrix?.columns ?? 1);
    const width = Math.max(Math.min(LEAST_COLUMNS, most), Math.min(most, (this.to - this.from) / factor));
    const share = (column - this.from) / (this.to - this.from);
    this.#show(column - share * width, width);
  }

  panBy(columns: number): void {
    this.#show(this.from + columns, this.to - this.from);
  }

  #show(from: number, width: number): void {
    const most = Math.max(1, this.matrix?.columns ?? 1);
    this.from = Math.max(0, Math.min(most - width, from));
    this.to = this.from + width;
  }

  /** The work of a cell, as other views know it; undefined where there is none. */
  selectionOf({ row, column }: MatrixCell): Selected | undefined {
    const { matrix } = this;
    if (matrix === undefined) return undefined;
    const cell = row * matrix.columns + column;
    if (matrix.span[cell] === NONE) return undefined;
    return {
      kind: "span",
      id: spanId(matrix.span[cell]),
      startNs: matrix.spanStart[cell],
      endNs: matrix.spanEnd[cell],
      lane: laneId(matrix.lane[cell]),
      stage: row,
      batch: matrix.batch[cell],
      iteration: matrix.scope.iteration,
    };
  }

  /** Cells that a selection means: one, a row of them, or a column; −1 stands for all. */
  placeOf(selected: Selected | undefined): MatrixCell | undefined {
    if (selected === undefined || selected.kind === "bubble") return undefined;
    const row = selected.kind === "batch" ? -1 : (selected.stage ?? NONE);
    const column = selected.kind === "stage" ? -1 : this.columnOf(selected.batch);
    if (row === -1 && column === -1) return undefined;
    const isFound = (selected.kind === "batch" || row !== NONE) && (selected.kind === "stage" || column !== NONE);
    return isFound ? { row, column } : undefined;
  }

  columnOf(batch: number | undefined): number {
    const { matrix } = this;
    if (matrix === undefined || batch === undefined) return NONE;
    const column = matrix.firstBatch.findLastIndex((first) => first <= batch);
    return column !== -1 && (matrix.batchesPerColumn > 1 || matrix.firstBatch[column] === batch) ? column : NONE;
  }
}
