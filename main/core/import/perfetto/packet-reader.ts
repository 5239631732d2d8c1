/**
 * Turns packets of a Perfetto trace into spans, moments, counters and flows, one packet at a time. Ends carry no name, so a
 * stack for each track finds what they end. Every packet is an event of the report, and so is every flow id; what the model
 * has no place for is counted with its reason.
 */
import { inflateSync } from "node:zlib";

import { FARTHEST_NS, SpanCollector } from "../collect-span.ts";
import type { SpanArguments } from "../collect-span.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { SCOPE_THREAD } from "../moment-codes.ts";
import { UNSAID } from "../recognise/contract.ts";
import { readAnnotations } from "./annotations.ts";
import { Clocks } from "./clocks.ts";
import { findPacket } from "./framing.ts";
import { listFields } from "./framing.ts";
import { decodePacket, field, idOf, numberOf } from "./messages.ts";
import type { Integer, TracePacket, TrackEvent } from "./messages.ts";
import { Sequence } from "./sequence.ts";
import { Tracks } from "./tracks.ts";

const SLICE_BEGIN = 1;
const SLICE_END = 2;
const INSTANT = 3;
const COUNTER = 4;
/** Type of a legacy event that says its duration at once. */
const COMPLETE = 5;
/** Phases of legacy events, by character code. */
const TYPE_OF_PHASE: Readonly<Record<number, number>> = {
  66: SLICE_BEGIN,
  69: SLICE_END,
  73: INSTANT,
  105: INSTANT,
  88: COMPLETE,
};

/** Fields of a packet that hold data of other kinds, by their names in Perfetto's schema. */
const OTHER_DATA: Readonly<Record<number, string>> = {
  1: "ftrace_events",
  9: "process_stats",
  37: "packages_list",
  38: "system_info",
  51: "heap_graph",
  53: "graphics_frame_event",
  54: "gpu_render_stage_event",
  66: "perf_sample",
  76: "frame_timeline_event",
  83: "gpu_log",
};
/** Fields around the data: times, ids, flags, and what describes the trace itself. */
const AROUND = new Set([
  2, 6, 8, 10, 12, 13, 33, 35, 36, 41, 42, 43, 44, 45, 58, 59, 60, 61, 69, 70, 79, 87, 88, 89, 98,
]);
const STEP_START = 0;
const STEP_BETWEEN = 1;
const STEP_END = 2;
/** A compressed packet may not unpack to more. */
const LARGEST_UNPACKED_BYTES = 1 << 26;

interface OpenSlice {
  readonly name: string;
  readonly category: string | undefined;
  readonly startNs: number;
  readonly args: SpanArguments | undefined;
}

interface Place {
  readonly track: number;
  readonly atNs: number;
  readonly sequence: Sequence;
}

export class PacketReader {
  readonly #trace: CollectedTrace;
  readonly #spans: SpanCollector;
  readonly #clocks = new Clocks();
  readonly #tracks = new Tracks();
  readonly #sequences = new Map<number, Sequence>();
  readonly #open: OpenSlice[][] = [];
  /** Row of the last point of each flow, by id. */
  readonly #flows = new Map<string, number>();
  #lastNs = 0;

  constructor(trace: CollectedTrace) {
    this.#trace = trace;
    this.#spans = new SpanCollector(trace);
  }

  /** Reads one packet; `isInner` when it lay in a compressed one. */
  read(bytes: Uint8Array, isInner = false): void {
    const { tally } = this.#trace;
    let packet: TracePacket;
    try {
      packet = decodePacket(bytes);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      tally.read++;
      tally.skip("packet that is no valid protobuf", () => error.message);
      return;
    }
    const compressed = field(packet, "compressedPackets");
    if (compressed !== undefined && !isInner) {
      this.#readCompressed(compressed);
      return;
    }
    tally.read++;
    const id = field(packet, "sequenceId") ?? 0;
    const sequence = this.#sequences.get(id) ?? new Sequence(id);
    this.#sequences.set(id, sequence);
    if (!sequence.take(packet)) {
      tally.skip("packet that refers to earlier ones, which were lost", () => `sequence ${id}`);
      return;
    }
    const snapshot = field(packet, "clockSnapshot");
    if (snapshot !== undefined) this.#clocks.addSnapshot(snapshot, id);
    const descriptor = field(packet, "trackDescriptor");
    if (descriptor !== undefined) this.#tracks.describe(descriptor);
    const tree = field(packet, "processTree");
    if (tree !== undefined) this.#tracks.addProcessTree(tree);
    const event = field(packet, "trackEvent");
    if (event !== undefined) this.#readEvent(packet, event, sequence);
    else this.#countOther(bytes);
  }

