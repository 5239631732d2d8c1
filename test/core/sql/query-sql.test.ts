/** SQL that a person types, through the backend: answers, limits, refusals, and an endless statement that is ended. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { CallContext } from "#common/api.ts";
import { runId } from "#common/ids.ts";
import { SQL_TABLES } from "#common/sql.ts";
import { createBackend } from "../../../main/core/backend.ts";
import { askSql } from "../../../main/core/sql/ask-sql.ts";
import { makeTemporaryFolder, writeTrace } from "../../support/sample-trace.ts";

const context: CallContext = { signal: new AbortController().signal };
const run = runId("a");
const ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c";

async function open() {
  const libraryPath = path.join(makeTemporaryFolder(), "library");
  const backend = createBackend({ libraryPath, version: "1.2.3", emit: () => undefined });
  onTestFinished(() => backend.close());
  const { handlers, jobs } = backend;
  const file = writeTrace(makeTemporaryFolder(), "a.json");
  await jobs.whenEnded(await handlers.startImport({ path: file }, context));
  return { handlers, path: path.join(libraryPath, "a.pipewave") };
}

test("a statement gives columns and rows, and says when there were more", async () => {
  const { handlers } = await open();
  const all = await handlers.querySql({ run, sql: "select id, start, x'0aff' as bytes, null from span" }, context);
  expect(all).toMatchObject({ columns: ["id", "start", "bytes", "null"], more: false });
  expect(all.rows).toEqual([0, 2000, 3000, 5000].map((start, id) => [id, start, "x'0aff'", null]));
  const some = await handlers.querySql({ run, sql: "select id from span order by id desc", mostRows: 2 }, context);
  expect(some).toMatchObject({ rows: [[3], [2]], more: true });
});

test("what writes, what is no SQL and a run without a file are refused", async () => {
  const { handlers } = await open();
  for (const sql of ["delete from span_chunk", "selekt 1", "", "select 1; select 2", "attach 'x' as y"]) {
    await expect(handlers.querySql({ run, sql }, context), sql).rejects.toMatchObject({ code: "invalid-sql" });
  }
  expect(await handlers.querySql({ run, sql: "select count(*) from span_chunk" }, context)).toMatchObject({
    rows: [[1]],
  });
  expect(() => handlers.querySql({ run: runId("b"), sql: "select 1" }, context)).toThrow(/no run called b/);
});

test("an endless statement is ended at the limit of time, and by whoever asked", async () => {
  const { path: file } = await open();
  const question = { path: file, sql: ENDLESS, mostRows: 1 };
  await expect(askSql(question, { limitMs: 400 })).rejects.toMatchObject({ code: "too-slow" });
  const controller = new AbortController();
  const asked = askSql(question, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});

test("a process that cannot be started or that dies is an error message", async () => {
  const { path: file } = await open();
  const question = { path: file, sql: "select 1", mostRows: 1 };
  await expect(askSql(question, { node: path.join(makeTemporaryFolder(), "no-node") })).rejects.toMatchObject({
    code: "worker-died",
  });
  const entry = new URL("./dies.ts", import.meta.url);
  await expect(askSql(question, { entry })).rejects.toMatchObject({ code: "worker-died" });
});

test("the tables that the window names have the columns that it names", async () => {
  const { handlers } = await open();
  for (const { name, columns } of SQL_TABLES) {
    const from = name.startsWith("span_in") ? "span_in(0, 1)" : name;
    const answer = await handlers.querySql({ run, sql: `select ${columns.join(", ")} from ${from} limit 1` }, context);
    expect(answer.columns, name).toEqual(columns);
  }
});
