/**
 * What passes between the backend's thread and a worker thread: one task into a fresh worker, progress and one answer out.
 * Shapes only.
 */
import type { AreaGroup, FoundSpans } from "#common/area.ts";
import type { Comparison, ComparisonScope } from "#common/comparison.ts";
import type { AppErrorFields } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import type { StageMatrix } from "#common/matrix.ts";
import type { ImportReport, NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import type { RulePreview } from "#common/rules.ts";
import type { WhatIfAnswer } from "#common/simulation.ts";

import type { ScopeExplanation } from "./analysis/explain-scope.ts";
import type { CollectWork } from "./import/folder/collect-file.ts";
import type { TracePart } from "./import/folder/trace-part.ts";
import type { MatrixChoice } from "./matrix/read-matrix.ts";
import type { AreaQuery, NameQuery } from "./read-area.ts";
import type { RunSummary } from "./run-summary.ts";
import type { WhatIfQuestion } from "./simulate/run-files.ts";
import type { SimulationTask } from "./simulate/run-simulation.ts";

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

/** Tries rules on a sample of a run. */
export interface PreviewRulesTask {
  readonly kind: "preview-rules";
  readonly path: string;
  readonly rules?: string;
}

/** Makes a run of another one by other rules. */
export interface RecogniseAgainTask {
  readonly kind: "recognise-again";
  readonly path: string;
  readonly rules?: string;
  readonly name: string;
  /** Where the run file shall lie; its folder belongs to the task. */
  readonly out: string;
}

/** Imports the files of one job as one run. */
export interface ImportFolderTask {
  readonly kind: "import-folder";
  /** The first file or folder, for messages. */
  readonly path: string;
  readonly paths: readonly string[];
  readonly name: string;
  /** Where the run file shall lie; its folder belongs to the task. */
  readonly out: string;
  readonly keepPartial: boolean;
  readonly keepGoing: boolean;
  readonly rankFrom?: string;
}

/** Reads one file of several that make one run, as far as its own content goes. */
export interface CollectTask extends CollectWork {
  readonly kind: "collect";
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

/** The stage × batch matrix of such a run. */
export interface MatrixTask {
  readonly kind: "matrix";
  readonly path: string;
  readonly choice: MatrixChoice;
}

/** Compares two runs; no file is changed. */
export interface CompareTask {
  readonly kind: "compare";
  readonly path: string;
  readonly pathB: string;
  readonly scope: ComparisonScope;
}

/** What explains a scope of such a run. */
export interface ExplainTask {
  readonly kind: "explain";
  readonly path: string;
  readonly scope: Partial<Scope>;
}

/** Simulates into a file. */
export interface SimulateTask {
  readonly kind: "simulate";
  /** Where the run file shall lie; its folder belongs to the task. */
  readonly path: string;
  readonly task: SimulationTask;
}

/** Ranks what would help a measured run. */
export interface WhatIfTask extends WhatIfQuestion {
  readonly kind: "what-if";
}

/** Writes the run that a what-if gives. */
export interface DeriveTask extends WhatIfQuestion {
  readonly kind: "derive";
  readonly out: string;
}

/** What lies in an area of the heatmap of a large run. */
export interface AreaTask {
  readonly kind: "area";
  readonly path: string;
  readonly query: AreaQuery;
}

/** Spans of a large run by their names. */
export interface FindTask {
  readonly kind: "find";
  readonly path: string;
  readonly query: NameQuery;
}

/** Builds again what another version of this program derived from the spans of a file. */
export interface RebuildTask {
  readonly kind: "rebuild";
  readonly path: string;
}

export type WorkerTask =
  | ImportTask
  | ImportFolderTask
  | PreviewRulesTask
  | RecogniseAgainTask
  | CollectTask
  | SummariseTask
  | ReportTask
  | ExplainTask
  | MatrixTask
  | CompareTask
  | SimulateTask
  | WhatIfTask
  | DeriveTask
  | AreaTask
  | FindTask
  | RebuildTask;

/** A worker that stays and simulates whatever it is asked (simulate/simulation-thread.ts). */
export interface SimulationsTask {
  readonly kind: "simulations";
}

/** What each kind of task gives. */
export interface TaskResults {
  import: { readonly known: RunId } | { readonly report: ImportReport | undefined; readonly summary: RunSummary };
  "import-folder": { readonly report: ImportReport; readonly summary: RunSummary };
  "preview-rules": RulePreview;
  "recognise-again": { readonly report: ImportReport; readonly summary: RunSummary };
  collect: TracePart;
  summarise: RunSummary;
  report: RunReport | NoPipelineReport;
  explain: ScopeExplanation | undefined;
  matrix: StageMatrix;
  compare: Comparison;
  simulate: RunSummary;
  "what-if": WhatIfAnswer;
  derive: RunSummary;
  rebuild: undefined;
  area: readonly AreaGroup[];
  find: FoundSpans;
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
