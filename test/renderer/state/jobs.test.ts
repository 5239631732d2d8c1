/** Imports as the window follows them: upload, progress, cancel, failure in words. */
import { expect, test, vi } from "vitest";

import type { Job } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { jobId, runId } from "#common/ids.ts";
import { Jobs } from "../../../renderer/state/jobs.svelte.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const file = (name: string) => new File(["{}"], name);
const job = (rest: Partial<Job> = {}): Job => ({
  id: jobId(0),
  kind: "import",
  title: "trace.json",
  state: "running",
  ...rest,
});

function createJobs({ free = true, watched = false }: { free?: boolean; watched?: boolean } = {}) {
  vi.useFakeTimers();
  const host = createFakeHost();
  const notices = new Notices();
  const openRun = vi.fn();
  /** Without the questions about the host itself. */
  const changes = () => host.calls.filter(({ method }) => method !== "describeHost");
  const jobs = new Jobs({
    host,
    notices,
    openRun,
    isFree: () => free,
    showCapture: vi.fn(),
    watchesCapture: () => watched,
  });
  return { host, notices, openRun, changes, jobs };
}

test("a file is uploaded, then imported under the upload's name", async () => {
  const { changes, jobs } = createJobs();
  await jobs.importFiles([file("trace.json")]);
  expect(changes()).toEqual([{ method: "startImport", args: { upload: "upload of trace.json", keepPartial: false } }]);
});

test("progress is shown while the import runs", () => {
  const { host, jobs } = createJobs();
  host.emit("jobChanged", job({ share: 0.25, step: "Reading events" }));
  host.emit("jobChanged", job({ share: 0.5, step: "Reading events" }));
  expect(jobs.work).toMatchObject([{ title: "trace.json", state: "running", share: 0.5, step: "Reading events" }]);
});

test("a capture can be watched while it runs, and says that it has ended where nobody watches", () => {
  const capture = job({ kind: "capture", title: "tiny pipelined" });
  const { host, jobs, notices } = createJobs();
  host.emit("jobChanged", capture);
  expect(jobs.work).toMatchObject([{ kind: "capture", step: "Capturing" }]);
  expect(jobs.work[0]?.show).toBeDefined();
  host.emit("jobChanged", { ...capture, state: "done", run: runId("tiny pipelined") });
  expect(notices.list.map(({ text }) => text)).toEqual(["Captured “tiny pipelined”."]);

  const seen = createJobs({ watched: true });
  seen.host.emit("jobChanged", { ...capture, state: "done", run: runId("tiny pipelined") });
  expect(seen.notices.list).toEqual([]);
});

test("a cancelled upload leaves nothing behind and starts no import", async () => {
  const { host, changes, jobs, notices } = createJobs();
  const sending = Promise.withResolvers<undefined>();
  host.answerUpload = (_file, { signal }) => {
    sending.resolve(undefined);
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  };
  const importing = jobs.importFiles([file("trace.json")]);
  await sending.promise;
  jobs.work[0]?.cancel();
  await importing;
  expect(jobs.work).toEqual([]);
  expect(notices.unexpected).toBeUndefined();
  expect(changes()).toEqual([]);
});

test("an upload that is refused stays on screen with its reason until it is dismissed", async () => {
  const { host, jobs } = createJobs();
  host.answerUpload = () => Promise.reject(new AppError({ code: "too-large", what: "the file is too large" }));
  await jobs.importFiles([file("trace.json")]);
  expect(jobs.work).toMatchObject([{ state: "failed", failure: { code: "too-large" } }]);
  jobs.work[0]?.dismiss();
  expect(jobs.work).toEqual([]);
});

test("a file above the host's limit is not sent", async () => {
  const { host, jobs } = createJobs();
  host.answers.describeHost = () => ({ version: "0.0.0", libraryPath: "runs", uploadLimitBytes: 1 });
  host.answerUpload = () => Promise.reject(new Error("it was sent"));
  await jobs.importFiles([file("trace.json")]);
  expect(jobs.work).toMatchObject([{ state: "failed", failure: { code: "too-large" } }]);
});

test("one file that fails does not stop the others", async () => {
  const { host, changes, jobs } = createJobs();
  host.answerUpload = ({ name }) =>
    name === "a.json"
      ? Promise.reject(new AppError({ code: "too-large", what: "it is too large" }))
      : Promise.resolve(name);
  await jobs.importFiles([file("a.json"), file("b.json")]);
  expect(changes()).toEqual([{ method: "startImport", args: { upload: "b.json", keepPartial: false } }]);
});

test("cancelling a running import asks the backend, and its word that it is cancelled removes the line", async () => {
  const { host, jobs, notices } = createJobs();
  host.emit("jobChanged", job());
  jobs.work[0]?.cancel();
  expect(host.calls).toEqual([{ method: "cancelJob", args: { job: 0 } }]);
  host.emit("jobChanged", job({ state: "cancelled" }));
  expect(jobs.work).toEqual([]);
  await Promise.resolve();
  expect(notices.list).toMatchObject([{ text: "Cancelled the import of “trace.json”." }]);
});

test("a trace that is cut off can be imported as far as it goes", async () => {
  const { host, changes, jobs } = createJobs();
  await jobs.importFiles([file("cut.json")]);
  host.emit("jobChanged", job({ state: "failed", failure: { code: "truncated-trace", what: "the trace ends early" } }));
  jobs.work[0]?.keepPartial?.();
  await vi.waitFor(() => expect(changes()).toHaveLength(2));
  expect(changes()[1]).toEqual({
    method: "startImport",
    args: { upload: "upload of cut.json", keepPartial: true },
  });
  expect(jobs.work.filter(({ state }) => state === "failed")).toEqual([]);
});

test("a file that no importer knows cannot be imported in part", async () => {
  const { host, jobs } = createJobs();
  await jobs.importFiles([file("x.bin")]);
  host.emit("jobChanged", job({ state: "failed", failure: { code: "unknown-format", what: "no importer knows it" } }));
  expect(jobs.work[0]?.keepPartial).toBeUndefined();
});

test("a single file opens when it is there", async () => {
  const { host, jobs, openRun } = createJobs();
  await jobs.importFiles([file("trace.json")]);
  host.emit("jobChanged", job({ state: "done", run: runId("trace") }));
  expect(openRun).toHaveBeenCalledExactlyOnceWith("trace");
});

test("a finished import does not take the place of a run that is open: it says where it is", async () => {
  const { host, jobs, openRun, notices } = createJobs({ free: false });
  await jobs.importFiles([file("trace.json")]);
  host.emit("jobChanged", job({ state: "done", run: runId("trace") }));
  expect(openRun).not.toHaveBeenCalled();
  notices.list[0]?.action?.act();
  expect(openRun).toHaveBeenCalledExactlyOnceWith("trace");
});

test("two files do not open by themselves", async () => {
  const { host, jobs, openRun } = createJobs();
  await jobs.importFiles([file("a.json"), file("b.json")]);
  host.emit("jobChanged", job({ state: "done", run: runId("a") }));
  expect(openRun).not.toHaveBeenCalled();
});
