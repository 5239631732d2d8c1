/** A run file is whole or it is not there, and every other file is refused by its proper name. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import type { ErrorCode } from "#common/errors.ts";

import { createRun, openRun, removeStaleFiles } from "../../db/index.ts";
import { isTemporaryName } from "../../db/write/temporary-file.ts";
import { createFolder, createRandomSpans, RUN, writeRun } from "./random-run.ts";

const failsWith = (code: ErrorCode): unknown => expect.objectContaining({ name: "AppError", code }) as unknown;
const sample = createRandomSpans({ count: 3000, seed: 6 });
const halfWriter = fileURLToPath(new URL("./half-writer.ts", import.meta.url));
/** Runs a command in a world of its own, where it may mount file systems. */
const UNSHARE = "unshare";

test("nothing is at the target until the writer finishes", () => {
  const folder = createFolder();
  const target = path.join(folder, "a.pipewave");
  const writer = createRun(target);
  writer.setRun(RUN);
  expect(readdirSync(folder).every(isTemporaryName)).toBe(true);
  writer.finish();
  expect(readdirSync(folder)).toEqual(["a.pipewave"]);
});

test("a writer that gives up leaves nothing, however often it is told", () => {
  const folder = createFolder();
  const writer = createRun(path.join(folder, "a.pipewave"));
  writer.setRun(RUN);
  writer.appendSpans(sample.columns, sample.args);
  writer.abort();
  writer.abort();
  expect(readdirSync(folder)).toEqual([]);
  expect(() => writer.finish()).toThrow();
  expect(readdirSync(folder)).toEqual([]);
});

test("giving up after finishing keeps the file", () => {
  const target = path.join(createFolder(), "a.pipewave");
  const writer = createRun(target);
  writer.setRun(RUN);
  writer.finish();
  writer.abort();
  openRun(target).close();
});

test("an existing file is replaced only when asked, and stays until the new one is whole", () => {
  const folder = createFolder();
  const target = path.join(folder, "a.pipewave");
  writeFileSync(target, "precious");
  expect(() => createRun(target)).toThrow(failsWith("file-exists"));
  expect(readFileSync(target, "utf8")).toBe("precious");
  const writer = createRun(target, { replace: true });
  writer.setRun(RUN);
  expect(readFileSync(target, "utf8")).toBe("precious");
  writer.finish();
  expect(openRun(target).run).toEqual(RUN);
});

test("a file that appears at the target meanwhile is not replaced", () => {
  const folder = createFolder();
  const target = path.join(folder, "a.pipewave");
  const writer = createRun(target);
  writer.setRun(RUN);
  writeFileSync(target, "precious");
  expect(() => writer.finish()).toThrow(failsWith("file-exists"));
  expect(readFileSync(target, "utf8")).toBe("precious");
  expect(readdirSync(folder)).toEqual(["a.pipewave"]);
});

test("a folder that does not exist, or a target that is a folder, is refused", () => {
  const folder = createFolder();
  expect(() => createRun(path.join(folder, "no", "a.pipewave"))).toThrow(failsWith("write-failed"));
  mkdirSync(path.join(folder, "b.pipewave"));
  expect(() => createRun(path.join(folder, "b.pipewave"), { replace: true })).toThrow(failsWith("file-exists"));
});

test("a killed writer leaves only a file that is known as incomplete, and that is cleared away", async () => {
  const folder = createFolder();
  const child = spawn(process.execPath, [halfWriter, path.join(folder, "a.pipewave")]);
  const closed = once(child, "close");
  await once(child.stdout, "data");
  expect(removeStaleFiles(folder), "a live writer's file stays").toEqual([]);
  child.kill("SIGKILL");
  await closed;
  const left = readdirSync(folder);
  expect(left).toHaveLength(1);
  expect(isTemporaryName(left[0])).toBe(true);
  const file = path.join(folder, left[0]);
  expect(() => openRun(file)).toThrow(failsWith("incomplete-run-file"));
  copyFileSync(file, path.join(folder, "renamed.pipewave"));
  expect(() => openRun(path.join(folder, "renamed.pipewave"))).toThrow(failsWith("incomplete-run-file"));
  expect(removeStaleFiles(folder)).toEqual([file]);
  expect(readdirSync(folder)).toEqual(["renamed.pipewave"]);
});

