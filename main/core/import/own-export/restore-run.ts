/**
 * Restores a run from its own export: the very same model, by the rules in the header of main/common/chrome-trace.ts.
 * Nothing is recognised, numbered, sorted or packed. One chunk of spans is in memory at a time, beside the moments.
 *
 * What does not fit the `pipewave` object is an error and no guess: the file was changed.
 */
import type { PipewaveObject } from "#common/chrome-trace.ts";
import { AppError } from "#common/errors.ts";
import { laneId, nameId } from "#common/ids.ts";
import type { CounterSample, FlowPoint, Instant } from "#common/model.ts";
import type { ImportReport } from "#common/report.ts";
import { epochNs, ns } from "#common/units.ts";

import type { RunWriter } from "../../../../db/index.ts";
import type { ByteWindow } from "../byte-window.ts";
import { listPairs } from "../chrome-trace/args-text.ts";
import * as json from "../chrome-trace/json-bytes.ts";
import { readDocument } from "../chrome-trace/read-document.ts";
import { nsOf, splitArgs, splitEvent } from "./export-events.ts";
import type { EventHead } from "./export-events.ts";
import { changed, readPipewaveObject } from "./pipewave-object.ts";
import { SpanRestorer } from "./restore-spans.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
export interface RestoredRun {
  readonly events: ImportReport["events"];
  readonly pipelineSpans: number;
  readonly repaired: readonly string[];
  /** Invariants that the spans violate, in words. */
  readonly violations: readonly string[];
}

/**
 * Reads the whole content and fills the run file; leaves finishing to the caller.
 * @throws AppError malformed-trace, truncated-trace, newer-run-file; what the window and the writer throw
 */
export async function restoreRun(
  window: ByteWindow,
  writer: RunWriter,
  { keepPartial }: { keepPartial: boolean },
): Promise<RestoredRun> {
  let restorer: EventRestorer | undefined;
  const lexed = new json.Lexed();
  window.acceptDamage = keepPartial;
  const { cut } = await readDocument(window, {
    readEvent(bytes, pos, end) {
      const after = json.skipValue(bytes, pos, end, lexed);
      if (after < 0) return after;
      if (restorer === undefined) throw changed('its events come before "pipewave"');
      restorer.add(decoder.decode(bytes.subarray(pos, after)), window.offset + pos);
      return after;
    },
    readOther(_, from) {
      throw changed("an element of traceEvents is no event", window.offset + from);
    },
    readTopLevel(key, value) {
      if (key === "pipewave" && value !== undefined) restorer = new EventRestorer(writer, readPipewaveObject(value));
    },
  });
  if (restorer === undefined) throw changed('it has no "pipewave"');
  const repaired = [];
  if (cut !== undefined) {
    if (!keepPartial) {
      throw new AppError({
        code: "truncated-trace",
        what: `the trace ends ${cut.inside ? "in the middle of an event" : "before its closing bracket"}`,
        where: { byteOffset: cut.byteOffset },
        todo: "import what is whole with --keep-partial",
      });
    }
    repaired.push(`the trace ends early, at byte ${cut.byteOffset}: what is whole before it was imported`);
  }
  return restorer.finish(repaired);
}

class EventRestorer {
  readonly #writer: RunWriter;
  readonly #pipewave: PipewaveObject;
  readonly #spans: SpanRestorer;
  /** Ids of names by text, then category. */
  readonly #names = new Map<string, Map<string | undefined, number>>();
  readonly #instants: Instant[] = [];
  readonly #counters: CounterSample[] = [];
  readonly #flows: FlowPoint[] = [];
  #counterEvents = 0;
  #metadata = 0;

  constructor(writer: RunWriter, pipewave: PipewaveObject) {
    this.#writer = writer;
    this.#pipewave = pipewave;
    this.#spans = new SpanRestorer(writer, pipewave);
    pipewave.names.forEach(({ text, category }, id) => {
      const ofText = this.#names.get(text) ?? new Map<string | undefined, number>();
      this.#names.set(text, ofText.set(category, id));
    });
    writer.addStages(pipewave.stages);
    writer.addEdges(pipewave.edges);
    writer.addLanes(pipewave.lanes);
    writer.addNames(pipewave.names.map((name, id) => ({ id: nameId(id), ...name })));
  }

