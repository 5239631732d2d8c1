/**
 * The application without a host: answers every method of api.ts from a library, its open runs and its jobs. Reads are
 * synchronous and short; everything long runs in a worker thread. Hosts join it to the outside through wire/rpc.ts.
 */
import { statSync } from "node:fs";
import path from "node:path";

import type { Api, CallContext, Emit, Handlers, HostDescription } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { JobId, RunId } from "#common/ids.ts";
import { DEFAULT_CAPTURE } from "#common/runner-api.ts";

import { checkArguments } from "./api-arguments.ts";
import { listRunnerBackends, previewCapture } from "./capture/ask-runner.ts";
import { createCaptureWork, titleOfCapture } from "./capture/capture-job.ts";
import { GrowingRuns } from "./capture/growing-runs.ts";
import type { RunnerPlace } from "./capture/runner-process.ts";
import type { Jobs, JobWork } from "./jobs.ts";
import { createJobs } from "./jobs.ts";
import { Library } from "./library.ts";
import { OpenRuns } from "./open-runs.ts";
import { runInWorker } from "./run-in-worker.ts";
import { whileReading } from "./file-errors.ts";

/** A file that a page sent, kept by the host until it is imported. */
export interface Upload {
  /** A folder of its own holds it, under the name that the person knows. */
  readonly path: string;
  readonly release: () => void;
}

export interface BackendOptions {
  readonly libraryPath: string;
  readonly version: string;
  /** Tells every connected page. */
  readonly emit: Emit;
  readonly uploadLimitBytes?: number;
  /** Hands over an upload, once. */
  readonly takeUpload?: (name: string) => Upload | undefined;
  /** Entry of the workers; another one than worker.ts only in tests. */
  readonly workerEntry?: URL;
  /** The runner of captures, where it is not this checkout's under this process's Node. */
  readonly runner?: RunnerPlace;
}

export interface Backend {
  readonly handlers: Handlers;
  readonly library: Library;
  readonly jobs: Jobs;
  /** Cancels jobs, closes files; fulfilled when no worker is left. */
  readonly close: () => Promise<void>;
}

