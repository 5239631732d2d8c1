/**
 * What the pointer is on: a span, or a bubble with its whole extent. Answers at once from pages that are there; otherwise
 * asks the backend, the latest question wins. A bubble ends where the compute window does: outside it idle time is no bubble.
 */
import type { RunDetail } from "#common/api.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import { TILE_ROWS } from "#common/tile.ts";
import type { HeatmapPlanner } from "../../data/heatmap-plan.ts";
import { pickInPage } from "../../data/pick.ts";
import type { Picked, PickedIdle, PickedSpan } from "../../data/pick.ts";
import type { TileSource } from "../../data/tile-source.ts";

export interface PointedIdle {
  readonly kind: "idle";
  readonly row: number;
  readonly fromNs: number;
  readonly toNs: number;
  /** Within a compute window: a bubble. */
  readonly bubble: boolean;
}

/** On a row of stages: the rank is busy with another stage. No bubble. */
export interface PointedElsewhere {
  readonly kind: "elsewhere";
  readonly row: number;
  readonly span: PickedSpan;
}

export type Pointed = PickedSpan | PointedIdle | PointedElsewhere;

/** Spans asked for around a point at first; windows grow fourfold until both ends of a bubble are found. */
const FIRST_REACH_PX = 24;
const WINDOW_SPAN_LIMIT = 4_096;

export interface Point {
  readonly axis: RowAxis;
  readonly row: number;
  readonly ns: number;
  /** CSS pixels. */
  readonly nsPerPx: number;
}

export class Pointing {
  readonly #detail: RunDetail;
  readonly #planner: HeatmapPlanner;
  readonly #source: TileSource;
  #request: AbortController | undefined;

  constructor({ detail, planner, source }: { detail: RunDetail; planner: HeatmapPlanner; source: TileSource }) {
    this.#detail = detail;
    this.#planner = planner;
    this.#source = source;
  }

  /** What lies at the point; `undefined` when a later question was asked meanwhile. */
  async at(point: Point): Promise<Pointed | undefined> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const picked = await this.#pick(point, request.signal);
    if (picked === undefined || picked.kind === "span") return picked;
    const row: HeatmapRow | undefined = this.#detail.rows[point.axis].at(point.row);
    if (point.axis === "lane") return this.#bubble(picked, { row: undefined, ns: point.ns });
    if (point.axis === "rank" || row?.rank === undefined) return this.#bubble(picked, { row, ns: point.ns });
    const rankRow = this.#detail.rows.rank.findIndex(
      ({ rank, replica }) => rank === row.rank && (replica ?? 0) === (row.replica ?? 0),
    );
    if (rankRow === -1) return this.#bubble(picked, { row, ns: point.ns });
    const ofRank = await this.#pick({ ...point, axis: "rank", row: rankRow }, request.signal);
    if (ofRank === undefined) return undefined;
    if (ofRank.kind === "span") return { kind: "elsewhere", row: point.row, span: ofRank };
    return { ...this.#bubble(ofRank, { row, ns: point.ns }), row: point.row };
  }

  cancel(): void {
    this.#request?.abort();
    this.#request = undefined;
  }

  async #pick({ axis, row, ns, nsPerPx }: Point, signal: AbortSignal): Promise<Picked | undefined> {
    const { startNs = 0, endNs = 1 } = this.#detail.run.extent ?? {};
    const page = this.#planner.pageAt({ axis, row, ns });
    if (page !== undefined) {
      const picked = pickInPage(page, { row, ns });
      const whole = page.fromNs <= startNs && page.toNs >= endNs;
      if (whole || isKnown(picked)) return picked;
    }
    for (let reachNs = nsPerPx * FIRST_REACH_PX; ; reachNs *= 4) {
      const fromNs = Math.max(startNs - 1, ns - reachNs);
      const toNs = Math.min(endNs + 1, ns + reachNs);
      const rowBlock = Math.floor(row / TILE_ROWS);
      const page = await this.#source.readWindow(
        { axis, rowBlock, rows: { from: row, to: row + 1 }, fromNs, toNs, limit: WINDOW_SPAN_LIMIT },
        signal,
      );
      if (signal.aborted) return undefined;
      const picked = pickInPage(page, { row, ns });
      if (isKnown(picked) || page.truncated || (fromNs < startNs && toNs > endNs)) return picked;
    }
  }

  /** `row` is left out where idle time is no bubble: a lane may rest while its rank works. */
  #bubble(idle: PickedIdle, { row, ns }: { row: HeatmapRow | undefined; ns: number }): PointedIdle {
    const { startNs = 0, endNs = 1 } = this.#detail.run.extent ?? {};
    const { fromNs = startNs, toNs = endNs } = idle;
    const window = this.#detail.windows.find(
      ({ replica, startNs: first, endNs: last }) => replica === (row?.replica ?? 0) && first <= ns && ns < last,
    );
    if (window === undefined || row?.rank === undefined) {
      return { kind: "idle", row: idle.row, fromNs, toNs, bubble: false };
    }
    return {
      kind: "idle",
      row: idle.row,
      fromNs: Math.max(fromNs, window.startNs),
      toNs: Math.min(toNs, window.endNs),
      bubble: true,
    };
  }
}

function isKnown(picked: Picked): boolean {
  return picked.kind === "span" || (picked.fromNs !== undefined && picked.toNs !== undefined);
}
