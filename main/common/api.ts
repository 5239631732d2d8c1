/**
 * What the renderer may ask of the backend: one interface, from which both sides are derived.
 *
 * Every method takes one object of named arguments and gives plain data: JSON values, typed arrays and the objects made of
 * them (wire/codec.ts). A `Handlers` object that misses a method does not compile. Reads answer in milliseconds; anything
 * long gives a `JobId` at once and goes on as a job, told by events. Failures arrive as `AppError`.
 */
import type { AreaGroup, FoundSpans } from "./area.ts";
import type { Comparison, ComparisonScope } from "./comparison.ts";
import type { JobId, LaneId, RunId, SpanId, StageId } from "./ids.ts";
import type { BubbleWindow, CriticalPath, TransferColumns } from "./explanation.ts";
import type { Lane, Pass, Run, SpanColumns, SpanName, Stage, StageEdge } from "./model.ts";
import type { Note, NoteDraft } from "./notes.ts";
import type { ImportReport, NoPipelineReport, RunReport } from "./report.ts";
import type { RulePreview } from "./rules.ts";
import type { BackendStatus, CaptureOptions, CapturePreview } from "./runner-api.ts";
import type { HeatmapRow, RowAxis, Tile, TileKey } from "./tile.ts";
import type { MatrixQuantity, StageMatrix } from "./matrix.ts";
import type { AppErrorFields } from "./errors.ts";
import type { Changes } from "./schedule/changes.ts";
import type { SqlAnswer } from "./sql.ts";
import type { SimulationFigures, SimulationOptions, WhatIfAnswer } from "./simulation.ts";

/** One run of the library, as its list shows it. Figures are absent where no pipeline was recognised. */
export interface LibraryEntry {
  readonly id: RunId;
  readonly name: string;
  readonly kind: Run["kind"];
  readonly sizeBytes: number;
  readonly spans: number;
  readonly pipelineSpans: number;
  readonly stages: number;
  readonly ranks: number;
  readonly iterations: number;
  readonly makespanNs?: number;
  readonly meanIntervalNs?: number;
  readonly bubbleRatio?: number;
  readonly modifiedEpochMs: number;
  /** Present while the figures are still being computed: the counts are 0 until then. `libraryChanged` tells when they are there. */
  readonly pending?: true;
  /** Present when the file cannot be opened: why. */
  readonly failure?: AppErrorFields;
}

/** Compute window of one replica in one iteration. */
export interface IterationWindow {
  readonly iteration: number;
  readonly replica: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly warmUp: boolean;
}

/** Everything small about a run; spans and tiles are read apart. */
export interface RunDetail {
  readonly id: RunId;
  readonly run: Run;
  readonly spanCount: number;
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly windows: readonly IterationWindow[];
  /** Window of the default scope (REFERENCE §6); absent without compute spans. */
  readonly defaultWindow?: IterationWindow;
  readonly rows: Readonly<Record<RowAxis, readonly HeatmapRow[]>>;
  /** Width of a bin of level 0 in ns, and the number of levels; the last level shows the whole run in one tile. */
  readonly levels: { readonly baseNs: number; readonly count: number };
  readonly importReport?: ImportReport;
}

/** A simulated run that is in no library: it can be read like any other until some more have been simulated. */
export interface SimulatedDraft {
  readonly detail: RunDetail;
  readonly report: RunReport | NoPipelineReport;
  readonly figures: SimulationFigures;
}

/** A window of spans, cut out of the canonical order: span i of the columns has the id `ids[i]`. */
export interface SpanWindow {
  readonly ids: Float64Array;
  readonly columns: SpanColumns;
  /** Names that occur in the columns. */
  readonly names: readonly SpanName[];
  /** True when there were more than `limit` spans; then the columns hold the longest ones. */
  readonly truncated: boolean;
}

/** One span with what a person wants to see of it. */
export interface SpanDetail {
  readonly id: SpanId;
  readonly name: SpanName;
  readonly lane: LaneId;
  readonly startNs: number;
  readonly durationNs: number;
  readonly depth: number;
  readonly stage?: StageId;
  readonly batch?: number;
  readonly iteration?: number;
  readonly pass: string;
  readonly phase: string;
  /** Arguments as JSON text, exactly as read. */
  readonly args?: string;
  /** The spans before and after on the lane at the same depth. */
  readonly previous?: SpanId;
  readonly next?: SpanId;
  readonly parent?: SpanId;
}

export type JobState = "running" | "done" | "failed" | "cancelled";

/** Progress of a job: sent as an event and listed by `listJobs`. */
export interface Job {
  readonly id: JobId;
  readonly kind: "import" | "capture";
  /** What a person calls it: the file's name. */
  readonly title: string;
  readonly state: JobState;
  /** 0…1 where known. */
  readonly share?: number;
  /** What is being done, in words. */
  readonly step?: string;
  /** The run that came out; of a capture also while it grows. */
  readonly run?: RunId;
  readonly report?: ImportReport;
  readonly failure?: AppErrorFields;
}

