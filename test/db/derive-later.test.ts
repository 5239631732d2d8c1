/** A run whose levels of detail are left for later draws the same, before they are made and after. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { createRun, levelsOf, openRun, readTile, rebuildDerivedData } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import { createFolder, createRandomSpans, LANES, NAMES, RUN, STAGES } from "./random-run.ts";

const SPANS = 80_000;

function write(file: string, deriveLater: boolean): RunReader {
  const { columns, args } = createRandomSpans({ count: SPANS, seed: 7 });
  const writer = createRun(file, { deriveLater });
  writer.setRun(RUN);
  writer.addLanes(LANES);
  writer.addStages(STAGES);
  writer.addNames(NAMES);
  writer.appendSpans(columns, args);
  writer.finish();
  return open(file);
}

function open(file: string): RunReader {
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  return reader;
}

const tilesOf = (reader: RunReader) =>
  Array.from({ length: levelsOf(reader).count }, (_, level) =>
    readTile(reader, { axis: "rank", level, rowBlock: 0, column: 0 }),
  );

test("levels of detail that were left for later come out as those that were made at once", () => {
  const folder = createFolder();
  const atOnce = write(path.join(folder, "at-once.pipewave"), false);
  const file = path.join(folder, "later.pipewave");
  const later = write(file, true);
  expect(atOnce.hasCurrentDerivedData).toBe(true);
  expect(atOnce.storedAxes.length).toBeGreaterThan(0);
  expect(later.hasCurrentDerivedData).toBe(false);
  expect(later.storedAxes).toEqual([]);
  expect(later.computeWindows()).toEqual(atOnce.computeWindows());

  rebuildDerivedData(file);
  const rebuilt = open(file);
  expect(rebuilt.hasCurrentDerivedData).toBe(true);
  expect(rebuilt.storedAxes).toEqual(atOnce.storedAxes);
  expect(tilesOf(rebuilt)).toStrictEqual(tilesOf(atOnce));
});
