/**
 * What passes between the backend's thread and a worker thread: one task into a fresh worker, progress and one answer out.
 * Shapes only.
 */
import type { AppErrorFields } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import type { ImportReport, NoPipelineReport, RunReport, Scope } from "#common/report.ts";

import type { RunSummary } from "./run-summary.ts";

/** A trace that is in the library already: the same bytes are not imported twice. */
export interface KnownSource {
  readonly run: RunId;
  readonly sha256: string;
}

export interface ImportTask {
  readonly kind: "import";
  readonly path: string;
  /** Where the run file shall lie; its folder belongs to the task. */
  readonly out: string;
  readonly keepPartial: boolean;
  /** Sources with the file's size; the worker compares contents. */
  readonly known: readonly KnownSource[];
}

export interface SummariseTask {
  readonly kind: "summarise";
  readonly path: string;
}

/** The report of a run that is too large to be analysed on the thread that serves tiles. */
export interface ReportTask {
  readonly kind: "report";
  readonly path: string;
  readonly scope: Partial<Scope>;
}

/** Builds again what another version of this program derived from the spans of a file. */
export interface RebuildTask {
  readonly kind: "rebuild";
  readonly path: string;
}

export type WorkerTask = ImportTask | SummariseTask | ReportTask | RebuildTask;

/** What each kind of task gives. */
export interface TaskResults {
  import: { readonly known: RunId } | { readonly report: ImportReport | undefined; readonly summary: RunSummary };
  summarise: RunSummary;
  report: RunReport | NoPipelineReport;
  rebuild: undefined;
}

export interface Progress {
  /** 0…1 where known. */
  readonly share?: number;
  readonly step?: string;
  /** The run, where it can be opened while it still grows. */
  readonly run?: RunId;
}

/** The only thing that the backend says to a worker after its task. */
export const CANCEL = "cancel";

export type WorkerReply =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly failure: AppErrorFields }
  | { readonly type: "bug"; readonly message: string; readonly stack: string | undefined }
  | { readonly type: "cancelled" };
