/**
 * Turns a collected trace into a run file: origin, canonical order, nesting, ranks and stages, then columns in chunks. The
 * same for every format. Writes through the run writer only, and leaves finishing to the caller.
 */
import { nameId } from "#common/ids.ts";
import { createSpanColumns, sliceSpanColumns } from "#common/model.ts";
import type { Run, SourceFile, SpanName } from "#common/model.ts";
import { epochNs, ns } from "#common/units.ts";
import type { RunWriter } from "../../../db/index.ts";
import { createInvariantWatch } from "../analysis/invariant-watch.ts";
import type { InvariantWatch } from "../analysis/invariant-watch.ts";
import type { CollectedTrace } from "./collected-trace.ts";
import { nameLanes, listRawLanes, rankLanes } from "./name-lanes.ts";
import { orderRows } from "#common/order-spans.ts";
import { packLanes } from "./pack-lanes.ts";
import type { Numberer, ResolvedPipeline } from "./recognise/contract.ts";
import { resolvePipeline } from "./recognise/resolve.ts";
import { writeMoments } from "./write-moments.ts";

/** Spans that are given to the writer at once: its own chunk, so that it copies nothing. */
const CHUNK_SPANS = 65_536;

export interface WrittenRun {
  readonly pipelineSpans: number;
  readonly recognisedBy: readonly { readonly rule: string; readonly spans: number }[];
  readonly packedOverlaps: number;
  /** What the resolver had to assume, in words. */
  readonly notes: readonly string[];
  /** Invariants that the spans violate, in words. */
  readonly violations: readonly string[];
}

export interface WriteRunOptions {
  readonly name: string;
  readonly source: SourceFile;
  /** All of them, of a trace that was put together from several files; `source` is the first. */
  readonly sources?: readonly SourceFile[];
  /** Looks whether the work was cancelled, and tells how far it is. Called between chunks. */
  readonly onChunk: (share: number) => Promise<void>;
}

export async function writeRun(
  trace: CollectedTrace,
  writer: RunWriter,
  options: WriteRunOptions,
): Promise<WrittenRun> {
  const { spans, recogniser } = trace;
  const { length } = spans;
  const rows = listRows(trace);
  const originShift = shiftToOrigin(trace, rows);
  const rawLanes = listRawLanes(trace, options.source.name);
  const resolved = resolvePipeline({
    recogniser,
    lanes: rawLanes,
    length,
    lane: spans.lane,
    start: spans.start,
    recognised: spans.recognised,
  });
  const ranks = rankLanes(trace, rawLanes, resolved.lanes);
  orderRows(rows, { start: spans.start, duration: spans.duration, lane: spans.lane, laneRank: ranks });
  const packing = packLanes(rows, {
    start: spans.start,
    duration: spans.duration,
    lane: spans.lane,
    laneCount: rawLanes.length,
  });
  const named = nameLanes(trace, { rawLanes, ranks, places: resolved.lanes, subLanes: packing.subLanes });

  writer.addLanes(named.lanes);
  writer.addStages(resolved.stages);
  writer.addEdges(resolved.edges);
  writer.addNames(listNames(trace));
  const numberer = resolved.createNumberer();
  const watch = createInvariantWatch({ lanes: named.lanes, stages: resolved.stages });
  if (rows.length > 0) writer.expectSpans(measureSpans(trace, rows));
  const extent = await writeSpans(trace, writer, {
    rows,
    packing,
    firstId: named.firstId,
    numberer,
    watch,
    onChunk: options.onChunk,
  });
  writeMoments(trace, writer, { firstId: named.firstId, originShift });
  writer.setRun(describeRun(trace, { options, originShift, extent }));
  const violations = watch.violations();
  return { ...summarise(recogniser.ruleNames, { numberer, resolved, packedOverlaps: packing.moved }), violations };
}

/** Rows that hold a span, in the order of reading. */
function listRows({ spans }: CollectedTrace): Uint32Array {
  const rows = new Uint32Array(spans.spans);
  let count = 0;
  for (let row = 0; row < spans.length; row++) if (spans.duration[row] >= 0) rows[count++] = row;
  return rows;
}

/** Moves times so that the origin is the earliest event, where the clock asks for it. Gives what was subtracted. */
function shiftToOrigin(trace: CollectedTrace, rows: Uint32Array): number {
  if (!trace.startsAtFirstEvent) return 0;
  const { spans } = trace;
  let earliest = Infinity;
  for (let index = 0; index < rows.length; index++) {
    const start = spans.start[rows[index]];
    if (start < earliest) earliest = start;
  }
  for (const moments of [trace.instants, trace.counters, trace.flows]) {
    for (let row = 0; row < moments.length; row++) if (moments.at[row] < earliest) earliest = moments.at[row];
  }
  if (!Number.isFinite(earliest) || earliest === 0) return 0;
  for (let row = 0; row < spans.length; row++) spans.start[row] -= earliest;
  return earliest;
}

