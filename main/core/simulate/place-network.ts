/** A network by name on a described device, as costs are asked for: what is left out is as in the catalogue and DEFAULT_DEVICE. */
import { findNetwork } from "#common/network/catalogue.ts";
import { DEFAULT_DEVICE, type SimulationCosts } from "#common/simulation.ts";
import { readPartition } from "./read-partition.ts";
import type { SimulateRequest } from "./request.ts";

type NetworkCosts = Omit<Extract<SimulationCosts, { kind: "network" }>, "kind">;

/** @throws AppError unknown-network, invalid-argument */
export function placeNetwork({
  network: name,
  inputSize,
  batchSize = 1,
  device,
  partition,
}: NetworkCosts): Pick<SimulateRequest, "network" | "partition"> {
  const { blocks } = findNetwork({ name, ...(inputSize === undefined ? {} : { size: inputSize }) });
  return {
    network: { name, blocks, batchSize, device: { ...DEFAULT_DEVICE, ...device } },
    ...(partition === undefined ? {} : { partition: readPartition({ text: partition, stages: blocks.length }) }),
  };
}
