/** The list of jobs: states, turns, progress, cancelling. Work here is a promise that the test holds in its hands. */
import { expect, test } from "vitest";

import type { Job } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { jobId, runId } from "#common/ids.ts";

import type { JobResult, JobWork } from "../../main/core/jobs.ts";
import { createJobs } from "../../main/core/jobs.ts";

function setUp(atOnce?: number) {
  const seen: Job[] = [];
  const jobs = createJobs({ onChange: (job) => seen.push(job), ...(atOnce === undefined ? {} : { atOnce }) });
  const start = (title: string, work: JobWork) => jobs.start({ kind: "import", title, work });
  return { jobs, seen, start };
}

/** Work that goes on until it is told how to end, or until it is cancelled. */
function holdWork() {
  const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
  const started = Promise.withResolvers<AbortSignal>();
  const work: JobWork = ({ signal }) => {
    started.resolve(signal);
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    return promise;
  };
  return { work, finish: resolve, fail: reject, started: started.promise };
}

test("a job that goes well tells running, then done with its run", async () => {
  const { jobs, seen, start } = setUp();
  const id = start("a.json", () => Promise.resolve({ run: runId("a") }));
  expect(await jobs.whenEnded(id)).toMatchObject({ id, title: "a.json", state: "done", share: 1, run: "a" });
  expect(seen.map(({ state }) => state)).toEqual(["running", "done"]);
  expect(jobs.list()).toHaveLength(1);
});

test("an expected failure is told with its fields, a bug with its message", async () => {
  const { jobs, start } = setUp();
  const failure = { code: "malformed-trace", what: "no comma", where: { byteOffset: 3 } } as const;
  const expected = await jobs.whenEnded(start("a", () => Promise.reject(new AppError(failure))));
  expect(expected).toMatchObject({ state: "failed", failure });
  const bug = await jobs.whenEnded(start("b", () => Promise.reject(new TypeError("x is undefined"))));
  expect(bug).toMatchObject({ state: "failed", failure: { what: "the work ended with a bug: x is undefined" } });
});

test("a cancelled job is cancelled, not failed, and cancelling it again does nothing", async () => {
  const { jobs, start } = setUp();
  const held = holdWork();
  const id = start("a", held.work);
  await held.started;
  jobs.cancel(id);
  expect(await jobs.whenEnded(id)).toMatchObject({ state: "cancelled" });
  jobs.cancel(id);
  expect(jobs.list()[0]).not.toHaveProperty("failure");
});

test("two jobs run at a time; the others wait, and one that is cancelled while waiting never starts", async () => {
  const { jobs, start } = setUp(2);
  const held = [holdWork(), holdWork(), holdWork(), holdWork()];
  const started: number[] = [];
  const ids = held.map(({ work }, index) =>
    start(String(index), (context) => {
      started.push(index);
      return work(context);
    }),
  );
  await Promise.all([held[0].started, held[1].started]);
  expect(started).toEqual([0, 1]);
  expect(jobs.list()[2]).toMatchObject({ state: "running", step: "waiting" });
  jobs.cancel(ids[2]);
  expect(await jobs.whenEnded(ids[2])).toMatchObject({ state: "cancelled" });
  held[1].finish({});
  await held[3].started;
  expect(started).toEqual([0, 1, 3]);
  await jobs.close();
});

test("the place of a job that fails is free again", async () => {
  const { jobs, start } = setUp(1);
  const first = start("first", () => Promise.reject(new Error("no")));
  const second = start("second", () => Promise.resolve({}));
  expect(await jobs.whenEnded(first)).toMatchObject({ state: "failed" });
  expect(await jobs.whenEnded(second)).toMatchObject({ state: "done" });
});

test("progress is listed at once, and nothing is told of a job that has ended", async () => {
  const { jobs, seen, start } = setUp();
  const held = holdWork();
  let onProgress: Parameters<JobWork>[0]["onProgress"] = () => undefined;
  const id = start("a", (context) => {
    ({ onProgress } = context);
    return held.work(context);
  });
  await held.started;
  onProgress({ share: 0.25, step: "reading" });
  onProgress({ share: 0.5, step: "reading" });
  expect(jobs.list()[0]).toMatchObject({ share: 0.5, step: "reading" });
  held.finish({});
  await jobs.whenEnded(id);
  onProgress({ share: 0.75 });
  expect(jobs.list()[0]).toMatchObject({ state: "done", share: 1 });
  expect(seen.at(-1)).toMatchObject({ state: "done" });
});

test("closing cancels what runs and waits for it", async () => {
  const { jobs, start } = setUp();
  const held = holdWork();
  start("a", held.work);
  const signal = await held.started;
  await jobs.close();
  expect(signal.aborted).toBe(true);
  expect(jobs.list()[0].state).toBe("cancelled");
});

test("a job that does not exist has a named error", () => {
  expect(() => setUp().jobs.cancel(jobId(7))).toThrow(AppError);
});

test("ended jobs do not pile up for ever, running ones are never forgotten", async () => {
  const { jobs, start } = setUp(1000);
  const held = holdWork();
  const running = start("running", held.work);
  for (let i = 0; i < 150; i++) await jobs.whenEnded(start(String(i), () => Promise.resolve({})));
  expect(jobs.list()).toHaveLength(100);
  expect(jobs.list()[0].id).toBe(running);
  await jobs.close();
});
