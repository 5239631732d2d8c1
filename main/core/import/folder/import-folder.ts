/**
 * Imports the files of one job as one run: each is read in a thread of its own, at most as many at once as there are cores,
 * then their columns are put together, set to one clock and written. Parts are taken in the order of the files, so that the
 * same files always give the same run, and no more of them wait in memory than threads work.
 *
 * Nothing is at `out` unless the whole import succeeded. A file that cannot be read ends the import and is named; with
 * `keepGoing` it is reported and the others make the run.
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";

import { AppError } from "#common/errors.ts";
import type { ImportedFile, ImportReport } from "#common/report.ts";
import { finishRun } from "../finish-run.ts";
import { createRun } from "../../../../db/index.ts";
import { runInWorker } from "../../run-in-worker.ts";
import { alignClocks } from "../clock/align-clocks.ts";
import type { ImportOptions } from "../import-trace.ts";
import { BUILT_IN_RULES } from "../recognise/rules.ts";
import { writeRun } from "../write-run.ts";
import { placesFromMetadata, placesFromPattern, readRankPattern } from "./file-places.ts";
import { listTraces } from "./list-traces.ts";
import type { ListedTrace } from "./list-traces.ts";
import { nameLaneFiles, TraceMerger } from "./merge-parts.ts";
import type { MergedTrace } from "./merge-parts.ts";
import type { TracePart } from "./trace-part.ts";

export interface FolderOptions extends Omit<ImportOptions, "path"> {
  /** Files, folders or both. */
  readonly paths: readonly string[];
  /** Name of the run. */
  readonly name: string;
  /** Goes on without the files that cannot be read. */
  readonly keepGoing?: boolean;
  /** Pattern on a file's path with the groups `rank` and perhaps `replica`. */
  readonly rankFrom?: string;
  /** Entry of the threads; another one than worker.ts only in tests. */
  readonly workerEntry?: URL;
}

/** Share of the progress that reading takes. */
const READING_SHARE = 0.7;
const ROWS_AT_FIRST = 1 << 16;

/**
 * @returns the import report, which is in the run file, too
 * @throws AppError what listing, reading and writing name; the signal's reason
 */
