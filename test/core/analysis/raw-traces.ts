/**
 * Reads the three oracle traces straight from their JSON, with `JSON.parse` and no importer, into plain work. Times are
 * rounded to integer ns once at the start and once at the end of a span.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import type { Work } from "./work.ts";

interface RawEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, number>>;
}

function readRawEvents(path: string): RawEvent[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  const document = JSON.parse(text) as RawEvent[] | { traceEvents: RawEvent[] };
  return Array.isArray(document) ? document : document.traceEvents;
}

const RANKS = 4;
const REPLICAS = 2;
const toNs = (us: number): number => Math.round(us * 1000);

/** MegaScan: B/E pairs per pid; arguments on the E event; pid is the pipeline rank. */
export function readMegatronWork(path: string): Work[] {
  const work: Work[] = [];
  const open = new Map<number, RawEvent[]>();
  for (const event of readRawEvents(path)) {
    const stack = open.get(event.pid) ?? [];
    open.set(event.pid, stack);
    if (event.ph === "B") stack.push(event);
    if (event.ph !== "E") continue;
    const begin = stack.pop();
    if (begin?.name !== event.name) throw new Error("B and E do not pair");
    const { iteration, microbatch, model_chunk: chunk, pp_rank: rank } = event.args;
    work.push({
      replica: 0,
      rank,
      iteration,
      stage: chunk * RANKS + rank,
      batch: microbatch,
      pass: event.name === "forward" ? "forward" : "backward",
      phase: "compute",
      start: toNs(begin.ts),
      duration: toNs(event.ts) - toNs(begin.ts),
    });
  }
  return work;
}

/**
 * StragglerAnalysis: pid is the replica and tid = (pipeline rank · replicas + replica) · 5 + thread, as the thread names say
 * (REFERENCE §6 leaves the replicas out); the k-th transfer belongs to batch k of its step.
 */
export function readStragglerWork(path: string): Work[] {
  const work: Work[] = [];
  for (const event of readRawEvents(path)) {
    const match = /^(forward|backward)-(compute|send|recv)$/.exec(event.name);
    if (event.ph !== "X" || match === null) continue;
    const [, pass, action] = match as unknown as [string, "forward" | "backward", "compute" | "send" | "recv"];
    const rank = Math.floor(event.tid / 5 / REPLICAS);
    work.push({
      replica: event.pid,
      rank,
      iteration: event.args["step"],
      stage: rank,
      batch: event.args["seq_id"],
      pass,
      phase: action === "compute" ? "compute" : action === "send" ? "out" : "in",
      start: toNs(event.ts),
      duration: toNs(event.ts + event.dur) - toNs(event.ts),
    });
  }
  return work;
}
