/**
 * Runs one capture: plans the partition, starts the workers, feeds batches, takes the outputs, forwards the spans.
 *
 * The driver is the source and the sink of the pipeline and sits at both ends of its channels; it never blocks its thread.
 * Warm-up batches go through first and drain, so that the recorded part begins with an empty pipeline: its fill and drain are
 * real. Times are shifted so that ns 0 is the moment the first recorded batch was offered. In sequential mode a batch is
 * offered only when the one before has come out.
 */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "#common/errors.ts";
import type { CaptureOptions, CapturePlan, CaptureSummary, ComputeBackend, RecordedSpans } from "#common/runner-api.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import type { Network } from "#common/network/layer.ts";
import { liveAfter } from "../network/program.ts";
import { createChannel, stopChannel, type Channel } from "./channel.ts";
import { sendThrough } from "./flow.ts";
import { refuseTooLarge } from "./memory.ts";
import { messageBytes } from "./message.ts";
import { planPartition, planStages } from "./plan.ts";
import { createClock } from "./recorder.ts";
import { createRecording, type Recording } from "./recording.ts";
import { createSink } from "./sink.ts";
import { createSource } from "./source.ts";
import { profileInWorker, rejectWhenAborted, startWorker, type RunningWorker } from "./threads.ts";

/** How long workers may take after a stop or a failure to finish what they are at and send their last spans. */
const GRACE_MS = 5_000;

export interface CaptureListener {
  readonly planned: (plan: CapturePlan) => void;
  readonly progress: (progress: { step: string; batchesDone: number }) => void;
  readonly spans: (spans: RecordedSpans) => void;
}

interface Capture {
  readonly options: CaptureOptions;
  readonly backend: ComputeBackend;
  readonly listener: CaptureListener;
  readonly signal: AbortSignal;
}

/**
 * Runs a capture to its end, or until `signal` stops it: then the batches in flight are dropped and what came out counts.
 * All spans reach the listener before this settles, whichever way.
 * @throws AppError unknown-network, invalid-argument, backend-unavailable, out-of-memory, runner-died; the signal's reason
 *   when it was stopped before the first recorded batch
 */
