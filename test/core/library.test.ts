/** The folder of runs: listing, figures in the background, renaming, deleting with undo, other hands in the folder. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { LibraryEntry } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { runId } from "#common/ids.ts";

import { openRun } from "../../db/index.ts";
import { importTrace } from "../../main/core/import/import-trace.ts";
import { Library } from "../../main/core/library.ts";
import { summariseRun } from "../../main/core/run-summary.ts";
import { Trash } from "../../main/core/trash.ts";
import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";

const a = runId("a");

/** A library whose figures are computed on this thread, with a way to wait for its next change. */
function openLibrary(folder = makeTemporaryFolder()) {
  let waiting: (() => void)[] = [];
  let summarised = 0;
  const library = new Library({
    folder,
    onChange: () => {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    summarise: (file) => {
      summarised++;
      return Promise.try(() => summariseRun(file));
    },
  });
  onTestFinished(() => library.close());
  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });
  /** Lists until every figure is there. */
  const listWhole = async (): Promise<readonly LibraryEntry[]> => {
    for (;;) {
      const changed = nextChange();
      const entries = library.list();
      if (entries.every(({ pending }) => pending === undefined)) return entries;
      await changed;
    }
  };
  return { library, folder, nextChange, listWhole, summaries: () => summarised };
}

async function importInto(folder: string, name = "a", lines?: readonly string[]): Promise<string> {
  const out = path.join(folder, `${name}.pipewave`);
  await importTrace({ path: writeTrace(makeTemporaryFolder(), `${name}.json`, lines), out });
  return out;
}

test("a file is listed at once, its figures follow", async () => {
  const { library, folder, listWhole } = openLibrary();
  await importInto(folder);
  expect(library.list()).toMatchObject([{ id: "a", pending: true, spans: 0 }]);
  const [entry] = await listWhole();
  expect(entry).toMatchObject({
    id: "a",
    name: "a",
    spans: 4,
    pipelineSpans: 4,
    stages: 2,
    ranks: 2,
    makespanNs: 7000,
  });
  expect(entry).not.toHaveProperty("pending");
  expect(entry.sizeBytes).toBeGreaterThan(0);
});

test("figures are computed once a file, and known after a restart", async () => {
  const first = openLibrary();
  await importInto(first.folder);
  await first.listWhole();
  await first.listWhole();
  expect(first.summaries()).toBe(1);
  await first.library.close();
  const second = openLibrary(first.folder);
  expect(second.library.list()).toMatchObject([{ id: "a", spans: 4 }]);
  expect(second.summaries()).toBe(0);
});

test("a file with other content gets other figures, under the same name", async () => {
  const { folder, listWhole } = openLibrary();
  const file = await importInto(folder);
  await listWhole();
  rmSync(file);
  await importInto(folder, "a", ["001122", "..001122"]);
  expect(await listWhole()).toMatchObject([{ id: "a", spans: 6 }]);
});

test.each(["", "{", '{"version":1,"runs":{"a":{"sizeBytes":1}}}', '{"version":999,"runs":{}}'])(
  "a damaged cache (%j) costs only time",
  async (content) => {
    const first = openLibrary();
    await importInto(first.folder);
    await first.listWhole();
    await first.library.close();
    writeFileSync(path.join(first.folder, ".cache", "summaries.json"), content);
    const second = openLibrary(first.folder);
    expect(await second.listWhole()).toMatchObject([{ id: "a", spans: 4 }]);
  },
);

test("a file that cannot be opened is listed with the reason, next to those that can", async () => {
  const { folder, listWhole } = openLibrary();
  await importInto(folder);
  writeFileSync(path.join(folder, "note.pipewave"), "not a run");
  writeFileSync(path.join(folder, "readme.txt"), "nor this");
  const entries = await listWhole();
  expect(entries.map(({ id, failure }) => [id, failure?.code]).sort()).toEqual([
    ["a", undefined],
    ["note", "not-a-run-file"],
  ]);
});

test("renaming changes the name inside the file and keeps id, figures and address", async () => {
  const { library, folder, listWhole, summaries } = openLibrary();
  const file = await importInto(folder);
  await listWhole();
  library.rename(a, "Baseline, 4 ranks");
  expect(await listWhole()).toMatchObject([{ id: "a", name: "Baseline, 4 ranks", spans: 4 }]);
  expect(summaries()).toBe(1);
  const reader = openRun(file);
  expect(reader.run.name).toBe("Baseline, 4 ranks");
  reader.close();
});

