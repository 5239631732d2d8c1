/** Adds to a trace that was read what only Kineto says: the ranks of the job, and device time for annotations of the host. */
import type { CollectedTrace } from "../collected-trace.ts";
import type { ReadOptions } from "../importer.ts";
import { recogniseCommunication } from "./communication.ts";
import { findPipelineGroup, readDistributedJob } from "./distributed-job.ts";
import { projectAnnotations } from "./project-annotations.ts";

/** @throws AppError for a pipeline group that the job does not have */
export function addJobAndDevice(trace: CollectedTrace, { pipelineGroup }: Pick<ReadOptions, "pipelineGroup">): void {
  const job = readDistributedJob(trace.distributedInfo);
  const group = findPipelineGroup(job, pipelineGroup);
  // A rank of the whole job is none of the pipeline: its position in the pipeline's group is.
  if (group !== undefined && job.rank !== undefined) trace.fileRank = group.ranks.indexOf(job.rank);
  projectAnnotations(trace);
  recogniseCommunication(trace, { job, pipelineGroup });
}
