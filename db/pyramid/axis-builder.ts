/**
 * Builds all stored levels of one axis while spans pass by in canonical order (DESIGN §5). Pure: spans in, whole columns of
 * cells out. Holds one column of cells a level, and of the spans only those that reach into the next column.
 *
 * Starts ascend, hence a column of the finest level is complete when a span starts after it; two complete columns make one of
 * the level above. What fills a row and who dominates a cell, bin-spans.ts and level-cells.ts say.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import { TILE_BINS } from "#common/tile.ts";

import { KindSlots } from "./kind-slots.ts";
import { LevelCells } from "./level-cells.ts";
import { OpenSpans } from "./open-spans.ts";
import type { RowMap } from "./row-map.ts";

/** Takes a complete column; the cells are used again afterwards. */
export type TakeColumn = (
  place: { readonly level: number; readonly column: number; readonly binNs: number },
  cells: LevelCells,
  slots: KindSlots,
) => void;

/** Time of a span, or time that a nested one takes from it; up to `end`. */
interface Piece {
  readonly row: number;
  readonly end: number;
  readonly slot: number;
  readonly batch: number;
  readonly sign: 1 | -1;
  /** False for a share alone. */
  readonly isSpan: boolean;
}

interface OpenColumn {
  readonly cells: LevelCells;
  column: number;
}

export class AxisBuilder {
  readonly #map: RowMap;
  readonly #rowCount: number;
  readonly #finest: number;
  readonly #last: number;
  readonly #binNs: number;
  readonly #columnNs: number;
  readonly #take: TakeColumn;
  readonly #slots: KindSlots;
  readonly #nesting: OpenSpans;
  readonly #levels: OpenColumn[] = [];
  readonly #cells: LevelCells;
  /** Time of the open column of the finest level. */
  #fromNs = NaN;
  #toNs = -Infinity;
  /** Pieces that reach beyond the column. */
  #carried: Piece[] = [];
  readonly #coveredUntil: Float64Array;
  readonly #elsewhereUntil: Float64Array;
  #anyUntil = -Infinity;
  /** Per cell: the batch of the last share, and its unbroken length. */
  readonly #lastBatch: Int32Array;
  readonly #lastNs: Float64Array;

  /** @param binNs width of the bins of the level `finest`, a power of two */
  constructor(
    map: RowMap,
    {
      rowCount,
      binNs,
      finest,
      last,
      take,
    }: { rowCount: number; binNs: number; finest: number; last: number; take: TakeColumn },
  ) {
    this.#map = map;
    this.#rowCount = rowCount;
    this.#finest = finest;
    this.#last = last;
    this.#binNs = binNs;
    this.#columnNs = binNs * TILE_BINS;
    this.#take = take;
    this.#slots = new KindSlots(map.rowOf.length);
    this.#nesting = new OpenSpans(map.laneCount);
    this.#cells = this.#createCells();
    this.#levels.push({ cells: this.#cells, column: 0 });
    this.#coveredUntil = new Float64Array(rowCount).fill(-Infinity);
    this.#elsewhereUntil = new Float64Array(rowCount).fill(-Infinity);
    this.#lastBatch = new Int32Array(rowCount * TILE_BINS).fill(NONE);
    this.#lastNs = new Float64Array(rowCount * TILE_BINS);
  }

