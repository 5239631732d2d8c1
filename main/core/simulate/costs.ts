/**
 * What actions cost, in one shape for every origin: constants, one value a stage, sampled from a measured run, or computed
 * from a network on a described device (device.ts). Integer ns. Nothing here knows in which order things run.
 */
import { AppError } from "#common/errors.ts";
import type { PerStage } from "#common/simulation.ts";
import type { ComputeAction, ComputePass, FusedAction } from "#common/schedule/action.ts";

/** A transfer between two ranks: how long it occupies the link, and how much later it arrives. */
export interface TransferCost {
  readonly occupancyNs: number;
  readonly latencyNs: number;
}

export interface Costs {
  readonly computeNs: (action: ComputeAction) => number;
  /** A forward and a backward that overlap; their sum when left out. */
  readonly overlapNs?: (action: FusedAction) => number;
  /** What leaves a stage forward (activations) or backward (gradients) for another rank; free when left out. */
  readonly transfer?: (what: { readonly stage: number; readonly pass: "forward" | "backward" }) => TransferCost;
  /** What a rank spends between two actions, by their passes; nothing when left out. */
  readonly gapNs?: (passes: { readonly before: ComputePass; readonly after: ComputePass }) => number;
  /** Phases of a rank of a dataflow, by its first (in) or last (out) stage; 0 when left out. */
  readonly inNs?: (stage: number, batch: number) => number;
  readonly outNs?: (stage: number, batch: number) => number;
}

export interface ConstantCosts {
  readonly forwardNs: PerStage;
  /** Of the input alone: the whole backward is this and `weightNs`. */
  readonly inputGradNs: PerStage;
  readonly weightNs: PerStage;
  /** An overlapped forward and whole backward. */
  readonly overlapNs?: number;
  readonly transfer?: TransferCost;
  readonly inNs?: PerStage;
  readonly outNs?: PerStage;
}

const at = (value: PerStage, stage: number): number => (typeof value === "number" ? value : value[stage]);

/** @throws AppError invalid-argument when a list has not one value a stage */
export function createConstantCosts(constants: ConstantCosts, { stages }: { stages: number }): Costs {
  const { forwardNs, inputGradNs, weightNs, overlapNs, transfer, inNs, outNs } = constants;
  for (const value of [forwardNs, inputGradNs, weightNs, inNs, outNs]) {
    if (value === undefined || typeof value === "number" || value.length === stages) continue;
    throw new AppError({
      code: "invalid-argument",
      what: `${value.length} times were given for ${stages} stages`,
      todo: "give one time for all stages or one a stage",
    });
  }
  return {
    computeNs({ stage, pass }) {
      switch (pass) {
        case "forward":
          return at(forwardNs, stage);
        case "input-grad":
          return at(inputGradNs, stage);
        case "weight-grad":
          return at(weightNs, stage);
        case "backward":
          return at(inputGradNs, stage) + at(weightNs, stage);
      }
    },
    ...(overlapNs === undefined ? {} : { overlapNs: () => overlapNs }),
    ...(transfer === undefined ? {} : { transfer: () => transfer }),
    ...(inNs === undefined ? {} : { inNs: (stage: number) => at(inNs, stage) }),
    ...(outNs === undefined ? {} : { outNs: (stage: number) => at(outNs, stage) }),
  };
}
