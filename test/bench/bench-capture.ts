/**
 * What the capture costs and gains: the figure's network one batch at a time and pipelined on the same workers, tfjs's own
 * threads for comparison, and what recording costs: within one run it is on and off by turns, so that all else is equal.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { DEFAULT_CAPTURE, type CaptureOptions, type CaptureSummary } from "#common/runner-api.ts";

import { captureRun } from "../../main/core/capture/capture-run.ts";
import type { CaptureGrowth } from "../../main/core/capture/capture-run.ts";
import { reportCapture } from "../../main/core/capture/figures.ts";
import { measureRecording } from "./measure-recording.ts";

export interface CaptureFigures {
  readonly network: string;
  readonly inputSize: number;
  readonly workers: number;
  readonly batches: number;
  readonly sequentialImagesPerSecond: number;
  readonly pipelinedImagesPerSecond: number;
  readonly speedUp: number;
  readonly outputsEqual: boolean;
  /** Of the pipelined run. */
  readonly interval?: { readonly meanNs: number; readonly boundNs: number; readonly ratio: number };
  readonly bubbleRatio?: number;
  /** From the start of the first recorded batch until its first spans are in this process. */
  readonly firstSpansMs?: number;
  /** tfjs's own threads in one worker, or why they are not to be had. */
  readonly wasmThreads:
    { readonly threads: number; readonly imagesPerSecond: number } | { readonly unavailable: string };
  /** Time a batch with recording over time without, geometric mean of the pairs with its 95 % interval (Student's t). */
  readonly recording: { readonly pairs: number; readonly ratio: number; readonly interval: readonly [number, number] };
}

/** Two-sided 95 % quantiles of Student's t by degrees of freedom, 1 to 12 (any table of statistics). */
const STUDENT_T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];

export async function benchCapture({
  batches = 24,
  pairs = 10,
  inputSize = 224,
}: { batches?: number; pairs?: number; inputSize?: number } = {}): Promise<CaptureFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-bench-"));
  const out = path.join(folder, "run.pipewave");
  const workers = Math.min(4, availableParallelism());
  const base: CaptureOptions = { ...DEFAULT_CAPTURE, backend: "wasm", workers, batches, inputSize };
  const capture = async (
    options: Partial<CaptureOptions>,
    onGrowth?: (growth: CaptureGrowth) => void,
  ): Promise<CaptureSummary> =>
    (
      await captureRun({
        options: { ...base, ...options },
        out,
        replace: true,
        ...(onGrowth === undefined ? {} : { onGrowth }),
      })
    ).summary;
  try {
    const sequential = await capture({ mode: "sequential" });
    const partition = sequential.partition.map(([first, last]) => `${first}-${last}`).join(",");
    let firstSpansMs: number | undefined;
    const pipelined = await capture({ partition }, ({ plan, spans }) => {
      firstSpansMs ??= Date.now() - Number(plan.originEpochNs) / 1e6 - spans.start[0] / 1e6;
    });
    const report = reportCapture(out);
    const { meanNs, boundNs } = report?.initiationInterval ?? {};
    const wasmThreads = measureWasmThreads({ threads: workers, batches, inputSize });
    const ratios = await measureRecording({
      options: { ...base, partition, record: "by-turns" },
      batchesPerSecond: pipelined.imagesPerSecond / base.batchSize,
      pairs,
    });
    return {
      network: base.network,
      inputSize,
      workers,
      batches,
      sequentialImagesPerSecond: sequential.imagesPerSecond,
      pipelinedImagesPerSecond: pipelined.imagesPerSecond,
      speedUp: pipelined.imagesPerSecond / sequential.imagesPerSecond,
      outputsEqual: pipelined.outputHash === sequential.outputHash,
      ...(meanNs === undefined || boundNs === undefined
        ? {}
        : { interval: { meanNs, boundNs, ratio: meanNs / boundNs } }),
      ...(report === undefined ? {} : { bubbleRatio: report.bubble.ratio }),
      wasmThreads,
      ...(firstSpansMs === undefined ? {} : { firstSpansMs: Math.round(firstSpansMs) }),
      recording: { pairs: ratios.length, ...estimateRatio(ratios) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureWasmThreads(options: {
  threads: number;
  batches: number;
  inputSize: number;
}): CaptureFigures["wasmThreads"] {
  const script = fileURLToPath(new URL("./wasm-threads.ts", import.meta.url));
  const args = [script, ...[options.threads, options.batches, options.inputSize].map(String)];
  try {
    const text = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return JSON.parse(text) as { threads: number; imagesPerSecond: number };
  } catch (error) {
    return { unavailable: (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] };
  }
}

/** Geometric mean and its interval: ratios multiply, so their logarithms are averaged. */
function estimateRatio(ratios: readonly number[]): { ratio: number; interval: readonly [number, number] } {
  const logs = ratios.map(Math.log);
  const n = logs.length;
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = STUDENT_T[Math.min(n - 2, STUDENT_T.length - 1)] * Math.sqrt(variance / n);
  return { ratio: Math.exp(mean), interval: [Math.exp(mean - half), Math.exp(mean + half)] };
}

/** The figures in words. */
export function describeCapture(figures: CaptureFigures): string {
  const { network, workers, sequentialImagesPerSecond, pipelinedImagesPerSecond, speedUp, wasmThreads, recording } =
    figures;
  const threads =
    "unavailable" in wasmThreads
      ? `own threads of wasm: ${wasmThreads.unavailable}`
      : `own threads of wasm (${wasmThreads.threads}): ${wasmThreads.imagesPerSecond.toFixed(1)} images/s`;
  const [low, high] = recording.interval;
  return (
    `capture ${network} on ${workers} wasm workers: sequential ${sequentialImagesPerSecond.toFixed(1)}, pipelined ` +
    `${pipelinedImagesPerSecond.toFixed(1)} images/s, speed-up ${speedUp.toFixed(2)}, outputs ${figures.outputsEqual ? "equal" : "DIFFERENT"}; ` +
    `${threads}; II / bound ${figures.interval?.ratio.toFixed(3) ?? "unknown"}; ` +
    `recording × ${recording.ratio.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}] over ${recording.pairs} pairs`
  );
}
