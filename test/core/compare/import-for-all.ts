/** Imports a trace once for all tests of a file; the run goes away when they have ended. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll } from "vitest";

import { openRun } from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";

const readers: RunReader[] = [];
const folders: string[] = [];
afterAll(() => {
  for (const reader of readers) reader.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export async function importForAll(file: string): Promise<RunReader> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-compare-"));
  folders.push(folder);
  const out = path.join(folder, "run.pipewave");
  await importTrace({ path: file, out });
  const reader = openRun(out);
  readers.push(reader);
  return reader;
}
