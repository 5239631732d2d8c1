/**
 * A simulation as it is asked for, by a command or a view: which order, on how many ranks, at what costs.
 *
 * It puts the pieces together and fills in what follows from the rest: stages from ranks and chunks, ranks of a network's
 * dataflow from its blocks. Files are read and written by the caller.
 */
import { AppError } from "#common/errors.ts";
import type { Order } from "#common/schedule/action.ts";
import {
  createOrder,
  DEFAULT_BATCHES,
  DEFAULT_BUFFER_DEPTH,
  DEFAULT_RANKS,
  splitsBackward,
  type ScheduleName,
} from "#common/schedule/catalogue.ts";
import { orderDataflow } from "#common/schedule/dataflow.ts";
import { partitionBalanced, type StageRange } from "#common/schedule/partition.ts";
import type { PerStage } from "#common/simulation.ts";
import { createConstantCosts, type Costs, type TransferCost } from "./costs.ts";
import { createDataflowCosts, createTrainingCosts, forwardNs, type NetworkOnDevice } from "./device.ts";
import type { MeasuredPipeline } from "./measured.ts";
import { createSampledCosts } from "./sampled-costs.ts";
import { simulateOrder } from "./simulate.ts";
import { describeSimulatedRun, type SimulatedRun, type StageDescription } from "./simulated-run.ts";
import type { Simulation } from "./simulation.ts";

/** Times of one stage and batch as given; what is left out follows from the rest. */
interface GivenTimes {
  readonly forwardNs?: PerStage;
  /** Input-grad alone. */
  readonly backwardNs?: PerStage;
  readonly weightNs?: PerStage;
  readonly overlapNs?: number;
  readonly inNs?: PerStage;
  readonly outNs?: PerStage;
  readonly transfer?: TransferCost;
}

export interface SimulateRequest {
  /** A schedule by name, or an order that was read from a table. */
  readonly schedule: ScheduleName | Order;
  readonly ranks?: number;
  readonly batches?: number;
  readonly chunks?: number;
  readonly bufferDepth?: number;
  /** Where costs come from when times are not given: a network, or a measured run. Given times win over a network's. */
  readonly network?: NetworkOnDevice & { readonly name: string };
  readonly measured?: MeasuredPipeline;
  readonly seed?: number;
  readonly times?: GivenTimes;
  /** Stages of each rank of a network's dataflow; `balanced` by its costs. */
  readonly partition?: readonly StageRange[];
  readonly phasesOverlap?: boolean;
  readonly name?: string;
  readonly createdAtEpochMs: number;
}

const DEFAULT_NS = 1_000_000;

/** @throws AppError impossible-order, invalid-argument */
export function simulateRequest(request: SimulateRequest): {
  order: Order;
  simulation: Simulation;
  simulated: SimulatedRun;
} {
  const { network, phasesOverlap = true, name, createdAtEpochMs } = request;
  const ranges = network === undefined ? undefined : rangesOfNetwork(request, network);
  const order = orderOf(request, ranges);
  const isForwardOnly = isForward(request);
  const costs = costsOf(request, { order, ranges });
  const simulation = simulateOrder(order, costs, { phasesOverlap, sharesDevice: false });
  const stages = network === undefined ? undefined : describeStages(network, isForwardOnly ? undefined : ranges);
  return {
    order,
    simulation,
    simulated: describeSimulatedRun(simulation, {
      name: name ?? nameOf(simulation, network?.name),
      createdAtEpochMs,
      ...(stages === undefined ? {} : { stages }),
      ...(network === undefined ? {} : { network: network.name }),
      ...(network !== undefined && isForwardOnly ? { edges: skipsOf(network) } : {}),
    }),
  };
}

const nameOf = ({ schedule, ranks, batches }: Simulation, network: string | undefined): string =>
  `${network === undefined ? "" : `${network} `}${schedule}, ${ranks} ranks, ${batches} batches`;

/** A network runs forward only as a dataflow or sequentially; everything else trains. */
const isForward = ({ schedule, network }: SimulateRequest): boolean =>
  schedule === "dataflow" || (schedule === "sequential" && network !== undefined);

