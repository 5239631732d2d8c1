/**
 * Turns rows of an Nsight export into spans and marks, and remembers which call launched which operation. Each row is
 * counted once; a row that cannot be kept says why. Times are ns from the start of the capture.
 */
import type { ForeignCell, ForeignColumn, ForeignDatabase } from "../../../../db/index.ts";
import { FARTHEST_NS, SpanCollector } from "../collect-span.ts";
import type { SpanArguments } from "../collect-span.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { SCOPE_THREAD } from "../moment-codes.ts";
import type { Links } from "../projection/project-ranges.ts";
import { processOf, threadKey } from "./describe-target.ts";
import type { Target } from "./describe-target.ts";
import type { EventTable } from "./event-tables.ts";

/** Event types of NVTX (table ENUM_NSYS_EVENT_TYPE); other types describe domains, categories and threads. */
const MARK = 34;
const PUSH_POP_RANGE = 59;
const PUSH_POP = new Set([PUSH_POP_RANGE, 70]);
const START_END = new Set([60, 71]);
const DOMAIN = 75;

const THREAD: readonly ForeignColumn[] = [
  { name: "globalTid", as: "high" },
  { name: "globalTid", as: "low" },
];
/** What is kept of an operation beside its name and place. */
const OPERATION_FACTS = [
  "correlationId",
  "contextId",
  "bytes",
  "copyKind",
  "gridX",
  "gridY",
  "gridZ",
  "blockX",
  "blockY",
  "blockZ",
  "registersPerThread",
  "staticSharedMemory",
  "dynamicSharedMemory",
] as const;
const COPY_KIND = OPERATION_FACTS.indexOf("copyKind");

const WAITING = "synchronization";

interface Call {
  readonly lane: number;
  readonly at: number;
}