  #createCells(): LevelCells {
    return new LevelCells({ rowCount: this.#rowCount, hasElsewhere: this.#map.elsewhere.length > 0 });
  }

  /** One loop with a short way for what most spans are: within one bin, not nested. It costs some 20 ns a span. */
  add(columns: SpanColumns): void {
    const { length, lane, depth, start, duration, stage, batch, phase } = columns;
    const { axis, rowOf, stageCount, elsewhere } = this.#map;
    const { covered, count } = this.#cells;
    const coveredUntil = this.#coveredUntil;
    const rowCount = this.#rowCount;
    const isEverySpan = axis === "lane";
    const hasElsewhere = elsewhere.length > 0;
    const binsPerNs = 1 / this.#binNs;
    for (let i = 0; i < length; i++) {
      if (!isEverySpan && phase[i] !== PHASE_COMPUTE) continue;
      const from = start[i];
      if (from >= this.#toNs) this.#moveTo(from);
      const end = from + duration[i];
      const place = lane[i] * (stageCount + 1) + stage[i] + 1;
      const row = rowOf[place];
      const slot = row === NONE || stage[i] === NONE ? NONE : this.#slotOf(columns, i, place);
      if (row !== NONE) {
        // Exact: both are integers, and the width is a power of two.
        const bin = ((from - this.#fromNs) * binsPerNs) | 0;
        if (end <= this.#fromNs + (bin + 1) * this.#binNs) {
          const cell = bin * rowCount + row;
          this.#cells.isEmpty = false;
          count[cell]++;
          const until = coveredUntil[row];
          if (end > until) {
            covered[cell] += until > from ? end - until : duration[i];
            coveredUntil[row] = end;
            if (end > this.#anyUntil) this.#anyUntil = end;
          }
          if (slot !== NONE) this.#cells.kindNs[bin * this.#cells.kindRoom + slot] += duration[i];
          if (stage[i] !== NONE && batch[i] !== NONE && end > from) this.#shareBatch(cell, batch[i], duration[i]);
        } else {
          this.#addLong({ row, slot, batch: stage[i] === NONE ? NONE : batch[i], end, sign: 1, isSpan: true }, from);
        }
      }
      if (stage[i] !== NONE) {
        if (depth[i] > 0) this.#takeFromParent(columns, i);
        this.#nesting.remember(lane[i], depth[i], end, row, slot, batch[i]);
      }
      if (!hasElsewhere) continue;
      const others = elsewhere.at(place);
      if (others !== undefined) for (const other of others) this.#coverElsewhere(other, from, end);
    }
  }

  /** Slot of a pipeline span that fills a row, or −1 where there are too many. */
  #slotOf({ stage, pass, phase }: SpanColumns, i: number, place: number): number {
    const known = this.#slots.find(place, pass[i], phase[i]);
    if (known !== 0) return known - 1;
    const row = this.#map.rowOf[place];
    const ordinal = this.#map.ordinals[stage[i]];
    const slot = this.#slots.slotOf(place, { row, ordinal, pass: pass[i], phase: phase[i] });
    this.#cells.reserveKinds(this.#slots.count);
    return slot;
  }

  /** A span over several bins, or beyond the column. */
  #addLong(piece: Piece, from: number): void {
    this.#cover(piece.row, from, piece.end);
    this.#share(piece, from);
    if (piece.end > this.#toNs) this.#carried.push(piece);
  }

  /** Takes the time of a nested pipeline span from the kind and batch of the one around it. */
  #takeFromParent({ lane, depth, start, duration }: SpanColumns, i: number): void {
    const end = start[i] + duration[i];
    const around = this.#nesting.enclosing({ lane: lane[i], depth: depth[i], end });
    if (around === NONE) return;
    const row = this.#nesting.rowOf(around);
    if (row === NONE) return;
    const slot = this.#nesting.slotOf(around);
    const piece: Piece = { row, end, slot, batch: this.#nesting.batchOf(around), sign: -1, isSpan: false };
    this.#share(piece, start[i]);
    if (end > this.#toNs) this.#carried.push(piece);
  }

  /** Completes everything. */
  finish(): void {
    while (this.#carried.length > 0 || this.#anyUntil > this.#toNs) this.#moveTo(this.#toNs);
    for (let depth = 0; depth < this.#levels.length; depth++) this.#complete(depth);
  }

  /** Completes columns until `at` lies in the open one. */
  #moveTo(at: number): void {
    while (at >= this.#toNs) {
      const before = this.#levels[0].column;
      const isIdle = this.#carried.length === 0 && this.#anyUntil <= this.#toNs;
      if (!Number.isNaN(this.#fromNs)) this.#complete(0);
      const column = isIdle || Number.isNaN(this.#fromNs) ? Math.floor(at / this.#columnNs) : before + 1;
      this.#levels[0].column = column;
      this.#fromNs = column * this.#columnNs;
      this.#toNs = this.#fromNs + this.#columnNs;
      this.#continueCovered(this.#coveredUntil, this.#cells.covered);
      if (this.#cells.elsewhere !== undefined) this.#continueCovered(this.#elsewhereUntil, this.#cells.elsewhere);
      const carried = this.#carried;
      this.#carried = [];
      for (const piece of carried) this.#continue(piece);
    }
  }

  /** From a row's mark backwards all is covered: by the span that set it. */
  #continueCovered(until: Float64Array, sums: Float64Array): void {
    if (this.#anyUntil <= this.#fromNs) return;
    for (let row = 0; row < until.length; row++) {
      if (until[row] > this.#fromNs) this.#spread(sums, row, { from: this.#fromNs, end: until[row] });
    }
  }

  #continue(piece: Piece): void {
    const { row, end, isSpan } = piece;
    if (isSpan) this.#countBins(row, { first: 0, last: this.#lastBin(end), isStart: false });
    this.#share(piece, this.#fromNs);
    if (end > this.#toNs) this.#carried.push(piece);
  }

  #binOf(at: number): number {
    // Exact: both are integers, and the width is a power of two.
    return Math.floor((at - this.#fromNs) / this.#binNs);
  }

  /** Last bin of the column that a piece with this end touches. */
  #lastBin(end: number): number {
    return end >= this.#toNs ? TILE_BINS - 1 : this.#binOf(end - 1);
  }

  #cover(row: number, start: number, end: number): void {
    this.#cells.isEmpty = false;
    const first = this.#binOf(start);
    const last = end > start ? this.#lastBin(end) : first;
    this.#countBins(row, { first, last, isStart: true });
    const from = Math.max(start, this.#coveredUntil[row]);
    if (end <= from) return;
    this.#coveredUntil[row] = end;
    if (end > this.#anyUntil) this.#anyUntil = end;
    if (from < this.#toNs) this.#spread(this.#cells.covered, row, { from, end });
  }

  #coverElsewhere(row: number, start: number, end: number): void {
    const from = Math.max(start, this.#elsewhereUntil[row]);
    if (end <= from || this.#cells.elsewhere === undefined) return;
    this.#cells.isEmpty = false;
    this.#elsewhereUntil[row] = end;
    if (end > this.#anyUntil) this.#anyUntil = end;
    if (from < this.#toNs) this.#spread(this.#cells.elsewhere, row, { from, end });
  }

  #countBins(row: number, { first, last, isStart }: { first: number; last: number; isStart: boolean }): void {
    const { count, carried } = this.#cells;
    this.#cells.isEmpty = false;
    for (let bin = first; bin <= last; bin++) {
      const cell = bin * this.#rowCount + row;
      count[cell]++;
      if (!isStart || bin > first) carried[cell]++;
    }
  }

  /** Adds the time [from, end) to the bins of a row, from inside the column on. */
  #spread(sums: Float64Array, row: number, { from, end }: { from: number; end: number }): void {
    this.#cells.isEmpty = false;
    const to = Math.min(end, this.#toNs);
    const rowCount = this.#rowCount;
    const first = this.#binOf(from);
    const last = this.#lastBin(to);
    if (first === last) {
      sums[first * rowCount + row] += to - from;
      return;
    }
    sums[first * rowCount + row] += this.#startOf(first + 1) - from;
    for (let bin = first + 1; bin < last; bin++) sums[bin * rowCount + row] += this.#binNs;
    sums[last * rowCount + row] += to - this.#startOf(last);
  }

  #startOf(bin: number): number {
    return this.#fromNs + bin * this.#binNs;
  }

  /** Gives the time from `from` on to the kind and batch of the piece, or takes it from them. */
  #share({ row, slot, batch, sign, end }: Piece, from: number): void {
    const to = Math.min(end, this.#toNs);
    if (to <= from) return;
    const first = this.#binOf(from);
    const last = this.#lastBin(to);
    for (let bin = first; bin <= last; bin++) {
      const left = bin === first ? from : this.#startOf(bin);
      const ns = sign * ((bin === last ? to : this.#startOf(bin + 1)) - left);
      if (slot !== NONE) this.#cells.kindNs[bin * this.#cells.kindRoom + slot] += ns;
      if (batch !== NONE) this.#shareBatch(bin * this.#rowCount + row, batch, ns);
    }
  }

  #shareBatch(cell: number, batch: number, ns: number): void {
    if (this.#lastBatch[cell] === batch) {
      this.#lastNs[cell] += ns;
      return;
    }
    const { batch: best, batchNs } = this.#cells;
    if (ns < 0) {
      // Taken from a share that others broke: only what is remembered of it can shrink.
      if (best[cell] === batch) batchNs[cell] += ns;
      return;
    }
    this.#settleBatch(cell);
    this.#lastBatch[cell] = batch;
    this.#lastNs[cell] = ns;
  }

  #settleBatch(cell: number): void {
    const { batch, batchNs } = this.#cells;
    const last = this.#lastBatch[cell];
    const ns = this.#lastNs[cell];
    if (ns > batchNs[cell] || (ns === batchNs[cell] && ns > 0 && last < batch[cell])) {
      batch[cell] = last;
      batchNs[cell] = ns;
    }
  }

  /** Hands over the open column of a level (0 is the finest) and adds it to the one above. */
  #complete(depth: number): void {
    const { cells, column } = this.#levels[depth];
    if (cells.isEmpty) return;
    if (depth === 0) {
      for (let cell = 0; cell < this.#lastBatch.length; cell++) if (this.#lastNs[cell] > 0) this.#settleBatch(cell);
      this.#lastBatch.fill(NONE);
      this.#lastNs.fill(0);
    }
    cells.reserveKinds(this.#slots.count);
    this.#take({ level: this.#finest + depth, column, binNs: this.#binNs * 2 ** depth }, cells, this.#slots);
    if (this.#finest + depth < this.#last) {
      const above = (this.#levels[depth + 1] ??= { cells: this.#createCells(), column: Math.floor(column / 2) });
      if (above.column !== Math.floor(column / 2)) {
        this.#complete(depth + 1);
        above.column = Math.floor(column / 2);
      }
      above.cells.addHalf(cells, (column & 1) as 0 | 1);
    }
    cells.clear();
  }
}
