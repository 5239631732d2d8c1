/**
 * Times a dataflow: ranks joined by bounded channels, each bringing a batch in, computing its stages and handing it out.
 *
 * The rules are those of the runner (native-runner/pipeline), so that what is predicted can be captured: `out` begins when
 * the channel has a free slot, and a slot is free again when the next rank's `in` has read it. Where phases overlap, a rank
 * has two buffers on either side of its compute: batch b comes in while b − 1 computes and b − 2 goes out. Where they do not,
 * it does one thing at a time. Ranks that share a device compute in order of arrival.
 */
import type { Order } from "#common/schedule/action.ts";
import type { Costs } from "./costs.ts";
import { createTaskGraph, type TaskGraph } from "./engine.ts";
import type { SimulatedSpan } from "./simulation.ts";

export interface DataflowRules {
  /** Do in, compute and out of neighbouring batches overlap on a rank? */
  readonly phasesOverlap: boolean;
  /** Do all ranks compute on one device, one at a time? */
  readonly sharesDevice: boolean;
  /** Unrecorded time between bringing a batch in and computing it, where phases do not overlap; 0 when left out. */
  readonly beforeComputeNs?: number;
}

/** Tasks of one batch on one rank. */
interface Passage {
  readonly in: number;
  readonly firstCompute: number;
  readonly lastCompute: number;
  readonly out: number;
}

const BUFFERS_A_PHASE = 2;

export function timeDataflow(
  order: Order,
  costs: Costs,
  { phasesOverlap, sharesDevice, beforeComputeNs = 0 }: DataflowRules,
): readonly SimulatedSpan[] {
  const graph = createTaskGraph();
  const spans: { task: number; span: Omit<SimulatedSpan, "startNs" | "durationNs"> }[] = [];
  const device = sharesDevice ? graph.addResource() : undefined;
  const passages: Passage[][] = order.ranks.map((actions, rank) => {
    const byBatch = Map.groupBy(
      actions.filter((action) => action.kind === "compute"),
      ({ batch }) => batch,
    );
    return [...byBatch].map(([batch, ofBatch]): Passage => {
      const [first] = ofBatch;
      const last = ofBatch[ofBatch.length - 1];
      const add = (lane: SimulatedSpan["lane"], stage: number, durationNs: number): number => {
        const resource = lane === "compute" ? device : undefined;
        const task = graph.addTask({ durationNs, ...(resource === undefined ? {} : { resource }) });
        spans.push({ task, span: { rank, lane, stage, batch, pass: "forward" } });
        return task;
      };
      const bringIn = add("in", first.stage, costs.inNs?.(first.stage, batch) ?? 0);
      const computing = ofBatch.map((action) => add("compute", action.stage, costs.computeNs(action)));
      const bringOut = add("out", last.stage, costs.outNs?.(last.stage, batch) ?? 0);
      chain(graph, [bringIn, ...computing, bringOut]);
      if (!phasesOverlap) graph.addWait({ task: computing[0], other: bringIn, latencyNs: beforeComputeNs });
      return { in: bringIn, firstCompute: computing[0], lastCompute: computing[computing.length - 1], out: bringOut };
    });
  });
  for (const [rank, ofRank] of passages.entries()) {
    if (phasesOverlap) overlapPhases(graph, ofRank);
    else doOneThingAtATime(graph, ofRank);
    const next = passages.at(rank + 1);
    if (next !== undefined) joinRanks(graph, { from: ofRank, to: next, depth: order.bufferDepth ?? BUFFERS_A_PHASE });
  }
  if (order.inFlightLimit !== undefined) {
    limitInFlight(graph, { first: passages[0], last: passages[passages.length - 1], limit: order.inFlightLimit });
  }
  const { startNs, endNs, stuck } = graph.run();
  if (stuck.length > 0) throw new RangeError(`a dataflow cannot wait in a circle, but task ${stuck[0]} does`);
  return spans
    .map(({ task, span }) => ({ ...span, startNs: startNs[task], durationNs: endNs[task] - startNs[task] }))
    .filter(({ lane, durationNs }) => lane === "compute" || durationNs > 0);
}

function chain(graph: TaskGraph, tasks: readonly number[]): void {
  for (let i = 1; i < tasks.length; i += 1) graph.addWait({ task: tasks[i], other: tasks[i - 1] });
}

function overlapPhases(graph: TaskGraph, passages: readonly Passage[]): void {
  for (const [batch, passage] of passages.entries()) {
    const before = passages.at(batch - 1);
    if (batch === 0 || before === undefined) continue;
    graph.addWait({ task: passage.in, other: before.in });
    graph.addWait({ task: passage.firstCompute, other: before.lastCompute });
    graph.addWait({ task: passage.out, other: before.out });
    if (batch < BUFFERS_A_PHASE) continue;
    const reused = passages[batch - BUFFERS_A_PHASE];
    graph.addWait({ task: passage.in, other: reused.lastCompute });
    graph.addWait({ task: passage.firstCompute, other: reused.out });
  }
}

function doOneThingAtATime(graph: TaskGraph, passages: readonly Passage[]): void {
  for (let batch = 1; batch < passages.length; batch += 1) {
    graph.addWait({ task: passages[batch].in, other: passages[batch - 1].out });
  }
}

function joinRanks(
  graph: TaskGraph,
  { from, to, depth }: { from: readonly Passage[]; to: readonly Passage[]; depth: number },
): void {
  for (const [batch, passage] of to.entries()) {
    graph.addWait({ task: passage.in, other: from[batch].out });
    if (batch + depth < from.length) graph.addWait({ task: from[batch + depth].out, other: passage.in });
  }
}

function limitInFlight(
  graph: TaskGraph,
  { first, last, limit }: { first: readonly Passage[]; last: readonly Passage[]; limit: number },
): void {
  for (let batch = limit; batch < first.length; batch += 1) {
    graph.addWait({ task: first[batch].in, other: last[batch - limit].out });
  }
}
