/**
 * What to draw for a view, from what has arrived; and what to ask for. The one place where tiles, pages and their stand-ins
 * (parents while loading, finer ones after zooming out) come together. Draws nothing.
 */
import type { RunDetail } from "#common/api.ts";
import { TILE_ROWS, tileKeyText } from "#common/tile.ts";
import type { RowAxis, Tile, TileKey } from "#common/tile.ts";
import { chooseFineLevel, chooseLevel, drawsRawSpans } from "./level-of-detail.ts";
import { pageLevel, rawPageBytes } from "./raw-page.ts";
import type { RawPage } from "./raw-page.ts";
import { TileCache } from "./tile-cache.ts";
import { ancestor, children, coarserInRows, finerInRows, tileRange, tilesInWindow, widenWindow } from "./tile-grid.ts";
import type { PlotWindow } from "./tile-grid.ts";
import type { TileSource } from "./tile-source.ts";

/** What is on screen, in device pixels. */
export interface HeatmapView extends PlotWindow {
  readonly axis: RowAxis;
  readonly widthPx: number;
  /** A line of cells stands for 2^rowLevel rows; absent: 0. */
  readonly rowLevel?: number;
}

/** A part of a tile: its bins within [fromNs, toNs), its lines within [fromRow, toRow). */
export interface TilePart {
  readonly key: TileKey;
  readonly tile: Tile;
  readonly fromNs: number;
  readonly toNs: number;
  /** Absent: all rows of the tile. */
  readonly fromRow?: number;
  readonly toRow?: number;
}

/** A page (or a coarser one that has its spans) drawn over [fromNs, toNs). */
export interface PagePart {
  readonly page: RawPage;
  readonly rowBlock: number;
  readonly fromNs: number;
  readonly toNs: number;
}

export interface HeatmapPlan {
  readonly level: number;
  readonly tiles: readonly TilePart[];
  /** Drawn over the tiles. Empty unless raw spans are drawn. */
  readonly pages: readonly PagePart[];
  /** Pages of the axis of ranks for the same time, for what stage rows show of other stages. */
  readonly rankPages: readonly PagePart[];
  /** Whether what is drawn is all of what was wanted, at the wanted level. */
  readonly complete: boolean;
}

const TILE_BYTES = TILE_ROWS * 256 * 11;
const TILE_BUDGET_BYTES = 96e6;
const PAGE_BUDGET_BYTES = 96e6;
/** A truncated page is cut in halves at most so often. */
const DEEPEST_CUT = 6;
/** Pages this many levels coarser are still looked for. */
const COARSEST_COVER = 24;

export interface PlanListener {
  /** Something has arrived or failed. */
  readonly onChange: () => void;
  /** A tile is no longer kept. */
  readonly onEvictTile?: (key: TileKey) => void;
}

export class HeatmapPlanner {
  readonly tiles: TileCache<TileKey, Tile>;
  readonly pages: TileCache<TileKey, RawPage>;
  readonly #detail: RunDetail;
  readonly #bounds: { readonly fromNs: number; readonly toNs: number };
  #listener: PlanListener;

  constructor({ detail, source, ...listener }: PlanListener & { detail: RunDetail; source: TileSource }) {
    this.#detail = detail;
    this.#listener = listener;
    const onChange = () => this.#listener.onChange();
    const { extent } = detail.run;
    this.#bounds = { fromNs: extent?.startNs ?? 0, toNs: extent?.endNs ?? 1 };
    this.tiles = new TileCache({
      load: (key, signal) => source.readTile(key, signal),
      keyText: tileKeyText,
      sizeBytes: () => TILE_BYTES,
      budgetBytes: TILE_BUDGET_BYTES,
      onChange,
      onEvict: (key) => this.#listener.onEvictTile?.(key),
    });
    this.pages = new TileCache({
      load: (key, signal) => source.readPage(key, signal),
      keyText: tileKeyText,
      sizeBytes: rawPageBytes,
      budgetBytes: PAGE_BUDGET_BYTES,
      onChange,
    });
  }

  /** Tells someone else from now on. */
  listen(listener: PlanListener): void {
    this.#listener = listener;
  }

