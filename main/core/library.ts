/**
 * The folder of runs: one `*.pipewave` file each, and nothing else that matters. The folder is the truth: files that appear,
 * change or vanish by other hands are seen at the next listing, and told by a watch. Key figures are computed in the
 * background; a file that cannot be opened is listed with the reason. Hidden entries (.trash, .incoming, .cache) are ours.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, watch } from "node:fs";
import path from "node:path";

import type { LibraryEntry } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";

import { removeStaleFiles, setRunName } from "../../db/index.ts";
import { isSystemError, whileReading, whileWriting } from "./file-errors.ts";
import { fileOfRun, nameRun, runOfFile } from "./run-names.ts";
import type { RunSummary } from "./run-summary.ts";
import { Scratch } from "./scratch.ts";
import type { FileStamp } from "./summary-cache.ts";
import { SummaryCache } from "./summary-cache.ts";
import { Trash } from "./trash.ts";
import type { KnownSource } from "./worker-protocol.ts";

export interface LibraryOptions {
  readonly folder: string;
  /** Runs were added, changed or removed, or figures became known. */
  readonly onChange: () => void;
  /** Computes the key figures of a file, elsewhere than on this thread. */
  readonly summarise: (file: string, signal: AbortSignal) => Promise<RunSummary>;
}

interface ListedFile extends FileStamp {
  readonly run: RunId;
}

/** A name of the library that waits for its run. */
interface ReservedRun {
  readonly run: RunId;
  /** Moves the whole run file into the library, under this name. @throws AppError disk-full, write-failed */
  readonly keep: (file: string, summary: RunSummary) => RunId;
  /** Gives the name back, unless there is a run under it. */
  readonly release: () => void;
}

/** Several changes at once are told once. */
const CHANGE_QUIET_MS = 50;

export class Library {
  readonly path: string;
  readonly scratch: Scratch;
  readonly #trash: Trash;
  readonly #summaries: SummaryCache;
  readonly #failures = new Map<RunId, FileStamp & { readonly failure: AppErrorFields }>();
  readonly #reserved = new Set<RunId>();
  readonly #options: LibraryOptions;
  readonly #closing = new AbortController();
  #summarising: Promise<void> | undefined;
  #changeTimer: NodeJS.Timeout | undefined;

  /** Makes the folder where it is missing. @throws AppError file-unreadable, write-failed */
  constructor(options: LibraryOptions) {
    this.path = path.resolve(options.folder);
    this.#options = options;
    makeFolder(this.path);
    this.scratch = new Scratch(this.path);
    this.#trash = new Trash(this.path);
    this.#summaries = new SummaryCache(this.path);
    removeStaleFiles(this.path);
    this.#tidyUp();
    this.#watch();
  }

