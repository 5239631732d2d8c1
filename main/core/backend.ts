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
import { MOST_SQL_ROWS } from "#common/sql.ts";

import { removeNoteFrom, writeNoteInto } from "../../db/index.ts";
import { checkArguments } from "./api-arguments.ts";
import { listRunnerBackends, previewCapture } from "./capture/ask-runner.ts";
import { createCaptureWork, titleOfCapture } from "./capture/capture-job.ts";
import { GrowingRuns } from "./capture/growing-runs.ts";
import type { RunnerPlace } from "./capture/runner-process.ts";
import type { Jobs, JobWork } from "./jobs.ts";
import { createJobs } from "./jobs.ts";
import { Library } from "./library.ts";
import { OpenRuns } from "./open-runs.ts";
import { scopeOf } from "./scope-explanations.ts";
import type { ExplainElsewhere } from "./scope-explanations.ts";
import { runInWorker } from "./run-in-worker.ts";
import { askSql } from "./sql/ask-sql.ts";
import type { SqlPlace } from "./sql/ask-sql.ts";
import { Simulations } from "./simulate/simulations.ts";
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
  /** Where SQL runs, if not under this Node. */
  readonly sql?: SqlPlace;
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
  const simulations = new Simulations({ library, entry: workerEntry });
  const runs = new OpenRuns((run) => library.fileOf(run), {
    get: (run) => growing.get(run) ?? simulations.get(run),
  });

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

  const importTogether = (
    { paths, name, ...options }: { paths: readonly string[]; name: string } & ManyFilesOptions,
    release: () => void,
  ): JobId => {
    const work: JobWork = async ({ signal, onProgress }) => {
      const scratch = library.scratch.make();
      try {
        const out = path.join(scratch, "run.pipewave");
        const task = { kind: "import-folder", path: paths[0], paths, name, out, ...options } as const;
        const { report, summary } = await runInWorker(task, { signal, onProgress, ...worker });
        const run = library.adopt({ file: out, title: name, summary });
        return { run, report: { ...report, file: library.fileOf(run) } };
      } catch (error) {
        throw nameUpload(error, paths);
      } finally {
        library.scratch.remove(scratch);
        release();
      }
    };
    return jobs.start({ kind: "import", title: name, work });
  };

  const recogniseAgain = ({ run, rules, name }: { run: RunId; rules: string | undefined; name: string }): JobId => {
    const file = library.fileOf(run);
    const work: JobWork = async ({ signal, onProgress }) => {
      const scratch = library.scratch.make();
      try {
        const out = path.join(scratch, "run.pipewave");
        const task = {
          kind: "recognise-again",
          path: file,
          name,
          out,
          ...(rules === undefined ? {} : { rules }),
        } as const;
        const { report, summary } = await runInWorker(task, { signal, onProgress, ...worker });
        const made = library.adopt({ file: out, title: name, summary });
        return { run: made, report: { ...report, file: library.fileOf(made) } };
      } finally {
        library.scratch.remove(scratch);
      }
    };
    return jobs.start({ kind: "import", title: name, work });
  };

  const takeUpload = (name: string): Upload => {
    const taken = options.takeUpload?.(name);
    if (taken !== undefined) return taken;
    throw new AppError({ code: "file-not-found", what: "there is no such upload", todo: "send the file again" });
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

  const explainElsewhere: ExplainElsewhere = (file, scope, signal) =>
    runInWorker({ kind: "explain", path: file, scope }, { signal, ...reading });

  const methods: Handlers = {
    describeHost: (): HostDescription => ({
      version,
      libraryPath: library.path,
      ...(uploadLimitBytes === undefined ? {} : { uploadLimitBytes }),
    }),
    listRuns: () => library.list(),
    listJobs: () => jobs.list(),
    startImport({ path: file, upload, uploads, name, rankFrom, keepPartial = false, keepGoing = false }) {
      if ([file, upload, uploads].filter((given) => given !== undefined).length !== 1) {
        throw new AppError({ code: "invalid-argument", what: "an import needs either a path or an upload" });
      }
      const many = { keepPartial, keepGoing, ...(rankFrom === undefined ? {} : { rankFrom }) };
      if (uploads !== undefined) {
        const taken = uploads.map(takeUpload);
        const paths = taken.map((one) => one.path);
        return importTogether({ paths, name: name ?? path.basename(paths[0]), ...many }, () => {
          for (const one of taken) one.release();
        });
      }
      if (file !== undefined) {
        if (isFolder(file)) {
          return importTogether(
            { paths: [file], name: name ?? path.basename(path.resolve(file)), ...many },
            () => undefined,
          );
        }
        checkReadable(file);
        return importFile({ file, title: path.basename(file), keepPartial }, () => undefined);
      }
      const taken = takeUpload(upload ?? "");
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
    previewRules: ({ run, rules }, { signal }) =>
      runInWorker(
        { kind: "preview-rules", path: library.fileOf(run), ...(rules === undefined ? {} : { rules }) },
        { signal, ...reading },
      ),
    recogniseAgain: ({ run, rules, name }) => recogniseAgain({ run, rules, name }),
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
    readComparison: ({ a, b, ...scope }, { signal }) =>
      runInWorker(
        { kind: "compare", path: library.fileOf(a), pathB: library.fileOf(b), scope },
        { signal, ...reading },
      ),
    readBubbles: ({ run, iteration, replica, ...query }) =>
      runs.get(run).bubbles(scopeOf({ iteration, replica }), query, explainElsewhere),
    readCriticalPath: ({ run, ...scope }) => runs.get(run).criticalPath(scope, explainElsewhere),
    readTransfers: ({ run, iteration, replica, ...query }) =>
      runs.get(run).transfers(scopeOf({ iteration, replica }), query, explainElsewhere),
    readMatrix: ({ run, ...choice }, { signal }) =>
      runs
        .get(run)
        .matrix(choice, (file) => runInWorker({ kind: "matrix", path: file, choice }, { signal, ...reading })),
    readTile: ({ run, key }) => runs.get(run).tile(key),
    readSpans: ({ run, ...query }) => runs.get(run).spans(query),
    readStageSpans: ({ run, ...query }) => runs.get(run).stageSpans(query),
    readSpan: ({ run, span }) => runs.get(run).span(span),
    readNotes: ({ run }) => runs.get(run).notes(),
    saveNote({ run, note }) {
      runs.close(run);
      return library.changeNotes(run, (file) => writeNoteInto(file, note));
    },
    deleteNote({ run, note }) {
      runs.close(run);
      library.changeNotes(run, (file) => removeNoteFrom(file, note));
    },
    readArea: ({ run, ...query }, { signal }) =>
      runs.get(run).area(query, (file) => runInWorker({ kind: "area", path: file, query }, { signal, ...reading })),
    findSpans: ({ run, ...query }, { signal }) =>
      runs
        .get(run)
        .findByName(query, (file) => runInWorker({ kind: "find", path: file, query }, { signal, ...reading })),
    querySql: ({ run, sql, mostRows = MOST_SQL_ROWS }, { signal }) =>
      askSql({ path: library.fileOf(run), sql, mostRows }, { ...options.sql, signal }),
    simulate: (chosen, { signal }) => simulations.simulate(chosen, signal),
    saveSimulation: (chosen, { signal }) => simulations.save(chosen, signal),
    rankChanges: (question, { signal }) => simulations.rank(question, signal),
    deriveRun: (question, { signal }) => simulations.derive(question, signal),
  };

  return {
    handlers: checkAll(methods),
    library,
    jobs,
    async close() {
      await Promise.all([jobs.close(), library.close(), simulations.close()]);
      runs.closeAll();
    },
  };
}

/** An upload lies under a path that means nothing to the person who sent it: failures name what they sent. */
function nameFile(error: unknown, { file, title }: { file: string; title: string }): unknown {
  if (!(error instanceof AppError) || error.fields.where?.file !== file) return error;
  return new AppError({ ...error.fields, where: { ...error.fields.where, file: title } }, { cause: error });
}

/** What an import of several files may be told. */
interface ManyFilesOptions {
  readonly keepPartial: boolean;
  readonly keepGoing: boolean;
  readonly rankFrom?: string;
}

/** Of several uploads each lies in a folder of its own, which means nothing to a person. */
function nameUpload(error: unknown, paths: readonly string[]): unknown {
  const file = error instanceof AppError ? error.fields.where?.file : undefined;
  return file === undefined || !paths.includes(file) ? error : nameFile(error, { file, title: path.basename(file) });
}

const isFolder = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;

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
