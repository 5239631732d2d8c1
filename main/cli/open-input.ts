/**
 * Opens what a person names: a run file, or a trace or a folder of the traces of a job, which is imported into a temporary run file that is gone again when it
 * is closed.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { AppError } from "#common/errors.ts";

import { openRun } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import type { CommandContext } from "./run-command.ts";
import { readTraceOptions } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

/** Calls `use` with the open run and closes it, whatever happens. @throws AppError of opening, importing and `use` */
export async function withInput<Result>(
  file: string,
  { options, context }: { options: TraceOptions; context: CommandContext },
  use: (reader: RunReader) => Promise<Result> | Result,
): Promise<Result> {
  const opened = openIfRun(file);
  if (opened !== undefined) return closing(opened, use);
  const { importTrace } = await import("../core/import/import-trace.ts");
  const given = await readTraceOptions(options);
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // a second Ctrl-C ends the process at once
  try {
    const out = path.join(folder, "run.pipewave");
    const common = { out, ...given, signal: context.signal, onProgress: context.onProgress };
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      const { importFolder } = await import("../core/import/folder/import-folder.ts");
      await importFolder({ ...common, paths: [file], name: path.basename(path.resolve(file)) });
    } else await importTrace({ ...common, path: file });
    return await closing(openRun(out), use);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function openIfRun(file: string): RunReader | undefined {
  try {
    return openRun(file);
  } catch (error) {
    if (error instanceof AppError && error.code === "not-a-run-file") return undefined;
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
    throw error;
  }
}

async function closing<Result>(
  reader: RunReader,
  use: (reader: RunReader) => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}
