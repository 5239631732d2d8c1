/** File names and ids: readable, unique, and never a way out of the library. */
import { describe, expect, test } from "vitest";

import { runId } from "#common/ids.ts";

import { fileOfRun, nameRun, runOfFile } from "../../main/core/run-names.ts";

const nobody = (): boolean => false;

test.each([
  ["pp-aggregated.json.gz", "pp-aggregated"],
  ["/data/traces/rank-0.Apr_03.1102.pt.trace.json.gz", "rank-0.Apr_03.1102"],
  ["C:\\traces\\a b.json", "a b"],
  ["übung 1.json", "übung 1"],
  ["../../../etc/passwd", "passwd"],
  ["..", "run"],
  [".hidden.json", "hidden"],
  ["a:b*c?.json", "a-b-c-"],
  ["line\nbreak\0.json", "line-break-"],
  [".json", "run"],
  ["", "run"],
])("%j becomes the run %j", (title, run) => {
  expect(nameRun(title, nobody)).toBe(run);
});

test("a name that is taken gets a number", () => {
  const taken = new Set(["a", "a 2"]);
  expect(nameRun("a.json", (run) => taken.has(run))).toBe("a 3");
});

test("even the longest name leaves room for what file systems add", () => {
  const run = nameRun("\u{1F600}".repeat(300), nobody);
  expect(Buffer.byteLength(fileOfRun(run))).toBeLessThan(250);
});

describe("ids from outside", () => {
  test.each(["", ".", "..", "../a", "a/b", "a\\b", ".trash", "a\0b"])("%j names no run", (id) => {
    expect(() => fileOfRun(runId(id))).toThrow(expect.objectContaining({ code: "unknown-run" }) as Error);
  });

  test("every file that is listed as a run is found again by its id", () => {
    for (const name of ["a.pipewave", "a 2.pipewave", "x.y.pipewave"]) {
      const run = runOfFile(name);
      expect(run === undefined ? undefined : fileOfRun(run)).toBe(name);
    }
  });

  test.each([".pipewave", ".a.pipewave", "a.json", "pipewave", ".a.pipewave.host-1-abc.writing"])(
    "%s is no run",
    (name) => {
      expect(runOfFile(name)).toBeUndefined();
    },
  );
});
