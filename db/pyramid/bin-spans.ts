/**
 * Bins spans into the cells of one tile (DESIGN §5, main/common/tile.ts). Pure: columns in, tile out; exact in integer ns,
 * quantised once at the end.
 *
 * What fills a row: on rank and stage rows the compute spans of pipeline work (REFERENCE §6: busy is their union), on lane
 * rows every span. Coverage is the union of these, so nested spans and lanes side by side count once. Who dominates a cell
 * is decided by pipeline spans alone, each with its own time, that is without the pipeline spans nested in it: the
 * innermost says what is going on. Ties go to the lower ordinal, pass, phase or batch.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import { NO_BATCH, NO_STAGE, quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import type { RowMap } from "./row-map.ts";
import { BatchBins } from "./batch-bins.ts";
import { KindColumns, kindOf } from "./kind-columns.ts";
import { Nesting } from "./nesting.ts";

const CELLS = TILE_ROWS * TILE_BINS;
const COUNT_LIMIT = 0xffff;

/**
 * Where a tile lies: `TILE_ROWS` lines of 2^rowLevel rows from line `rowBlock · TILE_ROWS`, `TILE_BINS` bins of `binNs` from
 * `fromNs`; integers.
 */
export interface TileWindow {
  readonly rowBlock: number;
  readonly fromNs: number;
  readonly binNs: number;
  readonly rowLevel?: number;
  /** Rows of the axis: the last line of several rows may have fewer. */
  readonly rowCount?: number;
}

/** Who gets the time of a span. */
interface Share {
  readonly row: number;
  readonly kind: number;
  readonly batch: number;
}

/** Adds spans up to a tile. Spans must come in canonical order, any number at once; those that miss the window may be left out. */
export class SpanBinner {
  readonly #map: RowMap;
  readonly #firstRow: number;
  readonly #fromNs: number;
  readonly #toNs: number;
  readonly #binNs: number;
  readonly #covered = new Float64Array(CELLS);
  readonly #elsewhere = new Float64Array(CELLS);
  readonly #rowLevel: number;
  readonly #rowCount: number;
  /** By row, all else is by line. */
  readonly #coveredUntil: Float64Array;
  readonly #elsewhereUntil: Float64Array;
  readonly #count = new Uint16Array(CELLS);
  readonly #kinds: KindColumns;
  readonly #batch = new Uint32Array(CELLS).fill(NO_BATCH);
  readonly #batches = new BatchBins(this.#batch);
  /** Where the next bin begins that no span has started in. */
  #nextBinNs = -Infinity;
  readonly #nesting: Nesting<Share>;

  /** @param maxDepth deepest nesting of the spans to come */
  constructor(
    map: RowMap,
    {
      fromNs,
      binNs,
      rowBlock,
      rowLevel = 0,
      rowCount = Infinity,
      maxDepth,
    }: TileWindow & { readonly maxDepth: number },
  ) {
    this.#map = map;
    this.#rowLevel = rowLevel;
    this.#firstRow = (rowBlock * TILE_ROWS) << rowLevel;
    this.#rowCount = rowCount - this.#firstRow;
    this.#coveredUntil = new Float64Array(TILE_ROWS << rowLevel).fill(-Infinity);
    this.#elsewhereUntil = new Float64Array(TILE_ROWS << rowLevel).fill(-Infinity);
    this.#fromNs = fromNs;
    this.#toNs = fromNs + binNs * TILE_BINS;
    this.#binNs = binNs;
    this.#kinds = new KindColumns(map.stageCount);
    this.#nesting = new Nesting({ laneCount: map.laneCount, maxDepth });
  }

