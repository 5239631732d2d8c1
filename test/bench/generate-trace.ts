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
    if (order === "time") eventsInTime(batches, write);
    else {
      for (let stage = 0; stage < BLOCKS.length; stage++) {
        eventsInTime(batches, (event) => event.stage === stage && write(event));
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

function eventsInTime(batches: number, write: (event: Event) => void): void {
  const free = new Float64Array(EVENTS_PER_BATCH);
  let waiting: Event[] = [];
  for (let batch = 0; batch < batches; batch++) {
    let ready = 0;
    for (let stage = 0; stage < BLOCKS.length; stage++) {
      for (let phase = 0; phase < PHASES.length; phase++) {
        const worker = stage * PHASES.length + phase;
        const start = Math.max(ready, free[worker]);
        const duration = durationOf(stage, phase, batch);
        ready = free[worker] = start + duration;
        waiting.push({ stage, phase, batch, start, duration });
      }
    }
    // Nothing of a later batch starts before the first worker is free again. Sorting now and then is enough.
    if (batch % 64 === 63 || batch === batches - 1) {
      const safe = batch === batches - 1 ? Infinity : free[0];
      waiting.sort((a, b) => a.start - b.start || a.stage - b.stage || a.phase - b.phase);
      const later = waiting.findIndex(({ start }) => start >= safe);
      const done = later === -1 ? waiting.length : later;
      for (let index = 0; index < done; index++) write(waiting[index]);
      waiting = waiting.slice(done);
    }
  }
}
