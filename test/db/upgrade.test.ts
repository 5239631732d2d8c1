/** Older run files are brought to the newest schema, wholly or not at all. */
import { readFileSync } from "node:fs";
import path from "node:path";

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { openRun } from "../../db/index.ts";
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
