/**
 * Cells of one column of one stored level, all rows of an axis, as exact sums; and how two of them make one of the level
 * above. Pure. What a tile shows is derived from the sums when the column is complete.
 *
 * Exact at every level: coverage, elsewhere, count, and the dominant stage and kind (sums per kind simply add). The batch is
 * the one with the longest *unbroken* share: of neighbouring cells the longer one's, one batch's shares added, the lower
 * batch of equals. Exact sums per batch would need memory in the number of batches.
 */
import { NONE } from "#common/ids.ts";
import { NO_BATCH, NO_STAGE, quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import type { KindSlots } from "./kind-slots.ts";

const HALF = TILE_BINS / 2;
export const COUNT_LIMIT = 0xffff;

export class LevelCells {
  readonly rowCount: number;
  /** Ns; the cell of row r and bin b is entry b · rowCount + r: what happens at one time lies together, as spans come. */
  readonly covered: Float64Array;
  readonly elsewhere: Float64Array | undefined;
  /** Spans that touch the cell, and how many of these started before it. */
  readonly count: Uint32Array;
  readonly carried: Uint32Array;
  readonly batch: Int32Array;
  readonly batchNs: Float64Array;
  /** Ns by bin · kindRoom + slot. */
  kindNs = new Float64Array(16 * TILE_BINS);
  kindRoom = 16;
  isEmpty = true;

  constructor({ rowCount, hasElsewhere }: { rowCount: number; hasElsewhere: boolean }) {
    const cells = rowCount * TILE_BINS;
    this.rowCount = rowCount;
    this.covered = new Float64Array(cells);
    this.elsewhere = hasElsewhere ? new Float64Array(cells) : undefined;
    this.count = new Uint32Array(cells);
    this.carried = new Uint32Array(cells);
    this.batch = new Int32Array(cells).fill(NONE);
    this.batchNs = new Float64Array(cells);
  }

  clear(): void {
    if (this.isEmpty) return;
    this.covered.fill(0);
    this.elsewhere?.fill(0);
    this.count.fill(0);
    this.carried.fill(0);
    this.batch.fill(NONE);
    this.batchNs.fill(0);
    this.kindNs.fill(0);
    this.isEmpty = true;
  }

  /** Makes room for the sums of so many kinds. */
  reserveKinds(slots: number): void {
    if (slots <= this.kindRoom) return;
    const room = Math.max(slots, this.kindRoom * 2);
    const grown = new Float64Array(room * TILE_BINS);
    for (let bin = 0; bin < TILE_BINS; bin++) {
      grown.set(this.kindNs.subarray(bin * this.kindRoom, (bin + 1) * this.kindRoom), bin * room);
    }
    this.kindNs = grown;
    this.kindRoom = room;
  }

  /** Takes over a column of the level below: the left or the right half of this one. */
  addHalf(below: LevelCells, half: 0 | 1): void {
    this.isEmpty = false;
    this.reserveKinds(below.kindRoom);
    below.reserveKinds(this.kindRoom);
    addPairs(below.kindNs, this.kindNs, { width: this.kindRoom, half });
    addPairs(below.covered, this.covered, { width: this.rowCount, half });
    if (this.elsewhere !== undefined && below.elsewhere !== undefined) {
      addPairs(below.elsewhere, this.elsewhere, { width: this.rowCount, half });
    }
    for (let bin = 0; bin < HALF; bin++) {
      const from = 2 * bin * this.rowCount;
      const to = (half * HALF + bin) * this.rowCount;
      for (let row = 0; row < this.rowCount; row++) this.#joinPair(below, from + row, to + row);
    }
  }

  #joinPair(below: LevelCells, left: number, cell: number): void {
    const right = left + this.rowCount;
    // A span that started before the right cell touches the left one too.
    this.count[cell] = below.count[left] + below.count[right] - below.carried[right];
    this.carried[cell] = below.carried[left];
    const leftNs = below.batchNs[left];
    const rightNs = below.batchNs[right];
    const leftBatch = below.batch[left];
    const rightBatch = below.batch[right];
    if (leftBatch === rightBatch) {
      this.batch[cell] = leftBatch;
      this.batchNs[cell] = leftNs + rightNs;
    } else if (leftNs > rightNs || (leftNs === rightNs && leftBatch < rightBatch)) {
      this.batch[cell] = leftBatch;
      this.batchNs[cell] = leftNs;
    } else {
      this.batch[cell] = rightBatch;
      this.batchNs[cell] = rightNs;
    }
  }

  /** True when no cell of the block of rows has anything to show. */
  isBlockEmpty(rowBlock: number): boolean {
    const first = rowBlock * TILE_ROWS;
    const rows = Math.min(TILE_ROWS, this.rowCount - first);
    for (let from = first; from < this.count.length; from += this.rowCount) {
      for (let cell = from; cell < from + rows; cell++) {
        if (this.count[cell] !== 0 || (this.elsewhere !== undefined && this.elsewhere[cell] !== 0)) return false;
      }
    }
    return true;
  }

  /** Writes what is shown of a block of rows into `tile`, which must be blank; entries of rows that do not exist stay so. */
  draw(rowBlock: number, { tile, binNs, slots }: { tile: Tile; binNs: number; slots: KindSlots }): void {
    const firstRow = rowBlock * TILE_ROWS;
    const rows = Math.min(TILE_ROWS, this.rowCount - firstRow);
    const { coverage, elsewhere, count, batch } = tile;
    for (let bin = 0; bin < TILE_BINS; bin++) {
      for (let row = 0; row < rows; row++) {
        const cell = row * TILE_BINS + bin;
        const from = bin * this.rowCount + firstRow + row;
        count[cell] = Math.min(COUNT_LIMIT, this.count[from]);
        if (this.covered[from] > 0) coverage[cell] = quantiseCoverage({ covered: this.covered[from], width: binNs });
        if (this.batchNs[from] > 0) batch[cell] = this.batch[from];
        if (this.elsewhere === undefined || this.elsewhere[from] === 0) continue;
        elsewhere[cell] = quantiseCoverage({ covered: this.elsewhere[from], width: binNs });
      }
    }
    for (let row = 0; row < rows; row++) this.#drawKinds(firstRow + row, row * TILE_BINS, { tile, slots });
  }

  /** The stage with the greatest sum over its kinds, as the greatest of these; the lower ordinal, pass, phase of equals. */
  #drawKinds(row: number, cell: number, { tile, slots }: { tile: Tile; slots: KindSlots }): void {
    const { kindNs, kindRoom } = this;
    let best: Float64Array | undefined;
    for (const kinds of slots.stagesOf(row)) {
      best ??= new Float64Array(TILE_BINS);
      const ordinal = slots.ordinalOf(kinds[0]);
      for (let bin = 0; bin < TILE_BINS; bin++) {
        let sum = 0;
        let greatest = 0;
        let winner = 0;
        for (let i = 0; i < kinds.length; i++) {
          const ns = kindNs[bin * kindRoom + kinds[i]];
          sum += ns;
          if (ns <= greatest) continue;
          greatest = ns;
          winner = kinds[i];
        }
        if (sum <= best[bin]) continue;
        best[bin] = sum;
        tile.stage[cell + bin] = ordinal;
        tile.kind[cell + bin] = slots.passAndPhaseOf(winner);
      }
    }
  }
}

/** Adds neighbouring bins of `below` up into the bins of one half of `above`; both have `width` numbers a bin. */
function addPairs(below: Float64Array, above: Float64Array, { width, half }: { width: number; half: 0 | 1 }): void {
  for (let bin = 0; bin < HALF; bin++) {
    const left = 2 * bin * width;
    const to = (half * HALF + bin) * width;
    for (let i = 0; i < width; i++) above[to + i] = below[left + i] + below[left + width + i];
  }
}

/** A tile of empty cells. */
export function createBlankTile(): Tile {
  const cells = TILE_ROWS * TILE_BINS;
  return {
    coverage: new Uint8Array(cells),
    elsewhere: new Uint8Array(cells),
    stage: new Uint16Array(cells).fill(NO_STAGE),
    kind: new Uint8Array(cells),
    batch: new Uint32Array(cells).fill(NO_BATCH),
    count: new Uint16Array(cells),
  };
}
