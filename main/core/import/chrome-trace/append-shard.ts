/**
 * Puts a piece of a trace behind what was read before it, column by column, so that the trace is the same as if one thread
 * had read both: lanes and names become known in the order of the file.
 */
import type { CollectedTrace, Described } from "../collected-trace.ts";
import { addMoments } from "../folder/merge-parts.ts";
import type { ShardIds } from "./shard-ids.ts";
import type { ShardResult } from "./shard.ts";

/** @param ids of the thread that read the piece */
export function appendShard(
  trace: CollectedTrace,
  { rows, used }: Pick<ShardResult, "rows" | "used">,
  ids: ShardIds,
): void {
  ids.place(used);
  const { laneOf, nameOf } = ids;
  for (const [lane, kind] of rows.laneKinds) trace.laneKinds.set(laneOf[lane], kind);
  describe(trace.processes, rows.processes);
  describe(trace.threads, rows.threads);
  const argsShift = trace.arena.append(rows.argBlocks);
  trace.spans.append(rows, { laneOf, nameOf, argsShift });
  addMoments(rows.instants, trace.instants, (moment) => ({
    ...moment,
    place: laneOf[moment.place],
    name: nameOf[moment.name],
    key: ids.text(moment.key),
    value: moment.size === 0 ? 0 : moment.value + argsShift,
  }));
  addMoments(rows.counters, trace.counters, (moment) => ({
    ...moment,
    place: ids.text(moment.place),
    name: nameOf[moment.name],
    key: ids.text(moment.key),
  }));
  addMoments(rows.flows, trace.flows, (moment) => ({
    ...moment,
    place: laneOf[moment.place],
    name: nameOf[moment.name],
    key: ids.text(moment.key),
  }));
  trace.tally.add(rows.tally);
}

/** What a later event says of a process or thread holds; what it leaves out stays. */
function describe(known: Map<string, Described>, later: ReadonlyMap<string, Described>): void {
  for (const [key, described] of later) {
    let merged = known.get(key);
    if (merged === undefined) known.set(key, (merged = {}));
    if (described.name !== undefined) merged.name = described.name;
    if (described.labels !== undefined) merged.labels = described.labels;
    if (described.sortIndex !== undefined) merged.sortIndex = described.sortIndex;
  }
}
