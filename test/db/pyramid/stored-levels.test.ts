/** Stored levels against brute force, at every level and column; and the file's tiles, however they came to be. */
import path from "node:path";

import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";

import { laneId, nameId } from "#common/ids.ts";
import { createSpanColumns, PHASE_COMPUTE, sliceSpanColumns } from "#common/model.ts";
import { NO_BATCH, quantiseCoverage, ROW_AXES, TILE_BINS, TILE_ROWS, tileKeyText } from "#common/tile.ts";
import type { RowAxis, Tile } from "#common/tile.ts";

import {
  createEmptyArgs,
  createRun,
  levelsOf,
  openRun,
  readTile,
  rebuildDerivedData,
  rowsOf,
} from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import { AxisBuilder } from "../../../db/pyramid/axis-builder.ts";
import { SpanBinner } from "../../../db/pyramid/bin-spans.ts";
import { layOut } from "../../../db/pyramid/drawing.ts";
import { decodeTile, encodeTile } from "../../../db/pyramid/encode-tile.ts";
import { createBlankTile } from "../../../db/pyramid/level-cells.ts";
import { chooseLevels, finestStored } from "../../../db/pyramid/levels.ts";
import { binTile } from "../../../db/pyramid/read-tile.ts";
import { createFolder, createRandom, createRandomSpans, writeRun } from "../random-run.ts";
import { createNestedRun, drawPlainTile } from "./nested-run.ts";
import type { NestedRun } from "./nested-run.ts";

const LAST = 5;

function layOutNested({ lanes, stages, spans }: NestedRun) {
  const laneStages = spans.filter(({ phase }) => phase === PHASE_COMPUTE).map(({ lane, stage }) => ({ lane, stage }));
  return layOut({ lanes, stages, laneStages });
}

/** Tiles of all levels, by key; spans are given in pieces of uneven lengths. */
function buildLevels(run: NestedRun, { axis, binNs }: { axis: RowAxis; binNs: number }): Map<string, Tile> {
  const { rows, maps } = layOutNested(run);
  const tiles = new Map<string, Tile>();
  const rowCount = rows[axis].length;
  const builder = new AxisBuilder(maps[axis], {
    rowCount,
    binNs,
    finest: 0,
    last: LAST,
    take: ({ level, column, binNs: width }, cells, slots) => {
      for (let rowBlock = 0; rowBlock * TILE_ROWS < rowCount; rowBlock++) {
        const tile = createBlankTile();
        cells.draw(rowBlock, { tile, binNs: width, slots });
        const key = tileKeyText({ axis, level, rowBlock, column });
        expect(tiles.has(key)).toBe(false);
        if (!cells.isBlockEmpty(rowBlock)) tiles.set(key, tile);
        else expect(tile).toStrictEqual(createBlankTile());
      }
    },
  });
  for (let from = 0, step = 1; from < run.columns.length; from += step, step = (step * 7) % 101) {
    const to = Math.min(run.columns.length, from + step);
    builder.add(sliceSpanColumns(run.columns, { from, to }));
  }
  builder.finish();
  return tiles;
}

/** Everything but the batch, which stored levels define otherwise. */
function expectSameCells(tile: Tile, wanted: Tile, place: string): void {
  for (const name of ["coverage", "elsewhere", "stage", "kind", "count"] as const) {
    const cell = tile[name].findIndex((value, i) => value !== wanted[name][i]);
    if (cell === -1) continue;
    const where = `${place}: ${name} of row ${Math.floor(cell / TILE_BINS)}, bin ${cell % TILE_BINS}`;
    expect(tile[name][cell], where).toBe(wanted[name][cell]);
  }
}

