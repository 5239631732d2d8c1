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

function nameIdOf({ plan, kind, stage }: { plan: CapturePlan; kind: RecordKind; stage: number }): number {
  const work = WORK_KINDS.indexOf(kind);
  if (work >= 0) return stage * WORK_KINDS.length + work;
  return plan.stages.length * WORK_KINDS.length + WAIT_KINDS.indexOf(kind);
}

function extentOf({ length, start, duration }: SpanColumns): Pick<Run, "extent"> {
  if (length === 0) return {};
  let end = 0;
  for (let i = 0; i < length; i++) end = Math.max(end, start[i] + duration[i]);
  return { extent: { startNs: ns(start[0]), endNs: ns(end) } };
}

interface Place {
  readonly block: RecordedSpans;
  readonly index: number;
}

function sortSpans({ plan, blocks }: { plan: CapturePlan; blocks: readonly RecordedSpans[] }): {
  columns: SpanColumns;
  args: readonly (string | undefined)[];
} {
  const places: Place[] = blocks.flatMap((block) =>
    Array.from({ length: block.length }, (_, index) => ({ block, index })),
  );
  const laneOf = ({ block, index }: Place): number =>
    block.worker * LANES.length + LANES.indexOf(PLACES[RECORD_KINDS[block.kind[index]]].lane);
  const startOf = ({ block, index }: Place): number => block.start[index];
  const endOf = ({ block, index }: Place): number => block.end[index];
  places.sort((a, b) => startOf(a) - startOf(b) || laneOf(a) - laneOf(b) || endOf(b) - endOf(a));

  const columns = createSpanColumns(places.length);
  const args = places.map((place, i) => {
    const { block, index } = place;
    const kind = RECORD_KINDS[block.kind[index]];
    const stage = block.stage[index];
    columns.lane[i] = laneOf(place);
    columns.start[i] = startOf(place);
    columns.duration[i] = endOf(place) - startOf(place);
    columns.name[i] = nameIdOf({ plan, kind, stage });
    columns.stage[i] = stage;
    columns.batch[i] = block.batch[index];
    columns.pass[i] = passCode("forward");
    columns.phase[i] = phaseCode(PLACES[kind].phase);
    if (kind === "compute") return `{"flops":${plan.stages[stage].flops}}`;
    return PLACES[kind].phase === "wait" ? undefined : `{"bytes":${block.bytes[index]}}`;
  });
  return { columns, args };
}