/** @throws AppError when the library's folder cannot be used */
export function createBackend(options: BackendOptions): Backend {
  const { emit, version, uploadLimitBytes, workerEntry, runner: place = {} } = options;
  const worker = workerEntry === undefined ? {} : { entry: workerEntry };
  // Workers that write nothing have nothing to clean up: cancelling ends them at once.
  const reading = { ...worker, graceMs: 0 };
  const library = new Library({
    folder: options.libraryPath,
    onChange: () => emit("libraryChanged", {}),
    summarise: (file, signal) => runInWorker({ kind: "summarise", path: file }, { signal, ...reading }),
  });
  const jobs = createJobs({ onChange: (job) => emit("jobChanged", job) });
  const growing = new GrowingRuns((run) => emit("runGrew", { run }));
  const runs = new OpenRuns((run) => library.fileOf(run), growing);

  const importFile = (
    { file, title, keepPartial }: { file: string; title: string; keepPartial: boolean },
    release: () => void,
  ): JobId => {
    const work: JobWork = async ({ signal, onProgress }) => {
      const scratch = library.scratch.make();
      try {
        const out = path.join(scratch, "run.pipewave");
        const known = library.knownSources(statSync(file).size);
        const task = { kind: "import", path: file, out, keepPartial, known } as const;
        const result = await runInWorker(task, { signal, onProgress, ...worker });
        if ("known" in result) return { run: result.known, step: "already in the library" };
        const run = library.adopt({ file: out, title, summary: result.summary });
        return result.report === undefined ? { run } : { run, report: { ...result.report, file: library.fileOf(run) } };
      } catch (error) {
        throw nameFile(error, { file, title });
      } finally {
        library.scratch.remove(scratch);
        release();
      }
    };
    return jobs.start({ kind: "import", title, work });
  };

  /** The file changes, hence the run is opened anew afterwards. */
  const rebuild = async (run: RunId, signal: AbortSignal): Promise<void> => {
    try {
      await runInWorker({ kind: "rebuild", path: library.fileOf(run) }, { signal, ...reading });
    } catch (error) {
      // A file that may not be written is read as it is, only slower.
      if (!(error instanceof AppError) || error.fields.code !== "write-failed") throw error;
    }
  };

  const methods: Handlers = {
    describeHost: (): HostDescription => ({
      version,
      libraryPath: library.path,
      ...(uploadLimitBytes === undefined ? {} : { uploadLimitBytes }),
    }),
    listRuns: () => library.list(),
    listJobs: () => jobs.list(),
    startImport({ path: file, upload, keepPartial = false }) {
      if ((file === undefined) === (upload === undefined)) {
        throw new AppError({ code: "invalid-argument", what: "an import needs either a path or an upload" });
      }
      if (file !== undefined) {
        checkReadable(file);
        return importFile({ file, title: path.basename(file), keepPartial }, () => undefined);
      }
      const taken = options.takeUpload?.(upload ?? "");
      if (taken === undefined) {
        throw new AppError({ code: "file-not-found", what: "there is no such upload", todo: "send the file again" });
      }
      return importFile({ file: taken.path, title: path.basename(taken.path), keepPartial }, taken.release);
    },
    cancelJob: ({ job }) => jobs.cancel(job),
    listBackends: () => listRunnerBackends(place),
    previewCapture: (chosen) => previewCapture({ ...DEFAULT_CAPTURE, ...chosen }, place),
    startCapture(chosen) {
      const capture = { ...DEFAULT_CAPTURE, ...chosen };
      const work = createCaptureWork({ library, growing, options: capture, place });
      return jobs.start({ kind: "capture", title: titleOfCapture(capture), work });
    },
    renameRun({ run, name }) {
      runs.close(run);
      library.rename(run, name);
    },
    deleteRun({ run }) {
      runs.close(run);
      library.delete(run);
    },
    restoreRun: ({ run }) => library.restore(run),
    async readRun({ run }, { signal }) {
      if (!runs.get(run).hasCurrentDerivedData) await rebuild(run, signal);
      return runs.get(run).describe(run);
    },
    readReport: ({ run, ...scope }, { signal }) =>
      runs.get(run).report(scope, (file) => runInWorker({ kind: "report", path: file, scope }, { signal, ...reading })),
    readTile: ({ run, key }) => runs.get(run).tile(key),
    readSpans: ({ run, ...query }) => runs.get(run).spans(query),
    readSpan: ({ run, span }) => runs.get(run).span(span),
  };

  return {
    handlers: checkAll(methods),
    library,
    jobs,
    async close() {
      await Promise.all([jobs.close(), library.close()]);
      runs.closeAll();
    },
  };
}

/** An upload lies under a path that means nothing to the person who sent it: failures name what they sent. */
function nameFile(error: unknown, { file, title }: { file: string; title: string }): unknown {
  if (!(error instanceof AppError) || error.fields.where?.file !== file) return error;
  return new AppError({ ...error.fields, where: { ...error.fields.where, file: title } }, { cause: error });
}

/** The same handlers behind a check of their arguments. */
function checkAll(methods: Handlers): Handlers {
  const checked = Object.keys(API_METHODS).map((name) => {
    const method = name as keyof Api;
    const handler = methods[method] as (args: unknown, context: CallContext) => unknown;
    return [method, (args: unknown, context: CallContext) => handler(checkArguments(method, args), context)];
  });
  return Object.fromEntries(checked) as Handlers;
}

/** Says at once what a job would say after its worker has started. */
function checkReadable(file: string): void {
  if (whileReading(file, () => statSync(file)).isFile()) return;
  throw new AppError({ code: "file-unreadable", what: "that is not a file", where: { file }, todo: "choose a file" });
}
