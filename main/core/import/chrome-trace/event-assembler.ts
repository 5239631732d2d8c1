/**
 * Turns scanned events into the model: spans of X and B/E, async spans, instants, flows, counters, metadata. Decides what
 * cannot be kept and says why; every event is counted exactly once. Holds no bytes beyond the call.
 *
 * Times: ns = (whole µs − base) · 1000 + the rest, rounded once at the start and once at the end of a span, so that spans
 * that touch in the file touch here. The base is 0, or for clocks beyond 2^53 ns the first event's whole µs.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import { SLOT_ABSENT, UNSAID } from "../recognise/contract.ts";
import type { ArgSlots, Recognised } from "../recognise/contract.ts";
import { readMetadata } from "./metadata.ts";
import { addAsync, addCounter, addFlow, addInstant } from "./moments.ts";
import { buildArgs, mergeArgs } from "./args-text.ts";
import { EXTRA_OTHER, TIME_ABSENT, TIME_PLAIN, TIME_UNUSABLE } from "./event-fields.ts";
import type { EventFields, LeafHolder } from "./event-fields.ts";
import { fillGaps, fixedSaying } from "./known-event.ts";
import type { KnownEvent } from "./known-event.ts";
import { NOTHING_OPEN, OpenSpans } from "./open-spans.ts";
import { OwnArguments } from "./own-arguments.ts";

/** Clocks beyond this (µs, 46 days) are counted from the first event: their ns would not fit a double exactly. */
const LARGE_CLOCK_US = 4e12;
/** Times this far from the base (ns) cannot be kept exactly. */
const FARTHEST_NS = 2 ** 52;

const NOTHING = new Uint8Array(0);

export class EventAssembler {
  readonly trace: CollectedTrace;
  readonly fields: EventFields;
  /** Spans open on threads, by raw lane; and async spans, by stack of their id. */
  readonly open: OpenSpans;
  readonly openAsync: OpenSpans;
  /** Start of the current event: ns from the base (whole) and the fraction. */
  wholeNs = 0;
  fractionNs = 0;
  #baseUs = 0;
  #hasBase = false;
  /** Latest time of any event, where spans without an end are closed. */
  #lastNs = -Infinity;
  readonly #said: Recognised[] = [];
  readonly #argsOut = { bytes: NOTHING as Uint8Array, from: 0, to: 0 };
  readonly #ownArgs: OwnArguments;
  readonly #merged: ArgSlots;
  readonly #noName: number;

  constructor(trace: CollectedTrace, fields: EventFields) {
    this.trace = trace;
    this.fields = fields;
    const { argKeys } = trace.recogniser;
    this.open = new OpenSpans(argKeys.length);
    this.openAsync = new OpenSpans(argKeys.length);
    this.#merged = { kind: new Uint8Array(argKeys.length), value: new Float64Array(argKeys.length) };
    this.#ownArgs = new OwnArguments(argKeys, trace.texts);
    this.#noName = trace.texts.add("");
  }

  /** Epoch ns of time 0 of the columns, when the clock is so large that it must be the epoch's. */
  get baseUs(): number {
    return this.#baseUs;
  }

  /** Counts times from here instead of from what the first event says. */
  countFrom(baseUs: number): void {
    this.#baseUs = baseUs;
    this.#hasBase = true;
  }

  /** Whether later events are sure to be counted from the same base. */
  get canShare(): boolean {
    return this.#hasBase;
  }

  /** Latest time of any event. */
  get lastNs(): number {
    return this.#lastNs;
  }

