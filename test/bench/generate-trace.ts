/**
 * Generates a Chrome trace of any size, always the same bytes for the same options: the 28 blocks of the figure as a pipeline
 * with the phases in, compute, out, in the order in which the spans start. Streams to a file in constant memory.
 */
import { closeSync, openSync, writeSync } from "node:fs";

export const BLOCKS =
  "conv conv pool conv conv pool conv res conv res conv res conv pool conv res conv res conv res conv res conv res conv res pool fc".split(
    " ",
  );
export const PHASES = ["in", "compute", "out"] as const;
const EVENTS_PER_BATCH = BLOCKS.length * PHASES.length;

export interface GenerateOptions {
  readonly file: string;
  /** Rounded up to whole batches. */
  readonly events: number;
  /** `time`: as the spans start; `stage`: all of a stage, then all of the next, as recorders that merge files write it. */
  readonly order?: "time" | "stage";
}

interface Event {
  readonly stage: number;
  readonly phase: number;
  readonly batch: number;
  /** ns */
  readonly start: number;
  readonly duration: number;
}

/** @returns what was written */
export function generateTrace({ file, events, order = "time" }: GenerateOptions): {
  events: number;
  sizeBytes: number;
} {
  const batches = Math.ceil(events / EVENTS_PER_BATCH);
  const descriptor = openSync(file, "w");
  let sizeBytes = 0;
  let text = '{"displayTimeUnit":"ms","traceEvents":[\n';
  let count = 0;
  const flush = () => {
    sizeBytes += writeSync(descriptor, text);
    text = "";
  };
  const write = (event: Event) => {
    text += `${count++ === 0 ? "" : ",\n"}${formatEvent(event)}`;
    if (text.length > 1 << 20) flush();
  };
  try {
    if (order === "time") runWorkers({ from: 0, to: EVENTS_PER_BATCH }, new Float64Array(batches), write);
    else {
      const ready = new Float64Array(batches);
      for (let from = 0; from < EVENTS_PER_BATCH; from += PHASES.length) {
        runWorkers({ from, to: from + PHASES.length }, ready, write);
      }
    }
    text += "\n]}\n";
    flush();
  } finally {
    closeSync(descriptor);
  }
  return { events: count, sizeBytes };
}

function formatEvent({ stage, phase, batch, start, duration }: Event): string {
  const op = BLOCKS[stage];
  const times = `"ts":${(start / 1000).toFixed(3)},"dur":${(duration / 1000).toFixed(3)}`;
  return `{"name":"${stage} ${op}","cat":"pipeline","ph":"X",${times},"pid":${stage},"tid":${phase},"args":{"stage":${stage},"batch":${batch},"phase":"${PHASES[phase]}","op":"${op}"}}`;
}

/** Duration of a phase in ns: its mean with ±10 %, from a hash of who it is. */
export function durationOf(stage: number, phase: number, batch: number): number {
  const mean = phase === 1 ? 20_000 + ((stage * 7919) % 13) * 1_500 : 6_000 + ((stage * 104_729 + phase) % 7) * 800;
  let hash = Math.imul(stage * 3 + phase + 1, 0x9e37_79b1) ^ Math.imul(batch + 1, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  hash ^= hash >>> 13;
  return Math.round(mean * (0.9 + ((hash >>> 0) / 0xffff_ffff) * 0.2));
}

/**
 * The batches go through the workers [from, to) (worker = stage · phases + phase), each of which takes one at a time in their
 * order; events are written as they start. Memory: the batches that wait between two workers, 8 bytes each.
 * @param ready by batch, ns: when it comes to the first worker; afterwards when it leaves the last one
 */
function runWorkers(
  { from, to }: { readonly from: number; readonly to: number },
  ready: Float64Array,
  write: (event: Event) => void,
): void {
  const workers = Array.from({ length: to - from }, (_, index) => new PipelineWorker(from + index));
  for (const start of ready) workers[0].arrive(start);
  /** Workers with a batch to do; the one that starts first is the root. */
  const heap = [workers[0]];
  while (heap.length > 0) {
    const worker = heap[0];
    const event = worker.take();
    write(event);
    const leavesAt = event.start + event.duration;
    const next = workers.at(worker.index - from + 1);
    if (worker.isIdle) {
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) heap[0] = last;
    }
    sink(heap);
    if (next === undefined) {
      ready[event.batch] = leavesAt;
      continue;
    }
    const wasIdle = next.isIdle;
    next.arrive(leavesAt);
    if (wasIdle) rise(heap, next);
  }
}

/** One worker of the pipeline and the batches that wait for it. */
class PipelineWorker {
  readonly index: number;
  /** Start of its next event, ns; counts while it is not idle. */
  start = 0;
  #free = 0;
  #batch = 0;
  /** Ring of the times at which the waiting batches came, in order. */
  #arrivals = new Float64Array(64);
  #head = 0;
  #count = 0;

  constructor(index: number) {
    this.index = index;
  }

  get isIdle(): boolean {
    return this.#count === 0;
  }

  arrive(at: number): void {
    const { length } = this.#arrivals;
    if (this.#count === length) {
      const grown = new Float64Array(length * 2);
      grown.set(this.#arrivals.subarray(this.#head));
      grown.set(this.#arrivals.subarray(0, this.#head), length - this.#head);
      this.#arrivals = grown;
      this.#head = 0;
    }
    this.#arrivals[(this.#head + this.#count++) & (this.#arrivals.length - 1)] = at;
    if (this.#count === 1) this.start = Math.max(at, this.#free);
  }

  take(): Event {
    const stage = Math.floor(this.index / PHASES.length);
    const phase = this.index % PHASES.length;
    const event = {
      stage,
      phase,
      batch: this.#batch,
      start: this.start,
      duration: durationOf(stage, phase, this.#batch),
    };
    this.#batch++;
    this.#free = event.start + event.duration;
    this.#head = (this.#head + 1) & (this.#arrivals.length - 1);
    this.#count--;
    if (this.#count > 0) this.start = Math.max(this.#arrivals[this.#head], this.#free);
    return event;
  }
}

/** Whether a starts before b; of those that start together the one that is first in the pipeline. */
const isBefore = (a: PipelineWorker, b: PipelineWorker) =>
  a.start < b.start || (a.start === b.start && a.index < b.index);

/** Moves the root of the heap to its place. */
function sink(heap: PipelineWorker[]): void {
  for (let place = 0; ;) {
    let child = 2 * place + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
    if (!isBefore(heap[child], heap[place])) return;
    [heap[place], heap[child]] = [heap[child], heap[place]];
    place = child;
  }
}

/** Adds a worker to the heap. */
function rise(heap: PipelineWorker[], worker: PipelineWorker): void {
  let place = heap.push(worker) - 1;
  while (place > 0 && isBefore(worker, heap[(place - 1) >> 1])) {
    heap[place] = heap[(place - 1) >> 1];
    place = (place - 1) >> 1;
  }
  heap[place] = worker;
}
