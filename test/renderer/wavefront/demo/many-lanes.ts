/**
 * A run of any size whose tiles are computed from a formula: lanes × spans that could never be held here, to look at and to
 * time the drawing of a million cells. Lane l has a span every period, shifted by l, with a gap that grows along the run.
 */
import type { Client, RunDetail } from "#common/api.ts";
import { createSpanColumns } from "#common/model.ts";
import { laneId } from "#common/ids.ts";
import { quantiseCoverage, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile, TileKey } from "#common/tile.ts";
import type { FakeRun } from "../fake-run.ts";
import { fakeClient, fakeRun } from "../fake-run.ts";
import { FIGURE_OPS } from "../fake-pipelines.ts";

const PERIOD_NS = 10_000;

export function manyLanesRun({ lanes, spansPerLane = 100_000 }: { lanes: number; spansPerLane?: number }): {
  run: { detail: RunDetail };
  client: Client;
} {
  const endNs = spansPerLane * PERIOD_NS;
  const empty: FakeRun = fakeRun({
    name: "many lanes",
    ops: FIGURE_OPS,
    lanes: Array.from({ length: lanes }, (_, i) => ({ replica: 0, rank: i, label: `lane ${i}` })),
    spans: [
      { lane: 0, startNs: 0, durationNs: 1, pass: "none", phase: "none" },
      { lane: 0, startNs: endNs - 1, durationNs: 1, pass: "none", phase: "none" },
    ],
    baseNs: 8 * PERIOD_NS,
  });
  const detail = { ...empty.detail, spanCount: lanes * spansPerLane };
  const client = fakeClient(empty);
  return {
    run: { detail },
    client: {
      ...client,
      readTile: ({ key }) => Promise.resolve(formulaTile(detail, key)),
      readSpans: ({ fromRow, toRow, fromNs, toNs, limit }) => {
        const first = Math.max(0, Math.floor(fromNs / PERIOD_NS) - 2);
        const last = Math.min(spansPerLane, Math.ceil(toNs / PERIOD_NS) + 1);
        const count = Math.min(limit, Math.max(0, last - first) * (toRow - fromRow));
        const columns = createSpanColumns(count);
        let i = 0;
        for (let k = first; k < last; k++) {
          for (let lane = fromRow; lane < toRow && i < count; lane++, i++) {
            columns.lane[i] = lane;
            columns.start[i] = k * PERIOD_NS + ((lane * 37) % PERIOD_NS);
            columns.duration[i] = PERIOD_NS * busyShare({ lane, k, spansPerLane });
            columns.stage[i] = (lane + k) % FIGURE_OPS.length;
            columns.batch[i] = k;
            columns.pass[i] = 1;
            columns.phase[i] = 2;
          }
        }
        const order = Array.from({ length: count }, (_, at) => at).sort((a, b) => columns.start[a] - columns.start[b]);
        const sorted = createSpanColumns(count);
        for (const [to, from] of order.entries()) {
          for (const name of ["lane", "start", "duration", "stage", "batch", "pass", "phase"] as const) {
            sorted[name][to] = columns[name][from];
          }
        }
        return Promise.resolve({
          ids: Float64Array.from(order),
          columns: sorted,
          names: [],
          truncated: count === limit && limit > 0,
        });
      },
    },
  };
}

function busyShare({ lane, k, spansPerLane }: { lane: number; k: number; spansPerLane: number }): number {
  return 0.35 + 0.6 * Math.abs(Math.sin((k / spansPerLane) * 9 + lane / 90));
}

function formulaTile(detail: RunDetail, { axis, level, rowBlock, column }: TileKey): Tile {
  const cells = TILE_ROWS * TILE_BINS;
  const widthNs = detail.levels.baseNs * 2 ** level;
  const spansPerLane = (detail.run.extent?.endNs ?? 0) / PERIOD_NS;
  const tile = {
    coverage: new Uint8Array(cells),
    elsewhere: new Uint8Array(0),
    stage: new Uint16Array(cells),
    kind: new Uint8Array(cells).fill(18),
    batch: new Uint32Array(cells),
    count: new Uint16Array(cells).fill(8),
  };
  for (let r = 0; r < Math.min(TILE_ROWS, detail.rows[axis].length - rowBlock * TILE_ROWS); r++) {
    const lane = Number(detail.rows[axis][rowBlock * TILE_ROWS + r].lanes[0] ?? laneId(0));
    for (let bin = 0; bin < TILE_BINS; bin++) {
      const at = r * TILE_BINS + bin;
      const k = Math.floor(((column * TILE_BINS + bin + 0.5) * widthNs) / PERIOD_NS);
      if (k >= spansPerLane) continue;
      const covered = widthNs * busyShare({ lane, k, spansPerLane });
      tile.coverage[at] = quantiseCoverage({ covered, width: widthNs });
      tile.stage[at] = (lane + Math.floor(k / 3)) % FIGURE_OPS.length;
      tile.batch[at] = k;
    }
  }
  return tile;
}