  /** Asks for what the view needs and gives what can be drawn of it now. */
  plan(view: HeatmapView): HeatmapPlan {
    const { axis } = view;
    const { levels, spanCount, rows } = this.#detail;
    const nsPerDevicePx = (view.toNs - view.fromNs) / view.widthPx;
    const extentNs = Math.max(1, this.#bounds.toNs - this.#bounds.fromNs);
    const raw = drawsRawSpans({
      levels,
      nsPerDevicePx,
      spanCount,
      shareOfTime: (view.toNs - view.fromNs) / extentNs,
      shareOfRows: Math.max(TILE_ROWS, view.toRow - view.fromRow) / Math.max(1, rows[axis].length),
      texels: (view.toRow - view.fromRow) * view.widthPx,
    });
    const isFine = !raw && nsPerDevicePx < levels.baseNs;
    const level = isFine
      ? chooseFineLevel({ levels, nsPerDevicePx, spanCount, extentNs })
      : chooseLevel(levels, nsPerDevicePx);
    const pages = raw ? this.#planPages(view) : { parts: [], rankParts: [], complete: true };
    const tiles = this.#planTiles(view, { level, underRaw: raw && pages.complete });
    if (!raw) this.pages.want({ visible: [], prefetch: [] });
    return {
      level,
      tiles: raw && pages.complete ? [] : tiles.parts,
      pages: pages.parts,
      rankPages: pages.rankParts,
      complete: raw ? pages.complete : tiles.complete,
    };
  }

  /** Whether a complete page holds this point; then picking needs no request. */
  pageAt({ axis, row, ns }: { axis: RowAxis; row: number; ns: number }): RawPage | undefined {
    const rowBlock = Math.floor(row / TILE_ROWS);
    const { baseNs } = this.#detail.levels;
    const finest = pageLevel({ baseNs, widthNs: 1 });
    for (let level = finest; level < finest + 64; level++) {
      const { toNs } = tileRange({ level, column: 0 }, baseNs);
      const page = this.pages.get({ axis, level, rowBlock, column: Math.floor(ns / toNs) })?.value;
      if (page?.truncated === false) return page;
    }
    return undefined;
  }

  get settled(): boolean {
    return this.tiles.settled && this.pages.settled;
  }

  get failures(): readonly unknown[] {
    return [...this.tiles.visibleFailures, ...this.pages.visibleFailures];
  }

  retry(): void {
    this.tiles.retry();
    this.pages.retry();
  }

  close(): void {
    this.tiles.clear();
    this.pages.clear();
  }

  #planTiles(view: HeatmapView, { level, underRaw }: { level: number; underRaw: boolean }) {
    const { axis } = view;
    const { baseNs, count } = this.#detail.levels;
    const window = this.#withinRun(view);
    const { rowLevel = 0 } = view;
    const wanted = tilesInWindow({ axis, level, baseNs, window, rowLevel });
    const top = tilesInWindow({ axis, level: Math.max(level, count - 1), baseNs, window, rowLevel });
    // Under raw spans tiles are a stand-in only: what is there is drawn, nothing more is fetched.
    const wider = this.#withinRun(widenWindow(window, this.#bounds));
    const prefetch = tilesInWindow({ axis, level, baseNs, window: wider, rowLevel });
    if (underRaw) this.tiles.want({ visible: [], prefetch: [] });
    else this.tiles.want({ visible: [...wanted, ...top], prefetch });
    const parts: TilePart[] = [];
    let complete = true;
    for (const key of wanted) {
      const range = tileRange(key, baseNs);
      const tile = this.tiles.value(key);
      if (tile === undefined) {
        complete = false;
        parts.push(...this.#standIns(key, count));
      } else parts.push({ key, tile, ...range });
    }
    return { parts, complete };
  }

  /** The nearest coarser tile, or what there is of the next finer ones. */
  #standIns(key: TileKey, levelCount: number): TilePart[] {
    const { baseNs } = this.#detail.levels;
    const range = tileRange(key, baseNs);
    const fromFiner = children(key).flatMap((child) => {
      const tile = this.tiles.value(child);
      return tile === undefined ? [] : [{ key: child, tile, ...tileRange(child, baseNs) }];
    });
    if (fromFiner.length === 2) return fromFiner;
    for (let up = 1; key.level + up < levelCount; up++) {
      const above = ancestor(key, up);
      const tile = this.tiles.value(above);
      if (tile !== undefined) return [{ key: above, tile, ...range }];
    }
    return fromFiner.length > 0 ? fromFiner : this.#standInsOfRows(key, levelCount);
  }

