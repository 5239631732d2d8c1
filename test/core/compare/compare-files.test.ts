/** Comparisons as the window asks for them: off the backend's thread, cancelled at once, refused by name. */
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { CallContext } from "#common/api.ts";
import { runId } from "#common/ids.ts";

import { createBackend } from "../../../main/core/backend.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import { makeTemporaryFolder, writeTrace } from "../../support/sample-trace.ts";

const context: CallContext = { signal: new AbortController().signal };
const [a, b] = [runId("a"), runId("b")];

async function openLibrary() {
  const folder = makeTemporaryFolder();
  const libraryPath = path.join(folder, "library");
  mkdirSync(libraryPath);
  for (const [name, lines] of [
    ["a", ["00.11..", "..00.11"]],
    ["b", ["00.11......", "...000.111."]],
  ] as const) {
    const out = path.join(folder, `${name}.pipewave`);
    await importTrace({ path: writeTrace(folder, `${name}.json`, lines), out });
    copyFileSync(out, path.join(libraryPath, `${name}.pipewave`));
  }
  const backend = createBackend({ libraryPath, version: "1.2.3", emit: () => undefined });
  onTestFinished(() => backend.close());
  return backend.handlers;
}

test("two runs of the library are compared, with reports and matrices as columns", async () => {
  const { readComparison } = await openLibrary();
  const { report, reportA, reportB, differences, unmatchedA } = await readComparison({ a, b }, context);
  expect(report).toMatchObject({ matched: 4, makespan: { deltaNs: 3000 } });
  expect([reportA.makespanNs, reportB.makespanNs]).toEqual([7000, 10_000]);
  expect(differences.map(({ pass, phase, rows, columns }) => [pass, phase, rows, columns])).toEqual([
    ["forward", "compute", 2, 2],
  ]);
  expect(differences[0].durationBNs).toEqual(Float64Array.of(2000, 2000, 3000, 3000));
  expect(unmatchedA.total).toBe(0);
});

test("a cancelled comparison ends with the caller's reason", async () => {
  const { readComparison } = await openLibrary();
  const controller = new AbortController();
  const comparing = readComparison({ a, b }, { signal: controller.signal });
  controller.abort(new Error("nobody waits any more"));
  await expect(comparing).rejects.toThrow("nobody waits any more");
});

test("runs, iterations and stages that do not exist are refused by name", async () => {
  const { readComparison } = await openLibrary();
  const refused = async (args: Parameters<typeof readComparison>[0]): Promise<unknown> => {
    try {
      return await readComparison(args, context);
    } catch (error) {
      return error;
    }
  };
  expect(await refused({ a, b: runId("c") })).toMatchObject({ code: "unknown-run" });
  expect(await refused({ a, b, iterationB: 7 })).toMatchObject({ code: "unknown-scope" });
  expect(await refused({ a, b, stageMap: [{ a: 0, b: 9 }] })).toMatchObject({ code: "invalid-argument" });
  expect(await refused({ a, b, stageMap: [{ a: -1, b: 0 }] })).toMatchObject({ code: "invalid-argument" });
});
