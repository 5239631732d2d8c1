/** What the pointer is on in one of two compared plots, as the key by which its partner is found. Pure. */
import type { RunDetail } from "#common/api.ts";
import type { Stage } from "#common/model.ts";
import { NO_STAGE } from "#common/tile.ts";
import type { KnownSpan } from "../../state/compare-coupling.svelte.ts";
import type { Pointed } from "../wavefront/pointing.ts";

/** `stages` by ordinal. Undefined for idle time and for spans that belong to no batch of the pipeline. */
export function keyOfPointed(
  pointed: Pointed | undefined,
  { detail, stages }: { detail: RunDetail; stages: readonly Stage[] },
): KnownSpan | undefined {
  if (pointed === undefined || pointed.kind === "idle") return undefined;
  const { id, startNs, stage, batch, iteration, kindCode, lane } =
    pointed.kind === "elsewhere" ? pointed.span : pointed;
  const known = stage === NO_STAGE ? undefined : stages.at(stage);
  if (known === undefined || batch < 0 || iteration < 0) return undefined;
  const replica = detail.lanes.find((one) => Number(one.id) === lane)?.replica ?? 0;
  return {
    id,
    startNs,
    key: { stage: known.id, replica, iteration, batch, pass: kindCode >> 4, phase: kindCode & 15 },
  };
}
