/**
 * Runs one capture: plans the partition, starts the workers, feeds batches, takes the outputs, forwards the spans.
 *
 * The driver is the source and the sink of the pipeline and sits at both ends of its channels; it never blocks its thread.
 * Warm-up batches go through first and drain, so that the recorded part begins with an empty pipeline: its fill and drain are
 * real. Times are shifted so that ns 0 is the moment the first recorded batch was offered. In sequential mode a batch is
 * offered only when the one before has come out.
 */
import { createHash } from "node:crypto";
import { AppError } from "#common/errors.ts";
import type { CaptureOptions, CapturePlan, CaptureSummary, ComputeBackend, RecordedSpans } from "#common/runner-api.ts";
import type { StageRange } from "#common/schedule/partition.ts";
import { findNetwork } from "../network/catalogue.ts";
import type { Network } from "../network/layer.ts";
import { liveAfter, type LiveTensor } from "../network/program.ts";
import { createImages } from "../network/weights.ts";
import { createChannel, openReceiver, openSender, stopChannel, type Channel } from "./channel.ts";
import { messageBytes, readTensors, writeBatchNumber, writeTensors } from "./message.ts";
import { planPartition, planStages } from "./plan.ts";
import { createClock } from "./recorder.ts";
import { profileInWorker, startWorker, type RunningWorker } from "./threads.ts";

/** Different batches of images that are made; more batches cycle through them. */
const DISTINCT_BATCHES = 4;
const PROFILE_ROUNDS = 3;

export interface CaptureListener {
  readonly planned: (plan: CapturePlan) => void;
  readonly progress: (progress: { step: string; batchesDone: number }) => void;
  readonly spans: (spans: RecordedSpans) => void;
}

/**
 * Runs a capture to its end, or until `signal` stops it: then the batches in flight are dropped and what came out counts.
 * @throws AppError unknown-network, invalid-argument, backend-unavailable, out-of-memory, runner-died
 */
