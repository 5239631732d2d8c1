/** Imports files or folders as one run, into a folder that goes away with the test. */
import { readdirSync } from "node:fs";
import path from "node:path";

import { onTestFinished } from "vitest";

import type { ImportReport } from "#common/report.ts";
import { openRun } from "../../../../db/index.ts";
import type { RunReader } from "../../../../db/index.ts";
import { importFolder } from "../../../../main/core/import/folder/import-folder.ts";
import type { FolderOptions } from "../../../../main/core/import/folder/import-folder.ts";
import { makeTemporaryFolder } from "../../../support/sample-trace.ts";

type Options = Partial<Omit<FolderOptions, "paths" | "out">>;

/** The reader is closed when the test ends. */
export async function importTogether(
  paths: readonly string[],
  options: Options = {},
): Promise<{ report: ImportReport; reader: RunReader }> {
  const out = path.join(makeTemporaryFolder(), "out.pipewave");
  const report = await importFolder({ paths, out, name: "job", ...options });
  const reader = openRun(out);
  onTestFinished(() => reader.close());
  return { report, reader };
}

/** Imports what must fail; gives the error and what was left where the run should have been. */
export async function failTogether(
  paths: readonly string[],
  options: Options = {},
): Promise<{ error: unknown; left: string[] }> {
  const folder = makeTemporaryFolder();
  try {
    await importFolder({ paths, out: path.join(folder, "out.pipewave"), name: "job", ...options });
  } catch (error) {
    return { error, left: readdirSync(folder) };
  }
  throw new Error("the import succeeded");
}
