/** A run that is being captured is read through the same methods as a run file, and gives what the file will give. */
import path from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { describeCapturedRun, type CapturedRun } from "#common/captured-run.ts";
import { runId, stageId } from "#common/ids.ts";
import type { CapturePlan, RecordedSpans } from "#common/runner-api.ts";

import { openRun } from "../../../db/index.ts";
import { GrowingRuns } from "../../../main/core/capture/growing-runs.ts";
import { openCaptureOutput } from "../../../main/core/capture/write-captured.ts";
import { OpenRun } from "../../../main/core/open-run.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

const id = runId("growing");

/** Two blocks on two workers. */
const plan: CapturePlan = {
  network: "two",
  backend: "cpu",
  device: "test",
  sharedDevice: false,
  stages: [
    { name: "0 conv", op: "conv", flops: 10, worker: 0 },
    { name: "1 fc", op: "fc", flops: 20, worker: 1 },
  ],
  edges: [{ from: stageId(0), to: stageId(1) }],
  partition: [
    { first: 0, last: 0 },
    { first: 1, last: 1 },
  ],
  originEpochNs: 1_000_000n,
};

/** Worker w computes batch b in [(b + w) · 100, + 80). */
function record(worker: number, batches: number): RecordedSpans {
  const starts = Array.from({ length: batches }, (_, batch) => (batch + worker) * 100);
  return {
    worker,
    length: batches,
    kind: new Uint8Array(batches).fill(1),
    stage: new Int32Array(batches).fill(worker),
    batch: Int32Array.from(starts.keys()),
    start: Float64Array.from(starts),
    end: Float64Array.from(starts, (start) => start + 80),
    bytes: new Float64Array(batches),
  };
}

const captured = (...blocks: RecordedSpans[]): CapturedRun =>
  describeCapturedRun({ plan, blocks, name: "two pipelined", schedule: "pipelined" });

test("what is read of a growing run equals what is read of its file", async () => {
  const run = captured(record(0, 3), record(1, 3));
  const growing = new GrowingRuns(() => undefined);
  growing.grow(id, () => run);
  const file = path.join(makeTemporaryFolder(), "growing.pipewave");
  await openCaptureOutput(file, { replace: false }).write(run);
  const inFile = new OpenRun(openRun(file));
  onTestFinished(() => inFile.close());
  const inMemory = growing.get(id);
  if (inMemory === undefined) throw new Error("the run cannot be read");

  expect(inMemory.describe(id)).toEqual(inFile.describe(id));
  const all = { axis: "rank", fromRow: 0, toRow: 2, fromNs: 0, toNs: 1000, limit: 100 } as const;
  expect(inMemory.spans(all).columns.length).toBe(6);
  expect(inMemory.spans(all)).toEqual(inFile.spans(all));
  const span = inFile.spans(all).ids[4] as Parameters<OpenRun["span"]>[0];
  expect(inMemory.span(span)).toEqual(inFile.span(span));
  const key = { axis: "stage", level: 0, rowBlock: 0, column: 0 } as const;
  expect(inMemory.tile(key)).toEqual(inFile.tile(key));
  const elsewhere = () => Promise.reject(new Error("a small run is reported here"));
  expect(await inMemory.report({}, elsewhere)).toEqual(await inFile.report({}, elsewhere));
});

test("every worker and block has its row from the first span on", () => {
  const growing = new GrowingRuns(() => undefined);
  growing.grow(id, () => captured(record(0, 1)));
  const rows = growing.get(id)?.describe(id).rows;
  expect(rows?.rank.map(({ label }) => label)).toEqual(["rank 0", "rank 1"]);
  expect(rows?.stage.map(({ label }) => label)).toEqual(["0 conv", "1 fc"]);
});

test("growth that comes at once is told a few times, and the last of it is not lost", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const told: number[] = [];
  let batches = 0;
  const growing = new GrowingRuns((run) => told.push(growing.get(run)?.describe(run).spanCount ?? -1));
  for (batches = 1; batches <= 50; batches++) growing.grow(id, () => captured(record(0, Math.min(50, batches))));
  expect(told).toEqual([1]);
  vi.runAllTimers();
  expect(told).toEqual([1, 50]);
});

test("before the first span there is nothing to read, and nothing after the end", () => {
  const growing = new GrowingRuns(() => undefined);
  growing.grow(id, () => undefined);
  expect(growing.get(id)).toBeUndefined();
  growing.grow(id, () => captured(record(0, 1)));
  expect(growing.get(id)).toBeDefined();
  growing.end(id);
  expect(growing.get(id)).toBeUndefined();
});
