/**
 * What a capture recorded, as a run: the same model whether it goes into a run file here or into a trace file on a cluster
 * node, so that both give the same report.
 *
 * A worker is a rank of replica 0 with one lane for each phase: on a GPU the phases of neighbouring batches overlap, so they
 * cannot share a lane. Waiting lies in the lane of the phase that it delays, `starved` before `in` and `blocked` before `out`:
 * a worker can be starved and blocked at the same time. Pure; it knows neither files nor processes.
 */
import { laneId, nameId, stageId } from "./ids.ts";
import {
  createSpanColumns,
  passCode,
  phaseCode,
  type Lane,
  type Phase,
  type Run,
  type SpanColumns,
  type SpanName,
  type Stage,
  type StageEdge,
} from "./model.ts";
import { orderRows } from "./order-spans.ts";
import { RECORD_KINDS, type CapturePlan, type RecordedSpans, type RecordKind } from "./runner-api.ts";
import { epochNs, ns } from "./units.ts";

/** The run with its spans in canonical order; `args[i]` is the JSON text of span i's arguments, or undefined. */
export interface CapturedRun {
  readonly run: Run;
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly names: readonly SpanName[];
  readonly columns: SpanColumns;
  readonly args: readonly (string | undefined)[];
}

const LANES = ["in", "compute", "out"] as const;

const PLACES: Readonly<Record<RecordKind, { readonly lane: (typeof LANES)[number]; readonly phase: Phase }>> = {
  in: { lane: "in", phase: "in" },
  compute: { lane: "compute", phase: "compute" },
  out: { lane: "out", phase: "out" },
  starved: { lane: "in", phase: "wait" },
  blocked: { lane: "out", phase: "wait" },
};

const WORK_KINDS: readonly RecordKind[] = ["in", "compute", "out"];
const WAIT_KINDS: readonly RecordKind[] = ["starved", "blocked"];

/**
 * Makes a run of a plan and the spans recorded so far; blocks of spans may come in any order.
 * @param name what the run is called, @param schedule the mode in words
 */
export function describeCapturedRun({
  plan,
  blocks,
  name,
  schedule,
}: {
  plan: CapturePlan;
  blocks: readonly RecordedSpans[];
  name: string;
  schedule: string;
}): CapturedRun {
  const lanes = plan.partition.flatMap((_, worker) =>
    LANES.map((thread, position): Lane => ({
      id: laneId(worker * LANES.length + position),
      ordinal: worker * LANES.length + position,
      kind: "worker",
      process: `worker ${worker}`,
      thread,
      replica: 0,
      rank: worker,
      ...(plan.sharedDevice ? { device: plan.device } : {}),
    })),
  );
  const stages = plan.stages.map(({ name: text, op, flops, worker }, ordinal): Stage => ({
    id: stageId(ordinal),
    name: text,
    op,
    ordinal,
    rank: worker,
    flops,
  }));
  const names = describeNames(plan);
  const { columns, args } = sortSpans({ plan, blocks });
  return {
    run: {
      name,
      kind: "captured",
      sources: [],
      originEpochNs: epochNs(plan.originEpochNs),
      ...extentOf(columns),
      network: plan.network,
      schedule,
      createdAtEpochMs: Number(plan.originEpochNs / 1_000_000n),
    },
    stages,
    edges: plan.edges,
    lanes,
    names,
    columns,
    args,
  };
}

/** One name for each phase of each stage, then one for each kind of waiting. */
function describeNames({ stages }: CapturePlan): readonly SpanName[] {
  const phases = stages.flatMap(({ name }) => WORK_KINDS.map((kind) => ({ text: name, category: PLACES[kind].phase })));
  const waits = WAIT_KINDS.map((kind) => ({ text: kind, category: PLACES[kind].phase }));
  return [...phases, ...waits].map((name, id) => ({ id: nameId(id), ...name }));
}

/** @param kind index in `RECORD_KINDS` */
function nameIdOf({ plan, kind, stage }: { plan: CapturePlan; kind: number; stage: number }): number {
  const work = WORK_INDEX_OF_KIND[kind];
  if (work >= 0) return stage * WORK_KINDS.length + work;
  return plan.stages.length * WORK_KINDS.length + WAIT_INDEX_OF_KIND[kind];
}