  #readCompressed(bytes: Uint8Array): void {
    const { tally } = this.#trace;
    let inner: Uint8Array;
    try {
      inner = inflateSync(bytes, { maxOutputLength: LARGEST_UNPACKED_BYTES });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      tally.read++;
      tally.skip("compressed packet that is damaged or too large", () => error.message);
      return;
    }
    let at = 0;
    while (at < inner.length) {
      const found = findPacket(inner, at, inner.length);
      if (typeof found === "string") {
        tally.read++;
        tally.skip("compressed packet that holds no whole packets", () => found);
        return;
      }
      this.read(inner.subarray(found.from, found.to), true);
      at = found.to;
    }
  }

  #countOther(bytes: Uint8Array): void {
    const { tally } = this.#trace;
    for (const { field: number } of listFields(bytes)) {
      if (AROUND.has(number)) continue;
      const kind = OTHER_DATA[number] ?? `the field ${number}`;
      tally.skip(`packet of ${kind}, which the model has no place for`, () => `${bytes.length} bytes`);
      return;
    }
    tally.metadata++;
  }

  #readEvent(packet: TracePacket, event: TrackEvent, sequence: Sequence): void {
    const { tally } = this.#trace;
    const timestamp = field(packet, "timestamp");
    const clock = field(packet, "timestampClockId") ?? sequence.clockId;
    const atNs = timestamp === undefined ? undefined : this.#clocks.toNs(timestamp, clock, sequence.id);
    const skip = (reason: string): void => tally.skip(reason, () => this.#nameOf(event, sequence) || "without a name");
    if (timestamp === undefined) return skip("track event without a time of its packet");
    if (atNs === undefined) return skip("time on a clock that no snapshot explains");
    if (!(Math.abs(atNs) <= FARTHEST_NS) || !Number.isInteger(atNs)) {
      return skip("time more than 52 days away from the first");
    }
    const legacy = field(event, "legacy");
    const type = field(event, "type") ?? TYPE_OF_PHASE[legacy === undefined ? 0 : (field(legacy, "phase") ?? 0)];
    if (type === undefined) return skip("track event of a type that the model has no place for");
    const place = { track: this.#trackOf(event, sequence), atNs, sequence };
    if (atNs > this.#lastNs) this.#lastNs = atNs;
    switch (type) {
      case SLICE_BEGIN:
        this.#begin(event, place);
        return;
      case SLICE_END:
        this.#end(event, place, skip);
        return;
      case COMPLETE:
        this.#complete(event, place, skip);
        return;
      case INSTANT:
        this.#spans.addInstant({ lane: place.track, startNs: atNs, ...this.#describe(event, sequence) }, SCOPE_THREAD);
        this.#addFlows(event, place);
        return;
      case COUNTER:
        this.#count(event, place, skip);
        return;
      default:
        skip("track event of a type that the model has no place for");
    }
  }

  #trackOf(event: TrackEvent, { trackUuid, thread, id }: Sequence): number {
    const uuid = field(event, "trackUuid") ?? trackUuid;
    if (uuid !== undefined) return this.#tracks.number(idOf(uuid));
    return this.#tracks.number(thread === undefined ? `sequence ${id}` : `thread ${thread.pid} ${thread.tid}`);
  }

  #nameOf(event: TrackEvent, sequence: Sequence): string {
    const legacy = field(event, "legacy");
    const iid = field(event, "nameIid") ?? (legacy === undefined ? undefined : field(legacy, "nameIid"));
    return (field(event, "name") ?? sequence.names.text(iid) ?? "").toWellFormed();
  }

  #describe(event: TrackEvent, sequence: Sequence) {
    const interned = (field(event, "categoryIids") ?? []).map((iid) => sequence.categories.text(iid));
    const [category] = [...(field(event, "categories") ?? []), ...interned].filter((text) => text !== undefined);
    return {
      name: this.#nameOf(event, sequence),
      category: category?.toWellFormed(),
      args: readAnnotations(field(event, "annotations"), sequence),
    };
  }

  #begin(event: TrackEvent, place: Place): void {
    const open = (this.#open[place.track] ??= []);
    open.push({ ...this.#describe(event, place.sequence), startNs: place.atNs });
    this.#addFlows(event, place);
  }

  #end(event: TrackEvent, place: Place, skip: (reason: string) => void): void {
    const open = (this.#open[place.track] ?? []).pop();
    if (open === undefined) return skip("end of a slice that did not begin");
    const durationNs = place.atNs - open.startNs;
    if (durationNs < 0) {
      this.#trace.tally.skip("begin and end of a slice in the wrong order of time", () => open.name, 2);
      return;
    }
    const more = readAnnotations(field(event, "annotations"), place.sequence);
    this.#spans.add({
      ...open,
      lane: place.track,
      durationNs,
      args: more === undefined ? open.args : { ...open.args, ...more },
    });
    this.#trace.tally.pairs++;
    this.#addFlows(event, place);
  }

  #complete(event: TrackEvent, place: Place, skip: (reason: string) => void): void {
    const legacy = field(event, "legacy");
    const durationNs = 1000 * numberOf((legacy === undefined ? undefined : field(legacy, "durationUs")) ?? 0);
    if (durationNs < 0 || durationNs > FARTHEST_NS) return skip("duration that cannot be");
    this.#spans.add({ ...this.#describe(event, place.sequence), lane: place.track, startNs: place.atNs, durationNs });
    if (place.atNs + durationNs > this.#lastNs) this.#lastNs = place.atNs + durationNs;
    this.#addFlows(event, place);
  }

  #count(event: TrackEvent, { track, atNs }: Place, skip: (reason: string) => void): void {
    const { counters, texts, tally } = this.#trace;
    const integer = field(event, "counterValue");
    const given = integer === undefined ? field(event, "doubleCounterValue") : numberOf(integer);
    const value = given === undefined ? NaN : this.#tracks.count(track, given);
    if (!Number.isFinite(value)) return skip("counter event without a number");
    counters.add(atNs, track, UNSAID, texts.add("value"), 0, value, 0);
    tally.counters++;
  }

  #addFlows(event: TrackEvent, place: Place): void {
    const going = [...(field(event, "flowIds") ?? []), ...(field(event, "oldFlowIds") ?? [])];
    const ending = [...(field(event, "terminatingFlowIds") ?? []), ...(field(event, "oldTerminatingFlowIds") ?? [])];
    for (const id of going) this.#addFlow(id, place, false);
    for (const id of ending) this.#addFlow(id, place, true);
  }

  #addFlow(id: Integer, { track, atNs }: Place, isEnd: boolean): void {
    const { flows, texts, tally } = this.#trace;
    const key = idOf(id);
    const step = !this.#flows.has(key) ? STEP_START : isEnd ? STEP_END : STEP_BETWEEN;
    const row = flows.length;
    flows.add(atNs, track, this.#spans.name("flow", "perfetto"), texts.add(key), step, 0, 0);
    if (isEnd) this.#flows.delete(key);
    else this.#flows.set(key, row);
    tally.read++;
    tally.flows++;
  }

  /** Call once, after the last packet: closes what is open, makes lanes of tracks. */
  finish(): void {
    const trace = this.#trace;
    this.#open.forEach((slices, track) => {
      for (const slice of slices) {
        this.#spans.add({ ...slice, lane: track, durationNs: Math.max(0, this.#lastNs - slice.startNs) });
        trace.tally.repair("closed {n} slices without an end at the end of the trace");
      }
    });
    // A flow without an end of its own ends where it was seen last.
    for (const row of this.#flows.values()) {
      if (trace.flows.kind[row] === STEP_BETWEEN) trace.flows.kind[row] = STEP_END;
    }
    this.#tracks.settle(trace);
    trace.baseEpochNs = this.#clocks.baseEpochNs;
    trace.startsAtFirstEvent = trace.baseEpochNs !== undefined || this.#clocks.isShifted;
  }
}
