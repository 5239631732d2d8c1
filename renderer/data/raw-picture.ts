/**
 * The raw spans on screen as one picture, a texel a device pixel: pages drawn row by row into a buffer that is uploaded.
 * Says which parts of the picture are filled; the rest is not to be drawn, so that tiles show through.
 */
import type { HeatmapRow } from "#common/tile.ts";
import { TILE_ROWS } from "#common/tile.ts";
import { TEXEL_BYTES } from "./cell-key.ts";
import type { OpOfStage } from "./cell-key.ts";
import type { PagePart } from "./heatmap-plan.ts";
import { poolLines } from "./pool-lines.ts";
import { RowRaster } from "./rasterise.ts";
import { NO_ROW } from "./row-index.ts";
import type { RowIndex } from "./row-index.ts";
import type { TimeScale } from "./time-scale.ts";
import { timeToPx } from "./time-scale.ts";

/** Rows [fromRow, toRow) are filled over the pixels [fromPx, toPx). */
export interface FilledPart {
  readonly fromRow: number;
  readonly toRow: number;
  readonly fromPx: number;
  readonly toPx: number;
}

export class RawPicture {
  texels = new Uint8Array(0);
  widthPx = 0;
  /** First row of the first line of texels. */
  firstRow = 0;
  /** Lines of texels, each of 2^rowLevel rows. */
  rowCount = 0;
  rowLevel = 0;
  #raster = new RowRaster(0);
  /** Covered part of each pixel of the ranks' rows, by row. */
  readonly #rankCovered = new Map<number, Float64Array>();

  /**
   * Draws the parts for the rows [fromRow, toRow), the first of them rounded down to a whole line; `scale.widthPx` is a whole
   * number of device pixels.
   */
  draw({
    parts,
    rankParts,
    scale,
    fromRow: firstRow,
    toRow,
    ops,
    rows,
    rankIndex,
    rowLevel = 0,
  }: {
    parts: readonly PagePart[];
    rankParts: readonly PagePart[];
    scale: TimeScale;
    fromRow: number;
    toRow: number;
    ops: OpOfStage;
    rows: readonly HeatmapRow[];
    /** Present on the axis of stages: finds the rank of a row. */
    rankIndex?: RowIndex | undefined;
    /** A line of texels stands for 2^rowLevel rows. */
    rowLevel?: number;
  }): readonly FilledPart[] {
    const fromRow = (firstRow >> rowLevel) << rowLevel;
    this.#resize({ widthPx: scale.widthPx, firstRow: fromRow, rowCount: toRow - fromRow });
    if (rankIndex !== undefined) {
      this.#drawRanks({ rankParts, scale, rows: rows.slice(fromRow, toRow), rankIndex, ops });
    }
    const filled: FilledPart[] = [];
    for (const part of parts) {
      const { fromPx, toPx } = pixelsOf(part, scale);
      const first = Math.max(fromRow, part.rowBlock * TILE_ROWS);
      const last = Math.min(toRow, (part.rowBlock + 1) * TILE_ROWS);
      if (fromPx >= toPx || first >= last) continue;
      for (let row = first; row < last; row++) {
        this.#raster.draw({ page: part.page, row, scale, fromPx, toPx, ops });
        const rankRow = rankIndex?.rowOfRank(rows[row]) ?? NO_ROW;
        const elsewhere = this.#rankCovered.get(rankRow);
        this.#raster.write({ into: this.texels, offset: (row - fromRow) * this.widthPx, fromPx, toPx, elsewhere });
      }
      filled.push({ fromRow: first, toRow: last, fromPx, toPx });
    }
    this.rowLevel = rowLevel;
    this.rowCount = poolLines(this.texels, { widthPx: this.widthPx, rowCount: this.rowCount, rowLevel });
    return filled;
  }

  #drawRanks({
    rankParts,
    scale,
    rows,
    rankIndex,
    ops,
  }: {
    rankParts: readonly PagePart[];
    scale: TimeScale;
    rows: readonly HeatmapRow[];
    rankIndex: RowIndex;
    ops: OpOfStage;
  }): void {
    this.#rankCovered.clear();
    const needed = new Set(rows.map((row) => rankIndex.rowOfRank(row)).filter((row) => row !== NO_ROW));
    for (const row of needed) {
      const covered = new Float64Array(this.widthPx);
      for (const part of rankParts) {
        if (Math.floor(row / TILE_ROWS) !== part.rowBlock) continue;
        const { fromPx, toPx } = pixelsOf(part, scale);
        if (fromPx >= toPx) continue;
        this.#raster.draw({ page: part.page, row, scale, fromPx, toPx, ops, marks: false });
        covered.set(this.#raster.covered.subarray(fromPx, toPx), fromPx);
      }
      this.#rankCovered.set(row, covered);
    }
  }

  #resize({ widthPx, firstRow, rowCount }: { widthPx: number; firstRow: number; rowCount: number }): void {
    this.firstRow = firstRow;
    this.rowCount = rowCount;
    if (this.widthPx !== widthPx) this.#raster = new RowRaster(widthPx);
    this.widthPx = widthPx;
    const bytes = widthPx * rowCount * TEXEL_BYTES;
    if (this.texels.length < bytes) this.texels = new Uint8Array(bytes);
  }
}

/** Every pixel belongs to the part in which its left edge lies. */
function pixelsOf({ fromNs, toNs }: PagePart, scale: TimeScale): { fromPx: number; toPx: number } {
  const edge = (ns: number) => Math.max(0, Math.min(scale.widthPx, Math.ceil(timeToPx(scale, ns) - 1e-6)));
  return { fromPx: edge(fromNs), toPx: edge(toNs) };
}