describe.each(ROW_AXES)("stored levels of %s rows", (axis) => {
  const run = createNestedRun({ seed: 11, laneCount: 75, stageCount: 41, from: -700, to: 2500 });

  test("equal a drawing made nanosecond by nanosecond, at every level and column", () => {
    const binNs = 2;
    const tiles = buildLevels(run, { axis, binNs });
    for (let level = 0; level <= LAST; level++) {
      const width = binNs * 2 ** level;
      for (let column = Math.floor(-700 / width / TILE_BINS) - 1; column * width * TILE_BINS < 5000; column++) {
        const fromNs = column * width * TILE_BINS;
        const wanted = drawPlainTile(run, { axis, firstRow: 0, fromNs, binNs: width });
        const key = tileKeyText({ axis, level, rowBlock: 0, column });
        expectSameCells(tiles.get(key) ?? createBlankTile(), wanted, key);
      }
    }
  }, 120_000);

  test("equal tiles that are binned on their own, for many runs and widths", () => {
    for (let seed = 20; seed < 26; seed++) {
      const other = createNestedRun({
        seed,
        laneCount: 3 + (seed % 4) * 25,
        stageCount: [1, 2, 4, 5, 7][seed % 5],
        from: -900,
        to: 3000,
      });
      const { rows, maps } = layOutNested(other);
      const binNs = 2 ** (seed % 4);
      const tiles = buildLevels(other, { axis, binNs });
      for (let level = 0; level <= LAST; level++) {
        const width = binNs * 2 ** level;
        for (let column = Math.floor(-900 / width / TILE_BINS) - 1; column * width * TILE_BINS < 6000; column++) {
          for (let rowBlock = 0; rowBlock * TILE_ROWS < rows[axis].length; rowBlock++) {
            const fromNs = column * width * TILE_BINS;
            const binner = new SpanBinner(maps[axis], { rowBlock, fromNs, binNs: width, maxDepth: 3 });
            binner.add(other.columns);
            const key = tileKeyText({ axis, level, rowBlock, column });
            const wanted = binner.finish();
            const tile = tiles.get(key) ?? createBlankTile();
            expectSameCells(tile, wanted, `seed ${seed}, ${key}`);
            // A batch is shown where there is one, and only one that has time there.
            const invented = tile.batch.findIndex((batch, at) => batch !== NO_BATCH && wanted.batch[at] === NO_BATCH);
            expect(invented, `seed ${seed}, ${key}`).toBe(-1);
          }
        }
      }
    }
  }, 120_000);

  test("cover in thousands of random cells exactly the time in which a span of the row runs", () => {
    const random = createRandom(5);
    const below = (limit: number) => Math.floor(random() * limit);
    const tiles = buildLevels(run, { axis, binNs: 4 });
    const { rows, maps } = layOutNested(run);
    const { rowOf, stageCount } = maps[axis];
    let partial = 0;
    for (let i = 0; i < 5000; i++) {
      const level = below(LAST + 1);
      const width = 4 * 2 ** level;
      const row = below(rows[axis].length);
      const bin = Math.floor((-1000 + below(5000)) / width);
      const own = run.spans.filter(
        ({ lane, stage, phase }) =>
          (axis === "lane" || phase === PHASE_COMPUTE) && rowOf[lane * (stageCount + 1) + stage + 1] === row,
      );
      let covered = 0;
      for (let at = bin * width; at < (bin + 1) * width; at++) {
        if (own.some(({ start, end }) => start <= at && at < end)) covered++;
      }
      if (covered > 0 && covered < width) partial++;
      const column = Math.floor(bin / TILE_BINS);
      const tile = tiles.get(tileKeyText({ axis, level, rowBlock: Math.floor(row / TILE_ROWS), column }));
      const cell = (row % TILE_ROWS) * TILE_BINS + bin - column * TILE_BINS;
      expect(tile?.coverage[cell] ?? 0).toBe(quantiseCoverage({ covered, width }));
    }
    expect(partial).toBeGreaterThan(200);
  }, 120_000);
});

test("a tile comes back from its bytes as it was, and other bytes are refused", () => {
  const random = createRandom(3);
  for (const { rows, batches, stages, counts } of [
    { rows: 1, batches: 1, stages: 3, counts: 10 },
    { rows: 64, batches: 300, stages: 254, counts: 300 },
    { rows: 28, batches: 2 ** 31, stages: 600, counts: 0xffff },
    { rows: 5, batches: 0, stages: 0, counts: 0 },
  ]) {
    const tile = createBlankTile();
    for (let cell = 0; cell < rows * TILE_BINS; cell++) {
      tile.coverage[cell] = random() * 256;
      if (rows === 28) tile.elsewhere[cell] = random() * 256;
      if (random() < 0.8 && stages > 0) tile.stage[cell] = random() * stages;
      tile.kind[cell] = random() * 80;
      if (random() < 0.8 && batches > 0) tile.batch[cell] = 1000 + random() * batches;
      tile.count[cell] = random() * counts;
    }
    const bytes = encodeTile(tile, rows);
    expect(decodeTile(bytes, rows)).toStrictEqual(tile);
    expect(() => decodeTile(bytes, rows + 1)).toThrow("other rows");
    expect(() => decodeTile(bytes.subarray(0, bytes.length - 5), rows)).toThrow("damaged");
  }
});

test("at the last level one tile on each side of the origin shows the whole run, and no finest level has too many cells", () => {
  const random = createRandom(7);
  for (let i = 0; i < 2000; i++) {
    const startNs = Math.floor((random() - 0.2) * 10 ** (random() * 15));
    const endNs = startNs + Math.floor(10 ** (random() * 15));
    const spanCount = 1 + Math.floor(10 ** (random() * 8));
    const rows = 1 + Math.floor(10 ** (random() * 4));
    const levels = chooseLevels({ startNs, endNs, spanCount, rows });
    const reach = levels.baseNs * 2 ** (levels.count - 1) * TILE_BINS;
    expect(Number.isInteger(levels.baseNs) && Number.isInteger(Math.log2(levels.baseNs))).toBe(true);
    expect(startNs >= -reach && endNs <= reach).toBe(true);
    if (levels.count > 1) expect(startNs < -reach / 2 || endNs > reach / 2).toBe(true);
    const finest = finestStored({ startNs, endNs, spanCount }, { rows, levels });
    if (finest === undefined || finest === levels.count - 1) continue;
    expect(rows * ((endNs - startNs) / (levels.baseNs * 2 ** finest)) * 8).toBeLessThanOrEqual(spanCount);
  }
});

