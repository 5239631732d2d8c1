/** Tells the spans that an import split off a fused one (`PP:(0F7;7B3)OVERLAP_F_B`) from spans that the trace itself holds. */
import type { SpanColumns } from "#common/model.ts";
import type { RunReader } from "../../../../db/index.ts";
import { PROJECTED_CATEGORY } from "../projection/project-ranges.ts";

/**
 * A twin follows its like in everything that the trace says, and has no arguments. Where the import counted as many spans as
 * there are, there is none.
 * @returns to be called for every span, in order
 */
export function createTwinTest(reader: RunReader): (columns: SpanColumns, span: number, argsLength: number) => boolean {
  if (!mayHaveTwins(reader)) return () => false;
  const last = { lane: -1, name: -1, start: 0, duration: 0, said: "" };
  return (columns, span, argsLength) => {
    const { lane, name, start, duration, stage, batch, pass, phase } = columns;
    const said = `${stage[span]} ${batch[span]} ${pass[span]} ${phase[span]}`;
    const isLike =
      last.lane === lane[span] &&
      last.name === name[span] &&
      last.start === start[span] &&
      last.duration === duration[span];
    last.lane = lane[span];
    last.name = name[span];
    last.start = start[span];
    last.duration = duration[span];
    // Actions of one span differ; the same work twice is twice in the trace.
    const isOther = last.said !== said;
    last.said = said;
    return isLike && isOther && argsLength === 0 && stage[span] >= 0;
  };
}

function mayHaveTwins(reader: RunReader): boolean {
  const counted = reader.importReport?.events.spans;
  if (counted === undefined || counted === reader.spanCount) return false;
  const isAdded = reader.names.map(({ category }) => category === PROJECTED_CATEGORY);
  let own = 0;
  for (const { index } of reader.chunks) for (const name of reader.readChunk(index).name) if (!isAdded[name]) own++;
  return own > counted;
}