export async function importFolder(options: FolderOptions): Promise<ImportReport> {
  const startedAt = performance.now();
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const traces = listTraces(options.paths);
  const pattern = options.rankFrom === undefined ? undefined : readRankPattern(options.rankFrom);
  const { merged, failures, read } = await readAll(traces, options);
  const places =
    pattern === undefined
      ? placesFromMetadata(merged.files, options.pipelineGroup)
      : placesFromPattern(
          pattern,
          read.map(({ path }) => path),
        );
  nameLaneFiles(merged, (_, index) => places[index]);
  onProgress?.({ share: READING_SHARE, step: "setting the ranks to one clock" });
  await setImmediate();
  signal?.throwIfAborted();
  const aligned = alignClocks(merged);
  const given = pattern === undefined ? {} : ({ placeIsGiven: true } as const);
  const files = [...aligned.files.map((file) => ({ ...file, ...given })), ...failures];
  onProgress?.({ share: READING_SHARE, step: "ordering the spans" });
  const writer = createRun(options.out, {
    replace: options.replace ?? false,
    deriveLater: options.deriveLater ?? false,
  });
  try {
    const { trace } = merged;
    const written = await writeRun(trace, writer, {
      name: options.name,
      source: merged.files[0].source,
      sources: merged.files.map(({ source }) => source),
      onChunk: async (share) => {
        onProgress?.({ share: READING_SHARE + share * (1 - READING_SHARE), step: "writing the run" });
        await setImmediate();
        signal?.throwIfAborted();
      },
    });
    const { tally } = trace;
    const { spans, instants, counters, flows, metadata } = tally;
    const report: ImportReport = {
      file: options.out,
      format: [...new Set(merged.files.map(({ format }) => format))].join(", "),
      recognisedBy: written.recognisedBy,
      events: { read: tally.read, spans, instants, counters, flows, metadata },
      pipelineSpans: written.pipelineSpans,
      skipped: tally.skipped,
      packedOverlaps: written.packedOverlaps,
      repaired: [...tally.repaired, ...aligned.notes, ...written.notes],
      violations: [...(tally.violation === undefined ? [] : [tally.violation]), ...written.violations],
      files,
      elapsedMs: Math.round(performance.now() - startedAt),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    return finishRun(writer, report, options);
  } catch (error) {
    writer.abort();
    throw error;
  }
}

interface ReadTraces {
  readonly merged: MergedTrace;
  /** Those that are in, in order. */
  readonly read: readonly ListedTrace[];
  readonly failures: readonly ImportedFile[];
}

type Outcome = { readonly part: TracePart } | { readonly error: unknown };

async function readAll(traces: readonly ListedTrace[], options: FolderOptions): Promise<ReadTraces> {
  const { signal, rules = BUILT_IN_RULES, keepGoing = false } = options;
  const stopping = new AbortController();
  const stop = () => stopping.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const progress = createProgress(traces, options);
  const start = async (index: number): Promise<Outcome> => {
    try {
      return { part: await readInThread(traces[index], options, stopping.signal, progress(index)) };
    } catch (error) {
      return { error };
    }
  };
  const merger = new TraceMerger({ rules, capacity: ROWS_AT_FIRST });
  const read: ListedTrace[] = [];
  const failures: ImportedFile[] = [];
  const underWay: Promise<Outcome>[] = [];
  const threads = availableParallelism();
  try {
    for (let index = 0; index < traces.length; index++) {
      while (underWay.length < Math.min(traces.length, index + threads)) underWay.push(start(underWay.length));
      const trace = traces[index];
      const outcome = await underWay[index];
      signal?.throwIfAborted();
      if ("part" in outcome) {
        merger.add(outcome.part, trace.name);
        read.push(trace);
      } else failures.push(acceptFailure(outcome.error, trace, keepGoing));
      underWay[index] = Promise.resolve({ error: undefined }); // the part is in: let go of its memory
    }
  } catch (error) {
    stopping.abort(error);
    await Promise.all(underWay);
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  if (read.length > 0) return { merged: merger.finish(), read, failures };
  throw new AppError({
    code: "no-spans",
    what: `none of the ${traces.length} files is a trace that can be read, the first one because ${failures[0].failure ?? ""}`,
    where: { file: traces[0].path },
    todo: "choose the traces of the ranks",
  });
}

/** What is reported of a file that is left out. @throws the failure itself where nobody agreed to go on without the file */
function acceptFailure(error: unknown, trace: ListedTrace, keepGoing: boolean): ImportedFile {
  if (!(error instanceof AppError)) throw error;
  // A folder holds other things beside traces; a file that a person named does not.
  const isNoTrace = trace.isFound && (error.code === "unknown-format" || error.code === "file-empty");
  if (isNoTrace) return { file: trace.name, failure: `left out: ${error.fields.what}` };
  if (keepGoing) return { file: trace.name, failure: error.fields.what };
  const { todo } = error.fields;
  throw new AppError(
    {
      ...error.fields,
      where: { ...error.fields.where, file: trace.path },
      todo: `${todo === undefined ? "" : `${todo}, or `}import the other files with --keep-going`,
    },
    { cause: error },
  );
}

function readInThread(
  { path }: ListedTrace,
  { rules, keepPartial, pipelineGroup, workerEntry }: FolderOptions,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<TracePart> {
  return runInWorker(
    {
      kind: "collect",
      path,
      ...(rules === undefined ? {} : { rules }),
      ...(keepPartial === undefined ? {} : { keepPartial }),
      ...(pipelineGroup === undefined ? {} : { pipelineGroup }),
    },
    {
      signal,
      onProgress: ({ share = 0 }) => onProgress(share),
      ...(workerEntry === undefined ? {} : { entry: workerEntry }),
    },
  );
}

/** Progress over all files by their size. */
function createProgress(traces: readonly ListedTrace[], { onProgress }: FolderOptions) {
  const total = Math.max(
    1,
    traces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  const shares = new Float64Array(traces.length);
  return (index: number) => (share: number) => {
    shares[index] = share;
    const done = traces.reduce((sum, { sizeBytes }, at) => sum + sizeBytes * shares[at], 0) / total;
    onProgress?.({ share: done * READING_SHARE, step: `reading ${traces.length} files` });
  };
}