function open(file: string): RunReader {
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  return reader;
}

/** All tiles of a run, every level and column. */
function* keysOf(reader: RunReader) {
  const { baseNs, count } = levelsOf(reader);
  const endNs = Math.max(...reader.chunks.map(({ maxEnd }) => maxEnd));
  for (const axis of ROW_AXES) {
    for (let level = 0; level < count; level++) {
      const columnNs = baseNs * 2 ** level * TILE_BINS;
      const first = Math.floor(reader.chunks[0].minStart / columnNs);
      for (let column = first - 1; column * columnNs <= endNs; column++) yield { axis, level, rowBlock: 0, column };
    }
  }
}

test("tiles of a file are the same whether they were built in passing, read back, or are not stored at all", () => {
  const folder = createFolder();
  const spans = createRandomSpans({ count: 150_000, seed: 4, firstStart: -3_000_000 });
  const { columns } = spans;
  const ends = columns.start.map((start, i) => start + columns.duration[i]);
  const size = { startNs: columns.start[0], endNs: ends.reduce((a, b) => Math.max(a, b)), spanCount: columns.length };
  const inPassing = path.join(folder, "a.pipewave");
  writeRun(inPassing, spans, size);
  const readBack = path.join(folder, "b.pipewave");
  writeRun(readBack, spans);
  const wrong = path.join(folder, "c.pipewave");
  writeRun(wrong, spans, { ...size, endNs: size.endNs - 1 });
  const outdated = path.join(folder, "d.pipewave");
  writeRun(outdated, spans, size);
  const db = new Sqlite(outdated);
  db.exec("update run set derived_version = 1; delete from tile; update pyramid set finest = 0");
  db.close();

  const readers = [inPassing, readBack, wrong].map(open);
  const [first] = readers;
  expect(first.storedAxes.map(({ axis }) => axis).sort()).toEqual([...ROW_AXES].sort());
  expect(rowsOf(first).rank.length).toBeGreaterThan(3);
  const without = open(outdated);
  expect(without.storedAxes).toEqual([]);
  expect(levelsOf(without)).toEqual(levelsOf(first));
  let shown = 0;
  for (const key of keysOf(first)) {
    const tile = readTile(first, key);
    for (const reader of readers) expect(readTile(reader, key)).toStrictEqual(tile);
    expectSameCells(tile, readTile(without, key), tileKeyText(key));
    expectSameCells(tile, binTile(first, key), tileKeyText(key));
    if (tile.coverage.some((value) => value > 0)) shown++;
  }
  expect(shown).toBeGreaterThan(30);

  rebuildDerivedData(outdated);
  const rebuilt = open(outdated);
  expect(rebuilt.storedAxes).toEqual(first.storedAxes);
  expect(rebuilt.laneStages()).toEqual(first.laneStages());
  expect(rebuilt.computeWindows()).toEqual(first.computeWindows());
  expect(without.computeWindows()).toEqual(first.computeWindows());
  for (const key of keysOf(first)) expect(readTile(rebuilt, key)).toStrictEqual(readTile(first, key));
}, 120_000);

test("a stage that a lane takes up late, and lanes that are given late, make no difference", () => {
  const count = 140_000;
  const columns = createSpanColumns(count);
  for (let i = 0; i < count; i++) {
    columns.start[i] = i * 10;
    columns.duration[i] = 25;
    columns.lane[i] = i % 3;
    columns.stage[i] = i < 100_000 ? i % 3 : (i + 1) % 3;
    columns.phase[i] = PHASE_COMPUTE;
  }
  const lanes = [0, 1, 2].map((id) => ({
    id: laneId(id),
    ordinal: id,
    kind: "thread" as const,
    process: "p",
    thread: `${id}`,
    rank: id,
  }));
  const write = (name: string, lanesFirst: boolean) => {
    const file = path.join(createFolder(), name);
    const writer = createRun(file);
    writer.setRun({ name, kind: "imported", sources: [], createdAtEpochMs: 0 });
    writer.addNames([{ id: nameId(0), text: "x" }]);
    writer.addStages(
      [0, 1, 2].map((id) => ({ id, name: `s${id}`, op: "other", ordinal: id })) as unknown as Parameters<
        typeof writer.addStages
      >[0],
    );
    if (lanesFirst) writer.addLanes(lanes);
    writer.expectSpans({ spanCount: count, startNs: 0, endNs: (count - 1) * 10 + 25 });
    writer.appendSpans(columns, createEmptyArgs(count));
    if (!lanesFirst) writer.addLanes(lanes);
    writer.finish();
    return open(file);
  };
  const readers = [write("a.pipewave", true), write("b.pipewave", false)];
  expect(readers[0].storedAxes).toHaveLength(3);
  for (const key of keysOf(readers[0])) {
    const tile = readTile(readers[0], key);
    expect(readTile(readers[1], key)).toStrictEqual(tile);
    expectSameCells(tile, binTile(readers[0], key), tileKeyText(key));
  }
});
