/**
 * What the arguments of a call must look like. Calls come from a page: they are checked before anything acts on them, so
 * that handlers meet only what api.ts promises. Also says which runs and rows are plausible, never whether they exist.
 */
import { z } from "zod";

import type { Api } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { JobId, RunId, SpanId } from "#common/ids.ts";
import { MATRIX_QUANTITIES, MOST_MATRIX_COLUMNS } from "#common/matrix.ts";
import { PASSES } from "#common/model.ts";
import { MOST_NOTE_TEXT } from "#common/notes.ts";
import { BACKEND_NAMES, CAPTURE_MODES, NETWORK_NAMES } from "#common/runner-api.ts";
import { MOST_SQL_ROWS } from "#common/sql.ts";
import { ROW_AXES } from "#common/tile.ts";

import { changes, simulationOptions } from "./simulate/api-arguments.ts";

const run = z
  .string()
  .min(1)
  .max(255)
  .transform((text) => text as RunId);
const count = z.int().nonnegative();
const axis = z.enum(ROW_AXES);
const nothing = z.object({});

/** Longest name of a run, in characters: what a list can show. */
const MAX_NAME = 200;
/** Longest text of rules, in characters. */
const MAX_RULES = 1_000_000;
/** Files of one run: more ranks than any job has. */
const MAX_UPLOADS = 20_000;
/** Stages that a mapping may name: more than any run has. */
const MAX_STAGES = 100_000;
/** Spans in one answer: about 60 MB. */
/** A line of 2^20 rows: no run has as many. */
const MOST_ROW_LEVEL = 20;
/** Bins of level 0 are at most 2^50 ns wide. */
const LEAST_LEVEL = -50;
const MAX_SPANS = 1_000_000;
/** Characters of a statement. */
const MAX_SQL = 100_000;

const optionalCount = (from: number) => z.exactOptional(z.int().min(from));
const captureOptions = z.object({
  network: z.exactOptional(z.enum(NETWORK_NAMES)),
  backend: z.exactOptional(z.enum(BACKEND_NAMES)),
  mode: z.exactOptional(z.enum(CAPTURE_MODES)),
  partition: z.exactOptional(z.string().min(1).max(1000)),
  workers: optionalCount(1),
  batches: optionalCount(1),
  warmUpBatches: optionalCount(0),
  batchSize: optionalCount(1),
  inputSize: optionalCount(1),
  seed: optionalCount(0),
  bufferDepth: optionalCount(1),
});

const scope = { iteration: z.exactOptional(z.int()), replica: z.exactOptional(z.int()) };

const SCHEMAS = {
  describeHost: nothing,
  listRuns: nothing,
  listJobs: nothing,
  startImport: z.object({
    path: z.exactOptional(z.string().min(1)),
    upload: z.exactOptional(z.string().min(1)),
    keepPartial: z.exactOptional(z.boolean()),
    uploads: z.exactOptional(z.array(z.string().min(1)).min(1).max(MAX_UPLOADS)),
    name: z.exactOptional(z.string().trim().min(1).max(MAX_NAME)),
    rankFrom: z.exactOptional(z.string().min(1).max(1000)),
    keepGoing: z.exactOptional(z.boolean()),
  }),
  cancelJob: z.object({ job: count.transform((id) => id as JobId) }),
  listBackends: nothing,
  previewCapture: captureOptions,
  startCapture: captureOptions,
  previewRules: z.object({ run, rules: z.exactOptional(z.string().max(MAX_RULES)) }),
  recogniseAgain: z.object({
    run,
    rules: z.exactOptional(z.string().max(MAX_RULES)),
    name: z.string().trim().min(1).max(MAX_NAME),
  }),
  renameRun: z.object({ run, name: z.string().trim().min(1, "a name must not be empty").max(MAX_NAME) }),
  deleteRun: z.object({ run }),
  restoreRun: z.object({ run }),
  readRun: z.object({ run }),
  readReport: z.object({ run, ...scope }),
  readComparison: z.object({
    a: run,
    b: run,
    iterationA: z.exactOptional(z.int()),
    iterationB: z.exactOptional(z.int()),
    replica: z.exactOptional(z.int()),
    stageMap: z.exactOptional(z.array(z.object({ a: count, b: count })).max(MAX_STAGES)),
  }),
  readBubbles: z.object({
    run,
    ...scope,
    fromNs: z.exactOptional(z.number()),
    toNs: z.exactOptional(z.number()),
    limit: z.int().positive().max(MAX_SPANS),
  }),
  readCriticalPath: z.object({ run, ...scope }),
  readTransfers: z.object({
    run,
    ...scope,
    fromNs: z.number(),
    toNs: z.number(),
    limit: z.int().positive().max(MAX_SPANS),
  }),
  readMatrix: z.object({
    run,
    ...scope,
    quantity: z.exactOptional(z.enum(MATRIX_QUANTITIES)),
    pass: z.exactOptional(z.enum(PASSES)),
    columns: z.exactOptional(z.int().positive().max(MOST_MATRIX_COLUMNS)),
  }),
  readTile: z.object({
    run,
    key: z.object({
      axis,
      level: z.int().min(LEAST_LEVEL).max(60),
      rowBlock: count,
      column: z.int(),
      rowLevel: z.exactOptional(count.max(MOST_ROW_LEVEL)),
    }),
  }),
  readSpans: z.object({
    run,
    axis,
    fromRow: count,
    toRow: count,
    fromNs: z.number(),
    toNs: z.number(),
    limit: z.int().positive().max(MAX_SPANS),
  }),
  readStageSpans: z.object({
    run,
    replica: count,
    fromStage: count,
    toStage: count,
    fromNs: z.number(),
    toNs: z.number(),
    limit: z.int().positive().max(MAX_SPANS),
  }),
  readSpan: z.object({ run, span: count.transform((id) => id as SpanId) }),
  readNotes: z.object({ run }),
  saveNote: z.object({
    run,
    note: z.object({
      atNs: z.number(),
      untilNs: z.exactOptional(z.number()),
      span: z.exactOptional(count.transform((id) => id as SpanId)),
      text: z.string().trim().min(1, "a note must not be empty").max(MOST_NOTE_TEXT),
      id: z.exactOptional(count),
      createdAtEpochMs: z.exactOptional(count),
    }),
  }),
  deleteNote: z.object({ run, note: count }),
  readArea: z.object({ run, axis, fromRow: count, toRow: count, fromNs: z.number(), toNs: z.number() }),
  findSpans: z.object({
    run,
    text: z.string().max(1000),
    fromNs: z.number(),
    limit: z.int().positive().max(MAX_SPANS),
  }),
  querySql: z.object({
    run,
    sql: z.string().max(MAX_SQL),
    mostRows: z.exactOptional(z.int().positive().max(MOST_SQL_ROWS)),
  }),
  simulate: simulationOptions,
  saveSimulation: simulationOptions.extend({ name: z.exactOptional(z.string().trim().min(1).max(MAX_NAME)) }),
  rankChanges: z.object({ run, changes: z.exactOptional(changes), ...scope }),
  deriveRun: z.object({ run, changes, ...scope }),
} satisfies { readonly [Name in keyof Api]: z.ZodType<Parameters<Api[Name]>[0]> };

/** @throws AppError invalid-argument */
export function checkArguments<Name extends keyof Api>(method: Name, args: unknown): Parameters<Api[Name]>[0] {
  const parsed = SCHEMAS[method].safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue.path.length === 0 ? "" : ` ${issue.path.join(".")}`;
  throw new AppError({ code: "invalid-argument", what: `${method}${place}: ${issue.message}` });
}
