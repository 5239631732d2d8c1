/**
 * The events without a length of their own: instants, flow points, counters; and async spans, whose ends find each other by
 * an id instead of a thread. Called by event-assembler.ts with the time of the current event set.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import { UNSAID } from "../recognise/contract.ts";
import { listPairs } from "./args-text.ts";
import { EXTRA_BINDING, EXTRA_ID, EXTRA_SCOPE } from "./event-fields.ts";
import type { EventFields } from "./event-fields.ts";
import { NOTHING_OPEN } from "./open-spans.ts";
import type { OpenSpans } from "./open-spans.ts";
import { FLOW_NEXT, SCOPE_GLOBAL, SCOPE_PROCESS, SCOPE_THREAD } from "../moment-codes.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const KNOWN_OF_INSTANTS = [EXTRA_SCOPE];
const KNOWN_OF_FLOWS = [EXTRA_ID, EXTRA_BINDING];
const KNOWN_OF_ASYNC = [EXTRA_ID];

/** The event at hand, its time set: what of the assembler the functions here need. */
interface CurrentEvent {
  readonly trace: CollectedTrace;
  readonly fields: EventFields;
  readonly openAsync: OpenSpans;
  lane(): number;
  startNs(): number;
  argsOf(bytes: Uint8Array, known: readonly number[]): { bytes: Uint8Array; from: number; to: number };
  skip(reason: string, bytes: Uint8Array, from: number, to: number): void;
  pushOpen(open: OpenSpans, stack: number, row: number, bytes: Uint8Array): void;
  closeOpen(open: OpenSpans, stack: number, entry: number, bytes: Uint8Array, from: number, to: number): void;
}

export function addInstant(assembler: CurrentEvent, bytes: Uint8Array): void {
  const { trace, fields } = assembler;
  const scope = fields.scope === 103 ? SCOPE_GLOBAL : fields.scope === 112 ? SCOPE_PROCESS : SCOPE_THREAD;
  addMoment(assembler, bytes, scope);
  trace.tally.instants++;
}

function addMoment(assembler: CurrentEvent, bytes: Uint8Array, scope: number, known = KNOWN_OF_INSTANTS): void {
  const { trace, fields } = assembler;
  const args = assembler.argsOf(bytes, known);
  const size = args.to - args.from;
  const address = size === 0 ? 0 : trace.arena.add(args.bytes, args.from, args.to);
  const name = trace.nameOf(fields.name, fields.category);
  trace.instants.add(assembler.startNs(), assembler.lane(), name, UNSAID, scope, address, size);
}

export function addFlow(assembler: CurrentEvent, bytes: Uint8Array, from: number, to: number): void {
  const { trace, fields } = assembler;
  if (fields.id === UNSAID) return assembler.skip("flow event without an id", bytes, from, to);
  const step = fields.type === 115 ? 0 : fields.type === 116 ? 1 : 2;
  // Only an end may choose: its default is the next span; starts and steps bind to the span around them.
  const binding = fields.type === 102 && fields.binding !== 101 ? FLOW_NEXT : 0;
  const name = trace.nameOf(fields.name, fields.category);
  trace.flows.add(assembler.startNs(), assembler.lane(), name, fields.id, step + binding, 0, 0);
  trace.tally.flows++;
  const args = assembler.argsOf(bytes, KNOWN_OF_FLOWS);
  if (args.to > args.from) {
    trace.tally.repair("left out the arguments of {n} flow events, which the model has no place for");
  }
}

export function addCounter(assembler: CurrentEvent, bytes: Uint8Array, from: number, to: number): void {
  const { trace, fields } = assembler;
  const args =
    fields.argsTo > fields.argsFrom + 2 ? decoder.decode(bytes.subarray(fields.argsFrom, fields.argsTo)) : "";
  let text = fields.name;
  if (fields.id !== UNSAID) text = trace.texts.add(`${nameText(assembler)}[${trace.texts.text(fields.id)}]`);
  const name = trace.nameOf(text, fields.category);
  let samples = 0;
  for (const [key, value] of args.startsWith("{") ? listPairs(args) : []) {
    const amount = Number(value.startsWith('"') ? value.slice(1, -1) : value);
    if (value === '""' || value === "null" || !Number.isFinite(amount)) continue;
    const series = trace.texts.add(JSON.parse(key) as string);
    trace.counters.add(assembler.startNs(), fields.process, name, series, 0, amount, 0);
    samples++;
  }
  if (samples === 0) assembler.skip("counter event without a number", bytes, from, to);
  else trace.tally.counters++;
}

function nameText({ trace, fields }: CurrentEvent): string {
  return fields.name === UNSAID ? "" : trace.texts.text(fields.name);
}

/** b, n, e and the older S, T, p, F: spans on the lane "async <category>" of the process; steps are instants there. */
export function addAsync(assembler: CurrentEvent, bytes: Uint8Array, from: number, to: number): void {
  const { trace, fields, openAsync } = assembler;
  if (fields.id === UNSAID) return assembler.skip("async event without an id", bytes, from, to);
  const { type } = fields;
  const category = fields.category === UNSAID ? "" : ` ${trace.texts.text(fields.category)}`;
  fields.thread = trace.texts.add(`async${category}`);
  const lane = assembler.lane();
  trace.laneKinds.set(lane, "async");
  if (type === 110 || type === 84 || type === 112) {
    addMoment(assembler, bytes, SCOPE_THREAD, KNOWN_OF_ASYNC);
    trace.tally.instants++;
    return;
  }
  const stack = asyncStack(assembler);
  if (type === 98 || type === 83) {
    const row = trace.spans.open(assembler.startNs(), lane, trace.nameOf(fields.name, fields.category));
    assembler.pushOpen(openAsync, stack, row, bytes);
    return;
  }
  let entry = openAsync.top(stack);
  if (fields.name !== UNSAID) {
    while (entry !== NOTHING_OPEN && openAsync.name[entry] !== fields.name) entry = openAsync.below(entry);
  }
  if (entry === NOTHING_OPEN) return assembler.skip("end of an async span that did not begin", bytes, from, to);
  assembler.closeOpen(openAsync, stack, entry, bytes, from, to);
}

/** Stack of an async id: ids are global within their category. */
function asyncStack({ trace, fields }: CurrentEvent): number {
  return trace.asyncIds.add(fields.id, fields.category);
}
