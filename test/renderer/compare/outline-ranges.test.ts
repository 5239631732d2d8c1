/** Outlines of one run over another: spans that can be told apart stay apart, narrow ones join, rows find their counterpart. */
import { expect, test } from "vitest";

import type { RunDetail } from "#common/api.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";
import type { RawPage } from "../../../renderer/data/raw-page.ts";
import { outlineRanges, rowsOver } from "../../../renderer/views/compare/outline-ranges.ts";

/** One row of spans [start, end). */
function pageOf(spans: readonly (readonly [number, number])[]): RawPage {
  const offsets = new Uint32Array(TILE_ROWS + 1).fill(spans.length, 1);
  const ints = () => new Int32Array(spans.length);
  return {
    fromNs: 0,
    toNs: 1_000,
    firstRow: 0,
    truncated: false,
    offsets,
    start: Float64Array.from(spans, ([start]) => start),
    end: Float64Array.from(spans, ([, end]) => end),
    stage: ints(),
    batch: ints(),
    iteration: ints(),
    kind: new Uint8Array(spans.length),
    depth: new Uint8Array(spans.length),
    lane: ints(),
    name: ints(),
    id: Float64Array.from(spans, (_, i) => i),
    names: new Map(),
  };
}

const planOf = (page: RawPage) => ({
  level: 0,
  tiles: [],
  pages: [{ page, rowBlock: 0, fromNs: 0, toNs: 1_000 }],
  rankPages: [],
  complete: true,
});

test("neighbours that are wide enough keep an outline each", () => {
  const ranges = outlineRanges(
    planOf(
      pageOf([
        [0, 100],
        [100, 200],
      ]),
    ),
    { baseNs: 1, rowCount: 1, nsPerPx: 10 },
  );
  expect(ranges).toEqual([
    { row: 0, fromNs: 0, toNs: 100 },
    { row: 0, fromNs: 100, toNs: 200 },
  ]);
});

test("spans narrower than a line join, up to the next gap that can be seen", () => {
  const page = pageOf([
    [0, 10],
    [10, 20],
    [25, 30],
    [200, 210],
  ]);
  expect(outlineRanges(planOf(page), { baseNs: 1, rowCount: 1, nsPerPx: 10 })).toEqual([
    { row: 0, fromNs: 0, toNs: 30 },
    { row: 0, fromNs: 200, toNs: 210 },
  ]);
});

test("of tiles the stretches that are at least half busy are outlined", () => {
  const cells = TILE_ROWS * TILE_BINS;
  const coverage = new Uint8Array(cells);
  coverage.set([255, 200, 10, 0, 128], TILE_BINS);
  const tile: Tile = {
    coverage,
    elsewhere: new Uint8Array(0),
    stage: new Uint16Array(cells),
    kind: new Uint8Array(cells),
    batch: new Uint32Array(cells),
    count: new Uint16Array(cells),
  };
  const key = { axis: "rank", level: 1, rowBlock: 0, column: 0 } as const;
  const plan = { ...planOf(pageOf([])), pages: [], tiles: [{ key, tile, fromNs: 0, toNs: 512 * 5 }] };
  // Bins of level 1 are 10 ns wide: a pixel shows a fifth of one, so that the gap between them is seen.
  expect(outlineRanges(plan, { baseNs: 5, rowCount: 2, nsPerPx: 2 })).toEqual([
    { row: 1, fromNs: 0, toNs: 20 },
    { row: 1, fromNs: 40, toNs: 50 },
  ]);
});

test("rows lie over those of the same rank, or of the stage that the mapping says", () => {
  const detail = (ranks: readonly number[], stages: number) =>
    ({
      stages: Array.from({ length: stages }, (_, id) => ({ id, ordinal: id })),
      rows: {
        rank: ranks.map((rank) => ({ rank, replica: 0, lanes: [], label: `rank ${rank}` })),
        stage: Array.from({ length: stages }, (_, stage) => ({ stage, replica: 0, lanes: [], label: `${stage}` })),
        lane: [],
      },
    }) as unknown as RunDetail;
  const [a, b] = [detail([0, 1, 2], 3), detail([2, 1], 4)];
  expect(rowsOver({ axis: "rank", a, b, mapping: undefined })).toEqual([-1, 1, 0]);
  const mapping = [
    { a: 0, b: 3, by: "given" },
    { a: 1, b: 0, by: "given" },
    { a: 2, by: "none" },
  ] as const;
  expect(rowsOver({ axis: "stage", a, b, mapping })).toEqual([3, 0, -1]);
  expect(rowsOver({ axis: "stage", a, b, mapping: undefined })).toEqual([0, 1, 2]);
});
