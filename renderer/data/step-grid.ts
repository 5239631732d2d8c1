/**
 * The figure's own columns: initiation intervals instead of time (REFERENCE §1, part B).
 *
 * step = floor((start − first start of the window) / II). Every compute span fills the one step in which it starts; where
 * two of a row start in one step the longer one is shown and both are counted. In training runs forward and backward of a
 * stage are spans of their own and fill cells of their own.
 */
import { PHASE_COMPUTE } from "#common/model.ts";
import { TILE_ROWS } from "#common/tile.ts";
import { cellKey, TEXEL_BYTES } from "./cell-key.ts";
import type { OpOfStage } from "./cell-key.ts";
import type { RawPage } from "./raw-page.ts";

/** What turns time into steps. */
export interface StepScale {
  /** First start of the window: step 0 begins here. */
  readonly firstNs: number;
  /** Initiation interval, more than 0. */
  readonly intervalNs: number;
}

export interface StepCell {
  readonly row: number;
  readonly step: number;
  readonly stage: number;
  readonly batch: number;
  readonly kind: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly lane: number;
  readonly iteration: number;
  readonly id: number;
  /** Spans of the row that start in the step. */
  readonly spans: number;
}

/** Where the cells of a grid lie. */
export interface GridPlaces extends StepScale {
  readonly rowCount: number;
  readonly stepCount: number;
}

export interface StepGrid extends GridPlaces {
  /** Row-major: cell of (row, step) is entry `row · stepCount + step`. */
  readonly cells: readonly (StepCell | undefined)[];
}

/** A start on the very edge of a step belongs to that step although division rounds. */
const ROUNDING = 1e-9;

export function stepOf({ firstNs, intervalNs }: StepScale, startNs: number): number {
  return Math.floor((startNs - firstNs) / intervalNs + ROUNDING);
}

export function stepStartNs({ firstNs, intervalNs }: StepScale, step: number): number {
  return firstNs + step * intervalNs;
}

/** The grid of all compute spans that start in [firstNs, toNs); `pages` hold every row once. */
export function buildStepGrid({
  pages,
  rowCount,
  toNs,
  scale,
}: {
  pages: readonly RawPage[];
  rowCount: number;
  toNs: number;
  scale: StepScale;
}): StepGrid {
  const found = new Map<number, StepCell>();
  const stepCount = Math.max(0, stepOf(scale, toNs - 1) + 1);
  for (const page of pages) {
    for (let row = page.firstRow; row < Math.min(rowCount, page.firstRow + TILE_ROWS); row++) {
      for (let i = page.offsets[row - page.firstRow]; i < page.offsets[row - page.firstRow + 1]; i++) {
        const startNs = page.start[i];
        if (startNs < scale.firstNs || startNs >= toNs || (page.kind[i] & 15) !== PHASE_COMPUTE) continue;
        const step = stepOf(scale, startNs);
        const at = row * stepCount + step;
        const before = found.get(at);
        const spans = (before?.spans ?? 0) + 1;
        if (before !== undefined && before.endNs - before.startNs >= page.end[i] - startNs) {
          found.set(at, { ...before, spans });
          continue;
        }
        const { stage, batch, kind, lane, iteration, id } = page;
        found.set(at, {
          row,
          step,
          stage: stage[i],
          batch: batch[i],
          kind: kind[i],
          startNs,
          endNs: page.end[i],
          lane: lane[i],
          iteration: iteration[i],
          id: id[i],
          spans,
        });
      }
    }
  }
  const cells = Array.from({ length: rowCount * stepCount }, (_, at) => found.get(at));
  return { ...scale, rowCount, stepCount, cells };
}

/** One texel a cell, row-major: full where something starts, idle elsewhere. */
export function stepTexels({ cells }: StepGrid, ops: OpOfStage): Uint8Array {
  const texels = new Uint8Array(cells.length * TEXEL_BYTES);
  for (const [at, cell] of cells.entries()) {
    if (cell === undefined) continue;
    const key = cellKey({ ops, stage: cell.stage, kind: cell.kind });
    texels[at * TEXEL_BYTES] = 255;
    texels[at * TEXEL_BYTES + 2] = key & 0xff;
    texels[at * TEXEL_BYTES + 3] = key >> 8;
  }
  return texels;
}