  add(columns: SpanColumns): void {
    const { lane, start, duration, stage, phase } = columns;
    const { axis, rowOf, stageCount, elsewhere } = this.#map;
    const isEverySpan = axis === "lane";
    for (let i = 0; i < columns.length; i++) {
      const from = start[i];
      if (from >= this.#toNs) return;
      const end = from + duration[i];
      // One that ends where the window begins touches it only if it has no length.
      if (end < this.#fromNs || (end === this.#fromNs && duration[i] > 0)) continue;
      if (from >= this.#nextBinNs) this.#enterBin(from);
      if (!isEverySpan && phase[i] !== PHASE_COMPUTE) continue;
      const place = lane[i] * (stageCount + 1) + stage[i] + 1;
      const row = this.#rowInTile(rowOf[place]);
      if (row !== NONE) this.#cover(row, from, end);
      if (stage[i] !== NONE) this.#share(columns, i, row);
      if (axis !== "stage") continue;
      for (const other of elsewhere.at(place) ?? []) {
        const otherRow = this.#rowInTile(other);
        if (otherRow !== NONE) this.#coverElsewhere(otherRow, from, end);
      }
    }
  }

  #enterBin(start: number): void {
    const bin = start < this.#fromNs ? 0 : this.#binOf(start);
    this.#batches.decideBefore(bin);
    this.#nextBinNs = this.#startOf(start < this.#fromNs ? 0 : bin + 1);
  }

  /** Row within the tile, or −1. */
  #rowInTile(row: number): number {
    const position = row - this.#firstRow;
    return position >= 0 && position < TILE_ROWS << this.#rowLevel ? position : NONE;
  }

  #cover(row: number, start: number, end: number): void {
    const cell = (row >> this.#rowLevel) * TILE_BINS;
    const first = this.#binOf(Math.max(start, this.#fromNs));
    const last = end > start ? this.#binOf(Math.min(end, this.#toNs) - 1) : first;
    for (let bin = first; bin <= last; bin++) if (this.#count[cell + bin] < COUNT_LIMIT) this.#count[cell + bin]++;
    // Starts ascend, so one mark a row tells what earlier spans covered.
    const from = Math.max(start, this.#coveredUntil[row], this.#fromNs);
    if (end <= from) return;
    this.#coveredUntil[row] = end;
    this.#spread(this.#covered, cell, from, end);
  }

  #coverElsewhere(row: number, start: number, end: number): void {
    const from = Math.max(start, this.#elsewhereUntil[row], this.#fromNs);
    if (end <= from) return;
    this.#elsewhereUntil[row] = end;
    this.#spread(this.#elsewhere, (row >> this.#rowLevel) * TILE_BINS, from, end);
  }

  /** Adds the time [from, end) to the bins of a row, from inside the window on. */
  #spread(sums: Float64Array, cell: number, from: number, end: number): void {
    const to = Math.min(end, this.#toNs);
    if (to <= from) return;
    const first = this.#binOf(from);
    const last = this.#binOf(to - 1);
    if (first === last) {
      sums[cell + first] += to - from;
      return;
    }
    sums[cell + first] += this.#startOf(first + 1) - from;
    for (let bin = first + 1; bin < last; bin++) sums[cell + bin] += this.#binNs;
    sums[cell + last] += to - this.#startOf(last);
  }

  /** Gives the time of a pipeline span to its kind and batch, and takes it from those of the span around it. */
  #share(columns: SpanColumns, i: number, row: number): void {
    const depth = columns.depth[i];
    const start = columns.start[i];
    const end = start + columns.duration[i];
    const kind = kindOf(columns.stage[i], columns.pass[i], columns.phase[i]);
    const batch = columns.batch[i];
    if (row !== NONE) this.#addShare({ row, kind, batch }, { start, end, sign: 1 });
    if (depth > 0) {
      const around = this.#nesting.enclosing({ lane: columns.lane[i], depth, end });
      if (around !== undefined && around.row !== NONE) this.#addShare(around, { start, end, sign: -1 });
    }
    if (this.#nesting.canEnclose(depth)) {
      this.#nesting.remember({ lane: columns.lane[i], depth, end }, { row, kind, batch });
    }
  }

  #addShare({ row, kind, batch }: Share, { start, end, sign }: { start: number; end: number; sign: 1 | -1 }): void {
    const from = Math.max(start, this.#fromNs);
    const to = Math.min(end, this.#toNs);
    if (to <= from) return;
    const last = this.#binOf(to - 1);
    for (let bin = this.#binOf(from); bin <= last; bin++) {
      const ns = sign * (Math.min(to, this.#startOf(bin + 1)) - Math.max(from, this.#startOf(bin)));
      this.#kinds.add(row >> this.#rowLevel, bin, kind, ns);
      if (batch !== NONE) this.#batches.add(row >> this.#rowLevel, bin, batch, ns);
    }
  }

  #startOf(bin: number): number {
    return this.#fromNs + bin * this.#binNs;
  }

  /** Bin of a point inside the window. The quotient of two doubles may round up to the next integer. */
  #binOf(at: number): number {
    const bin = Math.floor((at - this.#fromNs) / this.#binNs);
    return this.#startOf(bin) > at ? bin - 1 : bin;
  }

  finish(): Tile {
    const tile: Tile = {
      coverage: new Uint8Array(CELLS),
      elsewhere: new Uint8Array(CELLS),
      stage: new Uint16Array(CELLS).fill(NO_STAGE),
      kind: new Uint8Array(CELLS),
      batch: this.#batch,
      count: this.#count,
    };
    for (let cell = 0; cell < CELLS; cell++) {
      if (this.#covered[cell] === 0 && this.#elsewhere[cell] === 0) continue;
      const firstRow = Math.floor(cell / TILE_BINS) << this.#rowLevel;
      const width = this.#binNs * Math.min(1 << this.#rowLevel, this.#rowCount - firstRow);
      if (this.#covered[cell] > 0) tile.coverage[cell] = quantiseCoverage({ covered: this.#covered[cell], width });
      if (this.#elsewhere[cell] > 0) tile.elsewhere[cell] = quantiseCoverage({ covered: this.#elsewhere[cell], width });
    }
    this.#kinds.forEachCell(this.#map.ordinals, (cell, ordinal, kind) => {
      tile.stage[cell] = ordinal;
      tile.kind[cell] = kind;
    });
    this.#batches.decideBefore(TILE_BINS);
    return tile;
  }
}
