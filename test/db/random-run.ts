/** Random runs for the tests of db/, and temporary folders to write them to. Seeded: the same seed gives the same run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { onTestFinished } from "vitest";

import { laneId, nameId, stageId } from "#common/ids.ts";
import { createSpanColumns, OPS } from "#common/model.ts";
import type { Lane, Run, SpanColumns, SpanName, Stage } from "#common/model.ts";
import { epochNs, ns } from "#common/units.ts";

import { createRun } from "../../db/index.ts";
import type { SpanArgs } from "../../db/index.ts";

/** Mulberry32: numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-db-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const LANES: readonly Lane[] = Array.from({ length: 12 }, (_, i) => ({
  id: laneId(i),
  ordinal: i,
  kind: "thread",
  process: `p${i % 4}`,
  thread: `t${i}`,
  ...(i < 8 ? { replica: i % 2, rank: i >> 1 } : { threadName: "loader" }),
}));

export const STAGES: readonly Stage[] = Array.from({ length: 6 }, (_, i) => ({
  id: stageId(i),
  name: `block ${i}`,
  op: OPS[i % OPS.length],
  ordinal: i,
  ...(i < 4 ? { rank: i } : {}),
}));

export const NAMES: readonly SpanName[] = Array.from({ length: 40 }, (_, i) => ({
  id: nameId(i),
  text: i === 0 ? "" : `näme "${i}" → ${"x".repeat(i)}`,
  ...(i % 3 === 0 ? { category: `cat${i}` } : {}),
}));

export const RUN: Run = {
  name: "a run",
  kind: "imported",
  sources: [{ name: "trace.json", sizeBytes: 123, sha256: "00ff" }],
  originEpochNs: epochNs(1_700_000_000_123_456_789n),
  extent: { startNs: ns(-5), endNs: ns(2 ** 53 - 1) },
  network: "resnet28",
  createdAtEpochMs: 1_790_000_000_000,
};

export interface RandomSpans {
  readonly columns: SpanColumns;
  readonly args: SpanArgs;
}

/** Spans in canonical order; steps between starts up to `maxStep`, durations up to `maxDuration`. */
export function createRandomSpans({
  count,
  seed,
  firstStart = 0,
  maxStep = 1000,
  maxDuration = 5000,
}: {
  count: number;
  seed: number;
  firstStart?: number;
  maxStep?: number;
  maxDuration?: number;
}): RandomSpans {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const columns = createSpanColumns(count);
  const texts: string[] = [];
  let start = firstStart;
  for (let i = 0; i < count; i++) {
    columns.start[i] = start;
    columns.lane[i] = below(LANES.length);
    columns.depth[i] = below(3);
    columns.duration[i] = below(10) === 0 ? 0 : below(maxDuration);
    columns.name[i] = below(NAMES.length);
    const isPipeline = below(3) > 0;
    columns.stage[i] = isPipeline ? below(STAGES.length) : -1;
    columns.batch[i] = isPipeline ? below(300) : -1;
    columns.iteration[i] = isPipeline ? Math.floor(i / 500) : -1;
    columns.pass[i] = isPipeline ? 1 + below(4) : 0;
    columns.phase[i] = isPipeline ? 1 + below(5) : 0;
    texts.push(below(4) === 0 ? "" : `{"stage":${columns.stage[i]},"text":"é${below(1000)}"}`);
    // At least 1: equal starts would need the rest of the canonical order.
    start += 1 + below(maxStep);
  }
  return { columns, args: encodeTexts(texts) };
}

export function encodeTexts(texts: readonly string[]): SpanArgs {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const offsets = new Uint32Array(texts.length + 1);
  encoded.forEach(({ length }, i) => (offsets[i + 1] = offsets[i] + length));
  const bytes = new Uint8Array(offsets[texts.length]);
  encoded.forEach((text, i) => bytes.set(text, offsets[i]));
  return { offsets, bytes };
}

export function textOfArgs({ offsets, bytes }: SpanArgs, i: number): string {
  return new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1]));
}

/** Writes a run of these spans with the tables of this file. @param size announced beforehand, where given */
export function writeRun(
  file: string,
  { columns, args }: RandomSpans,
  size?: Parameters<ReturnType<typeof createRun>["expectSpans"]>[0],
): void {
  const writer = createRun(file);
  if (size !== undefined) writer.expectSpans(size);
  writer.setRun(RUN);
  writer.addStages(STAGES);
  writer.addLanes(LANES);
  writer.addNames(NAMES);
  writer.appendSpans(columns, args);
  writer.finish();
}
