/**
 * Drawing data of an open run: rows, levels, tiles. A tile of a stored level is read; below these, and in files without any,
 * it is computed from the chunks that the zone map says. What is asked for again and again is kept as long as the reader.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import type { Tile, TileKey, RowAxis, HeatmapRow } from "#common/tile.ts";
import { countRowLevels, TILE_BINS } from "#common/tile.ts";

import { explainReadFailure } from "../failures.ts";
import type { RunReader } from "../read/run-reader.ts";
import { SpanBinner } from "./bin-spans.ts";
import { layOut } from "./drawing.ts";
import type { Drawing } from "./drawing.ts";
import { decodeTile } from "./encode-tile.ts";
import { createBlankTile } from "./level-cells.ts";
import { chooseLevels, countLevels, rowsToResolve } from "./levels.ts";
import type { Levels } from "./levels.ts";
import { linesOfBlock } from "./pyramid-builder.ts";

interface OpenDrawing extends Drawing {
  readonly levels: Levels;
}

const drawings = new WeakMap<RunReader, OpenDrawing>();

function drawingOf(reader: RunReader): OpenDrawing {
  const known = drawings.get(reader);
  if (known !== undefined) return known;
  const drawing = layOut({ lanes: reader.lanes, stages: reader.stages, laneStages: reader.laneStages() });
  const startNs = reader.chunks.at(0)?.minStart ?? 0;
  const endNs = reader.chunks.reduce((last, { maxEnd }) => Math.max(last, maxEnd), startNs);
  const stored = reader.storedAxes.at(0);
  const levels =
    stored === undefined
      ? chooseLevels({ startNs, endNs, spanCount: reader.spanCount, rows: rowsToResolve(drawing.rows) })
      : countLevels({ startNs, endNs, baseNs: stored.baseNs });
  const open = { ...drawing, levels };
  drawings.set(reader, open);
  return open;
}

/** Rows of the heatmap per axis, in drawing order. @throws AppError damaged-run-file */
export function rowsOf(reader: RunReader): Readonly<Record<RowAxis, readonly HeatmapRow[]>> {
  return drawingOf(reader).rows;
}

/** @throws AppError damaged-run-file */
export function levelsOf(reader: RunReader): Levels {
  return drawingOf(reader).levels;
}

/** Position of the row that span `i` of the columns fills, or −1. */
export type FindRow = (columns: SpanColumns, i: number) => number;

/** For loops over the spans of an open run. @throws AppError damaged-run-file */
export function rowFinderOf(reader: RunReader, axis: RowAxis): FindRow {
  const { rowOf, stageCount } = drawingOf(reader).maps[axis];
  if (axis === "lane") return ({ lane }, i) => rowOf[lane[i] * (stageCount + 1)];
  return ({ lane, stage, phase }, i) =>
    phase[i] === PHASE_COMPUTE ? rowOf[lane[i] * (stageCount + 1) + stage[i] + 1] : NONE;
}

/**
 * Cells of a tile, at any level ≥ 0; beyond the rows and the time of the run they are empty.
 * @throws AppError damaged-run-file
 */
export function readTile(reader: RunReader, key: TileKey): Tile {
  const { axis, level, rowBlock, rowLevel = 0 } = key;
  const { rows, levels } = drawingOf(reader);
  const stored = reader.storedAxes.find((candidate) => candidate.axis === axis);
  const isStored = stored !== undefined && level >= stored.finest && level < levels.count;
  if (!isStored || rowLevel >= countRowLevels(rows[axis].length)) return binTile(reader, key);
  const bytes = reader.readStoredTile({ ...key, axis: stored.tilesOf });
  if (bytes === undefined) return createBlankTile();
  try {
    return decodeTile(bytes, linesOfBlock(rows[axis].length, { rowBlock, rowLevel }));
  } catch (error) {
    throw explainReadFailure(error, reader.path);
  }
}

/**
 * Computes a tile from the chunks that the zone map says.
 * @internal Tests compare it with brute force.
 */
export function binTile(reader: RunReader, { axis, level, rowBlock, column, rowLevel = 0 }: TileKey): Tile {
  const { levels, maps, rows } = drawingOf(reader);
  const binNs = levels.baseNs * 2 ** level;
  const fromNs = column * TILE_BINS * binNs;
  const chunks = reader.chunksBetween({ fromNs, toNs: fromNs + TILE_BINS * binNs });
  const maxDepth = chunks.reduce((deepest, chunk) => Math.max(deepest, chunk.maxDepth), 0);
  const binner = new SpanBinner(maps[axis], {
    rowBlock,
    rowLevel,
    rowCount: rows[axis].length,
    fromNs,
    binNs,
    maxDepth,
  });
  for (const { index } of chunks) binner.add(reader.readChunk(index));
  return binner.finish();
}
