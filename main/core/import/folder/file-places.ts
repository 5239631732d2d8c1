/**
 * Which rank of which replica a file of a job holds, as far as the file or a person says it. A person's pattern on its path
 * comes first, then the process groups in its metadata; what its name says, and what the spans say, is weighed with the
 * lanes (recognise/lane-ranks.ts).
 */
import { AppError } from "#common/errors.ts";
import type { LaneFile } from "../collected-trace.ts";
import { findPipelineGroup, readDistributedJob } from "../kineto/distributed-job.ts";
import { findPatternFault, groupNamesOf } from "../recognise/check-pattern.ts";
import type { MergedFile } from "./merge-parts.ts";

export type FilePlace = Omit<LaneFile, "file">;

/**
 * Reads `--rank-from`: a pattern with a group `rank` and perhaps `replica`, both numbers.
 * @throws AppError invalid-argument
 */
export function readRankPattern(text: string): RegExp {
  const fault = findPatternFault(text);
  const groups = groupNamesOf(text);
  const wrong =
    fault ??
    (groups.has("rank") ? undefined : "has no group called rank") ??
    [...groups].filter((name) => name !== "rank" && name !== "replica").map((name) => `has a group ${name}`)[0];
  if (wrong === undefined) return new RegExp(text, "u");
  throw new AppError({
    code: "invalid-argument",
    what: `the pattern for ranks ${wrong}: ${text}`,
    todo: String.raw`write a pattern with the groups rank and, if there are copies, replica, such as node(?<replica>\d+)-gpu(?<rank>\d+)`,
  });
}

/**
 * Places by the paths alone.
 * @throws AppError invalid-argument for a path that the pattern does not fit
 */
export function placesFromPattern(pattern: RegExp, files: readonly string[]): readonly FilePlace[] {
  return files.map((file) => {
    const groups = pattern.exec(file)?.groups;
    const rank = numberOf(groups?.["rank"]);
    if (rank === undefined) {
      throw new AppError({
        code: "invalid-argument",
        what: `the pattern for ranks finds no rank in the name of this file`,
        where: { file },
        todo: "change the pattern, or leave the file out",
      });
    }
    return { rank, replica: numberOf(groups?.["replica"]), isGiven: true };
  });
}

/** Places by the process groups of the job: the position in the pipeline's group, and which of those groups it is. */
export function placesFromMetadata(
  files: readonly MergedFile[],
  pipelineGroup: string | undefined,
): readonly FilePlace[] {
  const groups = files.map(({ distributedInfo }) =>
    findPipelineGroup(readDistributedJob(distributedInfo), pipelineGroup),
  );
  const known = new Map(groups.flatMap((group) => (group === undefined ? [] : [[group.ranks.join(), group.ranks]])));
  const inOrder = [...known].toSorted(([, a], [, b]) => Math.min(...a) - Math.min(...b)).map(([key]) => key);
  return files.map(({ fileRank }, index) => {
    const group = groups[index];
    return { rank: fileRank, replica: group === undefined ? undefined : inOrder.indexOf(group.ranks.join()) };
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
