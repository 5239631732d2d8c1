/**
 * The spans of some neighbouring stages as boxes on the lanes in, compute and out, and what of them depends on what. Pure.
 *
 * A send or recv that met its peer is a transfer only while both were under way (REFERENCE §3): its box knows that part, and
 * the rest of it is waiting. Dependencies go from the `compute` of one stage to the `in` of the next in the direction of the
 * pass, or to its `compute` where nothing was transferred.
 */
import type { SpanWindow } from "#common/api.ts";
import type { TransferColumns } from "#common/explanation.ts";
import { laneId, NONE, spanId } from "#common/ids.ts";
import type { LaneId, SpanId } from "#common/ids.ts";
import type { Pass } from "#common/model.ts";
import { PASSES, PHASES } from "#common/model.ts";

export const LANES = ["in", "compute", "out"] as const;
export type LaneName = (typeof LANES)[number];

export interface StageBox {
  readonly span: SpanId;
  readonly spanLane: LaneId;
  /** Ordinal. */
  readonly stage: number;
  readonly lane: LaneName;
  readonly fromNs: number;
  readonly toNs: number;
  readonly pass: Pass;
  readonly batch: number | undefined;
  readonly iteration: number | undefined;
  /** The true transfer within a send or recv that also waited. */
  readonly transfer: { readonly fromNs: number; readonly toNs: number } | undefined;
}

export interface StageLink {
  /** End of what was computed. */
  readonly from: { readonly stage: number; readonly ns: number };
  /** Start of what takes it. */
  readonly to: { readonly stage: number; readonly lane: LaneName; readonly ns: number };
  readonly batch: number;
}

const DIRECTION: Readonly<Record<Pass, -1 | 0 | 1>> = {
  none: 1,
  forward: 1,
  backward: -1,
  "input-grad": -1,
  "weight-grad": 0,
};

/** Boxes in order of start. @param ordinalOf of a stage by its id */
export function collectBoxes(
  { columns, ids }: SpanWindow,
  {
    ordinalOf,
    transfers,
  }: { ordinalOf: (stage: number) => number | undefined; transfers?: TransferColumns | undefined },
): StageBox[] {
  const entryOf = new Map<number, number>();
  transfers?.span.forEach((span, at) => entryOf.set(span, at));
  const boxes: StageBox[] = [];
  for (let i = 0; i < columns.length; i += 1) {
    const lane = LANES.find((name) => name === PHASES[columns.phase[i]]);
    const stage = columns.stage[i] === NONE ? undefined : ordinalOf(columns.stage[i]);
    if (lane === undefined || stage === undefined) continue;
    const entry = entryOf.get(ids[i]);
    boxes.push({
      span: spanId(ids[i]),
      spanLane: laneId(columns.lane[i]),
      stage,
      lane,
      fromNs: columns.start[i],
      toNs: columns.start[i] + columns.duration[i],
      pass: PASSES[columns.pass[i]],
      batch: columns.batch[i] === NONE ? undefined : columns.batch[i],
      iteration: columns.iteration[i] === NONE ? undefined : columns.iteration[i],
      transfer:
        entry === undefined || transfers === undefined
          ? undefined
          : { fromNs: transfers.from[entry], toNs: transfers.to[entry] },
    });
  }
  return boxes.sort((a, b) => a.fromNs - b.fromNs);
}

interface WorkEnds {
  readonly stage: number;
  readonly batch: number;
  readonly direction: -1 | 1;
  /** The first `in`, the first start and the last end of `compute`. */
  inNs?: number;
  startNs?: number;
  endNs?: number;
}

/** Dependencies between the stages of the boxes. */
export function linkBoxes(boxes: readonly StageBox[]): StageLink[] {
  const works = new Map<string, WorkEnds>();
  const keyOf = (stage: number, { batch, iteration }: StageBox, direction: number) =>
    `${stage} ${batch} ${iteration} ${direction}`;
  const befores = new Map<string, string>();
  for (const box of boxes) {
    const { stage, batch, pass, lane, fromNs, toNs } = box;
    const direction = DIRECTION[pass];
    if (batch === undefined || direction === 0 || lane === "out") continue;
    const key = keyOf(stage, box, direction);
    let work = works.get(key);
    if (work === undefined) {
      works.set(key, (work = { stage, batch, direction }));
      befores.set(key, keyOf(stage - direction, box, direction));
    }
    if (lane === "in") work.inNs ??= fromNs;
    else {
      work.startNs ??= fromNs;
      work.endNs = Math.max(work.endNs ?? toNs, toNs);
    }
  }
  const links: StageLink[] = [];
  for (const [key, { stage, batch, inNs, startNs }] of works) {
    const before = works.get(befores.get(key) ?? "");
    const takes = inNs ?? startNs;
    if (before?.endNs === undefined || takes === undefined) continue;
    const lane = inNs === undefined ? "compute" : "in";
    links.push({ from: { stage: before.stage, ns: before.endNs }, to: { stage, lane, ns: takes }, batch });
  }
  return links;
}
