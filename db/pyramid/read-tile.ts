/**
 * Drawing data of an open run: rows, levels, tiles. A tile is computed from the chunks that the zone map says; stored levels
 * will come in here, behind the same functions. What is asked for again and again is kept as long as the reader.
 */
import type { Tile, TileKey, RowAxis, HeatmapRow } from "#common/tile.ts";
import { TILE_BINS } from "#common/tile.ts";

import type { RunReader } from "../read/run-reader.ts";
import { SpanBinner } from "./bin-spans.ts";
import { chooseLevels } from "./levels.ts";
import type { Levels } from "./levels.ts";
import { mapRows } from "./row-map.ts";
import type { RowMap } from "./row-map.ts";
import { listRows } from "./rows.ts";

interface Drawing {
  readonly rows: Readonly<Record<RowAxis, readonly HeatmapRow[]>>;
  readonly maps: Readonly<Record<RowAxis, RowMap>>;
  readonly levels: Levels;
}

const drawings = new WeakMap<RunReader, Drawing>();

function drawingOf(reader: RunReader): Drawing {
  const known = drawings.get(reader);
  if (known !== undefined) return known;
  const input = { lanes: reader.lanes, stages: reader.stages, laneStages: reader.laneStages() };
  const rows = listRows(input);
  const drawing = {
    rows,
    maps: {
      rank: mapRows("rank", { rows: rows.rank, input }),
      stage: mapRows("stage", { rows: rows.stage, input }),
      lane: mapRows("lane", { rows: rows.lane, input }),
    },
    levels: chooseLevels({
      startNs: reader.chunks.at(0)?.minStart ?? 0,
      endNs: reader.chunks.reduce((last, { maxEnd }) => Math.max(last, maxEnd), -Infinity),
      spanCount: reader.spanCount,
      rows: rows.rank.length === 0 ? rows.lane.length : rows.rank.length,
    }),
  };
  drawings.set(reader, drawing);
  return drawing;
}

/** Rows of the heatmap per axis, in drawing order. @throws AppError damaged-run-file */
export function rowsOf(reader: RunReader): Readonly<Record<RowAxis, readonly HeatmapRow[]>> {
  return drawingOf(reader).rows;
}

/** @throws AppError damaged-run-file */
export function levelsOf(reader: RunReader): Levels {
  return drawingOf(reader).levels;
}

/**
 * Cells of a tile, at any level ≥ 0; beyond the rows and the time of the run they are empty.
 * @throws AppError damaged-run-file
 */
export function readTile(reader: RunReader, { axis, level, rowBlock, column }: TileKey): Tile {
  const { levels, maps } = drawingOf(reader);
  const binNs = levels.baseNs * 2 ** level;
  const fromNs = column * TILE_BINS * binNs;
  const chunks = reader.chunksBetween({ fromNs, toNs: fromNs + TILE_BINS * binNs });
  const maxDepth = chunks.reduce((deepest, chunk) => Math.max(deepest, chunk.maxDepth), 0);
  const binner = new SpanBinner(maps[axis], { rowBlock, fromNs, binNs, maxDepth });
  for (const { index } of chunks) binner.add(reader.readChunk(index));
  return binner.finish();
}
