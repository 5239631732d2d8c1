/** The changes that a what-if makes to a measured run, and how they read. All of them are made together. */
import { formatShare } from "../format.ts";
import type { ScheduleName } from "./catalogue.ts";
import type { StageRange } from "./partition.ts";

export interface FasterStage {
  readonly stage: number;
  /** Share of its time that is saved: 0.2 for 20 %. */
  readonly share: number;
}

/** Which average every operation takes where there are no stragglers. */
export type Average = "mean" | "median";

export interface DurationChanges {
  readonly faster?: readonly FasterStage[];
  /** Absent: every operation takes its own duration. */
  readonly noStragglers?: Average;
  /** With `noStragglers`: the stages that keep their own durations. */
  readonly straggling?: readonly number[];
}

export interface Changes extends DurationChanges {
  readonly schedule?: ScheduleName;
  readonly batches?: number;
  /** Batches that a channel between two ranks holds. */
  readonly bufferDepth?: number;
  /** Stages of each rank; `balanced` is the best contiguous one by measured costs. */
  readonly partition?: "balanced" | readonly StageRange[];
  /** Transfers between ranks take no time. */
  readonly infiniteNetwork?: boolean;
}

/** `stage 3 20.0 % faster, no stragglers`; `as recorded` without changes. */
export function describeChanges(changes: Changes): string {
  const { faster = [], noStragglers, schedule, batches, bufferDepth, partition, infiniteNetwork } = changes;
  const parts = [
    ...faster.map(({ stage, share }) => `stage ${stage} ${formatShare(share)} faster`),
    ...(noStragglers === undefined ? [] : [noStragglers === "mean" ? "no stragglers" : "no stragglers (medians)"]),
    ...(schedule === undefined ? [] : [`schedule ${schedule}`]),
    ...(partition === undefined ? [] : [describePartition(partition)]),
    ...(batches === undefined ? [] : [`${batches} batches`]),
    ...(bufferDepth === undefined ? [] : [`buffers of ${bufferDepth}`]),
    ...(infiniteNetwork === true ? ["infinite network"] : []),
  ];
  return parts.length === 0 ? "as recorded" : parts.join(", ");
}

const describePartition = (partition: "balanced" | readonly StageRange[]): string =>
  partition === "balanced"
    ? "best contiguous partition"
    : `partition ${partition.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",")}`;