/** Blocks of each stage of a training schedule, or of each rank of a dataflow. */
function rangesOfNetwork(request: SimulateRequest, network: NetworkOnDevice): readonly StageRange[] {
  const { schedule, ranks, chunks = 2, partition } = request;
  if (partition !== undefined) return partition;
  const blocks = network.blocks.length;
  const wanted =
    typeof schedule !== "string"
      ? schedule.stages
      : isForward(request)
        ? (ranks ?? blocks)
        : (ranks ?? DEFAULT_RANKS) * (schedule === "interleaved" ? chunks : 1);
  if (wanted > blocks) {
    throw new AppError({
      code: "invalid-argument",
      what: `${wanted} stages cannot share the ${blocks} blocks of the network`,
      todo: `choose at most ${blocks}`,
    });
  }
  return partitionBalanced({ costs: network.blocks.map((block) => forwardNs(block, network)), workers: wanted });
}

function orderOf(request: SimulateRequest, ranges: readonly StageRange[] | undefined): Order {
  const { schedule, ranks, batches = DEFAULT_BATCHES, chunks, bufferDepth, measured } = request;
  if (typeof schedule !== "string") return schedule;
  if (ranges !== undefined && isForward(request)) {
    const order = orderDataflow({ partition: ranges, batches, bufferDepth: bufferDepth ?? DEFAULT_BUFFER_DEPTH });
    return schedule === "sequential" ? { ...order, schedule, inFlightLimit: 1 } : order;
  }
  return createOrder(schedule, {
    ranks: ranks ?? (schedule === "interleaved" ? measured?.ranks : measured?.stages) ?? DEFAULT_RANKS,
    batches,
    ...(chunks === undefined ? {} : { chunks }),
    ...(bufferDepth === undefined ? {} : { bufferDepth }),
  });
}

function costsOf(
  { schedule, network, measured, seed = 1, times = {}, ...request }: SimulateRequest,
  { order, ranges }: { order: Order; ranges: readonly StageRange[] | undefined },
): Costs {
  if (measured !== undefined) return createSampledCosts(measured, { stages: order.stages, seed });
  const { overlapNs, transfer, inNs, outNs, forwardNs: given } = times;
  const phases = {
    ...(overlapNs === undefined ? {} : { overlapNs }),
    ...(transfer === undefined ? {} : { transfer }),
    ...(inNs === undefined ? {} : { inNs }),
    ...(outNs === undefined ? {} : { outNs }),
  };
  if (network !== undefined && ranges !== undefined && given === undefined) {
    const isForwardOnly = isForward({ schedule, network, ...request });
    const base = isForwardOnly ? createDataflowCosts(network) : createTrainingCosts(network, ranges);
    const extra = createConstantCosts({ forwardNs: 0, inputGradNs: 0, weightNs: 0, ...phases }, order);
    return { ...base, ...withoutCompute(extra) };
  }
  const forward = given ?? DEFAULT_NS;
  const backward = times.backwardNs ?? forward;
  const isSplit = typeof schedule !== "string" || splitsBackward(schedule);
  const weight = times.weightNs ?? (isSplit ? backward : 0);
  return createConstantCosts({ forwardNs: forward, inputGradNs: backward, weightNs: weight, ...phases }, order);
}

function withoutCompute({ computeNs: _, ...rest }: Costs): Omit<Costs, "computeNs"> {
  return rest;
}

function describeStages(
  { blocks }: NetworkOnDevice,
  ranges: readonly StageRange[] | undefined,
): readonly StageDescription[] {
  if (ranges === undefined) return blocks.map(({ index, op, flops }) => ({ name: `${index} ${op}`, op, flops }));
  return ranges.map(({ first, last }) => ({
    name: first === last ? `block ${first}` : `blocks ${first}–${last}`,
    op: first === last ? blocks[first].op : "other",
    flops: blocks.slice(first, last + 1).reduce((sum, { flops }) => sum + flops, 0),
  }));
}

const skipsOf = ({ blocks }: NetworkOnDevice): { from: number; to: number }[] =>
  blocks.flatMap(({ index, skip }) => (skip === undefined ? [] : [{ from: skip.block, to: index }]));
