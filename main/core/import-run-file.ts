/**
 * The import as a job does it, inside a worker: a trace is imported, a run file is taken over as it is, and what the library
 * has already is recognised by its content. Where the result lies afterwards is the library's business.
 */
import { createHash } from "node:crypto";
import { copyFileSync, createReadStream } from "node:fs";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";

import { openRun } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import { importFolder } from "./import/folder/import-folder.ts";
import { importTrace } from "./import/import-trace.ts";
import { recogniseAgain } from "./import/recognise/recognise-again.ts";
import { summariseRun } from "./run-summary.ts";
import type {
  ImportFolderTask,
  ImportTask,
  KnownSource,
  RecogniseAgainTask,
  Progress,
  TaskResults,
} from "./worker-protocol.ts";

/** @throws AppError what `importTrace` throws; the signal's reason */
export async function importRunFile(
  { path, out, keepPartial, known }: ImportTask,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<TaskResults["import"]> {
  if (known.length > 0) {
    onProgress({ step: "comparing with the library" });
    const run = await findKnown(path, known, signal);
    if (run !== undefined) return { known: run };
  }
  const report = isRunFile(path)
    ? takeOver({ from: path, to: out })
    : await importTrace({ path, out, keepPartial, signal, onProgress });
  signal.throwIfAborted();
  onProgress({ step: "computing key figures" });
  return { report, summary: summariseRun(out) };
}

/** The same for the files of a job, which become one run. @throws AppError what `importFolder` throws; the signal's reason */
export async function importFolderFile(
  { kind: _kind, path: _path, ...options }: ImportFolderTask,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<TaskResults["import-folder"]> {
  const report = await importFolder({ ...options, signal, onProgress });
  signal.throwIfAborted();
  onProgress({ step: "computing key figures" });
  return { report, summary: summariseRun(options.out) };
}

/** A run by other rules. @throws AppError what `recogniseAgain` throws; the signal's reason */
export function recogniseRunFile(
  { path, rules, name, out }: RecogniseAgainTask,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<TaskResults["recognise-again"]> {
  return withRun(path, async (reader) => {
    const report = await recogniseAgain(reader, { rules, name, out, signal, onProgress });
    onProgress({ step: "computing key figures" });
    return { report, summary: summariseRun(out) };
  });
}

/** Opens a run for as long as it is used. */
export async function withRun<Result>(
  path: string,
  use: (reader: RunReader) => Result | Promise<Result>,
): Promise<Result> {
  const reader = openRun(path);
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

async function findKnown(path: string, known: readonly KnownSource[], signal: AbortSignal) {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(bytes as Buffer);
  const sha256 = hash.digest("hex");
  return known.find((source) => source.sha256 === sha256)?.run;
}

/** False for everything that some importer might read; a damaged run file is reported as such. */
function isRunFile(path: string): boolean {
  try {
    openRun(path).close();
    return true;
  } catch (error) {
    if (error instanceof AppError && NOT_A_RUN.has(error.code)) return false;
    throw error;
  }
}

/** The importer words these better than db does. */
const NOT_A_RUN = new Set<string>(["not-a-run-file", "file-not-found", "file-unreadable"]);

function takeOver({ from, to }: { from: string; to: string }): ImportReport | undefined {
  copyFileSync(from, to);
  const reader = openRun(to);
  try {
    return reader.importReport;
  } finally {
    reader.close();
  }
}
