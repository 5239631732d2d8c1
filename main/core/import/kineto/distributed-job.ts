/**
 * What a Kineto trace says of the job it belongs to (`distributedInfo`): its rank, and the process groups with their ranks.
 * Device meshes name their groups `mesh_<dimension>`: the pipeline's is `mesh_pp` (REFERENCE §5). Outside data, so checked.
 */
import { z } from "zod";

const rankNumber = z.int().min(0);
const infoShape = z.object({
  rank: rankNumber.optional().catch(undefined),
  pg_config: z
    .array(
      z.object({
        pg_name: z.union([z.string(), z.number()]).transform(String).catch(""),
        pg_desc: z.string().catch(""),
        ranks: z.array(rankNumber).catch([]),
      }),
    )
    .catch([]),
});

export interface ProcessGroup {
  readonly name: string;
  readonly description: string;
  /** Global ranks in the order of the group. */
  readonly ranks: readonly number[];
}

export interface DistributedJob {
  readonly rank?: number;
  readonly groups: readonly ProcessGroup[];
}

const PIPELINE_GROUP = "mesh_pp";

/** @param json as in `CollectedTrace.distributedInfo`; anything else says nothing */
export function readDistributedJob(json: string | undefined): DistributedJob {
  const parsed = infoShape.safeParse(parse(json));
  if (!parsed.success) return { groups: [] };
  const { rank, pg_config: groups } = parsed.data;
  return {
    ...(rank === undefined ? {} : { rank }),
    groups: groups.map(({ pg_name, pg_desc, ranks }) => ({ name: pg_name, description: pg_desc, ranks })),
  };
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "{}") as unknown;
  } catch (error) {
    // The reader of Chrome traces accepts NaN and trailing commas; here they only cost the groups.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Whether a group is the pipeline's: by what a person said, else by the name that device meshes give it. */
export function isPipelineGroup({ name, description }: Omit<ProcessGroup, "ranks">, said: string | undefined): boolean {
  return said === undefined ? description === PIPELINE_GROUP : name === said || description === said;
}

/** The pipeline group that this rank is in. */
export function findPipelineGroup({ rank, groups }: DistributedJob, said?: string): ProcessGroup | undefined {
  return groups.find((group) => isPipelineGroup(group, said) && rank !== undefined && group.ranks.includes(rank));
}
