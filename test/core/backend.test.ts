/** The backend as a whole, with real workers: what its methods check, and what happens to jobs that end badly. */
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";

import type { ApiEvents, CallContext, Job } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";
import type { JobId } from "#common/ids.ts";
import { runId, spanId } from "#common/ids.ts";
import { IDLE_CAUSES } from "#common/report.ts";

import type { BackendOptions } from "../../main/core/backend.ts";
import { createBackend } from "../../main/core/backend.ts";
import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";

const context: CallContext = { signal: new AbortController().signal };
const misbehaving = new URL("./workers/misbehaving.ts", import.meta.url);
const a = runId("a");

function open(options: Partial<BackendOptions> = {}) {
  const libraryPath = path.join(makeTemporaryFolder(), "library");
  const watchers = new Set<(job: Job) => void>();
  const emit: BackendOptions["emit"] = (event, payload) => {
    if (event === "jobChanged") for (const watcher of watchers) watcher(payload as ApiEvents["jobChanged"]);
  };
  const backend = createBackend({ libraryPath, version: "1.2.3", emit, ...options });
  onTestFinished(() => backend.close());
  const { handlers, jobs } = backend;
  return {
    backend,
    handlers,
    jobs,
    libraryPath,
    importFile: async (file: string): Promise<Job> =>
      jobs.whenEnded(await handlers.startImport({ path: file }, context)),
    /** Fulfilled when the job tells a step that matches. */
    whenStep: (id: JobId, step: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const watcher = (job: Job): void => {
          if (job.id !== id || !step.test(job.step ?? "")) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
      }),
  };
}

const incoming = (libraryPath: string): string[] => readdirSync(path.join(libraryPath, ".incoming"));

test("a run can be read in every way that the window reads it", async () => {
  const { handlers, importFile } = open();
  expect(await importFile(writeTrace(makeTemporaryFolder(), "a.json"))).toMatchObject({ state: "done", run: "a" });

  const detail = await handlers.readRun({ run: a }, context);
  expect(detail).toMatchObject({ id: "a", spanCount: 4, windows: [{ startNs: 0, endNs: 7000, warmUp: false }] });
  expect(detail.stages).toHaveLength(2);

  const report = await handlers.readReport({ run: a }, context);
  expect(report).toMatchObject({ makespanNs: 7000, bubble: { rows: [{ busyNs: 4000 }, { busyNs: 4000 }] } });

  const key = { axis: "rank", level: detail.levels.count - 1, rowBlock: 0, column: 0 } as const;
  const tile = await handlers.readTile({ run: a, key }, context);
  expect(Math.max(...tile.stage.subarray(0, 256).filter((stage) => stage !== 0xffff))).toBe(0);

  const everything = { run: a, axis: "lane", fromRow: 0, toRow: 2, fromNs: 0, toNs: 7000, limit: 10 } as const;
  const { ids, columns } = await handlers.readSpans(everything, context);
  expect([...ids]).toEqual([0, 1, 2, 3]);
  expect([...columns.start]).toEqual([0, 2000, 3000, 5000]);
  const ofStage = { run: a, replica: 0, fromStage: 1, toStage: 2, fromNs: 0, toNs: 7000, limit: 10 } as const;
  const second = await handlers.readStageSpans(ofStage, context);
  expect([[...second.ids], [...second.columns.start], second.truncated]).toEqual([[1, 3], [2000, 5000], false]);
  const span = await handlers.readSpan({ run: a, span: spanId(2) }, context);
  expect(span).toMatchObject({ batch: 1, startNs: 3000, previous: 0, pass: "forward", phase: "compute" });
});

test("a scope is explained bubble by bubble, along its critical path and by its transfers", async () => {
  const { handlers, importFile } = open();
  await importFile(writeTrace(makeTemporaryFolder(), "a.json"));
  const scope = { iteration: 0, replica: 0 };
  const { bubbles, ...rest } = await handlers.readBubbles({ run: a, limit: 10 }, context);
  expect(rest).toEqual({ scope, total: 4 });
  expect([...bubbles.rank]).toEqual([0, 0, 1, 1]);
  expect([...bubbles.from]).toEqual([2000, 5000, 0, 4000]);
  expect([...bubbles.to]).toEqual([3000, 7000, 2000, 5000]);
  expect(Array.from(bubbles.cause, (code) => IDLE_CAUSES[code])).toEqual(["other", "drain", "fill", "starved"]);
  expect([bubbles.awaitedStage[3], bubbles.awaitedBatch[3], bubbles.waitedFor[3], bubbles.next[3]]).toEqual([
    0, 1, 2, 3,
  ]);
  const window = { fromNs: 2500, toNs: 5000 };
  const longest = await handlers.readBubbles({ run: a, ...scope, ...window, limit: 1 }, context);
  expect(longest).toMatchObject({ total: 2, bubbles: { length: 1 } });
  const { path: along } = await handlers.readCriticalPath({ run: a }, context);
  expect([...along.from, along.to.at(-1)]).toEqual([0, 2000, 3000, 5000, 7000]);
  expect([...along.span]).toEqual([0, 2, 2, 3]);
  expect(await handlers.readTransfers({ run: a, ...window, limit: 10 }, context)).toMatchObject({ length: 0 });
  const elsewhere = Promise.try(() => handlers.readCriticalPath({ run: a, iteration: 99 }, context));
  await expect(elsewhere).rejects.toMatchObject({ code: "unknown-scope" });
});

