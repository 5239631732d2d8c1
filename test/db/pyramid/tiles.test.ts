/** Tiles equal a drawing made nanosecond by nanosecond. */
import path from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { laneId, stageId } from "#common/ids.ts";
import { createSpanColumns, PHASE_COMPUTE } from "#common/model.ts";
import { NO_BATCH, NO_STAGE, ROW_AXES, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import { createEmptyArgs, createRun, levelsOf, openRun, readTile, rowsOf } from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import { SpanBinner } from "../../../db/pyramid/bin-spans.ts";
import { mapRows } from "../../../db/pyramid/row-map.ts";
import { listRows } from "../../../db/pyramid/rows.ts";
import { createFolder, NAMES } from "../random-run.ts";
import { createNestedRun, drawPlainTile, namePlainRows } from "./nested-run.ts";
import type { NestedRun } from "./nested-run.ts";

function openNested({ lanes, stages, columns }: NestedRun): RunReader {
  const file = path.join(createFolder(), "a.pipewave");
  const writer = createRun(file);
  writer.setRun({ name: "nested", kind: "imported", sources: [], createdAtEpochMs: 0 });
  writer.addLanes(lanes);
  writer.addStages(stages);
  writer.addNames(NAMES);
  writer.appendSpans(columns, createEmptyArgs(columns.length));
  writer.finish();
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  return reader;
}

const run = createNestedRun({ seed: 1, laneCount: 75, stageCount: 41, from: -700, to: 2500 });

describe.each(ROW_AXES)("tiles of %s rows", (axis) => {
  const input = {
    lanes: run.lanes,
    stages: run.stages,
    laneStages: run.spans.filter(({ phase }) => phase === PHASE_COMPUTE).map(({ lane, stage }) => ({ lane, stage })),
  };
  const rows = listRows(input)[axis];
  const map = mapRows(axis, { rows, input });

  test("there is a row for each that computes, in order", () => {
    const names = rows.map(({ replica, rank, stage, lanes }) =>
      axis === "lane" ? `lane ${lanes[0]}` : `${replica}/${axis === "rank" ? rank : stage}`,
    );
    expect(names).toEqual(namePlainRows(run, axis));
  });

  test.each([
    { binNs: 1, fromNs: 300, firstRow: 0 },
    { binNs: 1, fromNs: -256, firstRow: TILE_ROWS },
    { binNs: 7, fromNs: 0, firstRow: 0 },
    { binNs: 7, fromNs: -7 * TILE_BINS, firstRow: 0 },
    { binNs: 64, fromNs: 0, firstRow: TILE_ROWS },
    { binNs: 64, fromNs: 64 * TILE_BINS, firstRow: 0 },
  ])("$binNs ns bins from $fromNs, rows from $firstRow", ({ binNs, fromNs, firstRow }) => {
    const binner = new SpanBinner(map, { rowBlock: firstRow / TILE_ROWS, fromNs, binNs, maxDepth: 3 });
    binner.add(run.columns);
    expectSameTile(binner.finish(), drawPlainTile(run, { axis, firstRow, fromNs, binNs }));
  });
});

test("the drawing that tiles are compared with is not empty", () => {
  for (const axis of ROW_AXES) {
    const tile = drawPlainTile(run, { axis, firstRow: 0, fromNs: 0, binNs: 7 });
    for (const coverage of [0, 255]) {
      expect(tile.coverage.filter((cell) => cell === coverage).length).toBeGreaterThan(500);
    }
    expect(tile.coverage.filter((cell) => cell > 0 && cell < 255).length).toBeGreaterThan(50);
    expect(new Set(tile.stage).size).toBeGreaterThan(5);
    expect(new Set(tile.kind).size).toBeGreaterThan(4);
    expect(new Set(tile.batch).size).toBeGreaterThan(5);
    if (axis === "stage") expect(tile.elsewhere.filter((cell) => cell > 0 && cell < 255).length).toBeGreaterThan(50);
  }
});

test("tiles of a file equal those of its spans, at every level and column", () => {
  const small = createNestedRun({ seed: 2, laneCount: 9, stageCount: 4, from: -300, to: 3000 });
  const reader = openNested(small);
  const { baseNs, count } = levelsOf(reader);
  for (const axis of ROW_AXES) {
    expect(rowsOf(reader)[axis]).toHaveLength(namePlainRows(small, axis).length);
    for (let level = 0; level < count; level++) {
      const binNs = baseNs * 2 ** level;
      for (const column of [-1, 0, 1]) {
        const tile = readTile(reader, { axis, level, rowBlock: 0, column });
        const fromNs = column * TILE_BINS * binNs;
        expectSameTile(tile, drawPlainTile(small, { axis, firstRow: 0, fromNs, binNs }));
      }
    }
  }
  const reach = baseNs * 2 ** (count - 1) * TILE_BINS;
  expect(small.spans.every(({ start, end }) => start >= -reach && end <= reach)).toBe(true);
});

test("a cell is empty only when exactly idle and full only when exactly full, however wide it is", () => {
  const binNs = 2 ** 40;
  const columns = createSpanColumns(3);
  // Bin 0: all but one ns; bin 1: one ns; bin 2: all.
  columns.start.set([0, binNs, 2 * binNs]);
  columns.duration.set([binNs - 1, 1, binNs]);
  columns.phase.fill(PHASE_COMPUTE);
  const lanes = [{ id: laneId(0), ordinal: 0, kind: "thread", process: "p", thread: "t", rank: 0 }] as const;
  const stages = [{ id: stageId(0), name: "s", op: "other", ordinal: 0 }] as const;
  const input = { lanes, stages, laneStages: [{ lane: 0, stage: 0 }] };
  const map = mapRows("rank", { rows: listRows(input).rank, input });
  const binner = new SpanBinner(map, { rowBlock: 0, fromNs: 0, binNs, maxDepth: 0 });
  binner.add(columns);
  const tile = binner.finish();
  expect([...tile.coverage.slice(0, 4)]).toEqual([254, 1, 255, 0]);
  expect([...tile.count.slice(0, 4)]).toEqual([1, 1, 1, 0]);
  expect([...tile.stage.slice(0, 4)]).toEqual([0, 0, 0, NO_STAGE]);
  expect([...tile.batch.slice(0, 4)]).toEqual([0, 0, 0, NO_BATCH]);
});

test("a run without spans has lanes, one level and empty tiles", () => {
  const reader = openNested({ ...run, columns: createSpanColumns(0) });
  expect(rowsOf(reader).rank).toEqual([]);
  expect(rowsOf(reader).lane).toHaveLength(run.lanes.length);
  expect(levelsOf(reader).count).toBe(1);
  const tile = readTile(reader, { axis: "lane", level: 0, rowBlock: 0, column: 0 });
  expect(tile.count.every((count) => count === 0)).toBe(true);
});

function expectSameTile(tile: Tile, wanted: Tile): void {
  for (const name of ["coverage", "elsewhere", "stage", "kind", "batch", "count"] as const) {
    const cell = tile[name].findIndex((value, i) => value !== wanted[name][i]);
    if (cell === -1) continue;
    const place = `${name} of row ${Math.floor(cell / TILE_BINS)}, bin ${cell % TILE_BINS}`;
    expect(tile[name][cell], place).toBe(wanted[name][cell]);
  }
}
