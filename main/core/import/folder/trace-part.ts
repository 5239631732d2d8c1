/**
 * One file of a run that comes from several, collected and made ready to cross a thread: columns cut to their length, tables
 * as plain data. What a `CollectedTrace` holds, without what only reading needs.
 */
import type { LaneKind, SourceFile } from "#common/model.ts";
import type { SpanRows } from "../collected-spans.ts";
import type { CollectedTrace, Described } from "../collected-trace.ts";
import type { TallyFigures } from "../import-tally.ts";
import type { PairTable } from "../pair-table.ts";
import type { Rule } from "../recognise/rule.ts";

/** Instants, counters or flow points: the columns of `MomentColumns`. */
export interface MomentPart {
  readonly length: number;
  readonly at: Float64Array<ArrayBuffer>;
  readonly place: Int32Array<ArrayBuffer>;
  readonly name: Int32Array<ArrayBuffer>;
  readonly key: Int32Array<ArrayBuffer>;
  readonly kind: Uint8Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
  readonly size: Uint32Array<ArrayBuffer>;
}

/** What the events of a file, or of a piece of one, gave; texts, lanes and names are ids of tables elsewhere. */
export interface CollectedRows extends SpanRows {
  readonly argBlocks: readonly Uint8Array<ArrayBuffer>[];
  readonly laneKinds: ReadonlyMap<number, LaneKind>;
  /** Absent where there are none. */
  readonly instants: MomentPart | undefined;
  readonly counters: MomentPart | undefined;
  readonly flows: MomentPart | undefined;
  readonly processes: ReadonlyMap<string, Described>;
  readonly threads: ReadonlyMap<string, Described>;
  readonly tally: TallyFigures;
}

/** Pairs of ids of texts, by id of the pair. */
export interface PairColumns {
  readonly first: Int32Array<ArrayBuffer>;
  readonly second: Int32Array<ArrayBuffer>;
}

export interface TracePart extends CollectedRows {
  readonly texts: readonly string[];
  /** (process, thread) texts by raw lane, (text, category) texts by name. */
  readonly lanes: PairColumns;
  readonly names: PairColumns;
  readonly format: string;
  readonly source: SourceFile;
  /** Rules by which it was recognised, in order: `rule` of a saying is an index here. */
  readonly rules: readonly Rule[];
  readonly fileRank: number | undefined;
  readonly distributedInfo: string | undefined;
  readonly plannedSchedule: string | undefined;
  readonly baseEpochNs: bigint | undefined;
}

export interface PackedTrace {
  readonly format: string;
  readonly trace: CollectedTrace;
  readonly source: SourceFile;
  readonly rules: readonly Rule[];
}

/** Takes the trace apart; it must not be used afterwards. */
export function packTrace({ format, trace, source, rules }: PackedTrace): TracePart {
  const { texts } = trace;
  return {
    ...packRows(trace),
    texts: Array.from({ length: texts.size }, (_, id) => texts.text(id)),
    lanes: packPairs(trace.lanes),
    names: packPairs(trace.names),
    format,
    source,
    rules,
    fileRank: trace.fileRank,
    distributedInfo: trace.distributedInfo,
    plannedSchedule: trace.plannedSchedule,
    baseEpochNs: trace.baseEpochNs,
  };
}

/**
 * The same of what events alone say, its columns one behind the other in one piece of memory.
 * @param memory to be used for that, if it is large enough
 */
export function packRows(trace: CollectedTrace, memory?: ArrayBuffer): CollectedRows {
  const { spans } = trace;
  const { length } = spans;
  const packing = new Packing(length * spans.rowBytes, memory);
  const start = packing.doubles(spans.start, length);
  const duration = packing.doubles(spans.duration, length);
  const args = spans.hasArgs
    ? { at: packing.doubles(spans.argsAt, length), length: packing.integers(spans.argsLength, length) }
    : undefined;
  return {
    length,
    start,
    duration,
    args,
    lane: packing.integers(spans.lane, length),
    name: packing.integers(spans.name, length),
    recognised: spans.recognised.pack((column) => packing.integers(column, length)),
    argBlocks: trace.arena.blocks,
    laneKinds: trace.laneKinds,
    instants: packMoments(trace.instants),
    counters: packMoments(trace.counters),
    flows: packMoments(trace.flows),
    processes: trace.processes,
    threads: trace.threads,
    spans: spans.spans,
    tally: trace.tally.figures,
  };
}

/** Lays columns into one piece of memory, those of eight bytes first: one buffer crosses threads for less than ten. */
class Packing {
  readonly #memory: ArrayBuffer;
  #used = 0;

  constructor(sizeBytes: number, memory: ArrayBuffer | undefined) {
    this.#memory = memory !== undefined && memory.byteLength >= sizeBytes ? memory : new ArrayBuffer(sizeBytes);
  }

  doubles(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
    const packed = new Float64Array(this.#memory, this.#used, length);
    packed.set(column.subarray(0, length));
    this.#used += packed.byteLength;
    return packed;
  }

  integers(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
    const packed = new Int32Array(this.#memory, this.#used, length);
    packed.set(column.subarray(0, length));
    this.#used += packed.byteLength;
    return packed;
  }
}

/** Pairs from the id `from` on, as copies. */
export function packPairs({ first, second, size }: PairTable, from = 0): PairColumns {
  return { first: first.slice(from, size), second: second.slice(from, size) };
}

function packMoments(moments: CollectedTrace["instants"]): MomentPart | undefined {
  const { length } = moments;
  if (length === 0) return undefined;
  return {
    length,
    at: moments.at.slice(0, length),
    place: moments.place.slice(0, length),
    name: moments.name.slice(0, length),
    key: moments.key.slice(0, length),
    kind: moments.kind.slice(0, length),
    value: moments.value.slice(0, length),
    size: moments.size.slice(0, length),
  };
}

/** Memory that moves to the other thread instead of being copied. */
export function listTransferables({ start, argBlocks, instants, counters, flows }: CollectedRows): ArrayBuffer[] {
  return [
    start.buffer,
    ...argBlocks.map(({ buffer }) => buffer),
    ...[instants, counters, flows].flatMap((moments) =>
      moments === undefined
        ? []
        : [moments.at, moments.place, moments.name, moments.key, moments.kind, moments.value, moments.size].map(
            ({ buffer }) => buffer,
          ),
    ),
  ];
}