test("what another version derived is built again when the run is opened", async () => {
  const { handlers, importFile, libraryPath } = open();
  await importFile(writeTrace(makeTemporaryFolder(), "a.json"));
  const before = await handlers.readRun({ run: a }, context);
  const file = path.join(libraryPath, "a.pipewave");
  const outdate = (db: Sqlite.Database) => db.exec("update run set derived_version = 1; delete from compute_window");
  const versionOf = (db: Sqlite.Database) => db.prepare("select derived_version from run").pluck().get();
  const version = withDatabase(file, versionOf);
  withDatabase(file, outdate);
  expect(await handlers.readRun({ run: a }, context)).toEqual(before);
  expect(withDatabase(file, versionOf)).toBe(version);
  const counts = withDatabase(file, (db) => db.prepare("select count(*) from compute_window").pluck().get());
  expect(counts).toBe(before.windows.length);
});

test.each([
  ["readRun", {}],
  ["readRun", { run: 5 }],
  ["readTile", { run: "a", key: { axis: "diagonal", level: 0, rowBlock: 0, column: 0 } }],
  ["readTile", { run: "a", key: { axis: "rank", level: -60, rowBlock: 0, column: 0 } }],
  ["readTile", { run: "a", key: { axis: "rank", level: 61, rowBlock: 0, column: 0 } }],
  ["readSpans", { run: "a", axis: "lane", fromRow: 0, toRow: 1, fromNs: NaN, toNs: 1, limit: 1 }],
  ["readSpans", { run: "a", axis: "lane", fromRow: 0, toRow: 1, fromNs: 0, toNs: 1, limit: 1e9 }],
  ["readSpan", { run: "a", span: 0.5 }],
  ["renameRun", { run: "a", name: "   " }],
  ["startImport", {}],
  ["startImport", { path: "x", upload: "y" }],
  ["cancelJob", { job: "1" }],
  ["listRuns", null],
] as const)("%s refuses %j", async (method, args) => {
  const { handlers } = open();
  const call = Promise.try(() => (handlers[method] as (args: unknown, context: CallContext) => unknown)(args, context));
  await expect(call).rejects.toMatchObject({ name: "AppError", code: "invalid-argument" });
});

test("every method of a run that does not exist says so", async () => {
  const { handlers } = open();
  const key = { axis: "rank", level: 0, rowBlock: 0, column: 0 } as const;
  const rows = { axis: "rank", fromRow: 0, toRow: 1, fromNs: 0, toNs: 1, limit: 1 } as const;
  const argsOf: Record<string, object> = {
    readTile: { key },
    readSpans: rows,
    readStageSpans: { replica: 0, fromStage: 0, toStage: 1, fromNs: 0, toNs: 1, limit: 1 },
    readSpan: { span: 0 },
    readBubbles: { limit: 1 },
    readTransfers: { fromNs: 0, toNs: 1, limit: 1 },
    renameRun: { name: "b" },
    readArea: rows,
    findSpans: { text: "a", fromNs: 0, limit: 1 },
    saveNote: { note: { atNs: 0, text: "a" } },
    deleteNote: { note: 1 },
    querySql: { sql: "select 1" },
  };
  // A comparison names its two runs otherwise.
  const methods = Object.keys(API_METHODS).filter((method) =>
    /^(read(?!Comp)|rename|delete|restore|find|saveNote|query)/.test(method),
  );
  expect(methods.length).toBeGreaterThanOrEqual(12);
  for (const method of methods) {
    const handler = handlers[method as "readRun"];
    for (const run of ["missing", "../library/a", ".trash"]) {
      const call = Promise.try(() => handler({ run: runId(run), ...argsOf[method] }, context));
      await expect(call, `${method} ${run}`).rejects.toMatchObject({ code: "unknown-run" });
    }
  }
});

test("a level that a run does not have, and an iteration, are named errors", async () => {
  const { handlers, importFile } = open();
  await importFile(writeTrace(makeTemporaryFolder(), "a.json"));
  const key = { axis: "rank", level: 60, rowBlock: 0, column: 0 } as const;
  await expect(Promise.try(() => handlers.readTile({ run: a, key }, context))).rejects.toMatchObject({
    code: "invalid-argument",
  });
  await expect(Promise.try(() => handlers.readReport({ run: a, iteration: 99 }, context))).rejects.toMatchObject({
    code: "unknown-scope",
  });
});

