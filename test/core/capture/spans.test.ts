/** What a capture records: every phase that there was, none that there was not, in the order in which it must have happened. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { DEFAULT_CAPTURE, type CaptureOptions } from "#common/runner-api.ts";

import { openRun } from "../../../db/index.ts";
import { checkInvariants } from "../../../main/core/analysis/invariants.ts";
import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { captureRun, type CaptureResult } from "../../../main/core/capture/capture-run.ts";
import { findSwiftshader } from "../../support/swiftshader.ts";
import { readCapturedSpans, type CapturedSpan } from "./captured-spans.ts";

const SLOW_MS = 120_000;
const swiftshader = findSwiftshader();
const PARTITION = "0-2,3-4,5-7";
const RANGES = [
  [0, 2],
  [3, 4],
  [5, 7],
] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-spans-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Captured {
  readonly result: CaptureResult;
  readonly spans: readonly CapturedSpan[];
}

async function capture(options: Partial<CaptureOptions>, env: NodeJS.ProcessEnv = process.env): Promise<Captured> {
  const result = await captureRun({
    options: {
      ...DEFAULT_CAPTURE,
      network: "tiny",
      inputSize: 32,
      batches: 6,
      workers: 3,
      partition: PARTITION,
      ...options,
    },
    out: path.join(folder, "run.pipewave"),
    replace: true,
    env,
  });
  return { result, spans: readCapturedSpans(result.file) };
}

const cases = [
  { backend: "wasm", mode: "pipelined" },
  { backend: "wasm", mode: "sequential" },
  { backend: "webgpu", mode: "pipelined" },
  { backend: "webgpu", mode: "sequential" },
] as const;

describe.each(cases)("$backend, $mode", ({ backend, mode }) => {
  let captured: Captured | undefined;
  beforeAll(async () => {
    const env = backend === "webgpu" ? swiftshader.env : process.env;
    if (env !== undefined) captured = await capture({ backend, mode }, env);
  }, SLOW_MS);

  const spansOf = (context: { skip: (reason?: string) => void }): readonly CapturedSpan[] => {
    if (captured === undefined) context.skip(swiftshader.missing);
    return captured?.spans ?? [];
  };

  test("has one compute for each block and batch, one in and one out for each worker and batch, and nothing else", (context) => {
    const spans = spansOf(context);
    const work = spans
      .filter(({ phase }) => phase !== "wait")
      .map(({ phase, rank, stage, batch }) => `${batch} ${phase} ${rank}/${stage}`);
    const expected = Array.from({ length: 6 }, (_, batch) =>
      RANGES.flatMap(([first, last], rank) => [
        `${batch} in ${rank}/${first}`,
        ...Array.from({ length: last - first + 1 }, (_, i) => `${batch} compute ${rank}/${first + i}`),
        `${batch} out ${rank}/${last}`,
      ]),
    ).flat();
    expect(work.toSorted()).toEqual(expected.toSorted());
  });

  test("a batch goes through in, compute and out of each worker in order, and leaves a worker before it enters the next", (context) => {
    const spans = spansOf(context);
    for (let batch = 0; batch < 6; batch++) {
      const order = RANGES.flatMap(([first, last], rank) => {
        const find = (phase: string, stage: number): CapturedSpan =>
          spans.find(
            (span) => span.batch === batch && span.rank === rank && span.phase === phase && span.stage === stage,
          ) as CapturedSpan;
        const blocks = Array.from({ length: last - first + 1 }, (_, i) => find("compute", first + i));
        return [find("in", first), ...blocks, find("out", last)];
      });
      for (const [i, span] of order.slice(1).entries()) {
        expect(span.start, `batch ${batch}: ${span.name} ${span.phase}`).toBeGreaterThanOrEqual(order[i].end);
      }
    }
  });

  test("spans of a lane never overlap, waiting included, and none begins before the run", (context) => {
    for (const [lane, spans] of Map.groupBy(spansOf(context), (span) => span.lane)) {
      for (const [i, span] of spans.entries()) {
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.start, lane).toBeGreaterThanOrEqual(i === 0 ? 0 : spans[i - 1].end);
      }
    }
  });

  test("waiting ends where the work that waited begins: starved before in, blocked before out", (context) => {
    const spans = spansOf(context);
    const waits = spans.filter(({ phase }) => phase === "wait");
    for (const wait of waits) {
      const awaited = wait.name === "starved" ? "in" : "out";
      const work = spans.find((span) => span.phase === awaited && span.rank === wait.rank && span.batch === wait.batch);
      expect([work?.start, work?.stage, work?.lane]).toEqual([wait.end, wait.stage, wait.lane]);
    }
    // With one batch under way all but one of the workers have nothing to do at any moment.
    if (mode === "sequential") expect(waits.some(({ name, rank }) => name === "starved" && rank > 0)).toBe(true);
  });

  test("bytes are those of the tensors that cross the cut, FLOPs those of the block", (context) => {
    const spans = spansOf(context);
    const find = (phase: string, stage: number): unknown =>
      spans.find((span) => span.batch === 2 && span.phase === phase && span.stage === stage)?.args;
    // tiny at 32: conv stride 2 → 8 × 16², pool → 8 × 8², conv → 16 × 8²; block 3 adds block 1, projected.
    expect(find("in", 0)).toEqual({ bytes: 4 * 3 * 32 * 32 });
    const cut = 4 * (16 * 8 * 8 + 8 * 8 * 8);
    expect([find("out", 2), find("in", 3)]).toEqual([{ bytes: cut }, { bytes: cut }]);
    expect(find("out", 7)).toEqual({ bytes: 4 * 10 });
    // 3 × 3 × 3 weights for each of 8 × 16² outputs, a multiply and an add each, and the bias.
    expect(find("compute", 0)).toEqual({ flops: 2 * 27 * 8 * 16 * 16 + 8 * 16 * 16 });
  });

  test("one batch at a time, or several, as the mode says", (context) => {
    const spans = spansOf(context).filter(({ phase }) => phase !== "wait");
    const endOf = (batch: number): number =>
      Math.max(...spans.filter((span) => span.batch === batch).map(({ end }) => end));
    const startOf = (batch: number): number =>
      Math.min(...spans.filter((span) => span.batch === batch).map(({ start }) => start));
    const inTurn = [1, 2, 3, 4, 5].every((batch) => startOf(batch) >= endOf(batch - 1));
    expect(inTurn).toBe(mode === "sequential");
  });

  test("the report of the run violates no invariant", (context) => {
    spansOf(context);
    const reader = openRun((captured as Captured).result.file);
    try {
      expect(checkInvariants(loadAnalysisInput(reader))).toEqual([]);
    } finally {
      reader.close();
    }
  });
});

test("a worker before a slow one is blocked, and only it", { timeout: SLOW_MS }, async () => {
  // All of the work but the last block's is worker 1's; worker 0 has the pooling-sized rest and one slot to put it.
  const { spans } = await capture({
    backend: "wasm",
    partition: "0,1-6,7",
    batches: 40,
    bufferDepth: 1,
    network: "tiny",
    inputSize: 64,
  });
  const blocked = spans.filter(({ name }) => name === "blocked");
  expect(blocked.length).toBeGreaterThan(0);
  for (const { lane, phase } of blocked) expect([lane.endsWith("/out"), phase]).toEqual([true, "wait"]);
});

test("without recording there are no spans, and the outputs are the same", { timeout: SLOW_MS }, async () => {
  const { result } = await capture({ backend: "wasm" });
  const silent = captureRun({
    options: {
      ...DEFAULT_CAPTURE,
      network: "tiny",
      inputSize: 32,
      batches: 6,
      workers: 3,
      partition: PARTITION,
      backend: "wasm",
      record: false,
    },
    out: path.join(folder, "silent.pipewave"),
  });
  const { summary } = await silent;
  expect(summary.outputHash).toBe(result.summary.outputHash);
  expect(readCapturedSpans(path.join(folder, "silent.pipewave"))).toEqual([]);
  expect(summary.recordingShare).toBe(0);
  expect(result.summary.recordingShare).toBeGreaterThan(0);
});
