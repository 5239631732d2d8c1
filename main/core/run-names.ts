/**
 * Names of runs as files of the library: a run's id is its file name without `.pipewave`. Ids come from outside (a page, an
 * address), so nothing becomes a path here that could leave the folder or meet the library's own hidden files.
 */
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import { runId } from "#common/ids.ts";

const RUN_SUFFIX = ".pipewave";

/** Suffixes of traces that say nothing about the run. */
const TRACE_SUFFIX =
  /\.(gz|zst|zstd|json|jsonl|ndjson|trace|pt|txt|log|csv|sqlite|nsys-rep|pftrace|perfetto-trace|pipewave)$/i;
/** Refused by one file system or another, or meant for something else: separators, controls, wildcards, quotes, pipes. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is meant
const UNUSABLE = /[\u0000-\u001f\u007f/\\:*?"<>|]+/g;
/** File systems take 255 bytes; room is left for the suffix, a number, and 4 bytes a character. */
const MAX_CHARACTERS = 56;

/** The run that a file of the library holds, or `undefined` for what is no run. */
export function runOfFile(fileName: string): RunId | undefined {
  const isRun = fileName.endsWith(RUN_SUFFIX) && !fileName.startsWith(".") && fileName.length > RUN_SUFFIX.length;
  return isRun ? runId(fileName.slice(0, -RUN_SUFFIX.length)) : undefined;
}

/** File name of a run. @throws AppError unknown-run for an id that is no plain file name */
export function fileOfRun(run: RunId): string {
  if (run === "" || run.startsWith(".") || /[/\\\0]/.test(run)) {
    throw new AppError({ code: "unknown-run", what: "that is not the name of a run of this library" });
  }
  return `${run}${RUN_SUFFIX}`;
}

/** A usable id for what a person calls `title` (a file name, perhaps with folders), not among those that are taken. */
export function nameRun(title: string, isTaken: (run: RunId) => boolean): RunId {
  let stem = title.replace(/^.*[/\\]/, "");
  while (TRACE_SUFFIX.test(stem)) stem = stem.replace(TRACE_SUFFIX, "");
  const usable = [...stem.replace(UNUSABLE, "-").replace(/^[.\s]+|[.\s]+$/g, "")].slice(0, MAX_CHARACTERS).join("");
  const base = usable === "" ? "run" : usable;
  for (let number = 1; ; number++) {
    const run = runId(number === 1 ? base : `${base} ${number}`);
    if (!isTaken(run)) return run;
  }
}
