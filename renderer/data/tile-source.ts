/**
 * Where tiles and raw spans come from, as one small interface; the client's is the real one, tests and benches have others.
 * A source neither caches nor decides what to ask for.
 */
import type { Client, RunDetail } from "#common/api.ts";
import { TILE_ROWS, tileKeyText } from "#common/tile.ts";
import type { RowAxis, Tile, TileKey } from "#common/tile.ts";
import { buildRawPage, PAGE_SPAN_LIMIT } from "./raw-page.ts";
import type { RawPage } from "./raw-page.ts";
import { RowIndex } from "./row-index.ts";
import { shareRequests } from "./share-requests.ts";
import { tileRange } from "./tile-grid.ts";

export interface TileSource {
  readTile(key: TileKey, signal: AbortSignal): Promise<Tile>;
  readPage(key: TileKey, signal: AbortSignal): Promise<RawPage>;
  /** Spans of any window and block of rows (or of some rows of it only), as a page. */
  readWindow(
    window: {
      axis: RowAxis;
      rowBlock: number;
      rows?: { from: number; to: number };
      fromNs: number;
      toNs: number;
      limit?: number;
    },
    signal: AbortSignal,
  ): Promise<RawPage>;
}

/** A page holds a little more than its time, so that a pixel on its edge is complete. */
const MARGIN_SHARE = 1 / 64;

export function clientTileSource({ client, detail }: { client: Client; detail: RunDetail }): TileSource {
  const indices = new Map<RowAxis, RowIndex>();
  const indexOf = (axis: RowAxis): RowIndex => {
    const known = indices.get(axis);
    if (known !== undefined) return known;
    const index = new RowIndex({ axis, rows: detail.rows[axis], stages: detail.stages });
    indices.set(axis, index);
    return index;
  };

  const readWindow: TileSource["readWindow"] = async ({ axis, rowBlock, rows, fromNs, toNs, limit }, signal) => {
    const window = await client.readSpans(
      {
        run: detail.id,
        axis,
        fromRow: rows?.from ?? rowBlock * TILE_ROWS,
        toRow: Math.min(detail.rows[axis].length, rows?.to ?? (rowBlock + 1) * TILE_ROWS),
        fromNs: Math.floor(fromNs),
        toNs: Math.ceil(toNs),
        limit: limit ?? PAGE_SPAN_LIMIT,
      },
      { signal },
    );
    return buildRawPage(window, { index: indexOf(axis), rowBlock, fromNs, toNs });
  };

  const readPage: TileSource["readPage"] = async ({ axis, level, rowBlock, column }, signal) => {
    const { fromNs, toNs } = tileRange({ level, column }, detail.levels.baseNs);
    const marginNs = (toNs - fromNs) * MARGIN_SHARE;
    const page = await readWindow({ axis, rowBlock, fromNs: fromNs - marginNs, toNs: toNs + marginNs }, signal);
    return { ...page, fromNs, toNs };
  };

  return {
    readTile: shareRequests((key, signal) => client.readTile({ run: detail.id, key }, { signal }), tileKeyText),
    readPage: shareRequests(readPage, tileKeyText),
    readWindow,
  };
}
