/** Lines of several rows against brute force, and against each other: from stored sums, from spans, from the file. */
import path from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { laneId, nameId, stageId } from "#common/ids.ts";
import { createSpanColumns, PHASE_COMPUTE } from "#common/model.ts";
import { countRowLevels, quantiseCoverage, ROW_AXES, TILE_BINS, TILE_ROWS, tileKeyText } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import { createEmptyArgs, createRun, levelsOf, openRun, readTile } from "../../../db/index.ts";
import { AxisBuilder } from "../../../db/pyramid/axis-builder.ts";
import { SpanBinner } from "../../../db/pyramid/bin-spans.ts";
import { drawPooled } from "../../../db/pyramid/draw-pooled.ts";
import { layOut } from "../../../db/pyramid/drawing.ts";
import { createBlankTile } from "../../../db/pyramid/level-cells.ts";
import { binTile } from "../../../db/pyramid/read-tile.ts";
import { createFolder, createRandom } from "../random-run.ts";
import { createNestedRun } from "./nested-run.ts";

/** Everything but the batch, which stored levels define otherwise. */
function expectSameCells(tile: Tile, wanted: Tile, place: string): void {
  for (const name of ["coverage", "elsewhere", "stage", "kind", "count"] as const) {
    const cell = tile[name].findIndex((value, i) => value !== wanted[name][i]);
    if (cell !== -1) expect(tile[name][cell], `${place}: ${name} of cell ${cell}`).toBe(wanted[name][cell]);
  }
}

describe.each(ROW_AXES)("lines of several %s rows", (axis) => {
  const run = createNestedRun({ seed: 31, laneCount: 75, stageCount: 41, from: -700, to: 2500 });
  const laneStages = run.spans
    .filter(({ phase }) => phase === PHASE_COMPUTE)
    .map(({ lane, stage }) => ({ lane, stage }));
  const { rows, maps } = layOut({ lanes: run.lanes, stages: run.stages, laneStages });
  const rowCount = rows[axis].length;
  const ROW_LEVELS = [1, 2, 3];
  const LAST = 4;

  function build(): Map<string, Tile> {
    const tiles = new Map<string, Tile>();
    const builder = new AxisBuilder(maps[axis], {
      rowCount,
      binNs: 2,
      finest: 0,
      last: LAST,
      take: ({ level, column, binNs }, cells, slots) => {
        for (const rowLevel of ROW_LEVELS) {
          const tile = createBlankTile();
          const isAny = drawPooled(cells, { tile, binNs, slots, rowBlock: 0, rowLevel });
          if (isAny) tiles.set(tileKeyText({ axis, level, rowBlock: 0, column, rowLevel }), tile);
          else expect(tile).toStrictEqual(createBlankTile());
        }
      },
    });
    builder.add(run.columns);
    builder.finish();
    return tiles;
  }

  test("are the same from sums of rows as from spans", () => {
    const tiles = build();
    expect(tiles.size).toBeGreaterThan(10);
    for (const rowLevel of ROW_LEVELS) {
      for (let level = 0; level <= LAST; level++) {
        const binNs = 2 ** (level + 1);
        for (let column = Math.floor(-700 / binNs / TILE_BINS) - 1; column * binNs * TILE_BINS < 5000; column++) {
          const fromNs = column * binNs * TILE_BINS;
          const binner = new SpanBinner(maps[axis], { rowBlock: 0, rowLevel, rowCount, fromNs, binNs, maxDepth: 3 });
          binner.add(run.columns);
          const key = tileKeyText({ axis, level, rowBlock: 0, column, rowLevel });
          expectSameCells(tiles.get(key) ?? createBlankTile(), binner.finish(), key);
        }
      }
    }
  });

  test("cover exactly the time in which spans of their rows run: white only where all are idle", () => {
    const random = createRandom(6);
    const below = (limit: number) => Math.floor(random() * limit);
    const tiles = build();
    const { rowOf, stageCount } = maps[axis];
    let idle = 0;
    for (let i = 0; i < 3000; i++) {
      const level = below(LAST + 1);
      const rowLevel = 1 + below(ROW_LEVELS.length);
      const width = 2 ** (level + 1);
      const line = below(Math.ceil(rowCount / 2 ** rowLevel));
      const bin = Math.floor((-800 + below(3400)) / width);
      const [fromRow, toRow] = [line * 2 ** rowLevel, Math.min(rowCount, (line + 1) * 2 ** rowLevel)];
      let covered = 0;
      for (let row = fromRow; row < toRow; row++) {
        const own = run.spans.filter(
          ({ lane, stage, phase }) =>
            (axis === "lane" || phase === PHASE_COMPUTE) && rowOf[lane * (stageCount + 1) + stage + 1] === row,
        );
        for (let at = bin * width; at < (bin + 1) * width; at++) {
          if (own.some(({ start, end }) => start <= at && at < end)) covered++;
        }
      }
      if (covered === 0) idle++;
      const column = Math.floor(bin / TILE_BINS);
      const tile = tiles.get(tileKeyText({ axis, level, rowBlock: 0, column, rowLevel })) ?? createBlankTile();
      const cell = line * TILE_BINS + (bin - column * TILE_BINS);
      expect(tile.coverage[cell]).toBe(quantiseCoverage({ covered, width: width * (toRow - fromRow) }));
    }
    expect(idle).toBeGreaterThan(50);
  }, 60_000);
});

