/**
 * Key figures of the library's files, kept between starts in `.cache/summaries.json` inside the library. An entry is valid
 * for exactly one size and modification time. Losing the file, or not being allowed to write it, costs only time.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import { z } from "zod";

import type { RunId } from "#common/ids.ts";
import { RUN_KINDS } from "#common/model.ts";

import { isSystemError } from "./file-errors.ts";
import type { RunSummary } from "./run-summary.ts";

/** Raised when figures mean something else than before. */
const CACHE_VERSION = 1;

export interface FileStamp {
  readonly sizeBytes: number;
  readonly modifiedEpochMs: number;
}

const cached = z.object({
  sizeBytes: z.number(),
  modifiedEpochMs: z.number(),
  summary: z.object({
    name: z.string(),
    kind: z.enum(RUN_KINDS),
    sources: z.array(z.object({ name: z.string(), sizeBytes: z.number(), sha256: z.string() })),
    spans: z.number(),
    pipelineSpans: z.number(),
    stages: z.number(),
    ranks: z.number(),
    iterations: z.number(),
    makespanNs: z.exactOptional(z.number()),
    meanIntervalNs: z.exactOptional(z.number()),
    bubbleRatio: z.exactOptional(z.number()),
  }),
});
const cacheFile = z.object({ version: z.literal(CACHE_VERSION), runs: z.record(z.string(), cached) });

export class SummaryCache {
  readonly #file: string;
  readonly #runs: Map<string, FileStamp & { readonly summary: RunSummary }>;
  #writable = true;

  constructor(libraryPath: string) {
    this.#file = path.join(libraryPath, ".cache", "summaries.json");
    this.#runs = new Map(Object.entries(readCacheFile(this.#file)));
  }

  get(run: RunId, stamp: FileStamp): RunSummary | undefined {
    const entry = this.#runs.get(run);
    return entry?.sizeBytes === stamp.sizeBytes && entry.modifiedEpochMs === stamp.modifiedEpochMs
      ? entry.summary
      : undefined;
  }

  set(run: RunId, { sizeBytes, modifiedEpochMs }: FileStamp, summary: RunSummary): void {
    this.#runs.set(run, { sizeBytes, modifiedEpochMs, summary });
    this.#write();
  }

  /** Forgets the files that are no longer there. */
  keepOnly(runs: ReadonlySet<string>): void {
    const gone = [...this.#runs.keys()].filter((run) => !runs.has(run));
    if (gone.length === 0) return;
    for (const run of gone) this.#runs.delete(run);
    this.#write();
  }

  #write(): void {
    if (!this.#writable) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      const temporary = `${this.#file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ version: CACHE_VERSION, runs: Object.fromEntries(this.#runs) }));
      renameSync(temporary, this.#file);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#writable = false; // a library that may only be read: figures live as long as the backend
    }
  }
}

function readCacheFile(file: string): z.infer<typeof cacheFile>["runs"] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isSystemError(error)) return {};
    throw error;
  }
  const parsed = cacheFile.safeParse(parseJson(text));
  return parsed.success ? parsed.data.runs : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
