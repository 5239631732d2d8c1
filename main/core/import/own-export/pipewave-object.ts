/**
 * Reads the `pipewave` object of an export (main/common/chrome-trace.ts) as outside data: every field is checked, ids must be
 * positions, references must exist. A file that fails was changed by hand or by another program.
 */
import { z } from "zod";

import { PIPEWAVE_OBJECT_VERSION } from "#common/chrome-trace.ts";
import type { PipewaveObject } from "#common/chrome-trace.ts";
import { AppError } from "#common/errors.ts";
import { laneId, stageId } from "#common/ids.ts";
import { LANE_KINDS, OPS, RUN_KINDS } from "#common/model.ts";

const index = z.int().min(0);
const stageIndex = index.transform(stageId);
const laneIndex = index.transform(laneId);

const schema = z.object({
  version: z.literal(PIPEWAVE_OBJECT_VERSION),
  run: z.object({
    name: z.string(),
    kind: z.enum(RUN_KINDS),
    sources: z.array(z.object({ name: z.string(), sizeBytes: index, sha256: z.string() })),
    originEpochNs: z
      .string()
      .regex(/^-?\d{1,30}$/)
      .exactOptional(),
    network: z.string().exactOptional(),
    schedule: z.string().exactOptional(),
    derivedFrom: z.string().exactOptional(),
    createdAtEpochMs: z.int(),
  }),
  processes: z.array(z.string()),
  stages: z.array(
    z.object({
      id: stageIndex,
      name: z.string(),
      op: z.enum(OPS),
      ordinal: index,
      rank: index.exactOptional(),
      flops: z.number().exactOptional(),
    }),
  ),
  edges: z.array(z.object({ from: stageIndex, to: stageIndex })),
  lanes: z.array(
    z.object({
      id: laneIndex,
      ordinal: index,
      kind: z.enum(LANE_KINDS),
      process: z.string(),
      thread: z.string(),
      processName: z.string().exactOptional(),
      threadName: z.string().exactOptional(),
      device: z.string().exactOptional(),
      replica: index.exactOptional(),
      rank: index.exactOptional(),
      overflowOf: laneIndex.exactOptional(),
    }),
  ),
  names: z.array(z.object({ text: z.string(), category: z.string().exactOptional() })),
});

/** @throws AppError malformed-trace; newer-run-file for an export of a later version */
export function readPipewaveObject(text: string): PipewaveObject {
  const value = parseStrictly(text);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(value, parsed.error);
  const fault = findFault(parsed.data);
  if (fault !== undefined) throw changed(fault);
  return parsed.data;
}

function parseStrictly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw changed(`"pipewave" is no strict JSON: ${error.message}`);
  }
}

/** An export that does not fit its own `pipewave` object. */
export function changed(what: string, byteOffset?: number): AppError {
  return new AppError({
    code: "malformed-trace",
    what: `this export of a run was changed: ${what}`,
    ...(byteOffset === undefined ? {} : { where: { byteOffset } }),
    todo: 'export the run again, or take the member "pipewave" out to import the file like any other trace',
  });
}

function refuse(value: unknown, error: z.ZodError): AppError {
  const version = z.object({ version: z.int().min(PIPEWAVE_OBJECT_VERSION + 1) }).safeParse(value);
  if (version.success) {
    return new AppError({
      code: "newer-run-file",
      what: `this export is of version ${version.data.version}, and the newest known here is ${PIPEWAVE_OBJECT_VERSION}`,
      todo: "update Pipewave",
    });
  }
  const [issue] = error.issues;
  return changed(`in "pipewave" ${issue.path.join(".") || "itself"}: ${issue.message}`);
}

function findFault({ stages, edges, lanes }: PipewaveObject): string | undefined {
  if (stages.some(({ id }, i) => id !== i)) return "stages are not numbered from 0";
  if (lanes.some(({ id }, i) => id !== i)) return "lanes are not numbered from 0";
  if (edges.some(({ from, to }) => from >= stages.length || to >= stages.length)) return "an edge leads to no stage";
  if (lanes.some(({ overflowOf }) => overflowOf !== undefined && overflowOf >= lanes.length)) {
    return "a lane overflows from no lane";
  }
  return undefined;
}
