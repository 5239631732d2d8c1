/**
 * A simulation and a what-if as they are asked for and answered across the wire: plain data, units in the names.
 *
 * A simulation is asked for whole each time; what follows from the rest is filled in by main/core/simulate, which also checks
 * it. Nothing here computes; the closed forms to compare with are in schedule/closed-forms.ts.
 */
import type { Scope } from "./report.ts";
import type { RunId } from "./ids.ts";
import type { Changes } from "./schedule/changes.ts";
import type { ScheduleName } from "./schedule/catalogue.ts";

/** What a rank can do. */
export interface Device {
  readonly flopsPerSecond: number;
  readonly memoryBytesPerSecond: number;
  readonly linkBytesPerSecond: number;
  /** What brings the input to the first rank and takes the result from the last one. */
  readonly hostBytesPerSecond: number;
  readonly linkLatencyNs: number;
}

/**
 * One device for every rank: the 20.2 tera-operations a second of the published case (arXiv 2211.12877, REFERENCE §1), memory and
 * links on the chip at 1 TB/s, and a host at the practical rate of sixteen PCIe 3.0 lanes. The image then takes longer to arrive
 * than layer 1 to be through, so that batch 1 comes into layer 1 while batch 0 computes in layer 2, as in the figure.
 */
export const DEFAULT_DEVICE: Device = {
  flopsPerSecond: 20.2e12,
  memoryBytesPerSecond: 1e12,
  linkBytesPerSecond: 1e12,
  hostBytesPerSecond: 11e9,
  linkLatencyNs: 0,
};

/** One value for all stages, or one a stage; integer ns. */
export type PerStage = number | readonly number[];

/** Where the costs of a simulation come from. */
export type SimulationCosts =
  | {
      readonly kind: "constant";
      readonly forwardNs: PerStage;
      /** Input-grad alone: the whole backward is this and `weightNs`. */
      readonly backwardNs?: PerStage;
      readonly weightNs?: PerStage;
      /** An overlapped forward and whole backward; their sum when left out. */
      readonly overlapNs?: number;
      /** Input and output transfer of a dataflow's rank. */
      readonly inNs?: PerStage;
      readonly outNs?: PerStage;
    }
  | {
      readonly kind: "network";
      readonly network: string;
      readonly inputSize?: number;
      /** Images a batch. */
      readonly batchSize?: number;
      readonly device?: Partial<Device>;
      /** Blocks of each rank, such as `0-2,3-27`; balanced by cost when left out. */
      readonly partition?: string;
    }
  | { readonly kind: "measured"; readonly run: RunId; readonly seed?: number };

export interface SimulationOptions {
  /** A schedule by name, or a table in PyTorch's CSV form. */
  readonly schedule: ScheduleName | ScheduleTable;
  readonly ranks?: number;
  readonly batches?: number;
  /** Virtual stages of a rank (interleaved). */
  readonly chunks?: number;
  /** Batches that a channel between two ranks of a dataflow holds. */
  readonly bufferDepth?: number;
  readonly costs: SimulationCosts;
  /** A transfer between two ranks of a training schedule: how long it occupies the link, and how much later it arrives. */
  readonly transfer?: { readonly occupancyNs: number; readonly latencyNs: number };
  /** Do in, compute and out of neighbouring batches overlap on a rank of a dataflow? They do when left out. */
  readonly phasesOverlap?: boolean;
}

export interface ScheduleTable {
  /** Of its file. */
  readonly name: string;
  readonly csv: string;
}

/** What only a simulator knows of a run (REFERENCE §3). */
export interface SimulationFigures {
  readonly schedule: string;
  readonly stages: number;
  readonly ranks: number;
  readonly batches: number;
  readonly makespanNs: number;
  /** Max over ranks of (own first start to last end − own work). */
  readonly bubbleSizeNs: number;
  /** Per rank: most activations (stage, batch) held at once; batches in a dataflow. */
  readonly peakInFlight: readonly number[];
}

/** One change to a measured run and what it would give. */
export interface RankedChange {
  /** In words. */
  readonly change: string;
  readonly changes: Changes;
  readonly makespanNs: number;
  /** Share of the replayed makespan that is saved; negative when it takes longer. */
  readonly gain: number;
}

export interface StragglerFigures {
  /** Mean over iterations of the replayed makespan over that without stragglers, both of the slowest replica. */
  readonly slowdown: number;
  /** The same with only this stage keeping its own durations; the greatest first. */
  readonly byStage: readonly { readonly stage: number; readonly slowdown: number }[];
}

/** How ranks that share one machine slow each other down, as measured in the run. */
export interface ContentionFigures {
  /** Share by which computing slows down for each further rank that computes at once: 0.06 for 6 %; 0 when nothing shows it. */
  readonly slowdownPerRank: number;
  /** Time of all computing over what it would take undisturbed and alone, 1 or more. */
  readonly meanSlowdown: number;
}

/** What a measured run would have taken under changes. */
export interface WhatIfAnswer {
  readonly scope: Scope;
  /** The changes asked for, in words. */
  readonly change: string;
  readonly recordedNs: number;
  /** Makespan of the replay without changes: what gains are compared with. */
  readonly replayedNs: number;
  /** With the changes asked for. */
  readonly makespanNs: number;
  /** How well the replay predicts makespans that nothing was fitted to; absent where there is nothing to predict. */
  readonly replayErrorRatio?: number;
  /** Present where ranks share one machine: what is simulated then takes it into account. */
  readonly contention?: ContentionFigures;
  /** Single changes, the shortest makespan first. */
  readonly ranked: readonly RankedChange[];
  readonly stragglers?: StragglerFigures;
}
