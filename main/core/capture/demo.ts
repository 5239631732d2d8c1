/**
 * The demo: the figure's network twice on the embedded backend, one batch at a time and pipelined, with the same workers and
 * the same blocks on each, so that the difference is the schedule alone. Sized to end within a minute on four cores.
 */
import { availableParallelism } from "node:os";
import path from "node:path";

import { AppError } from "#common/errors.ts";
import { DEFAULT_CAPTURE, type CaptureOptions } from "#common/runner-api.ts";

import { captureRun, type CaptureRequest, type CaptureResult } from "./capture-run.ts";
import { describeFigures, reportCapture } from "./figures.ts";

export interface DemoOptions {
  /** Where the two run files go; it must exist. */
  readonly folder: string;
  readonly cores?: number;
  /** Smaller ones for tests. */
  readonly network?: CaptureOptions["network"];
  readonly inputSize?: number;
  readonly batches?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: CaptureRequest["onProgress"];
}

export interface DemoResult {
  /** The pipelined one first: it is what one wants to see. */
  readonly files: readonly [pipelined: string, sequential: string];
  /** Images per second pipelined over sequential. */
  readonly speedUp: number;
  /** Figures of both runs and the speed-up, one line each. */
  readonly text: string;
}

/** A slow machine captures fewer batches, rather than making a person wait. */
const SEQUENTIAL_LIMIT_MS = 25_000;
const BATCHES_PER_WORKER = 8;

/** @throws AppError what `captureRun` throws; the signal's reason */
export async function captureDemo(demo: DemoOptions): Promise<DemoResult> {
  const { folder, cores = availableParallelism(), signal, onProgress } = demo;
  const workers = Math.max(2, Math.min(4, cores));
  const options: CaptureOptions = {
    ...DEFAULT_CAPTURE,
    network: demo.network ?? DEFAULT_CAPTURE.network,
    inputSize: demo.inputSize ?? DEFAULT_CAPTURE.inputSize,
    backend: "wasm",
    workers,
    batches: demo.batches ?? BATCHES_PER_WORKER * workers,
  };
  const capture = async (mode: CaptureOptions["mode"], more: Partial<CaptureOptions>, limit?: AbortSignal) => {
    const signals = [signal, limit].filter((one) => one !== undefined);
    const result = await captureRun({
      options: { ...options, mode, ...more },
      out: path.join(folder, `${options.network} ${mode}.pipewave`),
      signal: AbortSignal.any(signals),
      onProgress: ({ step, ...share }) => onProgress?.({ step: `${mode}: ${step}`, ...share }),
    });
    signal?.throwIfAborted();
    return result;
  };

  const sequential = await capture("sequential", {}, AbortSignal.timeout(SEQUENTIAL_LIMIT_MS));
  const partition = sequential.summary.partition.map(([first, last]) => `${first}-${last}`).join(",");
  const pipelined = await capture("pipelined", { partition, batches: sequential.summary.batches });
  if (sequential.summary.outputHash !== pipelined.summary.outputHash) {
    throw new AppError({
      code: "runner-died",
      what: "the pipelined run computed other outputs than the sequential one",
    });
  }
  const speedUp = pipelined.summary.imagesPerSecond / sequential.summary.imagesPerSecond;
  return {
    files: [pipelined.file, sequential.file],
    speedUp,
    text: [
      describeLine("sequential", sequential),
      describeLine("pipelined ", pipelined),
      `speed-up ${speedUp.toFixed(2)} × with ${workers} workers, equal outputs`,
    ].join("\n"),
  };
}

function describeLine(mode: string, { file, summary }: CaptureResult): string {
  const report = reportCapture(file);
  const figures = report === undefined ? "" : `, ${describeFigures(report)}`;
  return `${summary.network} ${mode}  ${summary.batches} batches, ${summary.imagesPerSecond.toFixed(1)} images/s${figures}`;
}
