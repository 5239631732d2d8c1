/**
 * Lines of several rows, out of the exact sums of each row: what a plot with more rows than pixels shows. Pure.
 *
 * Parts are those of all rows' time, hence 0 only if all of them are idle and 255 only if all are full. Who dominates is
 * whose shares, summed over the rows, are longest; the lower ordinal, pass, phase and batch of equals.
 */
import { quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import type { KindSlots } from "./kind-slots.ts";
import { COUNT_LIMIT } from "./level-cells.ts";
import type { LevelCells } from "./level-cells.ts";

/** @param tile must be blank @returns whether there is anything to show */
export function drawPooled(
  cells: LevelCells,
  {
    tile,
    binNs,
    slots,
    rowBlock,
    rowLevel,
  }: { tile: Tile; binNs: number; slots: KindSlots; rowBlock: number; rowLevel: number },
): boolean {
  const { rowCount } = cells;
  let isAny = false;
  for (let line = 0; line < TILE_ROWS; line++) {
    const fromRow = (rowBlock * TILE_ROWS + line) << rowLevel;
    if (fromRow >= rowCount) break;
    const rows = { fromRow, toRow: Math.min(rowCount, fromRow + (1 << rowLevel)) };
    if (!drawSums(cells, { tile, binNs, line, ...rows })) continue;
    isAny = true;
    drawKinds(cells, { tile, slots, line, ...rows });
  }
  return isAny;
}

interface Line {
  readonly tile: Tile;
  readonly line: number;
  readonly fromRow: number;
  readonly toRow: number;
}

function drawSums(
  cells: LevelCells,
  { tile, binNs, line, fromRow, toRow }: Line & { readonly binNs: number },
): boolean {
  const width = binNs * (toRow - fromRow);
  let isAny = false;
  for (let bin = 0; bin < TILE_BINS; bin++) {
    const first = bin * cells.rowCount + fromRow;
    let [covered, elsewhere, count] = [0, 0, 0];
    for (let from = first; from < first + toRow - fromRow; from++) {
      covered += cells.covered[from];
      elsewhere += cells.elsewhere?.[from] ?? 0;
      count += cells.count[from];
    }
    if (count === 0 && elsewhere === 0) continue;
    isAny = true;
    const cell = line * TILE_BINS + bin;
    tile.count[cell] = Math.min(COUNT_LIMIT, count);
    tile.coverage[cell] = quantiseCoverage({ covered, width });
    tile.elsewhere[cell] = quantiseCoverage({ covered: elsewhere, width });
    drawBatch(cells, { tile, cell, first, rows: toRow - fromRow });
  }
  return isAny;
}

function drawBatch(
  { batch, batchNs }: LevelCells,
  { tile, cell, first, rows }: { tile: Tile; cell: number; first: number; rows: number },
): void {
  let bestNs = 0;
  for (let from = first; from < first + rows; from++) {
    if (batchNs[from] <= 0) continue;
    let ns = 0;
    // Few rows: looking through them again is cheaper than a table.
    for (let other = first; other < first + rows; other++) if (batch[other] === batch[from]) ns += batchNs[other];
    if (ns < bestNs || (ns === bestNs && batch[from] >= tile.batch[cell])) continue;
    bestNs = ns;
    tile.batch[cell] = batch[from];
  }
}

/** Sums of a cell by kind, and by stage. */
function drawKinds(
  { kindNs, kindRoom }: LevelCells,
  { tile, slots, line, fromRow, toRow }: Line & { readonly slots: KindSlots },
): void {
  /** Slots by stage ordinal, then by pass and phase, both ascending. */
  const stages = new Map<number, Map<number, number[]>>();
  for (let row = fromRow; row < toRow; row++) {
    for (const slot of slots.stagesOf(row).flatMap((kinds) => [...kinds])) {
      const [ordinal, kind] = [slots.ordinalOf(slot), slots.passAndPhaseOf(slot)];
      const kinds = stages.get(ordinal) ?? new Map<number, number[]>();
      stages.set(ordinal, kinds.set(kind, [...(kinds.get(kind) ?? []), slot]));
    }
  }
  const sorted = [...stages]
    .sort(([a], [b]) => a - b)
    .map(([ordinal, kinds]) => ({ ordinal, kinds: [...kinds].sort(([a], [b]) => a - b) }));
  const best = new Float64Array(TILE_BINS);
  for (const { ordinal, kinds } of sorted) {
    for (let bin = 0; bin < TILE_BINS; bin++) {
      let [sum, greatest, winner] = [0, 0, 0];
      for (const [kind, ofKind] of kinds) {
        let ns = 0;
        for (const slot of ofKind) ns += kindNs[bin * kindRoom + slot];
        sum += ns;
        if (ns <= greatest) continue;
        greatest = ns;
        winner = kind;
      }
      if (sum <= best[bin]) continue;
      best[bin] = sum;
      tile.stage[line * TILE_BINS + bin] = ordinal;
      tile.kind[line * TILE_BINS + bin] = winner;
    }
  }
}
