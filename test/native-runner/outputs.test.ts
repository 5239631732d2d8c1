/** Every backend computes what tfjs's plain JavaScript computes, and the same bits whatever the pipeline looks like. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { DEFAULT_CAPTURE, type CaptureOptions } from "#common/runner-api.ts";

import { captureRun } from "../../main/core/capture/capture-run.ts";
import { findSwiftshader } from "../support/swiftshader.ts";

const SLOW_MS = 180_000;
const swiftshader = findSwiftshader();
const script = fileURLToPath(new URL("./print-outputs.ts", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-outputs-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function computeOutputs(backends: readonly string[], env: NodeJS.ProcessEnv): Record<string, number[][]> {
  const text = execFileSync(process.execPath, [script, ...backends], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(text) as Record<string, number[][]>;
}

function expectEqualWithin(outputs: Record<string, number[][]>, backend: string): void {
  const expected = outputs["cpu"]?.flat() ?? [];
  const got = outputs[backend]?.flat() ?? [];
  expect(expected).toHaveLength(2 * 2 * 10);
  expect(got).toHaveLength(expected.length);
  // The outputs tell images apart: equal zeros would prove nothing.
  expect(new Set(expected).size).toBeGreaterThan(30);
  for (const [i, value] of got.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(1e-4);
}

test("wasm computes what plain JavaScript computes, within 1e-4", { timeout: SLOW_MS }, () => {
  expectEqualWithin(computeOutputs(["cpu", "wasm"], process.env), "wasm");
});

test("WebGPU computes what plain JavaScript computes, within 1e-4", { timeout: SLOW_MS }, (context) => {
  if (swiftshader.env === undefined) context.skip(swiftshader.missing);
  else expectEqualWithin(computeOutputs(["cpu", "webgpu"], swiftshader.env), "webgpu");
});

const hashOf = async (options: Partial<CaptureOptions>, env: NodeJS.ProcessEnv): Promise<string> => {
  const { summary } = await captureRun({
    options: { ...DEFAULT_CAPTURE, network: "tiny", inputSize: 32, batches: 5, warmUpBatches: 1, ...options },
    out: path.join(folder, "run.pipewave"),
    replace: true,
    env,
  });
  expect(summary.batches).toBe(options.batches ?? 5);
  return summary.outputHash;
};

/** Cuts within, before and after both skips of `tiny` (3 adds 1, 5 adds 3), one worker and one a block. */
const PIPELINES: readonly Partial<CaptureOptions>[] = [
  { partition: "0-7" },
  { partition: "0-2,3-7" },
  { partition: "0-1,2,3-4,5-7" },
  { partition: "0,1,2,3,4,5,6,7", bufferDepth: 1 },
  { partition: "balanced", workers: 3, bufferDepth: 4 },
];

describe("outputs are equal bit for bit to those of one batch at a time", () => {
  const workersOf = ({ partition = "", workers }: Partial<CaptureOptions>): number =>
    workers ?? partition.split(",").length;

  test("on wasm, for every partition, and different for another seed", { timeout: SLOW_MS }, async () => {
    const sequential = await hashOf(
      { backend: "wasm", mode: "sequential", partition: "even", workers: 2 },
      process.env,
    );
    for (const pipeline of PIPELINES) {
      const options: Partial<CaptureOptions> = { backend: "wasm", ...pipeline, workers: workersOf(pipeline) };
      expect({ ...pipeline, hash: await hashOf(options, process.env) }).toEqual({ ...pipeline, hash: sequential });
    }
    expect(await hashOf({ backend: "wasm", partition: "0-7", workers: 1, seed: 2 }, process.env)).not.toBe(sequential);
    expect(await hashOf({ backend: "wasm", partition: "0-7", workers: 1, batches: 4 }, process.env)).not.toBe(
      sequential,
    );
  });

  test("on WebGPU, for different partitions", { timeout: SLOW_MS }, async (context) => {
    if (swiftshader.env === undefined) return context.skip(swiftshader.missing);
    const { env } = swiftshader;
    const sequential = await hashOf({ backend: "webgpu", mode: "sequential", partition: "even", workers: 2 }, env);
    for (const pipeline of PIPELINES.slice(0, 3)) {
      const options: Partial<CaptureOptions> = { backend: "webgpu", ...pipeline, workers: workersOf(pipeline) };
      expect({ ...pipeline, hash: await hashOf(options, env) }).toEqual({ ...pipeline, hash: sequential });
    }
  });
});