test("a file that is not there fails at once, without a job", () => {
  const { handlers, jobs } = open();
  expect(() => handlers.startImport({ path: "/no/such/file" }, context)).toThrow(
    expect.objectContaining({ code: "file-not-found" }) as Error,
  );
  expect(jobs.list()).toEqual([]);
});

test("an open run follows renaming, deleting, restoring and being replaced", async () => {
  const { handlers, importFile, libraryPath } = open();
  await importFile(writeTrace(makeTemporaryFolder(), "a.json"));
  const nameNow = async (): Promise<string> => (await handlers.readRun({ run: a }, context)).run.name;
  expect(await nameNow()).toBe("a");
  await handlers.renameRun({ run: a, name: "Baseline" }, context);
  expect(await nameNow()).toBe("Baseline");
  await handlers.deleteRun({ run: a }, context);
  await expect(nameNow()).rejects.toMatchObject({ code: "unknown-run" });
  await handlers.restoreRun({ run: a }, context);
  expect(await nameNow()).toBe("Baseline");

  await importFile(writeTrace(makeTemporaryFolder(), "b.json", ["001122", "..001122"]));
  copyFileSync(path.join(libraryPath, "b.pipewave"), path.join(libraryPath, "a.pipewave"));
  expect(await nameNow()).toBe("b");
});

test("a run file is taken over as it is, even twice under one name; a damaged one is refused", async () => {
  const first = open();
  await first.importFile(writeTrace(makeTemporaryFolder(), "a.json"));
  const file = path.join(first.libraryPath, "a.pipewave");
  const second = open();
  expect(await second.importFile(file)).toMatchObject({ state: "done", run: "a", report: { events: { spans: 4 } } });
  expect(await second.importFile(file)).toMatchObject({ state: "done", run: "a 2" });
  const damaged = path.join(makeTemporaryFolder(), "damaged.pipewave");
  copyFileSync(file, damaged);
  writeFileSync(damaged, new Uint8Array(500), { flag: "r+" });
  expect(await second.importFile(damaged)).toMatchObject({
    state: "failed",
    failure: { where: { file: "damaged.pipewave" } },
  });
});

test("a cancelled import leaves nothing behind, and its place is free", async () => {
  const { handlers, jobs, importFile, libraryPath } = open();
  const folder = makeTemporaryFolder();
  const file = writeTrace(folder, "long.json", ["01".repeat(50_000), "10".repeat(50_000)]);
  const id = await handlers.startImport({ path: file }, context);
  await handlers.cancelJob({ job: id }, context);
  expect(await jobs.whenEnded(id)).toMatchObject({ state: "cancelled", title: "long.json" });
  expect(incoming(libraryPath)).toEqual([]);
  expect(await handlers.listRuns({}, context)).toEqual([]);
  expect(await importFile(writeTrace(folder, "a.json"))).toMatchObject({ state: "done" });
});

test("an import that is cancelled in the middle of its worker's work leaves nothing behind", async () => {
  const { handlers, jobs, libraryPath, whenStep } = open({ workerEntry: misbehaving });
  const id = await handlers.startImport({ path: makeFile("waits") }, context);
  await whenStep(id, /started/);
  expect(incoming(libraryPath)).toHaveLength(1);
  await handlers.cancelJob({ job: id }, context);
  expect(await jobs.whenEnded(id)).toMatchObject({ state: "cancelled" });
  expect(incoming(libraryPath)).toEqual([]);
});

test.each(["exits", "throws", "answers-nothing"])(
  "a worker that %s is a failed job, and the backend goes on",
  async (way) => {
    const { handlers, importFile, libraryPath } = open({ workerEntry: misbehaving });
    const job = await importFile(makeFile(way));
    expect(job).toMatchObject({ state: "failed", failure: { code: "worker-died", where: { file: way } } });
    expect(incoming(libraryPath)).toEqual([]);
    expect(await handlers.listJobs({}, context)).toHaveLength(1);
    expect((await handlers.describeHost({}, context)).version).toBe("1.2.3");
  },
);

test("closing ends running workers and removes what they were writing", async () => {
  const { backend, handlers, jobs, libraryPath, whenStep } = open({ workerEntry: misbehaving });
  const id = await handlers.startImport({ path: makeFile("waits") }, context);
  await whenStep(id, /started/);
  await backend.close();
  expect(jobs.list()).toMatchObject([{ state: "cancelled" }]);
  expect(incoming(libraryPath)).toEqual([]);
  expect(existsSync(libraryPath)).toBe(true);
});

function withDatabase<Result>(file: string, use: (db: Sqlite.Database) => Result): Result {
  const db = new Sqlite(file);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

/** A file whose name tells the misbehaving worker what to do. */
function makeFile(name: string): string {
  const file = path.join(makeTemporaryFolder(), name);
  writeFileSync(file, "x");
  return file;
}
