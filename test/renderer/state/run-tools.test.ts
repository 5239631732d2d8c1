/** Search, notes and areas of an open run, on a made-up backend. */
import { expect, onTestFinished, test, vi } from "vitest";

import { stageId } from "#common/ids.ts";
import type { Note } from "#common/notes.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { OpenRun } from "../../../renderer/state/open-run.svelte.ts";
import { RunTools } from "../../../renderer/state/run-tools.svelte.ts";
import { selectionText } from "../../../renderer/state/selection-text.ts";
import { createFakeHost, STEP_NS } from "../../support/fake-host.ts";

async function open() {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  onTestFinished(() => void vi.unstubAllGlobals());
  const host = createFakeHost({ stages: 8, batches: 6 });
  const notices = new Notices();
  const [entry] = host.entries;
  if (entry === undefined) throw new Error("the fake library is empty");
  const detail = await host.client.readRun({ run: entry.id });
  const run = new OpenRun({ client: host.client, detail, notices });
  await run.start({});
  await vi.waitUntil(() => run.pipelineReport !== undefined);
  return { host, notices, run, tools: new RunTools({ run, notices }) };
}

const NOTE: Note = { id: 1, atNs: 5, text: "The loader waits", createdAtEpochMs: 0 };

test("a number finds the stage and the batch, then spans; the ring has no end", async () => {
  const { host, run, tools } = await open();
  host.answers.findSpans = () => ({ ids: Float64Array.of(4, 5), total: 2 });
  tools.search.type("3");
  await tools.search.step("next");
  expect(run.selection.current).toEqual({ kind: "stage", stage: 3 });
  await tools.search.step("next");
  expect(run.selection.current).toEqual({ kind: "batch", batch: 3 });
  await tools.search.step("next");
  await vi.waitUntil(() => run.selection.current?.kind === "span");
  expect(run.selection.current).toMatchObject({ kind: "span", id: 4, startNs: 4 * STEP_NS });
  await tools.search.step("next");
  await tools.search.step("next");
  expect(tools.search.hit).toEqual({ kind: "stage", stage: 3 });
  await tools.search.step("previous");
  expect(tools.search.hit).toEqual({ kind: "span", span: 5 });
});

test("words narrow a number down, and a batch that the run has not is not found", async () => {
  const { tools } = await open();
  tools.search.type("stage 3");
  expect(tools.search.few).toEqual([{ kind: "stage", stage: 3 }]);
  tools.search.type("batch 5");
  expect(tools.search.few).toEqual([{ kind: "batch", batch: 5 }]);
  tools.search.type("batch 6");
  expect(tools.search.few).toEqual([]);
  tools.search.type("POOL");
  expect(tools.search.few.map((hit) => hit.kind === "stage" && hit.stage)).toEqual([1, 5]);
});

test("notes are found by their words; nothing typed finds nothing and asks nothing", async () => {
  const { host, tools } = await open();
  host.answers.readNotes = () => [NOTE];
  await tools.notes.read();
  tools.search.type("loader");
  expect(tools.search.few).toEqual([{ kind: "note", note: NOTE }]);
  const asked = () => host.calls.filter(({ method }) => method === "findSpans").length;
  tools.search.type(" ");
  await tools.search.step("next");
  expect([tools.search.count, tools.search.at, asked()]).toEqual([0, -1, 0]);
});

test("a note is about what is selected, else about the middle of what is shown", async () => {
  const { run, tools } = await open();
  run.viewport.restore({ fromNs: 0, toNs: 1_000 });
  tools.notes.begin();
  expect(tools.notes.draft).toEqual({ atNs: 500, text: "" });
  run.selection.select({ kind: "bubble", row: 0, fromNs: 10, toNs: 30, rank: 0, replica: 0 });
  tools.notes.begin();
  expect(tools.notes.draft).toEqual({ atNs: 10, untilNs: 30, text: "" });
  tools.notes.begin({ fromNs: 7, toNs: 9 });
  expect(tools.notes.draft).toEqual({ atNs: 7, untilNs: 9, text: "" });
});

test("a deleted note comes back with Undo as it was", async () => {
  const { host, notices, tools } = await open();
  let kept: readonly Note[] = [NOTE];
  host.answers.readNotes = () => kept;
  host.answers.deleteNote = ({ note }) => void (kept = kept.filter(({ id }) => id !== note));
  host.answers.saveNote = ({ note }) => {
    const saved = { ...NOTE, ...note };
    kept = [...kept, saved];
    return saved;
  };
  await tools.notes.read();
  await tools.notes.remove(NOTE);
  expect(tools.notes.list).toEqual([]);
  notices.list.at(-1)?.action?.act();
  await vi.waitUntil(() => tools.notes.list.length === 1);
  expect(tools.notes.list).toEqual([NOTE]);
});

test("the spans of an area are counted again by whatever a person wants, and shares sum to one", async () => {
  const { host, tools } = await open();
  host.answers.readArea = () => [
    { stage: stageId(0), pass: "forward", phase: "compute", count: 2, totalNs: 300 },
    { stage: stageId(4), pass: "forward", phase: "in", count: 1, totalNs: 60 },
    { pass: "none", phase: "none", count: 1, totalNs: 40 },
  ];
  tools.drawArea({ axis: "rank", fromRow: 0, toRow: 2, fromNs: 0, toNs: 500 }, { done: true });
  await vi.waitUntil(() => !tools.area.reading);
  const rows = () => tools.area.rows.map(({ label, count, totalNs, share }) => [label, count, totalNs, share]);
  tools.area.by = "op";
  expect(rows()).toEqual([
    ["conv", 3, 360, 0.9],
    ["no stage", 1, 40, 0.1],
  ]);
  tools.area.by = "phase";
  expect(rows().map(([label]) => label)).toEqual(["compute", "in", "no phase"]);
  expect(rows().reduce((sum, row) => sum + Number(row[3]), 0)).toBeCloseTo(1, 12);
  expect(tools.area.text).toBe(
    "phase\tspans\ttime ns\tshare\ncompute\t2\t300\t0.7500\nin\t1\t60\t0.1500\nno phase\t1\t40\t0.1000",
  );
  expect([tools.dismiss(), tools.dock, tools.dismiss()]).toEqual([true, undefined, false]);
});

test("a selection is text, one fact a line", async () => {
  const { run } = await open();
  expect(await selectionText(run, { kind: "batch", batch: 3 })).toMatch(/^run\t.+\nbatch\t3$/);
  expect(await selectionText(run, { kind: "stage", stage: 1 })).toMatch(/stage\t1\nname\t.+\nop\tpool/);
});