/** In the order of writing, but before it: the writer builds what is derived from all spans while they pass by. */
function measureSpans({ spans }: CollectedTrace, rows: Uint32Array) {
  let endNs = -Infinity;
  for (let row = 0; row < spans.length; row++) {
    if (spans.duration[row] < 0) continue;
    const end = spans.start[row] + spans.duration[row];
    if (end > endNs) endNs = end;
  }
  return { startNs: spans.start[rows[0]], endNs, spanCount: rows.length };
}

function listNames(trace: CollectedTrace): SpanName[] {
  return Array.from({ length: trace.names.size }, (_, id) => {
    const text = trace.names.first[id];
    const category = trace.categoryOf(id);
    return {
      id: nameId(id),
      text: text < 0 ? "" : trace.texts.text(text),
      ...(category === undefined ? {} : { category }),
    };
  });
}

interface SpansToWrite {
  readonly rows: Uint32Array;
  readonly packing: ReturnType<typeof packLanes>;
  readonly firstId: Int32Array;
  readonly numberer: Numberer;
  readonly watch: InvariantWatch;
  readonly onChunk: (share: number) => Promise<void>;
}

type Extent = { startNs: number; endNs: number } | undefined;

async function writeSpans(trace: CollectedTrace, writer: RunWriter, work: SpansToWrite): Promise<Extent> {
  const { rows, packing, firstId, numberer, watch } = work;
  const columns = createSpanColumns(Math.min(CHUNK_SPANS, rows.length));
  const offsets = new Uint32Array(columns.length + 1);
  let bytes = new Uint8Array(0);
  let endNs = -Infinity;
  for (let from = 0; from < rows.length; from += CHUNK_SPANS) {
    const count = Math.min(CHUNK_SPANS, rows.length - from);
    const chunk = count === columns.length ? columns : sliceSpanColumns(columns, { from: 0, to: count });
    const order = rows.subarray(from, from + count);
    endNs = Math.max(endNs, fillChunk(trace, chunk, { order, from, packing, firstId }));
    numberer.number(order, chunk);
    watch.add(chunk);
    const size = measureArgs(trace, order, offsets);
    if (size > bytes.length) bytes = new Uint8Array(size);
    for (let index = 0; index < count && size > 0; index++) {
      const length = offsets[index + 1] - offsets[index];
      if (length > 0) trace.arena.copy(trace.spans.argsAt[order[index]], length, bytes, offsets[index]);
    }
    writer.appendSpans(chunk, { offsets: offsets.subarray(0, count + 1), bytes: bytes.subarray(0, size) });
    await work.onChunk((from + count) / rows.length);
  }
  return rows.length === 0 ? undefined : { startNs: trace.spans.start[rows[0]], endNs };
}

/** Fills lane, depth, start, duration and name; gives the last end. */
function fillChunk(
  { spans }: CollectedTrace,
  chunk: ReturnType<typeof createSpanColumns>,
  {
    order,
    from,
    packing,
    firstId,
  }: { order: Uint32Array; from: number; packing: ReturnType<typeof packLanes>; firstId: Int32Array },
): number {
  const { lane, depth, start, duration, name } = chunk;
  let last = -Infinity;
  for (let index = 0; index < order.length; index++) {
    const row = order[index];
    lane[index] = firstId[spans.lane[row]] + packing.subLane[from + index];
    depth[index] = packing.depth[from + index];
    start[index] = spans.start[row];
    duration[index] = spans.duration[row];
    name[index] = spans.name[row];
    const end = spans.start[row] + spans.duration[row];
    if (end > last) last = end;
  }
  return last;
}

/** Fills the offsets of the arguments of a chunk; gives their size. */
function measureArgs({ spans, arena }: CollectedTrace, order: Uint32Array, offsets: Uint32Array): number {
  if (arena.isEmpty) {
    offsets.fill(0);
    return 0;
  }
  let size = 0;
  for (let index = 0; index < order.length; index++) {
    offsets[index] = size;
    size += spans.argsLength[order[index]];
  }
  offsets[order.length] = size;
  return size;
}

function describeRun(
  trace: CollectedTrace,
  { options, originShift, extent }: { options: WriteRunOptions; originShift: number; extent: Extent },
): Run {
  return {
    name: options.name,
    kind: trace.plannedSchedule === undefined ? "imported" : "simulated",
    sources: options.sources ?? [options.source],
    ...(trace.plannedSchedule === undefined ? {} : { schedule: trace.plannedSchedule }),
    ...(trace.baseEpochNs === undefined ? {} : { originEpochNs: epochNs(trace.baseEpochNs + BigInt(originShift)) }),
    ...(extent === undefined ? {} : { extent: { startNs: ns(extent.startNs), endNs: ns(extent.endNs) } }),
    createdAtEpochMs: Date.now(),
  };
}

function summarise(
  ruleNames: readonly string[],
  { numberer, resolved, packedOverlaps }: { numberer: Numberer; resolved: ResolvedPipeline; packedOverlaps: number },
): Omit<WrittenRun, "violations"> {
  const recognisedBy = ruleNames
    .map((rule, index) => ({ rule, spans: numberer.spansByRule[index] }))
    .filter(({ spans }) => spans > 0)
    .toSorted((a, b) => b.spans - a.spans);
  return { pipelineSpans: numberer.pipelineSpans, recognisedBy, packedOverlaps, notes: resolved.notes };
}
