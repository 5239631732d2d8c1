/** Older run files are brought to the newest schema, wholly or not at all. */
import { readFileSync } from "node:fs";
import path from "node:path";

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { openRun, readTile, rebuildDerivedData } from "../../db/index.ts";
import { readHeader } from "../../db/schema/header.ts";
import { MIGRATIONS } from "../../db/schema/migrate.ts";
import { upgradeRunFile } from "../../db/write/upgrade-run.ts";
import { createFolder, createRandomSpans, RUN, writeRun } from "./random-run.ts";

const next = "alter table note add column author text";
const versionOf = (file: string) => readHeader(readFileSync(file))?.userVersion;

function writeSample(): string {
  const file = path.join(createFolder(), "a.pipewave");
  writeRun(file, createRandomSpans({ count: 200, seed: 9 }));
  return file;
}

test("a migration changes the tables and the version", () => {
  const file = writeSample();
  expect(versionOf(file)).toBe(MIGRATIONS.length);
  upgradeRunFile(file, { from: MIGRATIONS.length, migrations: [...MIGRATIONS, next] });
  expect(versionOf(file)).toBe(MIGRATIONS.length + 1);
  expect(() => openRun(file)).toThrow(expect.objectContaining({ code: "newer-run-file" }));
});

test("a migration that fails in the middle leaves the file as it was", () => {
  const file = writeSample();
  const migrations = [...MIGRATIONS, next, "alter table nothing add column author text"];
  expect(() => upgradeRunFile(file, { from: MIGRATIONS.length, migrations })).toThrow();
  const reader = openRun(file);
  expect(reader.run).toEqual(RUN);
  expect(reader.query("select name from pragma_table_info('note')").rows.flat()).not.toContain("author");
  reader.close();
});

test("what is derived from spans by another version is derived again, without touching the file", () => {
  const file = writeSample();
  const reader = openRun(file);
  const pairs = reader.laneStages();
  expect(pairs.length).toBeGreaterThan(0);
  reader.close();
  const db = new Sqlite(file);
  db.exec("update run set derived_version = 999; delete from lane_stage");
  db.close();
  const bytes = readFileSync(file);
  const again = openRun(file);
  expect(again.laneStages()).toEqual(pairs);
  again.close();
  expect(readFileSync(file)).toEqual(bytes);
});

test("a file of the second schema is brought to this one, and what it derived is derived again", () => {
  const file = path.join(createFolder(), "old.pipewave");
  writeRun(file, createRandomSpans({ count: 80_000, seed: 3 }));
  const fresh = openRun(file);
  const windows = fresh.computeWindows();
  const key = { axis: "rank", level: fresh.storedAxes[0].finest, rowBlock: 0, column: 0 } as const;
  const tile = readTile(fresh, key);
  fresh.close();
  const db = new Sqlite(file);
  db.exec(`drop index tile_place; alter table tile drop column row_level;
    create unique index tile_place on tile (axis, level, row_block, column_index);
    alter table compute_window drop column work_start_ns; alter table compute_window drop column work_end_ns;
    delete from metric where name <> 'has_iterations';
    update run set derived_version = 2; pragma user_version = 2`);
  db.close();
  const old = openRun(file);
  expect(versionOf(file)).toBe(MIGRATIONS.length);
  expect(old.hasCurrentDerivedData).toBe(false);
  expect(old.computeWindows()).toEqual(windows);
  old.close();
  rebuildDerivedData(file);
  const rebuilt = openRun(file);
  expect(rebuilt.hasCurrentDerivedData).toBe(true);
  expect(rebuilt.computeWindows()).toEqual(windows);
  expect(readTile(rebuilt, key)).toStrictEqual(tile);
  rebuilt.close();
});
