/** A small reader of Chrome trace files for tests of recognition: whole file at once, spans and lanes only. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import type { RawLane } from "../../../../main/core/import/recognise/contract.ts";
import type { Args, TraceSpan } from "./read-trace.ts";

interface ChromeEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number | string;
  readonly tid: number | string;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: Args;
}

export interface ChromeFile {
  readonly spans: readonly TraceSpan[];
  readonly lanes: readonly RawLane[];
}

/** Reads a gzipped Chrome trace; times stay in µs. */
export function readChromeFile(file: string): ChromeFile {
  const json = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { traceEvents: ChromeEvent[] } | ChromeEvent[];
  const events = Array.isArray(json) ? json : json.traceEvents;
  const processNames = new Map<string, string>();
  const threadNames = new Map<string, string>();
  for (const { ph, name, pid, tid, args } of events) {
    if (ph !== "M") continue;
    if (name === "process_name") processNames.set(String(pid), String(args?.["name"]));
    if (name === "thread_name") threadNames.set(`${pid}/${tid}`, String(args?.["name"]));
  }
  const laneIndexes = new Map<string, number>();
  const lanes: RawLane[] = [];
  const laneOf = (pid: string, tid: string): number => {
    const key = `${pid}/${tid}`;
    const known = laneIndexes.get(key);
    if (known !== undefined) return known;
    const processName = processNames.get(pid);
    const threadName = threadNames.get(key);
    laneIndexes.set(key, lanes.length);
    return (
      lanes.push({
        process: pid,
        thread: tid,
        file: path.basename(file),
        ...(processName === undefined ? {} : { processName }),
        ...(threadName === undefined ? {} : { threadName }),
      }) - 1
    );
  };
  const open = new Map<number, ChromeEvent[]>();
  const spans: TraceSpan[] = [];
  for (const event of events) {
    if (event.ph !== "X" && event.ph !== "B" && event.ph !== "E") continue;
    const lane = laneOf(String(event.pid), String(event.tid));
    const category = event.cat === undefined ? {} : { category: event.cat };
    const stack = open.get(lane) ?? [];
    open.set(lane, stack);
    if (event.ph === "B") stack.push(event);
    else if (event.ph === "X") {
      spans.push({ ...event, ...category, lane, start: event.ts, end: event.ts + (event.dur ?? 0) });
    } else {
      const begin = stack.pop();
      if (begin === undefined) continue;
      const args = { ...begin.args, ...event.args };
      spans.push({ name: begin.name, ...category, args, lane, start: begin.ts, end: event.ts });
    }
  }
  return { spans, lanes };
}
