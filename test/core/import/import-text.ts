/** Imports a trace given as text or bytes, from a file in a folder that goes away with the test. */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { onTestFinished } from "vitest";

import type { ImportReport } from "#common/report.ts";
import { openRun } from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import type { ImportOptions } from "../../../main/core/import/import-trace.ts";
import { dumpRun } from "../../support/dump-run.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

export interface Imported {
  readonly report: ImportReport;
  readonly reader: RunReader;
  readonly dump: string;
}

type Options = Partial<Omit<ImportOptions, "path" | "out">> & { readonly name?: string };

/** Imports a file and opens the run; the reader is closed when the test ends. */
export async function importFile(file: string, options: Options = {}): Promise<Imported> {
  const { name: _, ...rest } = options;
  const out = path.join(makeTemporaryFolder(), "out.pipewave");
  const report = await importTrace({ path: file, out, ...rest });
  const reader = openRun(out);
  onTestFinished(() => reader.close());
  return { report, reader, dump: dumpRun(reader) };
}

/** Imports content under a name that says nothing of it. */
export function importContent(content: string | Uint8Array, options: Options = {}): Promise<Imported> {
  const file = path.join(makeTemporaryFolder(), options.name ?? "unknown");
  writeFileSync(file, content);
  return importFile(file, options);
}

/** Imports events as a bare array. */
export function importEvents(events: readonly object[], options: Options = {}): Promise<Imported> {
  return importContent(JSON.stringify(events), options);
}

/** Imports what must fail; gives the error and what was left in the folder of the run file. */
export async function failImport(
  content: string | Uint8Array,
  options: Options = {},
): Promise<{ error: unknown; left: string[] }> {
  const { name, ...rest } = options;
  const file = path.join(makeTemporaryFolder(), name ?? "unknown");
  writeFileSync(file, content);
  const folder = makeTemporaryFolder();
  try {
    await importTrace({ path: file, out: path.join(folder, "out.pipewave"), ...rest });
  } catch (error) {
    return { error, left: readdirSync(folder) };
  }
  throw new Error("the import succeeded");
}
