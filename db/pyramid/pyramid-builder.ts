/**
 * Builds the stored levels of all axes while the spans of a run pass by, and hands over the tiles that are not empty as
 * bytes. Pure; the memory is one column of cells a level and axis, whatever the length of the run.
 */
import { countRowLevels, ROW_AXES, TILE_ROWS } from "#common/tile.ts";
import type { RowAxis, TileKey } from "#common/tile.ts";
import type { SpanColumns } from "#common/model.ts";

import { AxisBuilder } from "./axis-builder.ts";
import { areStagesRanks } from "./drawing.ts";
import type { Drawing } from "./drawing.ts";
import { drawPooled } from "./draw-pooled.ts";
import { encodeTile } from "./encode-tile.ts";
import { createBlankTile } from "./level-cells.ts";
import { chooseLevels, finestStored, rowsToResolve } from "./levels.ts";
import type { Levels, RunSize } from "./levels.ts";

/** An axis whose tiles are stored from level `finest` up; those of `tilesOf`, which looks the same. */
export interface StoredAxis {
  readonly axis: RowAxis;
  readonly tilesOf: RowAxis;
  readonly baseNs: number;
  readonly finest: number;
}

export type StoreTile = (key: TileKey, bytes: Uint8Array) => void;

export class PyramidBuilder {
  readonly axes: readonly StoredAxis[];
  readonly #builders: readonly AxisBuilder[];

  constructor({ rows, maps }: Drawing, { size, store }: { size: RunSize; store: StoreTile }) {
    const levels = chooseLevels({ ...size, rows: rowsToResolve(rows) });
    const { baseNs } = levels;
    this.axes = ROW_AXES.flatMap((axis) => {
      const finest = finestStored(size, { rows: rows[axis].length, levels });
      if (finest === undefined) return [];
      return [{ axis, tilesOf: axis === "stage" && areStagesRanks(maps) ? "rank" : axis, baseNs, finest }];
    });
    this.#builders = this.axes
      .filter(({ axis, tilesOf }) => axis === tilesOf)
      .map(({ axis, finest }) => createBuilder({ rows, maps }, { axis, finest, levels, store }));
  }

  /** The next spans of the canonical order. */
  add(columns: SpanColumns): void {
    for (const builder of this.#builders) builder.add(columns);
  }

  finish(): void {
    for (const builder of this.#builders) builder.finish();
  }
}

function createBuilder(
  { rows, maps }: Drawing,
  { axis, finest, levels, store }: { axis: RowAxis; finest: number; levels: Levels; store: StoreTile },
): AxisBuilder {
  const rowCount = rows[axis].length;
  return new AxisBuilder(maps[axis], {
    rowCount,
    binNs: levels.baseNs * 2 ** finest,
    finest,
    last: levels.count - 1,
    take: ({ level, column, binNs }, cells, slots) => {
      for (let rowBlock = 0; rowBlock * TILE_ROWS < rowCount; rowBlock++) {
        if (cells.isBlockEmpty(rowBlock)) continue;
        const tile = createBlankTile();
        cells.draw(rowBlock, { tile, binNs, slots });
        store({ axis, level, rowBlock, column }, encodeTile(tile, linesOfBlock(rowCount, { rowBlock })));
      }
      for (let rowLevel = 1; rowLevel < countRowLevels(rowCount); rowLevel++) {
        for (let rowBlock = 0; (rowBlock * TILE_ROWS) << rowLevel < rowCount; rowBlock++) {
          const tile = createBlankTile();
          if (!drawPooled(cells, { tile, binNs, slots, rowBlock, rowLevel })) continue;
          const lines = linesOfBlock(rowCount, { rowBlock, rowLevel });
          store({ axis, level, rowBlock, column, rowLevel }, encodeTile(tile, lines));
        }
      }
    },
  });
}

/** Lines of cells of a tile's block that stand for rows of the axis. */
export function linesOfBlock(
  rowCount: number,
  { rowBlock, rowLevel = 0 }: { readonly rowBlock: number; readonly rowLevel?: number },
): number {
  return Math.min(TILE_ROWS, Math.ceil(rowCount / 2 ** rowLevel) - rowBlock * TILE_ROWS);
}