  /** Remembers the latest time of events that were read elsewhere. */
  noteTime(lastNs: number): void {
    if (lastNs > this.#lastNs) this.#lastNs = lastNs;
  }

  /** Takes in the event that the fields has just read from bytes[from, to). */
  add(bytes: Uint8Array, from: number, to: number): void {
    const { fields, trace } = this;
    const { tally } = trace;
    tally.read++;
    const { trie, type } = fields;
    if (trie !== undefined) {
      const known = trie.known[fields.leaf];
      if (known) {
        if (this.#addKnown(known, bytes)) return;
        trie.apply(fields.leaf, fields);
      } else if (known === undefined && type === 88) trie.known[fields.leaf] = this.#foresee(trie);
    }
    if (fields.name === UNSAID && type !== 69) fields.name = this.#noName;
    if (type === 88) this.#addComplete(bytes, from, to);
    else if (type === 77) {
      tally.metadata++;
      readMetadata(trace, fields, bytes);
    } else if (type === 0 || type === -1) {
      this.skip("event without a type (ph)", bytes, from, to);
    } else if (this.#takeStart(bytes, from, to)) {
      switch (type) {
        case 66: // B
          this.#begin(bytes);
          break;
        case 69: // E
          this.#end(bytes, from, to);
          break;
        case 105: // i
        case 73: // I
        case 82: // R, a mark
        case 80: // P, a sample
          addInstant(this, bytes);
          break;
        case 115: // s
        case 116: // t
        case 102: // f
          addFlow(this, bytes, from, to);
          break;
        case 67: // C
          addCounter(this, bytes, from, to);
          break;
        case 98: // b
        case 110: // n
        case 101: // e
        case 83: // S
        case 84: // T
        case 112: // p
        case 70: // F
          addAsync(this, bytes, from, to);
          break;
        default:
          this.skip(
            `event of the type "${String.fromCharCode(type)}", which the model has no place for`,
            bytes,
            from,
            to,
          );
      }
    }
  }

  /** Counts the current event as left out. */
  skip(reason: string, bytes: Uint8Array, from: number, to: number): void {
    this.trace.tally.skip(reason, () => new TextDecoder().decode(bytes.subarray(from, Math.min(to, from + 200))));
  }

  /** Raw lane of the current event. */
  lane(): number {
    const { process, thread } = this.fields;
    return this.trace.lanes.add(process, thread);
  }

  /** Start in ns from the base, rounded. */
  startNs(): number {
    return this.wholeNs + Math.round(this.fractionNs);
  }

  /** Sets wholeNs and fractionNs; false when the event has no usable time (then it is counted as skipped). */
  #takeStart(bytes: Uint8Array, from: number, to: number): boolean {
    const { startKind, times } = this.fields;
    if (startKind !== TIME_PLAIN) {
      const reason = startKind === TIME_ABSENT ? "event without a time (ts)" : "time (ts) that is no number";
      this.skip(reason, bytes, from, to);
      return false;
    }
    const whole = times[0];
    if (!this.#hasBase) {
      this.#hasBase = true;
      if (Math.abs(whole) > LARGE_CLOCK_US && Math.abs(whole) <= Number.MAX_SAFE_INTEGER) this.#baseUs = whole;
    }
    this.wholeNs = (whole - this.#baseUs) * 1000;
    this.fractionNs = times[1];
    if (!(Math.abs(this.wholeNs) <= FARTHEST_NS)) {
      this.skip("time more than 52 days away from the first event", bytes, from, to);
      return false;
    }
    this.noteTime(this.startNs());
    return true;
  }

  #addComplete(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#takeStart(bytes, from, to)) return;
    const { fields, trace } = this;
    const { times } = fields;
    let duration = 0;
    if (fields.durationKind === TIME_PLAIN) {
      const end = this.wholeNs + times[2] * 1000 + Math.round(this.fractionNs + times[3]);
      duration = end - this.startNs();
      if (times[2] < 0 || times[3] < 0) return this.skip("negative duration", bytes, from, to);
      if (end > this.#lastNs) this.#lastNs = end;
      if (!(duration <= FARTHEST_NS)) return this.skip("duration of more than 52 days", bytes, from, to);
    } else if (fields.durationKind === TIME_UNUSABLE) {
      return this.skip("duration (dur) that is no number", bytes, from, to);
    } else {
      trace.tally.repair("gave {n} complete events without a duration the length 0");
    }
    const name = trace.nameOf(fields.name, fields.category);
    const row = trace.spans.open(this.startNs(), this.lane(), name);
    trace.spans.close(row, duration);
    trace.tally.spans++;
    const sayings = trace.recogniser.recognise(fields.name, fields.category, fields.slots, this.#said);
    if (sayings > 0) this.#recogniseRow(row, sayings);
    if (
      fields.extraCount === 0 &&
      (fields.argsTo - fields.argsFrom <= 2 ||
        (fields.onlyOwnArgs && sayings === 1 && this.#ownArgs.areSaidBy(this.#said[0], fields.slots)))
    ) {
      return;
    }
    this.#keepArgs(row, bytes);
  }

  /** What holds for all events of the current event's leaf; null where nothing does. */
  #foresee({ freeSlots }: LeafHolder): KnownEvent | null {
    const { fields, trace } = this;
    if (freeSlots === undefined || fields.durationKind !== TIME_PLAIN || fields.startKind !== TIME_PLAIN) return null;
    if (!this.#hasBase) return null;
    const { name, category, slots } = fields;
    const foreseen = trace.recogniser.foresee(name, category, slots, freeSlots);
    if (foreseen === undefined) return null;
    if (!this.#ownArgs.areGaps(foreseen, slots, freeSlots)) return null;
    return {
      lane: this.lane(),
      name: trace.nameOf(name, category),
      said: foreseen.said,
      saying: fixedSaying(foreseen, trace.spans.recognised.sayings),
      slots: foreseen.slots,
      fields: foreseen.fields,
      saysAll: fields.onlyOwnArgs && foreseen.said !== undefined && this.#ownArgs.areSaidBy(foreseen.said, slots),
    };
  }

  /** Adds a complete event whose leaf is known; false, and nothing done, when it is not plain. */
  #addKnown(known: KnownEvent, bytes: Uint8Array): boolean {
    const { fields, trace } = this;
    const { times } = fields;
    const wholeNs = (times[0] - this.#baseUs) * 1000;
    const start = wholeNs + Math.round(times[1]);
    const end = wholeNs + times[2] * 1000 + Math.round(times[1] + times[3]);
    const duration = end - start;
    if (!(Math.abs(wholeNs) <= FARTHEST_NS && duration <= FARTHEST_NS) || times[2] < 0 || times[3] < 0) return false;
    if (!fillGaps(known, fields.slots)) return false;
    if (end > this.#lastNs) this.#lastNs = end;
    if (start > this.#lastNs) this.#lastNs = start;
    const row = trace.spans.open(start, known.lane, known.name);
    trace.spans.close(row, duration);
    trace.tally.spans++;
    if (known.said !== undefined) {
      if (known.saying < 0) trace.spans.recognise(row, known.said);
      else trace.spans.recognised.setNumbers(row, known.saying, known.said);
    }
    if (fields.extraCount > 0 || (!known.saysAll && fields.argsTo - fields.argsFrom > 2)) this.#keepArgs(row, bytes);
    return true;
  }

  #keepArgs(row: number, bytes: Uint8Array): void {
    this.trace.keepArgs(row, this.argsOf(bytes, NO_EXTRAS_KNOWN));
  }

  #begin(bytes: Uint8Array): void {
    const { fields, trace } = this;
    const lane = this.lane();
    this.pushOpen(
      this.open,
      lane,
      trace.spans.open(this.startNs(), lane, trace.nameOf(fields.name, fields.category)),
      bytes,
    );
  }

  /** Puts the current event on a stack, with its slots and its arguments. */
  pushOpen(open: OpenSpans, stack: number, row: number, bytes: Uint8Array): void {
    const { fields, trace } = this;
    const entry = open.push(stack, fields.slots);
    open.row[entry] = row;
    open.name[entry] = fields.name;
    open.category[entry] = fields.category;
    open.wholeNs[entry] = this.wholeNs;
    open.fractionNs[entry] = this.fractionNs;
    const args = this.argsOf(bytes, NO_EXTRAS_KNOWN);
    if (args.to > args.from) trace.keepArgs(row, args);
  }

  #end(bytes: Uint8Array, from: number, to: number): void {
    const { fields, open } = this;
    const lane = this.lane();
    let entry = open.top(lane);
    // An end with a name closes the innermost span of that name: two libraries may interleave their ranges on a thread.
    if (fields.name !== UNSAID) {
      while (entry !== NOTHING_OPEN && open.name[entry] !== fields.name) entry = open.below(entry);
      if (entry === NOTHING_OPEN) return this.skip("end event (E) without a begin event (B)", bytes, from, to);
    }
    if (entry === NOTHING_OPEN) return this.skip("end event (E) without a begin event (B)", bytes, from, to);
    this.closeOpen(open, lane, entry, bytes, from, to);
  }

  /** Closes an open span with the current event: times, arguments of both ends (the end's win), recognition. */
  closeOpen(open: OpenSpans, stack: number, entry: number, bytes: Uint8Array, from: number, to: number): void {
    const { fields, trace } = this;
    const { spans, tally } = trace;
    const row = open.row[entry];
    const duration = this.startNs() - spans.start[row];
    open.remove(stack, entry);
    if (duration < 0) {
      tally.skip(
        "begin and end event (B, E) in the wrong order of time",
        () => new TextDecoder().decode(bytes.subarray(from, Math.min(to, from + 200))),
        2,
      );
      return;
    }
    const slots = fields.slots;
    this.#merged.kind.set(slots.kind);
    this.#merged.value.set(slots.value);
    open.copySlots(entry, this.#merged, { keep: true });
    const args = this.argsOf(bytes, NO_EXTRAS_KNOWN);
    if (args.to > args.from) {
      const known = spans.argsLength[row];
      if (known === 0) trace.keepArgs(row, args);
      else {
        const merged = mergeArgs(trace.arena.view(spans.argsAt[row], known), args.bytes.subarray(args.from, args.to));
        trace.keepArgs(row, { bytes: merged, from: 0, to: merged.length });
      }
    }
    tally.spans++;
    tally.pairs++;
    this.#finish(row, open.name[entry], open.category[entry], duration);
  }

  /** Closes what is still open at the end of the trace, at the last time that was seen. */
  closeAll(): void {
    const { spans, tally } = this.trace;
    const lastNs = this.#lastNs;
    for (const open of [this.open, this.openAsync]) {
      for (let stack = 0; stack < open.stacks; stack++) {
        for (let entry = open.top(stack); entry !== NOTHING_OPEN; entry = open.top(stack)) {
          open.remove(stack, entry);
          this.#merged.kind.fill(SLOT_ABSENT);
          open.copySlots(entry, this.#merged, { keep: false });
          tally.spans++;
          tally.repair("closed {n} spans without an end event at the end of the trace");
          const row = open.row[entry];
          this.#finish(row, open.name[entry], open.category[entry], Math.max(0, lastNs - spans.start[row]));
        }
      }
    }
  }

  #finish(row: number, name: number, category: number, duration: number): void {
    const { spans, recogniser } = this.trace;
    spans.close(row, duration);
    const sayings = recogniser.recognise(name, category, this.#merged, this.#said);
    if (sayings > 0) this.#recogniseRow(row, sayings);
  }

  /** Keeps what was recognised; every further action of a fused span becomes a span of its own in the same place. */
  #recogniseRow(row: number, sayings: number): void {
    const { spans, tally } = this.trace;
    spans.recognise(row, this.#said[0]);
    for (let index = 1; index < sayings; index++) {
      const twin = spans.open(spans.start[row], spans.lane[row], spans.name[row]);
      spans.close(twin, spans.duration[row]);
      spans.recognise(twin, this.#said[index]);
      tally.repair("split off {n} spans from fused ones: one for each action");
    }
  }

  /** Argument text of the current event; the kinds of extra keys in `known` are said elsewhere in the model. */
  argsOf(bytes: Uint8Array, known: readonly number[]): { bytes: Uint8Array; from: number; to: number } {
    const { fields } = this;
    const out = this.#argsOut;
    out.bytes = bytes;
    out.from = fields.argsFrom;
    out.to = fields.argsTo;
    if (out.to - out.from <= 2) out.to = out.from; // {} or [] or "": nothing to keep
    if (fields.extraCount === 0 && fields.lexed.lenient === 0) return out;
    const extras = [];
    for (let index = 0; index < fields.extraCount; index++) {
      const kind = fields.extras[index * 3];
      if (kind !== EXTRA_OTHER && known.includes(kind)) continue;
      extras.push({ from: fields.extras[index * 3 + 1], to: fields.extras[index * 3 + 2] });
    }
    if (extras.length === 0 && fields.lexed.lenient === 0) return out;
    if (fields.lexed.lenient > 0) this.trace.tally.repair(LENIENT);
    out.bytes = buildArgs({ bytes, from: out.from, to: out.to, extras, lenient: fields.lexed.lenient > 0 });
    out.from = 0;
    out.to = out.bytes.length;
    return out;
  }
}

const NO_EXTRAS_KNOWN: readonly number[] = [];

const LENIENT = "wrote the arguments of {n} events, which were no strict JSON (NaN, trailing commas), as strict JSON";