test("a full disk is said, and leaves nothing", (context) => {
  // A small file system of its own, gone with the process that mounted it.
  const folder = createFolder();
  const script = `mount -t tmpfs -o size=1m none "$1" && "$2" "$3" "$1/a.pipewave" finish && ls -A "$1"`;
  const { status, stdout } = spawnSync(
    UNSHARE,
    ["-rm", "sh", "-c", script, "sh", folder, process.execPath, halfWriter],
    {
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  if (status !== 0) context.skip("needs Linux and the right to mount a small file system (unshare -rm)");
  expect(stdout).toBe("disk-full\n");
});

test.each<[string, ErrorCode, (file: string) => void]>([
  ["a missing file", "file-not-found", () => undefined],
  ["a folder", "not-a-run-file", (file) => mkdirSync(file)],
  ["an empty file", "not-a-run-file", (file) => writeFileSync(file, "")],
  ["a trace", "not-a-run-file", (file) => writeFileSync(file, '{"traceEvents":[]}'.padEnd(200))],
  ["another program's database", "not-a-run-file", (file) => new Sqlite(file).exec("create table t(a)").close()],
  ["a run file of a newer version", "newer-run-file", (file) => patch(file, (db) => db.pragma("user_version = 999"))],
  ["a run file cut short", "damaged-run-file", (file) => cut(file, 30_000)],
  ["a run file without its table", "damaged-run-file", (file) => patch(file, (db) => db.exec("drop table lane"))],
  ["a run file without its row", "damaged-run-file", (file) => patch(file, (db) => db.exec("delete from run"))],
  [
    "a run file with a lane missing",
    "damaged-run-file",
    (file) => patch(file, (db) => db.exec("delete from lane where id = 3")),
  ],
  [
    "a run file with an unknown word",
    "damaged-run-file",
    (file) => patch(file, (db) => db.exec("update stage set op = 'x'")),
  ],
  [
    "a run file with a chunk missing",
    "damaged-run-file",
    (file) => patch(file, (db) => db.exec("delete from span_chunk")),
  ],
])("%s is refused as %s", (_, code, make) => {
  const file = path.join(createFolder(), "a.pipewave");
  make(file);
  expect(() => openRun(file)).toThrow(failsWith(code));
});

test.each([
  ["a column missing", "delete from span_column where id = 2"],
  ["an encoding changed", "update span_column set encoding = 4 where id = 3"],
  ["a base changed", "update span_column set base = base + 1 where id = 0"],
  ["a zone map changed", "update span_chunk set max_end = max_end - 1"],
  ["bytes changed", "update span_column set data = randomblob(length(data)) where id = 2"],
])("a chunk with %s is refused when it is read", (_, sql) => {
  const file = path.join(createFolder(), "a.pipewave");
  patch(file, (db) => db.exec(sql));
  const reader = openRun(file);
  expect(() => reader.readChunk(0)).toThrow(failsWith("damaged-run-file"));
  expect(() => reader.readAllSpans()).toThrow(failsWith("damaged-run-file"));
  expect(() => reader.query("select count(*) from span")).toThrow(failsWith("damaged-run-file"));
  reader.close();
});

function cut(file: string, sizeBytes: number): void {
  writeRun(file, sample);
  truncateSync(file, sizeBytes);
}

function patch(file: string, change: (db: Sqlite.Database) => unknown): void {
  writeRun(file, sample);
  const db = new Sqlite(file);
  change(db);
  db.close();
}