test("deleting moves the file aside, restoring brings it back, also after a restart", async () => {
  const { library, folder, listWhole } = openLibrary();
  const file = await importInto(folder);
  await listWhole();
  library.delete(a);
  expect(existsSync(file)).toBe(false);
  expect(library.list()).toEqual([]);
  expect(() => library.fileOf(a)).toThrow(AppError);
  await library.close();
  const second = openLibrary(folder);
  second.library.restore(a);
  expect(await second.listWhole()).toMatchObject([{ id: "a", spans: 4 }]);
});

test("of several deleted runs of one name the last one comes back; a new one is never replaced", async () => {
  const { library, folder, listWhole } = openLibrary();
  await importInto(folder);
  library.delete(a);
  await importInto(folder, "a", ["001122", "..001122"]);
  expect(() => library.restore(a)).toThrow(expect.objectContaining({ code: "file-exists" }) as Error);
  library.delete(a);
  library.restore(a);
  expect(await listWhole()).toMatchObject([{ spans: 6 }]);
  library.delete(a);
  renameSync(
    path.join(folder, ".trash", readdirSync(path.join(folder, ".trash")).sort().at(-1) ?? ""),
    path.join(folder, "kept-elsewhere"),
  );
  library.restore(a);
  expect(await listWhole()).toMatchObject([{ spans: 4 }]);
});

test("what was deleted long ago is gone for good at the next start, the rest stays", async () => {
  const folder = makeTemporaryFolder();
  await importInto(folder, "old");
  await importInto(folder, "young");
  const trash = new Trash(folder);
  const dayMs = 24 * 60 * 60 * 1000;
  trash.put(runId("old"), Date.now() - 31 * dayMs);
  trash.put(runId("young"), Date.now() - 29 * dayMs);
  const { library } = openLibrary(folder);
  expect(() => library.restore(runId("old"))).toThrow(expect.objectContaining({ code: "unknown-run" }) as Error);
  library.restore(runId("young"));
  expect(library.list()).toMatchObject([{ id: "young" }]);
});

test.each(["", "..", "../a", ".trash/a", "a/../../a", "missing"])("no run is called %j", (id) => {
  const { library } = openLibrary();
  const unknown = expect.objectContaining({ code: "unknown-run" }) as Error;
  expect(() => library.fileOf(runId(id))).toThrow(unknown);
  expect(() => library.delete(runId(id))).toThrow(unknown);
  expect(() => library.restore(runId(id))).toThrow(unknown);
});

test("a file that another hand puts there, or takes away, is told", async () => {
  const { library, folder, nextChange } = openLibrary();
  const elsewhere = await importInto(makeTemporaryFolder());
  const arrived = nextChange();
  copyFileSync(elsewhere, path.join(folder, "b.pipewave"));
  await arrived;
  expect(library.list()).toMatchObject([{ id: "b" }]);
  await library.close();

  const again = openLibrary(folder);
  const left = again.nextChange();
  rmSync(path.join(folder, "b.pipewave"));
  await left;
  expect(again.library.list()).toEqual([]);
});

test("what dead backends of this machine left behind is removed, what living ones use is not", () => {
  const folder = makeTemporaryFolder();
  const { library } = openLibrary(folder);
  const mine = library.scratch.make();
  const [host] = path.basename(mine).split(`-${process.pid}-`);
  // Linux gives process ids up to 4 194 304; nobody has this one.
  const dead = path.join(path.dirname(mine), `${host}-99999999-abcdef`);
  const foreign = path.join(path.dirname(mine), "other_host-99999999-abcdef");
  for (const left of [dead, foreign]) {
    mkdirSync(left);
    writeFileSync(path.join(left, "run.pipewave"), "half a run");
  }
  openLibrary(folder);
  expect([mine, dead, foreign].map((left) => existsSync(left))).toEqual([true, false, true]);
});

test("a folder that cannot be used has a named error", () => {
  const folder = makeTemporaryFolder();
  writeFileSync(path.join(folder, "file"), "");
  const open = (): unknown => openLibrary(path.join(folder, "file", "below"));
  expect(open).toThrow(expect.objectContaining({ code: "write-failed" }) as Error);
});

test("a folder that vanishes is a named error, until it is back", async () => {
  const { library, folder, listWhole } = openLibrary();
  const moved = `${folder}-moved`;
  await importInto(folder);
  renameSync(folder, moved);
  expect(() => library.list()).toThrow(expect.objectContaining({ code: "file-not-found" }) as Error);
  renameSync(moved, folder);
  expect(await listWhole()).toMatchObject([{ id: "a", spans: 4 }]);
});