function extentOf({ length, start, duration }: SpanColumns): Pick<Run, "extent"> {
  if (length === 0) return {};
  let end = 0;
  for (let i = 0; i < length; i++) end = Math.max(end, start[i] + duration[i]);
  return { extent: { startNs: ns(start[0]), endNs: ns(end) } };
}

/** Everything recorded, block by block as it came. */
interface Recorded {
  readonly lane: Int32Array;
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly kind: Uint8Array;
  readonly stage: Int32Array;
  readonly batch: Int32Array;
  readonly bytes: Float64Array;
}

function joinBlocks(blocks: readonly RecordedSpans[]): Recorded {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  const joined: Recorded = {
    lane: new Int32Array(length),
    start: new Float64Array(length),
    duration: new Float64Array(length),
    kind: new Uint8Array(length),
    stage: new Int32Array(length),
    batch: new Int32Array(length),
    bytes: new Float64Array(length),
  };
  let at = 0;
  for (const block of blocks) {
    joined.start.set(block.start, at);
    joined.kind.set(block.kind, at);
    joined.stage.set(block.stage, at);
    joined.batch.set(block.batch, at);
    joined.bytes.set(block.bytes, at);
    for (let index = 0; index < block.length; index++, at++) {
      joined.duration[at] = block.end[index] - block.start[index];
      joined.lane[at] = block.worker * LANES.length + LANE_OF_KIND[block.kind[index]];
    }
  }
  return joined;
}

const WORK_INDEX_OF_KIND = RECORD_KINDS.map((kind) => WORK_KINDS.indexOf(kind));
const WAIT_INDEX_OF_KIND = RECORD_KINDS.map((kind) => WAIT_KINDS.indexOf(kind));
const COMPUTE_KIND = RECORD_KINDS.indexOf("compute");
const LANE_OF_KIND = RECORD_KINDS.map((kind) => LANES.indexOf(PLACES[kind].lane));
const PHASE_OF_KIND = RECORD_KINDS.map((kind) => phaseCode(PLACES[kind].phase));

function sortSpans({ plan, blocks }: { plan: CapturePlan; blocks: readonly RecordedSpans[] }): {
  columns: SpanColumns;
  args: readonly (string | undefined)[];
} {
  const recorded = joinBlocks(blocks);
  const { lane, start, duration } = recorded;
  const rows = Uint32Array.from(start, (_, row) => row);
  const laneRank = Int32Array.from({ length: plan.partition.length * LANES.length }, (_, id) => id);
  orderRows(rows, { start, duration, lane, laneRank });

  const columns = createSpanColumns(rows.length);
  const forward = passCode("forward");
  const args = new Array<string | undefined>(rows.length);
  const textOf = createArgTexts(plan);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const kind = recorded.kind[row];
    const stage = recorded.stage[row];
    columns.lane[i] = lane[row];
    columns.start[i] = start[row];
    columns.duration[i] = duration[row];
    columns.name[i] = nameIdOf({ plan, kind, stage });
    columns.stage[i] = stage;
    columns.batch[i] = recorded.batch[row];
    columns.pass[i] = forward;
    columns.phase[i] = PHASE_OF_KIND[kind];
    args[i] = textOf({ kind, stage, bytes: recorded.bytes[row] });
  }
  return { columns, args };
}

/** Texts of arguments, each made once: the batches of a stage all say the same. */
function createArgTexts({ stages }: CapturePlan) {
  const ofCompute = stages.map(({ flops }) => `{"flops":${flops}}`);
  const ofBytes = new Map<number, string>();
  return ({ kind, stage, bytes }: { kind: number; stage: number; bytes: number }): string | undefined => {
    if (kind === COMPUTE_KIND) return ofCompute[stage];
    if (WORK_INDEX_OF_KIND[kind] < 0) return undefined;
    let text = ofBytes.get(bytes);
    if (text === undefined) ofBytes.set(bytes, (text = `{"bytes":${bytes}}`));
    return text;
  };
}
