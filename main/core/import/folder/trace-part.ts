/**
 * One file of a run that comes from several, collected and made ready to cross a thread: columns cut to their length, tables
 * as plain data. What a `CollectedTrace` holds, without what only reading needs.
 */
import type { LaneKind, SourceFile } from "#common/model.ts";
import type { CollectedTrace, Described } from "../collected-trace.ts";
import type { TallyFigures } from "../import-tally.ts";
import type { RecognisedColumns } from "../recognise/contract.ts";
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

export interface TracePart {
  readonly format: string;
  readonly source: SourceFile;
  /** Rules by which it was recognised, in order: `recognised.rule` is an index here. */
  readonly rules: readonly Rule[];
  readonly texts: readonly string[];
  readonly length: number;
  readonly start: Float64Array<ArrayBuffer>;
  readonly duration: Float64Array<ArrayBuffer>;
  readonly lane: Int32Array<ArrayBuffer>;
  readonly name: Int32Array<ArrayBuffer>;
  readonly argsAt: Float64Array<ArrayBuffer>;
  readonly argsLength: Uint32Array<ArrayBuffer>;
  readonly recognised: RecognisedColumns;
  readonly argBlocks: readonly Uint8Array[];
  /** (process, thread) texts by raw lane, (text, category) texts by name. */
  readonly lanes: { readonly first: Int32Array; readonly second: Int32Array };
  readonly names: { readonly first: Int32Array; readonly second: Int32Array };
  readonly laneKinds: ReadonlyMap<number, LaneKind>;
  readonly instants: MomentPart;
  readonly counters: MomentPart;
  readonly flows: MomentPart;
  readonly processes: ReadonlyMap<string, Described>;
  readonly threads: ReadonlyMap<string, Described>;
  readonly fileRank: number | undefined;
  readonly distributedInfo: string | undefined;
  readonly plannedSchedule: string | undefined;
  readonly baseEpochNs: bigint | undefined;
  readonly tally: TallyFigures;
}

export interface PackedTrace {
  readonly format: string;
  readonly trace: CollectedTrace;
  readonly source: SourceFile;
  readonly rules: readonly Rule[];
}

/** Takes the trace apart; it must not be used afterwards. */
export function packTrace({ format, trace, source, rules }: PackedTrace): TracePart {
  const { spans, texts, lanes, names } = trace;
  const { length, recognised } = spans;
  return {
    format,
    source,
    rules,
    texts: Array.from({ length: texts.size }, (_, id) => texts.text(id)),
    length,
    start: spans.start.slice(0, length),
    duration: spans.duration.slice(0, length),
    lane: spans.lane.slice(0, length),
    name: spans.name.slice(0, length),
    argsAt: spans.argsAt.slice(0, length),
    argsLength: spans.argsLength.slice(0, length),
    recognised: {
      rule: recognised.rule.slice(0, length),
      stage: recognised.stage.slice(0, length),
      chunk: recognised.chunk.slice(0, length),
      rank: recognised.rank.slice(0, length),
      replica: recognised.replica.slice(0, length),
      batch: recognised.batch.slice(0, length),
      seq: recognised.seq.slice(0, length),
      iteration: recognised.iteration.slice(0, length),
      pass: recognised.pass.slice(0, length),
      phase: recognised.phase.slice(0, length),
      op: recognised.op.slice(0, length),
    },
    argBlocks: trace.arena.blocks,
    lanes: { first: lanes.first.slice(0, lanes.size), second: lanes.second.slice(0, lanes.size) },
    names: { first: names.first.slice(0, names.size), second: names.second.slice(0, names.size) },
    laneKinds: trace.laneKinds,
    instants: packMoments(trace.instants),
    counters: packMoments(trace.counters),
    flows: packMoments(trace.flows),
    processes: trace.processes,
    threads: trace.threads,
    fileRank: trace.fileRank,
    distributedInfo: trace.distributedInfo,
    plannedSchedule: trace.plannedSchedule,
    baseEpochNs: trace.baseEpochNs,
    tally: trace.tally.figures,
  };
}

function packMoments(moments: CollectedTrace["instants"]): MomentPart {
  const { length } = moments;
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
export function listTransferables(part: TracePart): ArrayBuffer[] {
  const columns = [
    part.start,
    part.duration,
    part.lane,
    part.name,
    part.argsAt,
    part.argsLength,
    ...Object.values(part.recognised as unknown as Record<string, Uint8Array>),
    ...part.argBlocks,
    ...[part.instants, part.counters, part.flows].flatMap((moments) => [
      moments.at,
      moments.place,
      moments.name,
      moments.key,
      moments.kind,
      moments.value,
      moments.size,
    ]),
  ];
  return [...new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))];
}
