/** Where reports are computed: small runs on this thread, large ones elsewhere, each scope once. */
import path from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { laneId, nameId, runId } from "#common/ids.ts";
import { createSpanColumns } from "#common/model.ts";
import { TILE_BINS } from "#common/tile.ts";

import { createEmptyArgs, createRun, openRun } from "../../db/index.ts";
import { importTrace } from "../../main/core/import/import-trace.ts";
import { OpenRun } from "../../main/core/open-run.ts";
import { runInWorker } from "../../main/core/run-in-worker.ts";
import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";

/** A run of `count` spans without a pipeline. */
function writeRun(count: number): string {
  const file = path.join(makeTemporaryFolder(), "a.pipewave");
  const spans = createSpanColumns(count);
  spans.start.forEach((_, i) => (spans.start[i] = i));
  spans.stage.fill(-1);
  spans.batch.fill(-1);
  spans.iteration.fill(-1);
  const writer = createRun(file);
  writer.setRun({ name: "a", kind: "imported", sources: [], createdAtEpochMs: 0 });
  writer.addLanes([{ id: laneId(0), ordinal: 0, kind: "thread", process: "0", thread: "0" }]);
  writer.addNames([{ id: nameId(0), text: "x" }]);
  writer.appendSpans(spans, createEmptyArgs(count));
  writer.finish();
  return file;
}

function open(file: string): OpenRun {
  const run = new OpenRun(openRun(file));
  onTestFinished(() => run.close());
  return run;
}

async function writePipeline(): Promise<string> {
  const folder = makeTemporaryFolder();
  const out = path.join(folder, "a.pipewave");
  await importTrace({ path: writeTrace(folder, "a.json"), out });
  return out;
}

test("a small run is reported here, a large one elsewhere, and both only once a scope", async () => {
  const large = writeRun(100_001);
  const elsewhere = vi.fn((file: string) => runInWorker({ kind: "report", path: file, scope: {} }));
  const small = open(writeRun(1000));
  expect(await small.report({}, elsewhere)).toMatchObject({ run: { spans: 1000 } });
  expect(elsewhere).not.toHaveBeenCalled();

  const run = open(large);
  const report = await run.report({}, elsewhere);
  expect(report).toMatchObject({ run: { spans: 100_001 }, frequentNames: [{ name: "x", count: 100_001 }] });
  expect(await run.report({}, elsewhere)).toBe(report);
  expect(elsewhere).toHaveBeenCalledExactlyOnceWith(large);
});

test("a worker reports what this thread reports", async () => {
  const file = await writePipeline();
  const here = await open(file).report({}, () => Promise.reject(new Error("not needed")));
  expect(here).toMatchObject({ makespanNs: 7000 });
  expect(await runInWorker({ kind: "report", path: file, scope: {} })).toStrictEqual(here);
  const wrong = runInWorker({ kind: "report", path: file, scope: { replica: 9 } });
  await expect(wrong).rejects.toMatchObject({ code: "unknown-scope" });
});

test("a report that fails is not kept", async () => {
  const run = open(writeRun(100_001));
  await expect(run.report({}, () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  const given = await open(await writePipeline()).report({}, () => Promise.reject(new Error("not needed")));
  expect(await run.report({}, () => Promise.resolve(given))).toBe(given);
});

test("levels below the finest are binned from spans down to bins of 1 ns, and no further", async () => {
  const run = open(await writePipeline());
  const { levels, run: described } = run.describe(runId("a"));
  const finest = -Math.log2(levels.baseNs);
  const at = described.extent?.startNs ?? 0;
  const tileOf = (level: number) => {
    const column = Math.floor(at / (levels.baseNs * 2 ** level * TILE_BINS));
    return run.tile({ axis: "lane", level, rowBlock: 0, column });
  };
  expect(tileOf(finest).coverage.some((part) => part === 255)).toBe(true);
  expect(() => tileOf(finest - 1)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  expect(() => tileOf(levels.count)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
