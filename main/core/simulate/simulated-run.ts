/**
 * A simulation as a run like any other: lanes, stages, names and span columns in canonical order (see `SpanColumns`).
 *
 * A rank has one lane that computes, and lanes for what comes in and goes out where that takes time: one for each rank at the
 * other end, because links are used independently of each other. Pure; writing it to a file is for write-simulated.ts.
 */
import { laneId, nameId, stageId } from "#common/ids.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { Lane, Op, Run, SpanColumns, SpanName, Stage, StageEdge } from "#common/model.ts";
import { ns } from "#common/units.ts";
import type { SimulatedSpan, Simulation } from "./simulation.ts";

/** A stage as far as the simulator's input knows it. */
export interface StageDescription {
  readonly name: string;
  readonly op: Op;
  readonly flops?: number;
}

interface SimulatedRunOptions {
  readonly name: string;
  readonly createdAtEpochMs: number;
  /** One a stage; `stage 0` … of op `other` when left out. */
  readonly stages?: readonly StageDescription[];
  /** Beyond the chain of stages: skip connections. */
  readonly edges?: readonly { readonly from: number; readonly to: number }[];
  readonly network?: string;
  readonly derivedFrom?: string;
  /** Iteration that the spans belong to; 0 when left out. */
  readonly iteration?: number;
}

export interface SimulatedRun {
  readonly run: Run;
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly names: readonly SpanName[];
  readonly spans: SpanColumns;
}

const LANE_ORDER = { in: 0, compute: 1, out: 2 } as const;

export function describeSimulatedRun(simulation: Simulation, options: SimulatedRunOptions): SimulatedRun {
  const stages = describeStages(simulation, options);
  const { lanes, laneOf } = describeLanes(simulation);
  const { names, nameOf } = describeNames(simulation, stages);
  const spans = fillColumns(simulation, { laneOf, nameOf, iteration: options.iteration ?? 0 });
  const chain = stages.slice(1).map(({ ordinal }) => ({ from: stageId(ordinal - 1), to: stageId(ordinal) }));
  const skips = (options.edges ?? []).map(({ from, to }) => ({ from: stageId(from), to: stageId(to) }));
  return {
    run: {
      name: options.name,
      kind: "simulated",
      sources: [],
      ...extentOf(spans),
      ...(options.network === undefined ? {} : { network: options.network }),
      schedule: simulation.schedule,
      ...(options.derivedFrom === undefined ? {} : { derivedFrom: options.derivedFrom }),
      createdAtEpochMs: options.createdAtEpochMs,
    },
    stages,
    edges: [...chain, ...skips],
    lanes,
    names,
    spans,
  };
}

/** The rank of a stage is left out where several ranks run it (DualPipe). */
function describeStages(
  { stages, spans }: Simulation,
  { stages: known }: Pick<SimulatedRunOptions, "stages">,
): readonly Stage[] {
  const ranksOf = Array.from({ length: stages }, () => new Set<number>());
  for (const { stage, rank } of spans) ranksOf[stage].add(rank);
  return ranksOf.map((ranks, ordinal): Stage => {
    const [rank] = ranks;
    return {
      id: stageId(ordinal),
      name: `stage ${ordinal}`,
      op: "other",
      ...known?.[ordinal],
      ordinal,
      ...(ranks.size === 1 ? { rank } : {}),
    };
  });
}

type LaneKey = Pick<SimulatedSpan, "rank" | "lane" | "peer">;

const keyOfLane = ({ rank, lane, peer = -1 }: LaneKey): string => `${rank} ${lane} ${peer}`;

function describeLanes({ spans }: Simulation): { lanes: readonly Lane[]; laneOf: (span: LaneKey) => number } {
  const found = new Map<string, LaneKey>();
  for (const span of spans) {
    const key = keyOfLane(span);
    if (!found.has(key)) found.set(key, span);
  }
  const sorted = [...found.values()].sort(
    (a, b) => a.rank - b.rank || LANE_ORDER[a.lane] - LANE_ORDER[b.lane] || (a.peer ?? -1) - (b.peer ?? -1),
  );
  const lanes = sorted.map(({ rank, lane, peer }, ordinal): Lane => ({
    id: laneId(ordinal),
    ordinal,
    kind: "worker",
    process: `rank ${rank}`,
    thread: peer === undefined ? lane : `${lane} ${lane === "in" ? "from" : "to"} rank ${peer}`,
    replica: 0,
    rank,
  }));
  const ids = new Map(sorted.map((lane, ordinal) => [keyOfLane(lane), ordinal]));
  return { lanes, laneOf: (span) => ids.get(keyOfLane(span)) ?? 0 };
}

/** One name a stage in forward-only runs, as captured runs have them; elsewhere one a pass and phase. */
function describeNames(
  { spans }: Simulation,
  stages: readonly Stage[],
): { names: readonly SpanName[]; nameOf: (span: SimulatedSpan) => number } {
  const isTraining = spans.some(({ pass }) => pass !== "forward");
  const textOf = ({ pass, stage }: SimulatedSpan): string => (isTraining ? pass : stages[stage].name);
  const ids = new Map<string, number>();
  const names: SpanName[] = [];
  return {
    names,
    nameOf: (span) => {
      const text = textOf(span);
      const key = `${span.lane} ${text}`;
      let id = ids.get(key);
      if (id === undefined) {
        ids.set(key, (id = names.length));
        names.push({ id: nameId(id), text, category: span.lane });
      }
      return id;
    },
  };
}

function fillColumns(
  { spans }: Simulation,
  {
    laneOf,
    nameOf,
    iteration,
  }: { laneOf: (span: LaneKey) => number; nameOf: (span: SimulatedSpan) => number; iteration: number },
): SpanColumns {
  const placed = spans.map((span) => ({ span, lane: laneOf(span) }));
  placed.sort((a, b) => a.span.startNs - b.span.startNs || a.lane - b.lane || b.span.durationNs - a.span.durationNs);
  const columns = createSpanColumns(placed.length);
  const busyUntil = new Map<number, { end: number; depth: number }>();
  for (const [i, { span, lane }] of placed.entries()) {
    const end = span.startNs + span.durationNs;
    const open = busyUntil.get(lane);
    // The two halves of an overlapped pair have equal times: they nest.
    const depth = open !== undefined && span.startNs < open.end ? open.depth + 1 : 0;
    busyUntil.set(lane, { end, depth });
    columns.lane[i] = lane;
    columns.depth[i] = depth;
    columns.start[i] = span.startNs;
    columns.duration[i] = span.durationNs;
    columns.name[i] = nameOf(span);
    columns.stage[i] = span.stage;
    columns.batch[i] = span.batch;
    columns.iteration[i] = iteration;
    columns.pass[i] = passCode(span.pass);
    columns.phase[i] = phaseCode(span.lane);
  }
  return columns;
}

function extentOf({ length, start, duration }: SpanColumns): Pick<Run, "extent"> {
  if (length === 0) return {};
  let end = 0;
  for (let i = 0; i < length; i += 1) end = Math.max(end, start[i] + duration[i]);
  return { extent: { startNs: ns(start[0]), endNs: ns(end) } };
}