export class NsightReader {
  readonly #trace: CollectedTrace;
  readonly #target: Target;
  readonly #database: ForeignDatabase;
  readonly #spans: SpanCollector;
  /** By process, then correlation id. */
  readonly #calls = new Map<number, Map<number, Call>>();
  readonly #operations: { readonly row: number; readonly process: number; readonly correlation: number }[] = [];
  /** Ranges that the capture ended before they did. */
  readonly #open: {
    readonly lane: number;
    readonly name: string;
    readonly category: string;
    readonly startNs: number;
  }[] = [];
  #lastNs = 0;

  constructor(trace: CollectedTrace, target: Target, database: ForeignDatabase) {
    this.#trace = trace;
    this.#target = target;
    this.#database = database;
    this.#spans = new SpanCollector(trace);
  }

  /** Reads one table, giving way after every row. @throws AppError malformed-trace */
  *readTable(table: EventTable): Generator<void> {
    switch (table.kind) {
      case "ranges":
        yield* this.#readRanges(table);
        return;
      case "calls":
        yield* this.#readCalls(table);
        return;
      case "operations":
        yield* this.#readOperations(table);
        return;
      case "unread": {
        const rows = this.#database.countRows(table.name);
        if (rows === 0) return;
        this.#trace.tally.read += rows;
        this.#trace.tally.skip(`row of ${table.name}, which the model has no place for`, () => table.name, rows);
      }
    }
  }

  *#readRanges({ name: table, category }: EventTable): Generator<void> {
    const columns = ["start", "end", "eventType", ...THREAD, "text", "textId", "domainId"];
    const domains = this.#readDomains(table);
    for (const [start, end, eventType, high, low, text, textId, domainId] of this.#database.rows(table, columns)) {
      yield;
      this.#trace.tally.read++;
      const type = typeof eventType === "number" ? eventType : PUSH_POP_RANGE;
      if (!PUSH_POP.has(type) && !START_END.has(type) && type !== MARK) {
        this.#trace.tally.metadata++;
        continue;
      }
      const name = this.#target.text(text) ?? this.#target.text(textId) ?? "";
      const domain = domains.get(domainId ?? 0) ?? category;
      const startNs = this.#timeOf(start);
      const lane = this.#threadLane(high, low);
      if (startNs === undefined || lane === undefined) this.#skip("row without a usable time or thread", table, name);
      else if (type === MARK) this.#spans.addInstant({ lane, name, category: domain, startNs }, SCOPE_THREAD);
      else if (end === null) {
        this.#open.push({ lane, name, category: domain, startNs });
      } else this.#addSpan({ table, lane, name, category: domain, startNs, end, args: undefined });
    }
  }

  #readDomains(table: string): Map<ForeignCell, string> {
    const domains = new Map<ForeignCell, string>();
    const columns = ["eventType", "domainId", "text", "textId"];
    for (const [type, id, text, textId] of this.#database.rows(table, columns)) {
      const name = type === DOMAIN ? (this.#target.text(text) ?? this.#target.text(textId)) : undefined;
      if (name !== undefined) domains.set(id, name);
    }
    return domains;
  }

  *#readCalls({ name: table, category }: EventTable): Generator<void> {
    const columns = ["start", "end", ...THREAD, "nameId", "textId", "correlationId"];
    // Overhead of the profiler carries the correlation of the call that it slowed down.
    const launches = category === "cuda_api";
    for (const [start, end, high, low, nameId, textId, correlation] of this.#database.rows(table, columns)) {
      yield;
      this.#trace.tally.read++;
      const name = this.#target.text(nameId) ?? this.#target.text(textId) ?? "";
      const startNs = this.#timeOf(start);
      const lane = this.#threadLane(high, low);
      if (startNs === undefined || lane === undefined) {
        this.#skip("row without a usable time or thread", table, name);
        continue;
      }
      const args = typeof correlation === "number" ? { correlationId: correlation } : undefined;
      const row = this.#addSpan({ table, lane, name, category, startNs, end, args });
      const process = processOf(high);
      if (row === undefined || !launches || process === undefined || typeof correlation !== "number") continue;
      const ofProcess = this.#calls.get(process) ?? new Map<number, Call>();
      this.#calls.set(process, ofProcess);
      const known = ofProcess.get(correlation);
      if (known === undefined || startNs < known.at) ofProcess.set(correlation, { lane, at: startNs });
    }
  }

  *#readOperations({ name: table, category }: EventTable): Generator<void> {
    const named = ["demangledName", "shortName", "mangledName"];
    const fixed = ["start", "end", "deviceId", "streamId", { name: "globalPid", as: "high" } as const];
    for (const cells of this.#database.rows(table, [...fixed, ...named, ...OPERATION_FACTS])) {
      yield;
      this.#trace.tally.read++;
      const [start, end, device, stream, high, demangled, short, mangled, ...facts] = cells;
      const text = this.#target.text(demangled) ?? this.#target.text(short) ?? this.#target.text(mangled);
      const name = text ?? this.#copyName(category, facts[COPY_KIND]);
      const startNs = this.#timeOf(start);
      if (startNs === undefined || typeof device !== "number") {
        this.#skip("row without a usable time or device", table, name);
        continue;
      }
      const process = processOf(high) ?? 0;
      const lane = this.#deviceLane(
        process,
        device,
        typeof stream === "number" ? `stream ${stream}` : "stream",
        category,
      );
      const row = this.#addSpan({ table, lane, name, category, startNs, end, args: listFacts(facts) });
      const [correlation] = facts;
      if (row !== undefined && typeof correlation === "number" && category !== WAITING) {
        this.#operations.push({ row, process, correlation });
      }
    }
  }

  #copyName(category: string, kind: ForeignCell): string {
    const direction = typeof kind === "number" ? this.#target.copyKinds.get(kind) : undefined;
    return direction === undefined ? category : `${category} ${direction}`;
  }

  /** Closes ranges without an end at the last time of the capture. */
  closeAll(): void {
    for (const { lane, name, category, startNs } of this.#open) {
      const durationNs = Math.max(0, this.#lastNs - startNs);
      this.#spans.add({ lane, name, category, startNs, durationNs });
      this.#trace.tally.repair("closed {n} ranges without an end at the end of the capture");
    }
  }

  links(): Links {
    const links = { lane: [] as number[], at: [] as number[], operation: [] as number[] };
    for (const { row, process, correlation } of this.#operations) {
      const call = this.#calls.get(process)?.get(correlation);
      if (call === undefined) continue;
      links.lane.push(call.lane);
      links.at.push(call.at);
      links.operation.push(row);
    }
    return links;
  }

  #addSpan(span: {
    readonly table: string;
    readonly lane: number;
    readonly name: string;
    readonly category: string;
    readonly startNs: number;
    readonly end: ForeignCell;
    readonly args: SpanArguments | undefined;
  }): number | undefined {
    const { table, lane, name, category, startNs, end, args } = span;
    const endNs = this.#timeOf(end);
    if (endNs === undefined || endNs < startNs) {
      this.#skip(endNs === undefined ? "row without a usable end" : "row that ends before it starts", table, name);
      return undefined;
    }
    if (endNs > this.#lastNs) this.#lastNs = endNs;
    return this.#spans.add({ lane, name, category, startNs, durationNs: endNs - startNs, args });
  }

  #timeOf(cell: ForeignCell): number | undefined {
    return typeof cell === "number" && Number.isInteger(cell) && Math.abs(cell) <= FARTHEST_NS ? cell : undefined;
  }

  #threadLane(high: ForeignCell, low: ForeignCell): number | undefined {
    const process = processOf(high);
    if (process === undefined || typeof low !== "number") return undefined;
    const { processes, threads } = this.#target;
    this.#nameProcess(String(process), processes.get(process));
    const thread = threads.get(threadKey(process, low));
    this.#nameThread(String(process), String(low), thread);
    return this.#spans.lane(String(process), String(low));
  }

  /** A device of a process: several processes of one report are several ranks, each with its own devices. */
  #deviceLane(process: number, device: number, stream: string, category: string): number {
    const key = `${process} GPU ${device}`;
    const name = this.#target.processes.get(process);
    const known = this.#trace.processes.has(key);
    this.#nameProcess(key, `GPU ${device}${name === undefined ? "" : ` of ${name}`}`);
    const deviceName = this.#target.devices.get(device);
    if (!known && deviceName !== undefined) {
      this.#trace.processes.set(key, { ...this.#trace.processes.get(key), labels: deviceName });
    }
    // Waiting for a stream crosses what runs on it.
    return this.#spans.lane(key, category === WAITING ? `${stream} ${WAITING}` : stream);
  }

  #nameProcess(process: string, name: string | undefined): void {
    if (name !== undefined && !this.#trace.processes.has(process)) this.#trace.processes.set(process, { name });
  }

  #nameThread(process: string, thread: string, name: string | undefined): void {
    const key = this.#trace.threadKey(process, thread);
    if (name !== undefined && !this.#trace.threads.has(key)) this.#trace.threads.set(key, { name });
  }

  #skip(reason: string, table: string, name: string): void {
    this.#trace.tally.skip(`${reason} (${table})`, () => name);
  }
}

function listFacts(cells: readonly ForeignCell[]): SpanArguments {
  const facts: Record<string, number> = {};
  OPERATION_FACTS.forEach((key, index) => {
    const cell = cells[index];
    if (typeof cell === "number") facts[key] = cell;
  });
  return facts;
}
