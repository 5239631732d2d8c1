/**
 * Records what a worker does: begin and end of every phase, in preallocated columns, flushed in blocks.
 *
 * One clock for all workers: `process.hrtime`, which counts from the machine's start in every thread, minus the origin of
 * the run. Recording a span costs one reading of the clock and six stores; what that is on this machine `measureRecordingNs`
 * finds out. A recorder does not know what a span means.
 */
import { isRecordingTurn, RECORD_KINDS, RECORDING_TURN_NS } from "#common/runner-api.ts";
import type { RecordedSpans, RecordKind } from "#common/runner-api.ts";

const BLOCK = 512;
/** Spans wait at most this long for the block to fill, so that the wavefront grows while the run goes on. */
const FLUSH_AFTER_NS = 100_000_000;
/** Before it waits, a worker sends what it has, unless it has just done so. */
const REST_AFTER_NS = 10_000_000;

/** Nanoseconds since `originNs` (of `process.hrtime.bigint`), the same in all threads of a process. */
export const createClock = (originNs: bigint) => (): number => Number(process.hrtime.bigint() - originNs);

export interface SpanRecord {
  readonly kind: RecordKind;
  readonly stage: number;
  readonly batch: number;
  readonly start: number;
  readonly end: number;
  /** Bytes moved by `in` and `out`; 0 for the others. */
  readonly bytes: number;
}

export interface Recorder {
  record(span: SpanRecord): void;
  /** Sends what is waiting. */
  flush(): void;
  /** The worker is about to wait, nobody knows how long. @param at now */
  rest(at: number): void;
  /** Spans recorded so far. */
  count(): number;
}

function createBlock(worker: number): RecordedSpans {
  return {
    worker,
    length: BLOCK,
    kind: new Uint8Array(BLOCK),
    stage: new Int32Array(BLOCK),
    batch: new Int32Array(BLOCK),
    start: new Float64Array(BLOCK),
    end: new Float64Array(BLOCK),
    bytes: new Float64Array(BLOCK),
  };
}

const cutBlock = (block: RecordedSpans, length: number): RecordedSpans => ({
  worker: block.worker,
  length,
  kind: block.kind.slice(0, length),
  stage: block.stage.slice(0, length),
  batch: block.batch.slice(0, length),
  start: block.start.slice(0, length),
  end: block.end.slice(0, length),
  bytes: block.bytes.slice(0, length),
});

/** A recorder that hands blocks of spans to `send`. */
export function createRecorder({ worker, send }: { worker: number; send: (spans: RecordedSpans) => void }): Recorder {
  const block = createBlock(worker);
  let length = 0;
  let total = 0;
  let firstEnd = 0;
  let restedAt = -Infinity;
  const flush = (): void => {
    if (length === 0) return;
    send(cutBlock(block, length));
    length = 0;
  };
  return {
    record({ kind, stage, batch, start, end, bytes }) {
      if (length === 0) firstEnd = end;
      block.kind[length] = RECORD_KINDS.indexOf(kind);
      block.stage[length] = stage;
      block.batch[length] = batch;
      block.start[length] = start;
      block.end[length] = end;
      block.bytes[length] = bytes;
      length += 1;
      total += 1;
      if (length === BLOCK || end - firstEnd > FLUSH_AFTER_NS) flush();
    },
    flush,
    rest(at) {
      if (at - restedAt < REST_AFTER_NS) return;
      restedAt = at;
      flush();
    },
    count: () => total,
  };
}

/** Records nothing: for measuring what recording costs. */
export const silentRecorder: Recorder = {
  record: () => undefined,
  flush: () => undefined,
  rest: () => undefined,
  count: () => 0,
};

/** Records in every second turn only; spans belong to the turn in which they end. */
export function recordByTurns(recorder: Recorder, { originNs }: { originNs: bigint }): Recorder {
  const offsetNs = Number(originNs % BigInt(2 * RECORDING_TURN_NS));
  return {
    ...recorder,
    record(span) {
      if (isRecordingTurn(offsetNs + span.end)) recorder.record(span);
    },
  };
}

/** Time that recording one span costs here: one reading of the clock and one record, mean of many, in ns. */
export function measureRecordingNs(): number {
  const rounds = 20_000;
  const now = createClock(process.hrtime.bigint());
  const recorder = createRecorder({ worker: 0, send: () => undefined });
  const start = now();
  for (let i = 0; i < rounds; i++) {
    recorder.record({ kind: "compute", stage: 0, batch: i, start, end: now(), bytes: 0 });
  }
  return (now() - start) / rounds;
}
