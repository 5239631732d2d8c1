/**
 * Entry of a worker thread: opens the backend, makes the weights, runs the warm-up and then its part of the pipeline.
 *
 * Everything it needs comes in `workerData`; everything it says goes to the driver as `WorkerMessage`. It never writes to
 * stdout: tfjs's greetings are kept off it, so that `--json` output stays one document.
 */
import { parentPort, workerData } from "node:worker_threads";
import { AppError, type AppErrorFields } from "#common/errors.ts";
import type { CaptureOptions, ComputeBackend, RecordedSpans } from "#common/runner-api.ts";
import { openBackend } from "../backend/select.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import { createProgram, liveAfter } from "../network/program.ts";
import { openReceiver, openSender, type Channel } from "./channel.ts";
import { measureProfile } from "./profile.ts";
import { createClock, createRecorder, measureRecordingNs, recordByTurns, silentRecorder } from "./recorder.ts";
import type { Recorder } from "./recorder.ts";
import { runWorker } from "./stage-worker.ts";

/** What a worker thread is told. `profile` measures the whole network; `run` is one worker of the pipeline. */
export type WorkerTask = {
  readonly network: string;
  readonly inputSize: number;
  readonly images: number;
  readonly seed: number;
  readonly backend: ComputeBackend;
} & (
  | { readonly type: "profile" }
  | {
      readonly type: "run";
      readonly worker: number;
      readonly first: number;
      readonly last: number;
      readonly input: Channel;
      readonly output: Channel;
      readonly originNs: bigint;
      readonly record: CaptureOptions["record"];
    }
);

export type WorkerMessage =
  | { readonly type: "ready"; readonly device: string; readonly shared: boolean; readonly asynchronous: boolean }
  | { readonly type: "profile"; readonly profileNs: readonly number[] }
  | { readonly type: "spans"; readonly spans: RecordedSpans }
  | { readonly type: "ended"; readonly recordingNs: number }
  | { readonly type: "failed"; readonly failure: AppErrorFields };

/** The message of any error as a failure that a person can read; tfjs and wasm say "out of memory" in several ways. */
function describeWorkerError(error: unknown): AppErrorFields {
  if (error instanceof AppError) return error.fields;
  const message = error instanceof Error ? error.message : String(error);
  if (/memory|allocation|OOM|Invalid typed array length|unreachable|exceeds WebGPU limits/iu.test(message)) {
    return {
      code: "out-of-memory",
      what: `the device has no memory left (${message.split("\n", 1)[0] ?? ""})`,
      todo: "choose a smaller --input-size or --batch-size",
    };
  }
  return { code: "runner-died", what: `a worker of the pipeline failed: ${message.split("\n", 1)[0] ?? ""}` };
}

async function work(task: WorkerTask, say: (message: WorkerMessage) => void): Promise<void> {
  const network = findNetwork({ name: task.network, size: task.inputSize });
  const backend = await openBackend(task.backend);
  const { images, seed } = task;
  const range = task.type === "run" ? task : { first: 0, last: network.blocks.length - 1 };
  const createBatchProgram = createProgram({ network, first: range.first, last: range.last, backend, seed });
  if (task.type === "profile") {
    const profileNs = await measureProfile({ network, backend, createBatchProgram, images, seed });
    say({ type: "profile", profileNs });
    return;
  }
  say({ type: "ready", device: backend.device, shared: backend.shared, asynchronous: backend.asynchronous });
  const recorder = createRecorder({
    worker: task.worker,
    send: (spans) => {
      say({ type: "spans", spans });
    },
  });
  await runWorker({
    backend,
    createBatchProgram,
    first: task.first,
    last: task.last,
    arriving: liveAfter({ network, after: task.first - 1, images }),
    leaving: liveAfter({ network, after: task.last, images }),
    input: openReceiver(task.input),
    output: openSender(task.output),
    recorder: chooseRecorder(recorder, task),
    now: createClock(task.originNs),
  });
  say({ type: "ended", recordingNs: recorder.count() * measureRecordingNs() });
}

function chooseRecorder(
  recorder: Recorder,
  { record, originNs }: { record: CaptureOptions["record"]; originNs: bigint },
): Recorder {
  if (record === "by-turns") return recordByTurns(recorder, { originNs });
  return record ? recorder : silentRecorder;
}

const port = parentPort;
if (port === null) throw new Error("worker-thread.ts is the entry of a worker thread");
const say = (message: WorkerMessage): void => {
  port.postMessage(message);
};
// Neither a pending `Atomics.waitAsync` nor a Dawn fence keeps an event loop alive; an open port does.
port.ref();
// tfjs greets on the console; stdout belongs to the command.
console.log = () => undefined;
console.warn = () => undefined;
try {
  await work(workerData as WorkerTask, say);
} catch (error) {
  say({ type: "failed", failure: describeWorkerError(error) });
}
