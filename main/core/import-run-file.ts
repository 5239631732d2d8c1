/**
 * The import as a job does it, inside a worker: a trace is imported, a run file is taken over as it is, and what the library
 * has already is recognised by its content. Where the result lies afterwards is the library's business.
 */
import { createHash } from "node:crypto";
import { copyFileSync, createReadStream } from "node:fs";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";

import { openRun } from "../../db/index.ts";
import { importTrace } from "./import/import-trace.ts";
import { summariseRun } from "./run-summary.ts";
import type { ImportTask, KnownSource, Progress, TaskResults } from "./worker-protocol.ts";

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
