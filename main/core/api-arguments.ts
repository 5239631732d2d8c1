/**
 * What the arguments of a call must look like. Calls come from a page: they are checked before anything acts on them, so
 * that handlers meet only what api.ts promises. Also says which runs and rows are plausible, never whether they exist.
 */
import { z } from "zod";

import type { Api } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { JobId, RunId, SpanId } from "#common/ids.ts";
import { BACKEND_NAMES, CAPTURE_MODES, NETWORK_NAMES } from "#common/runner-api.ts";
import { ROW_AXES } from "#common/tile.ts";

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
/** Spans in one answer: about 60 MB. */
const MAX_SPANS = 1_000_000;

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

const SCHEMAS = {
  describeHost: nothing,
  listRuns: nothing,
  listJobs: nothing,
  startImport: z.object({
    path: z.exactOptional(z.string().min(1)),
    upload: z.exactOptional(z.string().min(1)),
    keepPartial: z.exactOptional(z.boolean()),
  }),
  cancelJob: z.object({ job: count.transform((id) => id as JobId) }),
  listBackends: nothing,
  previewCapture: captureOptions,
  startCapture: captureOptions,
  renameRun: z.object({ run, name: z.string().trim().min(1, "a name must not be empty").max(MAX_NAME) }),
  deleteRun: z.object({ run }),
  restoreRun: z.object({ run }),
  readRun: z.object({ run }),
  readReport: z.object({ run, iteration: z.exactOptional(z.int()), replica: z.exactOptional(z.int()) }),
  readTile: z.object({
    run,
    key: z.object({ axis, level: count.max(60), rowBlock: count, column: z.int() }),
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
  readSpan: z.object({ run, span: count.transform((id) => id as SpanId) }),
} satisfies { readonly [Name in keyof Api]: z.ZodType<Parameters<Api[Name]>[0]> };

/** @throws AppError invalid-argument */
export function checkArguments<Name extends keyof Api>(method: Name, args: unknown): Parameters<Api[Name]>[0] {
  const parsed = SCHEMAS[method].safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue.path.length === 0 ? "" : ` ${issue.path.join(".")}`;
  throw new AppError({ code: "invalid-argument", what: `${method}${place}: ${issue.message}` });
}
