/**
 * Times what the window asks for while somebody pans and zooms: tiles at random places of every level, and below the finest
 * one the raw spans of random windows as narrow as the window draws them. In this process and without a wire; nothing is
 * asserted.
 */
import type { RowAxis } from "#common/tile.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";

import { levelsOf, openRun, rowsOf } from "../../db/index.ts";
import { OpenRun } from "../../main/core/open-run.ts";
import { createRandom } from "../db/random-run.ts";
import type { LargeRun } from "./large-runs.ts";
import { provideRun, quantileOf } from "./large-runs.ts";

interface Latency {
  readonly queries: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface TileFigures extends Latency {
  readonly run: LargeRun;
  readonly axis: RowAxis;
  readonly rows: number;
  readonly levels: readonly (Latency & { readonly level: number })[];
  /** Raw spans of 64 rows; `spans` are those of all rows in the window. */
  readonly rawWindows: readonly (Latency & { readonly spans: number })[];
}

const QUERIES = 200;
/** The window draws raw spans up to 120,000 of them on screen. */
const RAW_SPANS = [100_000, 10_000, 1000];

export function benchTiles({ folder, run, axis }: { folder: string; run: LargeRun; axis: RowAxis }): TileFigures {
  const random = createRandom(7);
  const below = (limit: number) => Math.floor(random() * limit);
  const reader = openRun(provideRun(folder, run));
  const opened = new OpenRun(reader);
  try {
    const rows = rowsOf(reader)[axis].length;
    const blocks = Math.ceil(rows / TILE_ROWS);
    const endNs = reader.run.extent?.endNs ?? 1;
    const { baseNs, count } = levelsOf(reader);
    const askTile = (level: number) => {
      const columns = Math.ceil(endNs / (baseNs * 2 ** level * TILE_BINS));
      opened.tile({ axis, level, rowBlock: below(blocks), column: below(columns) });
    };
    const askSpans = (spans: number) => {
      const widthNs = Math.ceil((endNs * spans) / reader.spanCount);
      const fromNs = below(endNs - widthNs);
      const fromRow = below(blocks) * TILE_ROWS;
      const toRow = Math.min(rows, fromRow + TILE_ROWS);
      opened.spans({ axis, fromRow, toRow, fromNs, toNs: fromNs + widthNs, limit: 200_000 });
    };
    // The first queries compile what the others run.
    for (let i = 0; i < 50; i++) askTile(below(count));
    const all: number[] = [];
    const levels = Array.from({ length: count }, (_, level) => ({ level, ...time(() => askTile(level), all) }));
    const rawWindows = RAW_SPANS.map((spans) => ({ spans, ...time(() => askSpans(spans)) }));
    return { run, axis, rows, ...latencyOf(all), levels, rawWindows };
  } finally {
    opened.close();
  }
}

function time(ask: () => void, into: number[] = []): Latency {
  const times = Array.from({ length: QUERIES }, () => {
    const before = performance.now();
    ask();
    return performance.now() - before;
  });
  into.push(...times);
  return latencyOf(times);
}

function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  return { queries: times.length, p50Ms: quantileOf(sorted, 0.5), p95Ms: quantileOf(sorted, 0.95) };
}
