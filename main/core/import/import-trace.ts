/**
 * Imports one trace file into one run file: the one function that commands and jobs call. Runs in the caller's thread.
 *
 * Nothing is at `out` unless the whole import succeeded; a failure or a cancellation leaves no file behind.
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";
import { createRun } from "../../../db/index.ts";
import type { RunWriter } from "../../../db/index.ts";
import { ByteWindow } from "./byte-window.ts";
import { CollectedTrace } from "./collected-trace.ts";
import { finishRun } from "./finish-run.ts";
import type { ShardOptions } from "./chrome-trace/read-ahead.ts";
import type { ReadOptions } from "./importer.ts";
import { InternedTexts } from "./interned-texts.ts";
import { createRecogniser } from "./recognise/recogniser.ts";
import type { Rule } from "./recognise/rule.ts";
import { BUILT_IN_RULES } from "./recognise/rules.ts";
import { isOwnExport } from "./own-export/is-own-export.ts";
import { chooseImporter } from "./registry.ts";
import { openSource } from "./source.ts";
import type { Source } from "./source.ts";
import { stemOfTrace } from "./trace-name.ts";
import { writeRun } from "./write-run.ts";

export interface ImportProgress {
  /** 0…1 over all steps. */
  readonly share: number;
  /** What is being done, in words. */
  readonly step: string;
}

export interface ImportOptions {
  /** The trace. */
  readonly path: string;
  /** Where the run file will be. */
  readonly out: string;
  /** Recognisers, in order; the built-in ones when absent. */
  readonly rules?: readonly Rule[];
  /** Imports what is whole of a trace that was cut off. */
  readonly keepPartial?: boolean;
  /** Process group that is the pipeline's, where the trace does not say so itself. */
  readonly pipelineGroup?: string;
  /** Allows to replace a file at `out`. */
  readonly replace?: boolean;
  /** Leaves the levels of detail to whoever draws the run first. */
  readonly deriveLater?: boolean;
  /** Threads that read, and the size of the pieces in bytes; from the number of cores when absent. One reads alone. */
  readonly shards?: Omit<ShardOptions, "rules">;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Part of the progress that reading takes; the rest is ordering and writing. */
const READING_SHARE = 0.7;
/** Bytes of a trace that one span takes at least, for a first guess at the size of the columns. */
const BYTES_PER_SPAN = 64;
const MOST_THREADS = 6;
/** Memory that is not written to costs nothing; growing copies. */
const LARGEST_FIRST_GUESS = 16_000_000;

/**
 * @returns the import report, which is in the run file, too
 * @throws AppError what the source, the importer and the run writer name; the signal's reason
 */
export async function importTrace(options: ImportOptions): Promise<ImportReport> {
  const startedAt = performance.now();
  options.signal?.throwIfAborted();
  const source = openSource(options.path);
  try {
    return await importSource(source, options, startedAt);
  } catch (error) {
    throw withFile(error, options.path);
  } finally {
    source.close();
  }
}

/**
 * Imports from any source of bytes to any writer of runs: what `importTrace` does once the file is open.
 * @param startedAt `performance.now()` of the start, for the report
 * @internal Tests give sources that no disk holds.
 */
export async function importSource(
  source: Source,
  options: ImportOptions,
  startedAt: number,
  createWriter: typeof createRun = createRun,
): Promise<ImportReport> {
  const { signal, onProgress, keepPartial = false } = options;
  const window = new ByteWindow(source, {
    signal,
    onProgress: (share) => onProgress?.({ share: share * READING_SHARE, step: "reading the trace" }),
  });
  await window.more(0);
  if (isOwnExport(window.bytes.subarray(0, window.end))) {
    const { importOwnExport } = await import("./own-export/import-own-export.ts");
    const { out, replace = false } = options;
    return importOwnExport(window, { out, replace, keepPartial, signal, startedAt, createWriter });
  }
  const { importer, trace } = await collect(window, {
    ...options,
    rules: options.rules ?? BUILT_IN_RULES,
    keepPartial,
    shards: options.shards ?? { threads: countThreads() },
  });
  onProgress?.({ share: READING_SHARE, step: "ordering the spans" });
  const writer = createWriter(options.out, {
    replace: options.replace ?? false,
    deriveLater: options.deriveLater ?? false,
  });
  try {
    return await write(writer, { importer: importer.format, trace, source, options, startedAt });
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** This thread has enough to do with bringing bytes and taking pieces; each further one takes memory. */
function countThreads(): number {
  return Math.min(MOST_THREADS, availableParallelism() - 1);
}

/** Reads and recognises a whole trace; nothing is written. @throws AppError what choosing and reading name, no-spans */
export async function collect(
  window: ByteWindow,
  {
    rules,
    shards,
    ...options
  }: Omit<ReadOptions, "shards"> & { readonly rules: readonly Rule[]; readonly shards?: ImportOptions["shards"] },
) {
  if (window.end === 0) throw new AppError({ code: "file-empty", what: "the file holds no bytes" });
  const importer = chooseImporter(window.bytes.subarray(0, window.end + 1));
  const texts = new InternedTexts();
  const capacity = Math.min(LARGEST_FIRST_GUESS, Math.max(1024, Math.ceil(window.source.sizeBytes / BYTES_PER_SPAN)));
  const all = [...rules, ...(importer.rules ?? [])];
  const recogniser = createRecogniser({ rules: all, texts });
  const trace = new CollectedTrace({ texts, recogniser, spans: capacity });
  await importer.read(window, trace, { ...options, shards: shards && { ...shards, rules: all } });
  const { spans, instants, counters, flows, skippedCount } = trace.tally;
  if (spans + instants + counters + flows === 0) {
    throw new AppError({
      code: "no-spans",
      what:
        skippedCount === 0
          ? "the trace holds no events"
          : `the trace holds no event that can be shown (${skippedCount} were left out: ${trace.tally.skipped[0].reason})`,
    });
  }
  return { importer, trace };
}

interface WriteWork {
  readonly importer: string;
  readonly trace: CollectedTrace;
  readonly source: Source;
  readonly options: ImportOptions;
  readonly startedAt: number;
}

async function write(
  writer: RunWriter,
  { importer, trace, source, options, startedAt }: WriteWork,
): Promise<ImportReport> {
  const { signal, onProgress } = options;
  const { tally } = trace;
  const described = source.describe();
  const written = await writeRun(trace, writer, {
    name: stemOfTrace(described.name),
    source: described,
    onChunk: async (share) => {
      onProgress?.({ share: READING_SHARE + share * (1 - READING_SHARE), step: "writing the run" });
      await setImmediate();
      signal?.throwIfAborted();
    },
  });
  const { violation } = tally;
  const report: ImportReport = {
    file: options.out,
    format: importer,
    recognisedBy: written.recognisedBy,
    events: {
      read: tally.read,
      spans: tally.spans,
      instants: tally.instants,
      counters: tally.counters,
      flows: tally.flows,
      metadata: tally.metadata,
    },
    pipelineSpans: written.pipelineSpans,
    skipped: tally.skipped,
    packedOverlaps: written.packedOverlaps,
    repaired: [...tally.repaired, ...written.notes],
    violations: [...(violation === undefined ? [] : [violation]), ...written.violations],
    elapsedMs: Math.round(performance.now() - startedAt),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  return finishRun(writer, report, options);
}

/** An error of an importer, which does not know the file's name. */
export function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof AppError) || error.fields.where?.file !== undefined) return error;
  return new AppError({ ...error.fields, where: { ...error.fields.where, file } }, { cause: error.cause });
}
