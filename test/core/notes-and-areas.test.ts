/** Notes that are kept in the run file, what lies in an area, and spans by their names, through the backend. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { CallContext } from "#common/api.ts";
import { runId, spanId } from "#common/ids.ts";
import { createBackend } from "../../main/core/backend.ts";
import { areaOfFile, findInFile } from "../../main/core/read-area.ts";
import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";

const context: CallContext = { signal: new AbortController().signal };
const run = runId("a");

function openAt(libraryPath: string) {
  const backend = createBackend({ libraryPath, version: "1.2.3", emit: () => undefined });
  onTestFinished(() => backend.close());
  return backend;
}

async function open() {
  const libraryPath = path.join(makeTemporaryFolder(), "library");
  const { handlers, jobs } = openAt(libraryPath);
  const file = writeTrace(makeTemporaryFolder(), "a.json");
  await jobs.whenEnded(await handlers.startImport({ path: file }, context));
  return { handlers, libraryPath, file: path.join(libraryPath, "a.pipewave") };
}

test("notes on a moment, a stretch and a span are kept in the file, in the order of their times", async () => {
  const { handlers, libraryPath } = await open();
  await handlers.saveNote({ run, note: { atNs: 3000, untilNs: 5000, text: "waits here" } }, context);
  await handlers.saveNote({ run, note: { atNs: 5000, untilNs: 7000, span: spanId(3), text: " slow " } }, context);
  await handlers.saveNote({ run, note: { atNs: 10.4, text: "start" } }, context);
  const again = openAt(libraryPath);
  expect(await again.handlers.readNotes({ run }, context)).toMatchObject([
    { id: 3, atNs: 10, text: "start" },
    { id: 1, atNs: 3000, untilNs: 5000, text: "waits here" },
    { id: 2, atNs: 5000, untilNs: 7000, span: 3, text: "slow" },
  ]);
  // The run itself is as it was.
  expect(await again.handlers.readRun({ run }, context)).toMatchObject({ spanCount: 4 });
});

test("a note is changed, deleted, and comes back as it was", async () => {
  const { handlers } = await open();
  const note = await handlers.saveNote({ run, note: { atNs: 1, text: "one" } }, context);
  await handlers.saveNote({ run, note: { ...note, text: "two" } }, context);
  const changed = { ...note, text: "two" };
  expect(await handlers.readNotes({ run }, context)).toEqual([changed]);
  await handlers.deleteNote({ run, note: note.id }, context);
  expect(await handlers.readNotes({ run }, context)).toEqual([]);
  await handlers.saveNote({ run, note: changed }, context);
  expect(await handlers.readNotes({ run }, context)).toEqual([changed]);
});

test("an empty note, a note that is gone and a run without a file are refused", async () => {
  const { handlers } = await open();
  expect(() => handlers.saveNote({ run, note: { atNs: 0, text: "  " } }, context)).toThrow(/must not be empty/);
  expect(() => handlers.deleteNote({ run, note: 9 }, context)).toThrow(/not there any more/);
  expect(() => handlers.saveNote({ run: runId("b"), note: { atNs: 0, text: "x" } }, context)).toThrow(
    /no run called b/,
  );
});

// The sample: two ranks, a stage each; batch 0 computes in [0, 2000) and [2000, 4000), batch 1 in [3000, 5000) and [5000, 7000).
test("an area counts what touches it and sums what lies inside", async () => {
  const { handlers, file } = await open();
  const all = { run, axis: "rank", fromRow: 0, toRow: 2, fromNs: 0, toNs: 7000 } as const;
  const forward = { pass: "forward", phase: "compute" };
  expect(await handlers.readArea(all, context)).toEqual([
    { stage: 0, ...forward, count: 2, totalNs: 4000 },
    { stage: 1, ...forward, count: 2, totalNs: 4000 },
  ]);
  const part = { axis: "rank", fromRow: 0, toRow: 1, fromNs: 1500, toNs: 3500 } as const;
  const inside = [{ stage: 0, ...forward, count: 2, totalNs: 1000 }];
  expect(await handlers.readArea({ run, ...part }, context)).toEqual(inside);
  expect(areaOfFile(file, part)).toEqual(inside);
  expect(await handlers.readArea({ run, ...part, axis: "lane" }, context)).toEqual(inside);
  expect(await handlers.readArea({ run, ...part, axis: "stage" }, context)).toEqual(inside);
  expect(await handlers.readArea({ ...all, fromNs: 8000, toNs: 9000 }, context)).toEqual([]);
});

test("spans are found by a part of their names, from a time on and then from the start", async () => {
  const { handlers, file } = await open();
  const { rows } = await handlers.querySql({ run, sql: "select name from span limit 1" }, context);
  const text = String(rows[0]?.[0]).slice(1).toUpperCase();
  const found = await handlers.findSpans({ run, text, fromNs: 0, limit: 10 }, context);
  expect([[...found.ids], found.total]).toEqual([[0, 1, 2, 3], 4]);
  const later = findInFile(file, { text, fromNs: 2500, limit: 2 });
  expect([[...later.ids], later.total]).toEqual([[2, 3], 4]);
  const around = findInFile(file, { text, fromNs: 2500, limit: 10 });
  expect([...around.ids]).toEqual([2, 3, 0, 1]);
  const none = await handlers.findSpans({ run, text: "no such name", fromNs: 0, limit: 10 }, context);
  expect([[...none.ids], none.total]).toEqual([[], 0]);
});
