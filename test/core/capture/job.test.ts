/** Captures through the backend, as the window starts them: the run grows in the library, and is kept however it ends. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { CaptureRequestOptions, Job } from "#common/api.ts";

import { createBackend, type Backend } from "../../../main/core/backend.ts";
import { installFakeTensorflow } from "../../native-runner/tensorflow-package.ts";

const SLOW_MS = 120_000;
const tiny: CaptureRequestOptions = {
  network: "tiny",
  backend: "wasm",
  inputSize: 32,
  workers: 2,
  partition: "even",
  batches: 6,
};
const context = { signal: new AbortController().signal };

let folder: string;
let backend: Backend;
let hearJob: (job: Job) => void;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-capture-job-"));
  hearJob = () => undefined;
});
afterEach(async () => {
  await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @param deed of the fake TensorFlow, which is then there to be used */
function start(deed?: string): void {
  if (deed !== undefined) installFakeTensorflow(folder);
  backend = createBackend({
    libraryPath: path.join(folder, "library"),
    version: "0",
    emit: (event, payload) => {
      if (event === "jobChanged") hearJob(payload as Job);
    },
    runner: { cwd: folder, ...(deed === undefined ? {} : { env: { ...process.env, FAKE_TENSORFLOW: deed } }) },
  });
}

const filesOf = (place: string): string[] => readdirSync(path.join(folder, "library", place)).toSorted();

test("a capture ends as a run of the library", { timeout: SLOW_MS }, async () => {
  start();
  const { handlers, jobs } = backend;
  const job = await jobs.whenEnded(await handlers.startCapture(tiny, context));
  expect(job).toMatchObject({ kind: "capture", title: "tiny pipelined", state: "done", run: "tiny pipelined" });
  const [entry] = await handlers.listRuns({}, context);
  expect(entry).toMatchObject({ id: "tiny pipelined", kind: "captured", stages: 8, ranks: 2 });
  expect(filesOf(".incoming")).toEqual([]);
});

test("the run can be read while it grows, and cancelling keeps what was captured", { timeout: SLOW_MS }, async () => {
  start();
  const { handlers, jobs } = backend;
  const visible = Promise.withResolvers<Job>();
  hearJob = (job) => {
    if (job.state === "running" && job.run !== undefined) visible.resolve(job);
  };
  const id = await handlers.startCapture({ ...tiny, batches: 1_000_000 }, context);
  const { run } = await visible.promise;
  if (run === undefined) throw new Error("no run");
  const early = await handlers.readReport({ run }, context);
  expect(early.run.stages).toBe(8);
  await handlers.cancelJob({ job: id }, context);
  const job = await jobs.whenEnded(id);
  expect(job).toMatchObject({ state: "done", run });
  const late = await handlers.readReport({ run }, context);
  expect(late.run.spans).toBeGreaterThan(early.run.spans);
  expect(filesOf(".").filter((name) => name.endsWith(".pipewave"))).toEqual([`${run}.pipewave`]);
});

test(
  "kill −9 of the runner fails the job, keeps the run, and leaves the backend answering",
  { timeout: SLOW_MS },
  async () => {
    start("kill:1500");
    const { handlers, jobs } = backend;
    const id = await handlers.startCapture({ ...tiny, backend: "tensorflow", batches: 1_000_000 }, context);
    const job = await jobs.whenEnded(id);
    expect(job).toMatchObject({ state: "failed", failure: { code: "runner-died" } });
    expect(job.failure?.what).toContain('kept in the library as "tiny pipelined"');
    const [entry, ...more] = await handlers.listRuns({}, context);
    expect(more).toEqual([]);
    if (entry === undefined) throw new Error("the run is not there");
    expect((await handlers.readReport({ run: entry.id }, context)).run.spans).toBeGreaterThan(0);
  },
);

test("two captures run at the same time without meeting", { timeout: SLOW_MS }, async () => {
  start();
  const { handlers, jobs } = backend;
  const ids = [await handlers.startCapture(tiny, context), await handlers.startCapture(tiny, context)];
  const ended = await Promise.all(ids.map((id) => jobs.whenEnded(id)));
  expect(ended.map(({ state }) => state)).toEqual(["done", "done"]);
  expect(new Set(ended.map(({ run }) => run)).size).toBe(2);
});

test("what a page must not ask is refused", () => {
  start();
  const { handlers } = backend;
  for (const options of [{ network: "alexnet" }, { workers: 0 }, { inputSize: 1.5 }, { backend: "cpu" }]) {
    expect(() => handlers.startCapture(options as CaptureRequestOptions, context)).toThrow("startCapture");
  }
});
