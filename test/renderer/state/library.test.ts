/** The list of runs: sorting, filtering, renaming, deleting with undo. */
import { expect, test, vi } from "vitest";

import type { LibraryEntry } from "#common/api.ts";
import { runId } from "#common/ids.ts";
import { AppError } from "#common/errors.ts";
import { filterEntries, Library, sortEntries } from "../../../renderer/state/library.svelte.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const entry = (name: string, rest: Partial<LibraryEntry> = {}): LibraryEntry => ({
  id: runId(name),
  name,
  kind: "imported",
  sizeBytes: 1,
  spans: 1,
  pipelineSpans: 1,
  stages: 1,
  ranks: 1,
  iterations: 1,
  modifiedEpochMs: 0,
  ...rest,
});

const names = (entries: readonly LibraryEntry[]) => entries.map(({ name }) => name);

function createLibrary() {
  vi.useFakeTimers();
  const host = createFakeHost();
  const notices = new Notices();
  return { host, notices, library: new Library({ host, notices }) };
}

test("runs are sorted by a figure, and those that lack it come last in either direction", () => {
  const entries = [entry("a", { bubbleRatio: 0.2 }), entry("b"), entry("c", { bubbleRatio: 0.7 })];
  expect(names(sortEntries(entries, { key: "bubbleRatio", descending: true }))).toEqual(["c", "a", "b"]);
  expect(names(sortEntries(entries, { key: "bubbleRatio", descending: false }))).toEqual(["a", "c", "b"]);
});

test("names with numbers are sorted as people count", () => {
  const entries = [entry("rank-10"), entry("rank-9"), entry("Rank-1")];
  expect(names(sortEntries(entries, { key: "name", descending: false }))).toEqual(["Rank-1", "rank-9", "rank-10"]);
});

test("the filter wants every word, in any order and in any case", () => {
  const entries = [entry("Megatron pp aggregated"), entry("megatron dpp"), entry("timeline-ST")];
  expect(names(filterEntries(entries, "AGG mega"))).toEqual(["Megatron pp aggregated"]);
  expect(names(filterEntries(entries, "  "))).toHaveLength(3);
});

test("what is visible follows filter, order and entries", async () => {
  const { host, library } = createLibrary();
  host.entries.splice(0, 1, entry("b", { spans: 2 }), entry("a", { spans: 1 }), entry("x", { spans: 3 }));
  await library.reload();
  library.sortBy("spans");
  expect(names(library.visible)).toEqual(["x", "b", "a"]);
  library.sortBy("spans");
  expect(names(library.visible)).toEqual(["a", "b", "x"]);
  library.filter = "b";
  expect(names(library.visible)).toEqual(["b"]);
});

test("a change that the backend tells of is shown", async () => {
  const { host, library } = createLibrary();
  await library.reload();
  host.entries.push(entry("new"));
  host.emit("libraryChanged", {});
  await vi.waitFor(() => expect(names(library.entries)).toContain("new"));
});

test("deleting offers an undo that restores the same run", async () => {
  const { host, library, notices } = createLibrary();
  await library.delete(entry("wave"));
  const [notice] = notices.list;
  expect(notice?.text).toBe("Deleted “wave”.");
  notice?.action?.act();
  expect(host.calls.filter(({ method }) => method !== "listRuns")).toEqual([
    { method: "deleteRun", args: { run: "wave" } },
    { method: "restoreRun", args: { run: "wave" } },
  ]);
});

test("a run that cannot be deleted says why and offers no undo", async () => {
  const { host, library, notices } = createLibrary();
  host.answers.deleteRun = () => {
    throw new AppError({
      code: "write-failed",
      what: "the library's folder cannot be written",
      todo: "check its rights",
    });
  };
  await library.delete(entry("wave"));
  expect(notices.list).toMatchObject([
    {
      tone: "failure",
      text: "The library's folder cannot be written.",
      detail: "Check its rights.",
      action: undefined,
    },
  ]);
});

test("a name that is empty or unchanged is not sent", async () => {
  const { host, library } = createLibrary();
  await library.reload();
  await library.rename({ run: runId("wave"), name: "  " });
  await library.rename({ run: runId("wave"), name: "wave" });
  expect(host.calls.map(({ method }) => method)).not.toContain("renameRun");
  await library.rename({ run: runId("wave"), name: " Wave 2 " });
  expect(host.calls).toContainEqual({ method: "renameRun", args: { run: "wave", name: "Wave 2" } });
});
