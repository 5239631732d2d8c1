/** What simulations and changes that come from a page must look like. Whether they make sense together the simulator says. */
import { z } from "zod";

import type { RunId } from "#common/ids.ts";
import { SCHEDULE_NAMES } from "#common/schedule/catalogue.ts";
import type { Changes } from "#common/schedule/changes.ts";
import type { PerStage, SimulationOptions } from "#common/simulation.ts";

/** Of ranks, batches, chunks and buffers: beyond it a mistake, not a pipeline. */
const MOST = 1_000_000;
/** A table of 1,000 ranks and 10,000 steps. */
const MAX_TABLE_CHARACTERS = 64 << 20;
/** More than any run has. */
const MAX_STAGES = 100_000;
/** A day: a stage that takes longer is a mistake in the unit. */
const MAX_NS = 86_400e9;

const size = z.int().min(1).max(MOST);
const optionalSize = z.exactOptional(size);
const time = z.int().nonnegative().max(MAX_NS);
const optionalTime = z.exactOptional(time);
const times: z.ZodType<PerStage> = z.union([time, z.array(time).min(1).max(MAX_STAGES)]);
const optionalTimes = z.exactOptional(times);
const rate = z.exactOptional(z.number().positive());
const schedule = z.enum(SCHEDULE_NAMES);
const stage = z.int().nonnegative().max(MAX_STAGES);

const device = z.object({
  flopsPerSecond: rate,
  memoryBytesPerSecond: rate,
  linkBytesPerSecond: rate,
  hostBytesPerSecond: rate,
  linkLatencyNs: optionalTime,
});

const costs = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("constant"),
    forwardNs: times,
    backwardNs: optionalTimes,
    weightNs: optionalTimes,
    overlapNs: optionalTime,
    inNs: optionalTimes,
    outNs: optionalTimes,
  }),
  z.object({
    kind: z.literal("network"),
    network: z.string().min(1).max(100),
    inputSize: optionalSize,
    batchSize: optionalSize,
    device: z.exactOptional(device),
    partition: z.exactOptional(z.string().min(1).max(10_000)),
  }),
  z.object({
    kind: z.literal("measured"),
    run: z
      .string()
      .min(1)
      .max(255)
      .transform((text) => text as RunId),
    seed: z.exactOptional(z.int().nonnegative()),
  }),
]);

export const simulationOptions = z.object({
  schedule: z.union([
    schedule,
    z.object({ name: z.string().min(1).max(255), csv: z.string().max(MAX_TABLE_CHARACTERS) }),
  ]),
  ranks: optionalSize,
  batches: optionalSize,
  chunks: optionalSize,
  bufferDepth: optionalSize,
  costs,
  transfer: z.exactOptional(z.object({ occupancyNs: time, latencyNs: time })),
  phasesOverlap: z.exactOptional(z.boolean()),
}) satisfies z.ZodType<SimulationOptions>;

export const changes = z.object({
  faster: z.exactOptional(z.array(z.object({ stage, share: z.number().min(0).max(1) })).max(MAX_STAGES)),
  noStragglers: z.exactOptional(z.enum(["mean", "median"])),
  straggling: z.exactOptional(z.array(stage).max(MAX_STAGES)),
  schedule: z.exactOptional(schedule),
  batches: optionalSize,
  bufferDepth: optionalSize,
  partition: z.exactOptional(
    z.union([
      z.literal("balanced"),
      z
        .array(z.object({ first: stage, last: stage }))
        .min(1)
        .max(MAX_STAGES),
    ]),
  ),
  infiniteNetwork: z.exactOptional(z.boolean()),
}) satisfies z.ZodType<Changes>;