  /** Newest first. Starts computing what is not known yet. */
  list(): readonly LibraryEntry[] {
    const files = this.#readFolder();
    const entries = files.map((file) => this.#describe(file));
    if (entries.some(({ pending }) => pending === true)) this.#summarisePending();
    return entries.sort((a, b) => b.modifiedEpochMs - a.modifiedEpochMs || (a.id < b.id ? -1 : 1));
  }

  /** Path of a run's file. @throws AppError unknown-run */
  fileOf(run: RunId): string {
    const file = path.join(this.path, fileOfRun(run));
    if (existsSync(file)) return file;
    throw new AppError({
      code: "unknown-run",
      what: `the library has no run called ${run}`,
      todo: "choose another one, or import its trace again",
    });
  }

  /** Traces of that size that were imported before. */
  knownSources(sizeBytes: number): readonly KnownSource[] {
    return this.#readFolder().flatMap((file) => {
      const [source, ...more] = this.#summaries.get(file.run, file)?.sources ?? [];
      return source?.sizeBytes === sizeBytes && more.length === 0 ? [{ run: file.run, sha256: source.sha256 }] : [];
    });
  }

  /** Keeps a free name made of `title` for a run that does not have its file yet. */
  reserve(title: string): ReservedRun {
    const run = nameRun(title, (candidate) => this.#isTaken(candidate));
    this.#reserved.add(run);
    return {
      run,
      keep: (file, summary) => {
        this.#place(run, { file, summary });
        return run;
      },
      release: () => void this.#reserved.delete(run),
    };
  }

  /** Moves a whole run file from a scratch folder into the library, under a free name made of `title`. */
  adopt({ file, title, summary }: { file: string; title: string; summary: RunSummary }): RunId {
    const run = nameRun(title, (candidate) => this.#isTaken(candidate));
    this.#place(run, { file, summary });
    return run;
  }

  /** Changes the name that the run carries inside its file; the file, and with it the id, stays. */
  rename(run: RunId, name: string): void {
    const file = this.fileOf(run);
    const summary = this.#summaries.get(run, stampOf(file));
    setRunName(file, name);
    if (summary !== undefined) this.#summaries.set(run, stampOf(file), { ...summary, name });
    this.#tellChange();
  }

  /** Writes into the notes of a run's file; its figures stay as they are. @throws AppError unknown-run, and what `change` throws */
  changeNotes<Result>(run: RunId, change: (file: string) => Result): Result {
    const file = this.fileOf(run);
    const summary = this.#summaries.get(run, stampOf(file));
    const result = change(file);
    if (summary !== undefined) this.#summaries.set(run, stampOf(file), summary);
    this.#tellChange();
    return result;
  }

  /** Moves the run to the trash. The caller has closed its readers. @throws AppError unknown-run */
  delete(run: RunId): void {
    this.fileOf(run);
    this.#trash.put(run);
    this.#tellChange();
  }

  /** @throws AppError unknown-run, file-exists */
  restore(run: RunId): void {
    this.#trash.restore(run);
    this.#tellChange();
  }

  /** Stops watching and computing; fulfilled when nothing runs any more. */
  async close(): Promise<void> {
    clearTimeout(this.#changeTimer);
    this.#closing.abort(new Error("the library closes"));
    await this.#summarising;
  }

  #isTaken(run: RunId): boolean {
    return this.#reserved.has(run) || existsSync(path.join(this.path, fileOfRun(run)));
  }

  #place(run: RunId, { file, summary }: { file: string; summary: RunSummary }): void {
    const target = path.join(this.path, fileOfRun(run));
    whileWriting(target, () => renameSync(file, target));
    this.#summaries.set(run, stampOf(target), summary);
    this.#tellChange();
  }

  /** What may fail in a folder that may only be read, and does not matter there. */
  #tidyUp(): void {
    try {
      this.scratch.removeStale();
      this.#trash.removeOld();
      this.#summaries.keepOnly(new Set(this.#readFolder().map(({ run }) => run)));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  /** Where a folder cannot be watched (no watches left, some network file systems), every listing still sees its changes. */
  #watch(): void {
    try {
      const watcher = watch(this.path, { persistent: false }, (_event, name) => {
        if (name === null || runOfFile(name) !== undefined) this.#tellChange();
      });
      watcher.on("error", () => watcher.close());
      this.#closing.signal.addEventListener("abort", () => watcher.close());
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #tellChange(): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#changeTimer);
    this.#changeTimer = setTimeout(() => this.#options.onChange(), CHANGE_QUIET_MS);
  }

  #readFolder(): ListedFile[] {
    return whileReading(this.path, () => readdirSync(this.path)).flatMap((name) => {
      const run = runOfFile(name);
      const stat = run === undefined ? undefined : statSync(path.join(this.path, name), { throwIfNoEntry: false });
      if (run === undefined || stat?.isFile() !== true) return [];
      return [{ run, sizeBytes: stat.size, modifiedEpochMs: stat.mtimeMs }];
    });
  }

  #describe(file: ListedFile): LibraryEntry {
    const { run: id, sizeBytes, modifiedEpochMs } = file;
    const summary = this.#summaries.get(id, file);
    if (summary !== undefined) {
      const { sources: _sources, ...figures } = summary;
      return { id, sizeBytes, modifiedEpochMs, ...figures };
    }
    const unknown = { id, name: id, kind: "imported", sizeBytes, modifiedEpochMs, ...NO_COUNTS } as const;
    const failed = this.#failures.get(id);
    return failed !== undefined && isSameFile(failed, file)
      ? { ...unknown, failure: failed.failure }
      : { ...unknown, pending: true };
  }

  /** One file after the other, each told as soon as it is known; files that come meanwhile are taken along. */
  #summarisePending(): void {
    this.#summarising ??= this.#summariseAll()
      .catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error; // the folder is gone: the next listing says so
      })
      .finally(() => (this.#summarising = undefined));
  }

  async #summariseAll(): Promise<void> {
    const { signal } = this.#closing;
    const tried = new Set<string>();
    while (!signal.aborted) {
      const next = this.#readFolder().find(
        (file) => this.#describe(file).pending === true && !tried.has(stampText(file)),
      );
      if (next === undefined) return;
      tried.add(stampText(next));
      try {
        const summary = await this.#options.summarise(path.join(this.path, fileOfRun(next.run)), signal);
        this.#summaries.set(next.run, next, summary);
      } catch (error) {
        if (signal.aborted) return;
        this.#failures.set(next.run, { ...next, failure: failureFields(error) });
      }
      this.#tellChange();
    }
  }
}

const NO_COUNTS = { spans: 0, pipelineSpans: 0, stages: 0, ranks: 0, iterations: 0 };

function stampOf(file: string): FileStamp {
  const { size, mtimeMs } = statSync(file);
  return { sizeBytes: size, modifiedEpochMs: mtimeMs };
}

function isSameFile(a: FileStamp, b: FileStamp): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedEpochMs === b.modifiedEpochMs;
}

const stampText = ({ run, sizeBytes, modifiedEpochMs }: ListedFile): string => `${run}/${sizeBytes}/${modifiedEpochMs}`;

function failureFields(error: unknown): AppErrorFields {
  if (error instanceof AppError) return error.fields;
  return { code: "damaged-run-file", what: error instanceof Error ? error.message : String(error) };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    readdirSync(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new AppError(
      {
        code:
          error.code === "ENOENT" ? "file-not-found" : error.syscall === "mkdir" ? "write-failed" : "file-unreadable",
        what: "the folder of runs cannot be used",
        where: { file: folder },
        todo: "choose another folder",
      },
      { cause: error },
    );
  }
}