  /** @param offset of the event in the content, for errors */
  add(text: string, offset: number): void {
    try {
      this.#add(text);
    } catch (error) {
      // The walk over the document is more lenient (NaN, trailing commas) than exports are.
      if (error instanceof SyntaxError) throw changed(`an event is no strict JSON: ${error.message}`, offset);
      if (!(error instanceof AppError) || error.fields.where !== undefined) throw error;
      throw new AppError({ ...error.fields, where: { byteOffset: offset } }, { cause: error.cause });
    }
  }

  #add(text: string): void {
    const { head, argsText } = splitEvent(text);
    if (head.ph === "M") this.#metadata++;
    else if (head.ph === "X") this.#addSpan(head, argsText);
    else if (head.ph === "i") this.#addInstant(head, argsText);
    else if (head.ph === "C") this.#addCounter(head, argsText);
    else if (head.ph === "s" || head.ph === "t" || head.ph === "f") this.#addFlow(head);
    else throw changed(`it has an event of the type ${JSON.stringify(head.ph)}`);
  }

  #addSpan(head: EventHead, argsText: string | undefined): void {
    const { own, facts } = splitArgs(argsText);
    const duration = nsOf(head.dur);
    if (duration === undefined || duration < 0) throw changed("a span has no duration");
    const [lane, name, start] = [this.#laneOf(head), this.#nameOf(head), timeOf(head)];
    this.#spans.add({ lane, name, start, duration, facts, args: own });
  }

  #addInstant(head: EventHead, argsText: string | undefined): void {
    this.#instants.push({
      at: ns(timeOf(head)),
      ...(head.tid === undefined ? {} : { lane: laneId(this.#laneOf(head)) }),
      name: nameId(this.#nameOf(head)),
      scope: head.s === "g" ? "global" : head.s === "p" ? "process" : "thread",
      ...(argsText === undefined ? {} : { args: argsText }),
    });
  }

  #addCounter(head: EventHead, argsText: string | undefined): void {
    const process = typeof head.pid === "number" && head.pid >= 0 ? this.#pipewave.processes.at(head.pid) : undefined;
    if (process === undefined) throw changed("a counter belongs to no process");
    const at = ns(timeOf(head));
    const name = nameId(this.#nameOf(head));
    for (const [key, text] of argsText === undefined ? [] : listPairs(argsText)) {
      const value = Number(text);
      if (!Number.isFinite(value)) throw changed("a counter has a value that is no number");
      this.#counters.push({ at, process, name, series: JSON.parse(key) as string, value });
    }
    this.#counterEvents++;
  }

  #addFlow(head: EventHead): void {
    if (typeof head.id !== "string") throw changed("a flow has no id");
    this.#flows.push({
      at: ns(timeOf(head)),
      lane: laneId(this.#laneOf(head)),
      name: nameId(this.#nameOf(head)),
      flow: head.id,
      step: head.ph === "s" ? "start" : head.ph === "t" ? "step" : "end",
      binding: head.bp === "e" ? "enclosing" : "next",
    });
  }

  #laneOf({ tid }: EventHead): number {
    if (typeof tid === "number" && this.#pipewave.lanes.at(tid)?.id === tid) return tid;
    throw changed("an event belongs to no lane");
  }

  #nameOf({ name, cat }: EventHead): number {
    const known =
      typeof name === "string" && (cat === undefined || typeof cat === "string")
        ? this.#names.get(name)?.get(cat)
        : undefined;
    if (known === undefined) throw changed(`the name ${JSON.stringify(name)} is not listed`);
    return known;
  }

  finish(repaired: readonly string[]): RestoredRun {
    const { originEpochNs, ...run } = this.#pipewave.run;
    const spans = this.#spans;
    spans.flush();
    this.#writer.addInstants(this.#instants);
    this.#writer.addCounters(this.#counters);
    this.#writer.addFlows(this.#flows);
    this.#writer.setRun({
      ...run,
      ...(originEpochNs === undefined ? {} : { originEpochNs: epochNs(BigInt(originEpochNs)) }),
      ...(spans.count === 0 ? {} : { extent: { startNs: ns(spans.startNs), endNs: ns(spans.endNs) } }),
    });
    const counts = {
      spans: spans.count,
      instants: this.#instants.length,
      counters: this.#counterEvents,
      flows: this.#flows.length,
      metadata: this.#metadata,
    };
    const read = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return {
      events: { read, ...counts },
      pipelineSpans: spans.pipelineCount,
      repaired,
      violations: spans.watch.violations(),
    };
  }
}

/** @throws AppError malformed-trace */
function timeOf({ ts }: EventHead): number {
  const at = nsOf(ts);
  if (at === undefined) throw changed("an event has no time");
  return at;
}
