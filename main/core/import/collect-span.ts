/**
 * Puts spans into a collected trace for formats that have objects at hand instead of bytes: texts are interned, arguments
 * become the recognisers' slots and the stored JSON, what was recognised is kept. Chrome traces have a faster way of their own.
 * Counts every span once; the caller counts what it does not hand over.
 */
import type { CollectedTrace } from "./collected-trace.ts";
import { UNSAID } from "./recognise/contract.ts";
import type { ArgSlots, Recognised } from "./recognise/contract.ts";
import { fillSlots } from "./recognise/fill-slots.ts";

/** Times this far from the base (ns) cannot be kept exactly. */
export const FARTHEST_NS = 2 ** 52;

export type SpanArguments = Readonly<Record<string, unknown>>;

export interface CollectedSpan {
  /** Raw lane, from `lane`. */
  readonly lane: number;
  readonly name: string;
  readonly category?: string | undefined;
  /** Integer ns from the importer's base. */
  readonly startNs: number;
  readonly durationNs: number;
  readonly args?: SpanArguments | undefined;
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

export class SpanCollector {
  readonly #trace: CollectedTrace;
  readonly #slots: ArgSlots;
  readonly #said: Recognised[] = [];

  constructor(trace: CollectedTrace) {
    this.#trace = trace;
    const { length } = trace.recogniser.argKeys;
    this.#slots = { kind: new Uint8Array(length), value: new Float64Array(length) };
  }

  /** Raw lane of a thread of a process. */
  lane(process: string, thread: string): number {
    const { lanes, texts } = this.#trace;
    return lanes.add(texts.add(process), texts.add(thread));
  }

  /** Id of a name. */
  name(text: string, category?: string): number {
    const { texts } = this.#trace;
    return this.#trace.nameOf(texts.add(text), category === undefined ? UNSAID : texts.add(category));
  }

  /** Keeps one span of the trace and what it is recognised as. @returns its row */
  add({ lane, name, category, startNs, durationNs, args }: CollectedSpan): number {
    const { texts, spans, tally, recogniser } = this.#trace;
    const row = spans.open(startNs, lane, this.name(name, category));
    spans.close(row, durationNs);
    tally.spans++;
    this.#setArgs(row, args);
    const categoryId = category === undefined ? UNSAID : texts.add(category);
    const sayings = recogniser.recognise(texts.add(name), categoryId, this.#slots, this.#said);
    if (sayings > 0) spans.recognise(row, this.#said[0]);
    for (let index = 1; index < sayings; index++) {
      const twin = spans.open(startNs, lane, spans.name[row]);
      spans.close(twin, durationNs);
      spans.recognise(twin, this.#said[index]);
      tally.repair("split off {n} spans from fused ones: one for each action");
    }
    return row;
  }

  /** Keeps a moment of a lane. */
  addInstant(instant: Omit<CollectedSpan, "durationNs">, scope: number): void {
    const { arena, instants, tally } = this.#trace;
    const bytes = this.#encode(instant.args);
    const address = bytes.length === 0 ? 0 : arena.add(bytes, 0, bytes.length);
    const name = this.name(instant.name, instant.category);
    instants.add(instant.startNs, instant.lane, name, UNSAID, scope, address, bytes.length);
    tally.instants++;
  }

  #setArgs(row: number, args: SpanArguments | undefined): void {
    const { recogniser, texts, spans, arena } = this.#trace;
    fillSlots(this.#slots, args, { argKeys: recogniser.argKeys, texts });
    if (args === undefined) return;
    const bytes = this.#encode(args);
    if (bytes.length > 0) spans.setArgs(row, arena.add(bytes, 0, bytes.length), bytes.length);
  }

  #encode(args: SpanArguments | undefined): Uint8Array {
    if (args === undefined) return NOTHING;
    try {
      const text = JSON.stringify(args);
      return text === "{}" ? NOTHING : encoder.encode(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#trace.tally.repair("left out the arguments of {n} spans, which are nested too deeply");
      return NOTHING;
    }
  }
}
