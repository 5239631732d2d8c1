/**
 * Captures a run: starts the runner, hears it to the end, and writes what it recorded as a run file or as a trace.
 *
 * What was captured is kept whatever happens: after a stop, and when the runner fails or dies, the run is written as far as
 * it was recorded. Nothing of the run is held but what the runner sent; nothing here knows tensors or backends.
 */
import { createCaptureRecord, nameCapture, type CaptureRecord } from "#common/capture-record.ts";
import type { CapturedRun } from "#common/captured-run.ts";
import { AppError } from "#common/errors.ts";
import type { CaptureOptions, CapturePlan, CaptureSummary, RecordedSpans, RunnerEvent } from "#common/runner-api.ts";
import { describeRunnerDeath } from "#common/runner-death.ts";

import { startRunner, type RunnerPlace } from "./runner-process.ts";
import { openCaptureOutput } from "./write-captured.ts";

export interface CaptureRequest extends RunnerPlace {
  readonly options: CaptureOptions;
  /** `*.pipewave`, or a trace: `*.json`, `*.json.gz`. */
  readonly out: string;
  readonly replace?: boolean;
  /** What a person knows `out` as, for the message of a failure; by default the path. */
  readonly keptAs?: string;
  /** What the run is called; by default network, mode and backend. */
  readonly name?: string;
  /** Stops the capture; what was recorded until then is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly step: string; readonly share?: number }) => void;
  /** Called when spans have come in: `describe` gives the run as far as it is. */
  readonly onGrowth?: (growth: CaptureGrowth) => void;
}

export interface CaptureGrowth {
  readonly plan: CapturePlan;
  readonly spans: RecordedSpans;
  readonly describe: () => CapturedRun | undefined;
}

export interface CaptureResult {
  readonly file: string;
  readonly plan: CapturePlan;
  readonly summary: CaptureSummary;
}

/**
 * Runs the capture and writes it to `out`.
 * @throws AppError file-exists, write-failed, disk-full; what the runner fails with; runner-died. Where something had been
 *   recorded by then it is at `out`, and the error says so. The signal's reason when stopped before anything was recorded
 */
export async function captureRun(request: CaptureRequest): Promise<CaptureResult> {
  const { options, out, signal, name = nameCapture(options) } = request;
  signal?.throwIfAborted();
  const output = openCaptureOutput(out, { replace: request.replace ?? false });
  try {
    const record = createCaptureRecord(options);
    const failure = await hearRunner(request, record);
    const captured = record.describe(name);
    if (captured !== undefined) await output.write(captured);
    if (failure !== undefined) throw captured === undefined ? failure : withKept(failure, request.keptAs ?? out);
    if (record.end?.type !== "finished" || record.plan === undefined || captured === undefined) {
      signal?.throwIfAborted();
      throw new AppError({ code: "runner-died", what: "the runner ended without recording anything" });
    }
    return { file: out, plan: record.plan, summary: record.end.summary };
  } finally {
    await output.abort();
  }
}

/** Runs the runner to its end; gives the failure it ended with. */
async function hearRunner(request: CaptureRequest, record: CaptureRecord): Promise<AppError | undefined> {
  const { options, signal, onProgress, onGrowth, name = nameCapture(options) } = request;
  const hear = (event: RunnerEvent): void => {
    record.hear(event);
    if (event.type === "progress" && onProgress !== undefined) {
      const { step, batchesDone, batches } = event;
      onProgress({ step, ...(step === "running" ? { share: batchesDone / batches } : {}) });
    }
    if (event.type === "spans" && record.plan !== undefined) {
      onGrowth?.({ plan: record.plan, spans: event.spans, describe: () => record.describe(name) });
    }
  };
  const runner = startRunner({ ...request, onEvent: hear });
  const stop = (): void => {
    runner.say({ type: "stop" });
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    runner.say({ type: "capture", options });
    if (signal?.aborted === true) stop();
    const death = await runner.ended;
    if (record.end === undefined) return describeRunnerDeath(death);
    return record.end.type === "failed" ? new AppError(record.end.failure) : undefined;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function withKept(failure: AppError, place: string): AppError {
  return new AppError(
    {
      ...failure.fields,
      what: `${failure.fields.what}; what was captured until then is kept in ${place}`,
    },
    { cause: failure.cause },
  );
}