export async function runCapture({
  options,
  backend,
  listener,
  signal,
}: {
  options: CaptureOptions;
  backend: ComputeBackend;
  listener: CaptureListener;
  signal: AbortSignal;
}): Promise<CaptureSummary> {
  const network = findNetwork({ name: options.network, size: options.inputSize });
  const profileNs = options.partition === "balanced" ? await profile({ options, backend, listener }) : undefined;
  const partition = planPartition({ network, options, profileNs });

  listener.progress({ step: "starting workers", batchesDone: 0 });
  const originNs = process.hrtime.bigint();
  const now = createClock(originNs);
  const channels = createChannels({ network, partition, options });
  const workers = partition.map((range, worker) =>
    startWorker({
      task: {
        type: "run",
        worker,
        first: range.first,
        last: range.last,
        input: channels[worker] as Channel,
        output: channels[worker + 1] as Channel,
        originNs,
        record: options.record,
        ...taskBase({ options, backend }),
      },
    }),
  );
  // A pending `Atomics.waitAsync` does not keep the process alive; a timer does.
  const alive = setInterval(() => undefined, 60_000);
  const stop = (): void => {
    for (const channel of channels) stopChannel(channel);
  };
  signal.addEventListener("abort", stop);
  const failed = Promise.race(workers.map(({ failure }) => failure)).catch((error: unknown) => {
    stop();
    throw error;
  });
  try {
    const pumping = pump({ options, network, partition, channels, workers, backend, listener, now, signal, profileNs });
    return await Promise.race([pumping, failed]);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
    clearInterval(alive);
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

const taskBase = ({ options, backend }: { options: CaptureOptions; backend: ComputeBackend }) => ({
  network: options.network,
  inputSize: options.inputSize,
  images: options.batchSize,
  seed: options.seed,
  backend,
});

async function profile({
  options,
  backend,
  listener,
}: {
  options: CaptureOptions;
  backend: ComputeBackend;
  listener: CaptureListener;
}): Promise<readonly number[]> {
  listener.progress({ step: "measuring the blocks", batchesDone: 0 });
  return profileInWorker({ type: "profile", rounds: PROFILE_ROUNDS, ...taskBase({ options, backend }) });
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

interface PumpOptions {
  readonly options: CaptureOptions;
  readonly network: Network;
  readonly partition: readonly StageRange[];
  readonly channels: readonly Channel[];
  readonly workers: readonly RunningWorker[];
  readonly backend: ComputeBackend;
  readonly listener: CaptureListener;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly profileNs: readonly number[] | undefined;
}

async function pump(pumping: PumpOptions): Promise<CaptureSummary> {
  const { options, network, partition, channels, workers, backend, listener, now, signal } = pumping;
  const ready = await Promise.all(workers.map((worker) => worker.ready));
  const device = ready[0]?.device ?? "";
  const source = createSource({ network, options, channel: channels[0] as Channel });
  const sink = createSink({ network, options, channel: channels[channels.length - 1] as Channel });

  listener.progress({ step: "warming up", batchesDone: 0 });
  await flow({ source, sink, from: 0, count: options.warmUpBatches, inTurn: options.mode === "sequential" });
  const startNs = now();
  const originEpochNs = BigInt(Date.now()) * 1_000_000n;
  listener.planned({
    network: network.name,
    backend,
    device,
    sharedDevice: ready[0]?.shared ?? false,
    partition,
    originEpochNs,
    ...planStages({ network, partition }),
    ...(pumping.profileNs === undefined ? {} : { profileNs: pumping.profileNs }),
  });
  for (const worker of workers) {
    worker.listen((spans) => {
      const recorded = recordedPart({ spans, startNs, firstBatch: options.warmUpBatches });
      if (recorded.length > 0) listener.spans(recorded);
    });
  }

  const hash = createHash("sha256");
  let endNs = startNs;
  const batches = await flow({
    source,
    sink,
    from: options.warmUpBatches,
    count: options.batches,
    inTurn: options.mode === "sequential",
    arrived: (output, done) => {
      endNs = now();
      hash.update(output);
      listener.progress({ step: "running", batchesDone: done });
    },
  });
  source.close();
  const ended = signal.aborted ? [] : await Promise.all(workers.map((worker) => worker.ended));
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
    recordingShare: ended.reduce((sum, { recordingNs }) => sum + recordingNs, 0) / (elapsedNs * partition.length),
    stopped: batches < options.batches,
  };
}

interface Source {
  /** Offers a batch; false when the run was stopped. */
  offer(batch: number): Promise<boolean>;
  close(): void;
}

function createSource({
  network,
  options,
  channel,
}: {
  network: Network;
  options: CaptureOptions;
  channel: Channel;
}): Source {
  const sender = openSender(channel);
  const [input] = liveAfter({ network, after: -1, images: options.batchSize }) as [LiveTensor];
  const length = input.byteLength / Float32Array.BYTES_PER_ELEMENT;
  const images = Array.from({ length: DISTINCT_BATCHES }, (_, batch) =>
    createImages({ seed: options.seed, batch, length }),
  );
  return {
    async offer(batch) {
      const slot = await sender.nextAsync();
      if (slot === undefined) return false;
      writeBatchNumber(slot, batch);
      writeTensors({ slot, values: [images[batch % DISTINCT_BATCHES] as Float32Array] });
      sender.done();
      return true;
    },
    close: () => {
      sender.close();
    },
  };
}

/** Takes one output; undefined when the run was stopped. */
type Sink = () => Promise<Uint8Array | undefined>;

function createSink({
  network,
  options,
  channel,
}: {
  network: Network;
  options: CaptureOptions;
  channel: Channel;
}): Sink {
  const receiver = openReceiver(channel);
  const tensors = liveAfter({ network, after: network.blocks.length - 1, images: options.batchSize });
  return async () => {
    const slot = await receiver.nextAsync();
    if (slot === undefined) return undefined;
    const [values] = readTensors({ slot, tensors }) as [Float32Array];
    const bytes = new Uint8Array(values.slice().buffer);
    receiver.done();
    return bytes;
  };
}

/** Sends `count` batches through and gives how many came out. */
async function flow({
  source,
  sink,
  from,
  count,
  inTurn,
  arrived,
}: {
  source: Source;
  sink: Sink;
  from: number;
  count: number;
  inTurn: boolean;
  arrived?: (output: Uint8Array, done: number) => void;
}): Promise<number> {
  let done = 0;
  const takeOne = async (): Promise<boolean> => {
    const output = await sink();
    if (output === undefined) return false;
    done += 1;
    arrived?.(output, done);
    return true;
  };
  const takeAll = async (): Promise<void> => {
    while (done < count && (await takeOne()));
  };
  const taking = inTurn ? undefined : takeAll();
  for (let batch = from; batch < from + count; batch++) {
    if (!(await source.offer(batch))) break;
    if (inTurn && !(await takeOne())) break;
  }
  await taking;
  return done;
}

/** Spans of the recorded batches only, times from the start of the recorded part, batches numbered from 0. */
export function recordedPart({
  spans,
  startNs,
  firstBatch,
}: {
  spans: RecordedSpans;
  startNs: number;
  firstBatch: number;
}): RecordedSpans {
  const kept = Int32Array.from(spans.batch.keys()).filter(
    (i) => i < spans.length && (spans.batch[i] as number) >= firstBatch,
  );
  const pick = <Column extends { [index: number]: number }>(column: Column, shift: number) =>
    Array.from(kept, (i) => Math.max(0, (column[i] as number) - shift));
  return {
    worker: spans.worker,
    length: kept.length,
    kind: Uint8Array.from(pick(spans.kind, 0)),
    stage: Int32Array.from(pick(spans.stage, 0)),
    batch: Int32Array.from(pick(spans.batch, firstBatch)),
    start: Float64Array.from(pick(spans.start, startNs)),
    end: Float64Array.from(pick(spans.end, startNs)),
    bytes: Float64Array.from(pick(spans.bytes, 0)),
  };
}
