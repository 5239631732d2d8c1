/** Reads the boxes of some neighbouring stages in a part of time, and how long their transfers really took. */
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { TimeRange } from "../../state/viewport.svelte.ts";
import { collectBoxes } from "./stage-boxes.ts";
import type { StageBox } from "./stage-boxes.ts";

/** Boxes beyond this could not be told apart. */
const MOST_SPANS = 6_000;

const SCREENS_BESIDE = 1;

/** What is on screen and as much on either side: work that goes on there belongs to what is seen. */
export function withBeside({ fromNs, toNs }: TimeRange): TimeRange {
  const besideNs = (toNs - fromNs) * SCREENS_BESIDE;
  return { fromNs: fromNs - besideNs, toNs: toNs + besideNs };
}

interface ReadBoxes {
  readonly boxes: readonly StageBox[];
  /** Only the longest spans were read. */
  readonly truncated: boolean;
}

/** @param stages ordinals, ascending without a gap */
export async function readStageBoxes(
  { client, detail, scope, pipelineReport }: OpenRun,
  { stages, range, signal }: { stages: readonly number[]; range: TimeRange; signal?: AbortSignal },
): Promise<ReadBoxes> {
  const replica = scope?.replica ?? 0;
  const query = { run: detail.id, ...range, limit: MOST_SPANS };
  const options = signal === undefined ? {} : { signal };
  const hasTransfers = (pipelineReport?.phases.inNs ?? pipelineReport?.phases.outNs) !== undefined;
  const [window, transfers] = await Promise.all([
    client.readStageSpans(
      { ...query, replica, fromStage: Math.min(...stages), toStage: Math.max(...stages) + 1 },
      options,
    ),
    hasTransfers && scope !== undefined
      ? client.readTransfers({ ...query, iteration: scope.iteration, replica: scope.replica }, options)
      : undefined,
  ]);
  const ordinals = new Map(detail.stages.map(({ id, ordinal }) => [id as number, ordinal]));
  return {
    boxes: collectBoxes(window, { ordinalOf: (stage) => ordinals.get(stage), transfers }),
    truncated: window.truncated,
  };
}