export async function runCapture(capture: Capture): Promise<CaptureSummary> {
  const { options, backend, listener, signal } = capture;
  const network = findNetwork({ name: options.network, size: options.inputSize });
  const whole = [{ first: 0, last: network.blocks.length - 1 }];
  refuseTooLarge({ network, partition: whole, options, backend });
  const profileNs = options.partition === "balanced" ? await measureBlocks(capture) : undefined;
  const partition = planPartition({ network, options, profileNs });
  refuseTooLarge({ network, partition, options, backend });
  signal.throwIfAborted();

  listener.progress({ step: "starting workers", batchesDone: 0 });
  const channels = createChannels({ network, partition, options });
  const originNs = process.hrtime.bigint();
  const recording = createRecording({ firstBatch: options.warmUpBatches, forward: listener.spans });
  const workers = startWorkers(capture, { partition, channels, originNs, recording });
  // A pending `Atomics.waitAsync` does not keep the process alive; a timer does.
  const alive = setInterval(() => undefined, 60_000);
  const stop = (): void => {
    for (const channel of channels) stopChannel(channel);
  };
  signal.addEventListener("abort", stop);
  const failed = Promise.race(workers.map(({ failure }) => failure));
  try {
    const plan = { network, partition, profileNs };
    const running = runBatches(capture, { plan, channels, workers, recording, now: createClock(originNs) });
    return await Promise.race([running, failed]);
  } catch (error) {
    stop();
    await settleWithin(workers, GRACE_MS);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    clearInterval(alive);
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

const taskBase = ({ options, backend }: Capture) => ({
  network: options.network,
  inputSize: options.inputSize,
  images: options.batchSize,
  seed: options.seed,
  backend,
});

async function measureBlocks(capture: Capture): Promise<readonly number[]> {
  capture.listener.progress({ step: "measuring the blocks", batchesDone: 0 });
  return profileInWorker({ type: "profile", ...taskBase(capture) }, { signal: capture.signal });
}

/** One channel before each worker and one after the last. */
function createChannels({
  network,
  partition,
  options,
}: {
  network: Network;
  partition: readonly StageRange[];
  options: CaptureOptions;
}): readonly Channel[] {
  const cuts = [-1, ...partition.map(({ last }) => last)];
  return cuts.map((after) => {
    const slotBytes = messageBytes(liveAfter({ network, after, images: options.batchSize }));
    try {
      return createChannel({ depth: options.bufferDepth, slotBytes });
    } catch (cause) {
      throw new AppError(
        {
          code: "out-of-memory",
          what: `a channel of ${options.bufferDepth} × ${slotBytes} bytes cannot be had`,
          todo: "choose a smaller --input-size, --batch-size or --buffers",
        },
        { cause },
      );
    }
  });
}

function startWorkers(
  capture: Capture,
  {
    partition,
    channels,
    originNs,
    recording,
  }: { partition: readonly StageRange[]; channels: readonly Channel[]; originNs: bigint; recording: Recording },
): readonly RunningWorker[] {
  return partition.map(({ first, last }, worker) =>
    startWorker(
      {
        type: "run",
        worker,
        first,
        last,
        input: channels[worker],
        output: channels[worker + 1],
        originNs,
        record: capture.options.record,
        ...taskBase(capture),
      },
      { spans: (spans) => recording.hear(spans) },
    ),
  );
}

interface RunningPipeline {
  readonly plan: {
    readonly network: Network;
    readonly partition: readonly StageRange[];
    readonly profileNs: readonly number[] | undefined;
  };
  readonly channels: readonly Channel[];
  readonly workers: readonly RunningWorker[];
  readonly recording: Recording;
  /** Ns on the clock of all workers. */
  readonly now: () => number;
}

async function runBatches(
  { options, backend, listener, signal }: Capture,
  { plan: { network, partition, profileNs }, channels, workers, recording, now }: RunningPipeline,
): Promise<CaptureSummary> {
  const source = createSource({ network, options, channel: channels[0] });
  const sink = createSink({ network, options, channel: channels[channels.length - 1] });
  const ready = await Promise.race([Promise.all(workers.map((worker) => worker.ready)), rejectWhenAborted(signal)]);
  const { device, shared } = ready[0];
  const inTurn = options.mode === "sequential";

  listener.progress({ step: "warming up", batchesDone: 0 });
  await sendThrough({ source, sink, from: 0, count: options.warmUpBatches, inTurn });
  signal.throwIfAborted();
  listener.planned({
    network: network.name,
    backend,
    device,
    sharedDevice: shared,
    partition,
    originEpochNs: BigInt(Date.now()) * 1_000_000n,
    ...planStages({ network, partition }),
    ...(profileNs === undefined ? {} : { profileNs }),
  });
  const startNs = now();
  recording.begin(startNs);

  const hash = createHash("sha256");
  let endNs = startNs;
  const batches = await sendThrough({
    source,
    sink,
    from: options.warmUpBatches,
    count: options.batches,
    inTurn,
    arrived: (output, batchesDone) => {
      endNs = now();
      hash.update(output);
      listener.progress({ step: "running", batchesDone });
    },
  });
  source.close();
  const recordingNs = await settleWithin(workers, signal.aborted ? GRACE_MS : undefined);
  const elapsedNs = Math.max(1, endNs - startNs);
  return {
    network: network.name,
    backend,
    device,
    mode: options.mode,
    workers: partition.length,
    partition: partition.map(({ first, last }) => [first, last] as const),
    batches,
    imagesPerSecond: (batches * options.batchSize) / (elapsedNs / 1e9),
    outputHash: hash.digest("hex"),
    recordingShare: recordingNs / (elapsedNs * partition.length),
    stopped: batches < options.batches,
  };
}

/** Waits until every worker has ended or failed, at most `graceMs`; gives the time that they spent on recording, in ns. */
async function settleWithin(workers: readonly RunningWorker[], graceMs: number | undefined): Promise<number> {
  const endings = Promise.allSettled(workers.map(({ ended, failure }) => Promise.race([ended, failure])));
  const settled = await (graceMs === undefined
    ? endings
    : Promise.race([endings, delay(graceMs, [] as const, { ref: false })]));
  return settled.reduce((sum, ending) => sum + (ending.status === "fulfilled" ? ending.value.recordingNs : 0), 0);
}
