/**
 * The spans of a window put together as work: one item per (stage, batch, iteration, pass) with its in, compute and out
 * times. Pure: columns in, rows out. Spans that are not part of the pipeline are left out.
 */
import type { SpanWindow } from "#common/api.ts";
import type { LaneId, SpanId, StageId } from "#common/ids.ts";
import { laneId, NONE, spanId, stageId } from "#common/ids.ts";
import type { Pass } from "#common/model.ts";
import { PASSES, PHASES } from "#common/model.ts";

export interface WorkItem {
  readonly stage: StageId;
  readonly batch: number | undefined;
  readonly iteration: number | undefined;
  readonly pass: Pass;
  /** First start and last end of its compute spans. */
  readonly startNs: number;
  readonly endNs: number;
  /** Sums of the durations of its spans by phase. */
  readonly inNs: number;
  readonly computeNs: number;
  readonly outNs: number;
  /** The first of its compute spans, and the lane that has it. */
  readonly span: SpanId;
  readonly lane: LaneId;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Items of which at least one compute span is in the window, by start. `keep` chooses spans by index in the columns. */
export function collectWork(window: SpanWindow, keep: (index: number) => boolean): readonly WorkItem[] {
  const { columns, ids } = window;
  const items = new Map<string, Mutable<WorkItem>>();
  for (let i = 0; i < columns.length; i++) {
    const phase = PHASES[columns.phase[i]];
    if (columns.stage[i] === NONE || (phase !== "in" && phase !== "compute" && phase !== "out") || !keep(i)) continue;
    const key = `${columns.stage[i]} ${columns.batch[i]} ${columns.iteration[i]} ${columns.pass[i]}`;
    const item = items.get(key) ?? emptyItem(window, i);
    items.set(key, item);
    const startNs = columns.start[i];
    const durationNs = columns.duration[i];
    if (phase === "in") item.inNs += durationNs;
    else if (phase === "out") item.outNs += durationNs;
    else {
      item.computeNs += durationNs;
      if (startNs < item.startNs) {
        item.span = spanId(ids[i]);
        item.lane = laneId(columns.lane[i]);
      }
      item.startNs = Math.min(item.startNs, startNs);
      item.endNs = Math.max(item.endNs, startNs + durationNs);
    }
  }
  return [...items.values()]
    .filter(({ startNs }) => startNs !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.startNs - b.startNs);
}

function emptyItem({ columns, ids }: SpanWindow, i: number): Mutable<WorkItem> {
  const known = (value: number) => (value === NONE ? undefined : value);
  return {
    stage: stageId(columns.stage[i]),
    batch: known(columns.batch[i]),
    iteration: known(columns.iteration[i]),
    pass: PASSES[columns.pass[i]] ?? "none",
    startNs: Number.POSITIVE_INFINITY,
    endNs: Number.NEGATIVE_INFINITY,
    inNs: 0,
    computeNs: 0,
    outNs: 0,
    span: spanId(ids[i]),
    lane: laneId(columns.lane[i]),
  };
}