  /** After the height of rows has changed: tiles whose lines stand for other numbers of rows, of this level or coarser ones. */
  #standInsOfRows(key: TileKey, levelCount: number): TilePart[] {
    const { baseNs } = this.#detail.levels;
    const range = tileRange(key, baseNs);
    for (let up = 0; key.level + up < levelCount; up++) {
      const here = ancestor(key, up);
      const finer = finerInRows(here).flatMap((part) => {
        const tile = this.tiles.value(part);
        return tile === undefined ? [] : [{ key: part, tile, ...range }];
      });
      if (finer.length > 0) return finer;
      const coarser = coarserInRows(here);
      const tile = this.tiles.value(coarser);
      if (tile === undefined) continue;
      const blockRows = TILE_ROWS * 2 ** (key.rowLevel ?? 0);
      const fromRow = key.rowBlock * blockRows;
      return [{ key: coarser, tile, ...range, fromRow, toRow: fromRow + blockRows }];
    }
    return [];
  }

  #planPages(view: HeatmapView) {
    const { axis } = view;
    const { rows, levels } = this.#detail;
    const window = this.#withinRun(view);
    const level = pageLevel({ baseNs: levels.baseNs, widthNs: view.toNs - view.fromNs });
    const visible: TileKey[] = [];
    const parts: PagePart[] = [];
    const rankParts: PagePart[] = [];
    let complete = true;
    for (const key of tilesInWindow({ axis, level, baseNs: levels.baseNs, window })) {
      if (!this.#coverWithPages(key, { window, parts, visible, cut: 0 })) complete = false;
    }
    if (axis === "stage") {
      const rankWindow = { ...window, fromRow: 0, toRow: rows.rank.length };
      for (const key of tilesInWindow({ axis: "rank", level, baseNs: levels.baseNs, window: rankWindow })) {
        if (!this.#coverWithPages(key, { window, parts: rankParts, visible, cut: 0 })) complete = false;
      }
    }
    const prefetch = tilesInWindow({ axis, level, baseNs: levels.baseNs, window: widenWindow(window, this.#bounds) });
    this.pages.want({ visible, prefetch: prefetch.filter((key) => this.#complete(key) === undefined) });
    return { parts, rankParts, complete };
  }

  /** Adds what draws the address, noting what must be there; says whether all of it is. */
  #coverWithPages(
    key: TileKey,
    { window, parts, visible, cut }: { window: PlotWindow; parts: PagePart[]; visible: TileKey[]; cut: number },
  ): boolean {
    const range = tileRange(key, this.#detail.levels.baseNs);
    if (range.toNs <= window.fromNs || range.fromNs >= window.toNs) return true;
    const holder = this.#complete(key);
    if (holder !== undefined) {
      visible.push(holder.key);
      const before = parts.at(-1);
      const joins = before?.page === holder.page && before.rowBlock === key.rowBlock && before.toNs === range.fromNs;
      if (joins) parts[parts.length - 1] = { ...before, toNs: range.toNs };
      else parts.push({ page: holder.page, rowBlock: key.rowBlock, ...range });
      return true;
    }
    visible.push(key);
    const truncated = this.pages.get(key)?.value?.truncated === true;
    if (!truncated) {
      // While it loads, what finer pages have is drawn.
      for (const child of children(key)) {
        const finer = this.#complete(child);
        if (finer !== undefined) {
          visible.push(finer.key);
          parts.push({ page: finer.page, rowBlock: key.rowBlock, ...tileRange(child, this.#detail.levels.baseNs) });
        }
      }
      return false;
    }
    if (cut === DEEPEST_CUT) return false;
    return children(key).reduce(
      (all, child) => this.#coverWithPages(child, { window, parts, visible, cut: cut + 1 }) && all,
      true,
    );
  }

  /** The page itself or a coarser one, if it has all spans of the address. */
  #complete(key: TileKey): { key: TileKey; page: RawPage } | undefined {
    for (let up = 0; up <= COARSEST_COVER; up++) {
      const holder = up === 0 ? key : ancestor(key, up);
      const page = this.pages.get(holder)?.value;
      if (page?.truncated === false) return { key: holder, page };
    }
    return undefined;
  }

  #withinRun(window: PlotWindow): PlotWindow {
    return {
      fromRow: window.fromRow,
      toRow: window.toRow,
      fromNs: Math.max(window.fromNs, this.#bounds.fromNs),
      toNs: Math.min(window.toNs, this.#bounds.toNs),
    };
  }
}
