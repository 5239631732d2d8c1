/** A capture as the view sees it: prepared, started, growing, stopped, failed. */
import { expect, test, vi } from "vitest";

import type { Job } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { jobId, runId } from "#common/ids.ts";
import { Capture } from "../../../renderer/state/capture.svelte.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const id = jobId(7);
const run = runId("wave");
const running: Job = { id, kind: "capture", title: "tiny pipelined", state: "running" };

function open() {
  const host = createFakeHost();
  const notices = new Notices();
  host.answers.startCapture = () => id;
  host.answers.listJobs = () => [running];
  const capture = new Capture({ host, notices });
  const reads = () => host.calls.filter(({ method }) => method === "readRun").length;
  return { host, notices, capture, reads };
}

test("what is started is what was chosen", async () => {
  const { host, capture } = open();
  const { setup } = capture;
  setup.chooseNetwork("tiny");
  setup.set("batches", 12);
  setup.mode = "sequential";
  setup.choosePartition("custom");
  setup.ranges = "0-4,5-7";
  await capture.start();
  expect(host.calls.find(({ method }) => method === "startCapture")?.args).toMatchObject({
    network: "tiny",
    backend: "auto",
    mode: "sequential",
    batches: 12,
    workers: 2,
    partition: "0-4,5-7",
  });
  expect(capture.isRunning).toBe(true);
});

test("nothing is started while a number or the partition is wrong, or the backend cannot be used", () => {
  const { capture } = open();
  const { setup } = capture;
  expect(setup.options).toBeDefined();
  setup.set("batches", 0.5);
  expect(setup.problems.batches).toBe("A whole number from 1 to 100,000");
  expect(setup.options).toBeUndefined();
  setup.set("batches", 5);
  setup.choosePartition("custom");
  setup.ranges = "0-3";
  expect(setup.options).toBeUndefined();
  setup.choosePartition("even");
  setup.backend = "webgpu";
  setup.backends = [{ name: "webgpu", usable: false, detail: "no GPU", chosenByAuto: false }];
  expect(setup.options).toBeUndefined();
});

test("another network than the custom ranges were written for starts from ranges of its own", () => {
  const { setup } = open().capture;
  setup.choosePartition("custom");
  setup.chooseNetwork("tiny");
  expect("problem" in setup.forecast).toBe(false);
});

test("a measured profile counts until something that it depends on changes", async () => {
  const { host, capture } = open();
  const { setup } = capture;
  setup.chooseNetwork("tiny");
  const profileNs = [4, 1, 1, 2, 3, 1, 2, 2];
  host.answers.previewCapture = () => ({ profileNs });
  await capture.measure();
  expect(setup.profileNs).toEqual(profileNs);
  setup.mode = "sequential";
  expect(setup.profileNs).toEqual(profileNs);
  setup.set("batchSize", 2);
  expect(setup.profileNs).toBeUndefined();
});

test("the run is opened when it can be read, and read again when it has grown and when it has ended", async () => {
  const { host, capture, reads } = open();
  await capture.start();
  expect(capture.run).toBeUndefined();
  host.emit("jobChanged", { ...running, run });
  await vi.waitFor(() => expect(capture.run).toBeDefined());
  expect(reads()).toBe(1);
  host.emit("runGrew", { run });
  await vi.waitFor(() => expect(reads()).toBe(2));
  host.emit("runGrew", { run: runId("another") });
  host.emit("jobChanged", { ...running, run, state: "done" });
  await vi.waitFor(() => expect(reads()).toBe(3));
  expect(capture.isRunning).toBe(false);
  host.emit("runGrew", { run });
  await Promise.resolve();
  expect(reads()).toBe(3);
});

test("a growing run has free room on the right, an ended one none", async () => {
  const { host, capture } = open();
  await capture.start();
  host.emit("jobChanged", { ...running, run });
  await vi.waitFor(() => expect(capture.run?.report).toBeDefined());
  const end = capture.run?.detail.run.extent?.endNs ?? 0;
  expect(capture.run?.viewport.toNs).toBeGreaterThan(end * 1.4);
  host.emit("jobChanged", { ...running, run, state: "done" });
  await vi.waitFor(() => expect(capture.run?.viewport.toNs).toBe(end));
});

test("stopping cancels the job; a failure of the runner leaves the run that was captured", async () => {
  const { host, capture } = open();
  await capture.start();
  host.emit("jobChanged", { ...running, run });
  await vi.waitFor(() => expect(capture.run).toBeDefined());
  await capture.stop();
  expect(host.calls.at(-1)).toEqual({ method: "cancelJob", args: { job: id } });
  const failure = { code: "runner-died", what: "the runner was ended by SIGKILL" } as const;
  host.emit("jobChanged", { ...running, run, state: "failed", failure });
  expect(capture.job?.failure).toEqual(failure);
  expect(capture.capturedRun).toBe(run);
  capture.putAway();
  expect(capture.job).toBeUndefined();
});

test("a start that is refused says why and can be tried again", async () => {
  const { host, capture } = open();
  host.answers.startCapture = () => {
    throw new AppError({ code: "backend-unavailable", what: "there is no GPU" });
  };
  await capture.start();
  expect(capture.failure?.what).toBe("there is no GPU");
  expect(capture.starting).toBe(false);
  expect(capture.job).toBeUndefined();
});

test("a page that is loaded anew finds the capture that runs", async () => {
  const { host, capture } = open();
  host.answers.listJobs = () => [{ ...running, run }];
  await capture.reload();
  await vi.waitFor(() => expect(capture.run).toBeDefined());
  expect(capture.isRunning).toBe(true);
});