test("a file with hundreds of lanes keeps lines of several rows at every level, the same as from its spans", () => {
  const lanes = 600;
  const columns = createSpanColumns(lanes * 400);
  for (let i = 0; i < columns.length; i++) {
    columns.lane[i] = i % lanes;
    columns.start[i] = Math.floor(i / lanes) * 1000;
    columns.duration[i] = ((i * 7919) % 1500) * ((i % lanes) % 5 === 0 ? 0 : 0.5);
    columns.duration[i] = Math.floor(columns.duration[i]);
    columns.stage[i] = (i % lanes) % 3;
    columns.phase[i] = PHASE_COMPUTE;
    columns.batch[i] = Math.floor(i / lanes);
  }
  const file = path.join(createFolder(), "lanes.pipewave");
  const writer = createRun(file);
  writer.setRun({ name: "lanes", kind: "imported", sources: [], createdAtEpochMs: 0 });
  writer.addNames([{ id: nameId(0), text: "x" }]);
  writer.addStages([0, 1, 2].map((id) => ({ id: stageId(id), name: `s${id}`, op: "other" as const, ordinal: id })));
  writer.addLanes(
    Array.from({ length: lanes }, (_, id) => ({
      id: laneId(id),
      ordinal: id,
      kind: "thread" as const,
      process: "p",
      thread: `${id}`,
      rank: id,
    })),
  );
  writer.appendSpans(columns, createEmptyArgs(columns.length));
  writer.finish();
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  expect(countRowLevels(lanes)).toBe(3);
  const { count, baseNs } = levelsOf(reader);
  const [stored] = reader.storedAxes;
  let shown = 0;
  for (let level = stored.finest; level < count; level++) {
    for (let rowLevel = 1; rowLevel < 3; rowLevel++) {
      for (let rowBlock = 0; (rowBlock * TILE_ROWS) << rowLevel < lanes; rowBlock++) {
        for (let column = 0; column * TILE_BINS * baseNs * 2 ** level < 400_000; column++) {
          const key = { axis: "lane" as const, level, rowBlock, column, rowLevel };
          const isStored = reader.readStoredTile(key) !== undefined;
          if (isStored) shown++;
          expectSameCells(readTile(reader, key), binTile(reader, key), tileKeyText(key));
        }
      }
    }
  }
  expect(shown).toBeGreaterThan(5);
}, 60_000);