/** What a person chooses of a capture. */
export type CaptureRequestOptions = Partial<Omit<CaptureOptions, "record">>;

/** Rows [fromRow, toRow) of an axis over [fromNs, toNs). */
interface RowsInTime {
  readonly run: RunId;
  readonly axis: RowAxis;
  readonly fromRow: number;
  readonly toRow: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Backend methods by name. */
export interface Api {
  describeHost(args: Record<string, never>): HostDescription;
  listRuns(args: Record<string, never>): readonly LibraryEntry[];
  listJobs(args: Record<string, never>): readonly Job[];
  /**
   * Imports a file that lies on the backend's machine (`path`) or that was uploaded before (`upload`). A path of a folder, or
   * several `uploads`, become one run of several ranks.
   */
  startImport(args: {
    readonly path?: string;
    readonly upload?: string;
    readonly keepPartial?: boolean;
    /** Uploads that make one run. */
    readonly uploads?: readonly string[];
    /** What a run of several files is called. */
    readonly name?: string;
    /** Of several files: pattern on their names with the groups `rank` and perhaps `replica`. */
    readonly rankFrom?: string;
    /** Of several files: leaves out those that cannot be read. */
    readonly keepGoing?: boolean;
  }): JobId;
  /** Ends a job. Of a capture what was recorded is kept: it ends as done, unless nothing had been recorded yet. */
  cancelJob(args: { readonly job: JobId }): void;
  /** What can compute on the backend's machine, and why the rest cannot; takes a second. */
  listBackends(args: Record<string, never>): readonly BackendStatus[];
  /** Measures the network's blocks and plans the partition, in some seconds; what is not given is as in `DEFAULT_CAPTURE`. */
  previewCapture(args: CaptureRequestOptions): CapturePreview;
  /** Starts a capture: its run can be read as soon as there is something to see, and comes into the library at the end. */
  startCapture(args: CaptureRequestOptions): JobId;
  /** What rules (the text of a rules file) make of a sample of an imported run; without them the built-in ones alone. */
  previewRules(args: { readonly run: RunId; readonly rules?: string }): RulePreview;
  /** Makes a new run of an imported one by other rules; the traces are not needed. @throws AppError invalid-rules */
  recogniseAgain(args: { readonly run: RunId; readonly rules?: string; readonly name: string }): JobId;
  renameRun(args: { readonly run: RunId; readonly name: string }): void;
  /** Moves the run aside; `restoreRun` brings it back for as long as the backend lives. */
  deleteRun(args: { readonly run: RunId }): void;
  restoreRun(args: { readonly run: RunId }): void;
  readRun(args: { readonly run: RunId }): RunDetail;
  /** Report of a scope; without one the default scope of REFERENCE §6. */
  readReport(args: {
    readonly run: RunId;
    readonly iteration?: number;
    readonly replica?: number;
  }): RunReport | NoPipelineReport;
  /**
   * Compares two runs of the library, `a` with `b`, which may be the same: in a worker, some seconds for runs of millions of
   * spans. @throws AppError no-pipeline, unknown-scope
   */
  readComparison(args: { readonly a: RunId; readonly b: RunId } & ComparisonScope): Comparison;
  /** Bubbles of a scope (as in `readReport`) that reach into [fromNs, toNs): of more than `limit` the longest. */
  readBubbles(args: {
    readonly run: RunId;
    readonly iteration?: number;
    readonly replica?: number;
    readonly fromNs?: number;
    readonly toNs?: number;
    readonly limit: number;
  }): BubbleWindow;
  readCriticalPath(args: { readonly run: RunId; readonly iteration?: number; readonly replica?: number }): CriticalPath;
  /** Sends and receives of a scope whose transfers reach into [fromNs, toNs): of more than `limit` the earliest. */
  readTransfers(args: {
    readonly run: RunId;
    readonly iteration?: number;
    readonly replica?: number;
    readonly fromNs: number;
    readonly toNs: number;
    readonly limit: number;
  }): TransferColumns;
  /**
   * One number a stage and batch of a scope. What is not given is chosen: the default scope, computing, forward.
   * @throws AppError unknown-scope, no-pipeline, too-large
   */
  readMatrix(args: {
    readonly run: RunId;
    readonly iteration?: number;
    readonly replica?: number;
    readonly quantity?: MatrixQuantity;
    readonly pass?: Pass;
    /** At most so many columns come back. */
    readonly columns?: number;
  }): StageMatrix;
  readTile(args: { readonly run: RunId; readonly key: TileKey }): Tile;
  /** Spans that touch [fromNs, toNs) on the given rows of an axis. */
  readSpans(args: RowsInTime & { readonly limit: number }): SpanWindow;
  /** Spans of the phases in, compute and out of the stages [fromStage, toStage), by ordinal, that touch [fromNs, toNs). */
  readStageSpans(args: {
    readonly run: RunId;
    readonly replica: number;
    readonly fromStage: number;
    readonly toStage: number;
    readonly fromNs: number;
    readonly toNs: number;
    readonly limit: number;
  }): SpanWindow;
  readSpan(args: { readonly run: RunId; readonly span: SpanId }): SpanDetail;
  /** What people have written on the run, in the order of the times it is about. */
  readNotes(args: { readonly run: RunId }): readonly Note[];
  /**
   * Writes a note into the run's file: a new one, or with `id` an old one anew, also one that was deleted.
   * @throws AppError write-failed, unknown-run for a run that has no file yet
   */
  saveNote(args: {
    readonly run: RunId;
    readonly note: NoteDraft & Partial<Pick<Note, "id" | "createdAtEpochMs">>;
  }): Note;
  deleteNote(args: { readonly run: RunId; readonly note: number }): void;
  /** What touches the rows [fromRow, toRow) of an axis in [fromNs, toNs), by stage, pass and phase. */
  readArea(args: RowsInTime): readonly AreaGroup[];
  /** Spans whose names contain a text, in either case: from `fromNs` on, then from the start of the run; at most `limit`. */
  findSpans(args: {
    readonly run: RunId;
    readonly text: string;
    readonly fromNs: number;
    readonly limit: number;
  }): FoundSpans;
  /**
   * Runs one reading SQL statement on the run's file, in a process of its own and within `SQL_TIME_LIMIT_MS`.
   * @throws AppError invalid-sql, too-slow, unknown-run for a run that has no file yet
   */
  querySql(args: { readonly run: RunId; readonly sql: string; readonly mostRows?: number }): SqlAnswer;
  /**
   * Simulates into memory; the run of the answer can be read until some more have been simulated. Made to be asked again and
   * again, cancelling what is under way. @throws AppError impossible-order, malformed-schedule, invalid-argument, too-large
   */
  simulate(args: SimulationOptions): SimulatedDraft;
  /** Simulates into the library. */
  saveSimulation(args: SimulationOptions & { readonly name?: string }): RunId;
  /** What a measured run would have taken under changes, and which single change would help most: some seconds. */
  rankChanges(args: {
    readonly run: RunId;
    readonly changes?: Changes;
    readonly iteration?: number;
    readonly replica?: number;
  }): WhatIfAnswer;
  /** Puts the run that the changes would have given into the library. */
  deriveRun(args: {
    readonly run: RunId;
    readonly changes: Changes;
    readonly iteration?: number;
    readonly replica?: number;
  }): RunId;
}

/** Every method by name, for code that needs the names at run time. */
export const API_METHODS: Readonly<Record<keyof Api, true>> = {
  describeHost: true,
  listRuns: true,
  listJobs: true,
  startImport: true,
  cancelJob: true,
  listBackends: true,
  previewCapture: true,
  startCapture: true,
  previewRules: true,
  recogniseAgain: true,
  renameRun: true,
  deleteRun: true,
  restoreRun: true,
  readRun: true,
  readReport: true,
  readBubbles: true,
  readCriticalPath: true,
  readTransfers: true,
  readComparison: true,
  readMatrix: true,
  readTile: true,
  readSpans: true,
  readStageSpans: true,
  readSpan: true,
  querySql: true,
  readNotes: true,
  saveNote: true,
  deleteNote: true,
  readArea: true,
  findSpans: true,
  simulate: true,
  saveSimulation: true,
  rankChanges: true,
  deriveRun: true,
};

export interface HostDescription {
  readonly version: string;
  readonly libraryPath: string;
  /** Uploads over this size are refused; absent where files are opened by path. */
  readonly uploadLimitBytes?: number;
}

/** What the backend tells without being asked. */
export interface ApiEvents {
  jobChanged: Job;
  /** Runs were added, renamed or removed: list again. */
  libraryChanged: Record<string, never>;
  /** A run that is being captured has more to show; the first time, it can be read from now on. */
  runGrew: { readonly run: RunId };
}

export interface CallContext {
  /** Aborted when the caller cancels or goes away. */
  readonly signal: AbortSignal;
}

type Methods = { readonly [Name in keyof Api]: Api[Name] };

/** The caller's side: every method gives a promise and can be cancelled. */
export type Client = {
  readonly [Name in keyof Methods]: (
    args: Parameters<Methods[Name]>[0],
    options?: { readonly signal?: AbortSignal },
  ) => Promise<Awaited<ReturnType<Methods[Name]>>>;
};

/** The answering side: one handler a method, synchronous or not. */
export type Handlers = {
  readonly [Name in keyof Methods]: (
    args: Parameters<Methods[Name]>[0],
    context: CallContext,
  ) => ReturnType<Methods[Name]> | Promise<ReturnType<Methods[Name]>>;
};

/** Says one event to whoever listens. */
export type Emit = <Name extends keyof ApiEvents>(event: Name, payload: ApiEvents[Name]) => void;
