/**
 * What `serve` and `open` do: start the headless server, import the given files, print the address with the first of them
 * open, and serve until Ctrl-C or SIGTERM. The address is all that goes to stdout; to be stopped is their normal end.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Emit, Job } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError, describeFailure } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";

import { defaultLibraryPath } from "../core/library-path.ts";
import type { RunningServer } from "../headless/serve.ts";
import { startServer } from "../headless/serve.ts";
import { describeError } from "./run-command.ts";
import { createProgressLine, printAside, printJson, printText } from "./terminal.ts";

/** Options of both commands. */
export interface ServerFlags {
  readonly port: number;
  readonly uploadLimit: number;
  readonly json?: boolean;
}

interface ServeRequest {
  /** Folder of runs; the person's own when absent. */
  readonly folder: string | undefined;
  readonly files: readonly string[];
  readonly flags: ServerFlags;
  /** Whether the first two of the files are shown side by side. */
  readonly compare?: boolean;
}

interface OpenedFile {
  readonly file: string;
  readonly run?: RunId;
  readonly failure?: AppErrorFields;
}

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

export async function serveUntilStopped({ folder, files, flags, compare = false }: ServeRequest): Promise<void> {
  const stopped = waitForSignal();
  const progress = createProgressLine();
  try {
    const server = await startServer({
      libraryPath: folder ?? defaultLibraryPath(),
      rendererPath: path.join(repositoryRoot, "out", "renderer"),
      version: readVersion(),
      port: flags.port,
      uploadLimitBytes: flags.uploadLimit,
      onEvent: showJobs(progress),
      onBug: (error) => console.error(error),
    });
    try {
      const opened = await Promise.race([stopped, openFiles(server, files)]);
      progress.clear();
      if (opened === undefined) return;
      announce(server, opened, { ...flags, compare });
      await stopped;
    } finally {
      await server.close();
    }
  } catch (error) {
    progress.clear();
    if (!(error instanceof AppError)) throw error;
    process.exitCode = 1;
    if (flags.json === true) printJson({ error: describeError(error) });
    printAside(error.message);
  }
}

/** Jobs take turns by themselves. A file that fails does not stop the others. */
function openFiles({ backend }: RunningServer, files: readonly string[]): Promise<readonly OpenedFile[]> {
  const { signal } = new AbortController();
  return Promise.all(
    files.map(async (file) => {
      try {
        const job = await backend.handlers.startImport({ path: path.resolve(file) }, { signal });
        const { run, failure } = await backend.jobs.whenEnded(job);
        return { file, ...(run === undefined ? {} : { run }), ...(failure === undefined ? {} : { failure }) };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { file, failure: error.fields };
      }
    }),
  );
}

function announce(
  server: RunningServer,
  opened: readonly OpenedFile[],
  { json, compare }: ServerFlags & { compare: boolean },
): void {
  const [first, second] = opened.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const url = server.addressOf(first, compare ? second : undefined);
  const { path: library } = server.backend.library;
  for (const { failure } of opened) if (failure !== undefined) printAside(describeFailure(failure));
  if (json === true) {
    printJson({ url, port: server.port, library, opened });
    return;
  }
  printAside(`Runs are kept in ${library}.\nOpen this address in a browser; Ctrl-C ends.`);
  printText(url);
}

/** Fulfilled by the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function waitForSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
}

function showJobs(progress: ReturnType<typeof createProgressLine>): Emit {
  return (event, payload) => {
    if (event !== "jobChanged") return;
    const { title, state, step, share } = payload as Job;
    if (state !== "running") progress.clear();
    else progress.show({ step: `${title}: ${step ?? ""}`, ...(share === undefined ? {} : { share }) });
  };
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(repositoryRoot, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
