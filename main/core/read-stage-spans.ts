/**
 * The spans of some neighbouring stages with all that belongs to their work, in, compute and out: rows of the heatmap have
 * only what computes.
 */
import type { SpanWindow } from "#common/api.ts";
import { NONE } from "#common/ids.ts";

import type { RunReader } from "../../db/index.ts";
import { IS_PIPELINE_PHASE } from "./analysis/input.ts";
import type { SpanQuery } from "./read-spans.ts";
import { readSpanWindow } from "./read-spans.ts";

export interface StageSpanQuery extends Pick<SpanQuery, "fromNs" | "toNs" | "limit"> {
  readonly replica: number;
  /** Ordinals, the last one excluded. */
  readonly fromStage: number;
  readonly toStage: number;
}

export function readStageSpans(
  reader: RunReader,
  { replica, fromStage, toStage, ...window }: StageSpanQuery,
): SpanWindow {
  const ordinals = new Int32Array(reader.stages.length);
  for (const { id, ordinal } of reader.stages) ordinals[id] = ordinal;
  const lanes = reader.lanes.filter((lane) => (lane.replica ?? 0) === replica).map(({ id }) => id);
  const isOfReplica = new Uint8Array(reader.lanes.length);
  for (const lane of lanes) isOfReplica[lane] = 1;
  return readSpanWindow(reader, {
    ...window,
    lanes,
    fromRow: fromStage,
    toRow: toStage,
    findRow: ({ stage, phase, lane }, i) =>
      stage[i] !== NONE && IS_PIPELINE_PHASE[phase[i]] === 1 && isOfReplica[lane[i]] === 1 ? ordinals[stage[i]] : NONE,
  });
}
