/** From raw lanes to the lanes of a run: what a person reads of them, their order on screen, and their sub-lanes. */
import { laneId } from "#common/ids.ts";
import type { Lane, LaneKind } from "#common/model.ts";
import type { CollectedTrace } from "./collected-trace.ts";
import { UNSAID } from "./recognise/contract.ts";
import type { RawLane, ResolvedPipeline } from "./recognise/contract.ts";

type Place = ResolvedPipeline["lanes"][number];

/** All raw lanes with the names that metadata gives them. */
export function listRawLanes(trace: CollectedTrace, file: string): RawLane[] {
  const { lanes, texts, processes, threads } = trace;
  const textOf = (id: number) => (id === UNSAID ? "" : texts.text(id));
  return Array.from({ length: lanes.size }, (_, index) => {
    const process = textOf(lanes.first[index]);
    const thread = textOf(lanes.second[index]);
    const processName = processes.get(process)?.name;
    const threadName = threads.get(trace.threadKey(process, thread))?.name;
    const from = trace.laneFiles?.[index] ?? { file, rank: trace.fileRank };
    return {
      process,
      thread,
      file: from.file,
      ...(processName === undefined ? {} : { processName }),
      ...(threadName === undefined ? {} : { threadName }),
      ...(from.rank === undefined ? {} : { fileRank: from.rank }),
      ...(from.replica === undefined ? {} : { fileReplica: from.replica }),
      ...(from.isGiven === true ? { placeIsGiven: true } : {}),
    };
  });
}

/**
 * Place of every raw lane in the order of screen: replica, rank, then the trace's own order of processes and threads, then
 * their names. Lanes without a rank come last.
 */
export function rankLanes(trace: CollectedTrace, rawLanes: readonly RawLane[], places: readonly Place[]): Int32Array {
  const sortIndex = ({ process, thread }: RawLane) => ({
    process: trace.processes.get(process)?.sortIndex ?? 0,
    thread: trace.threads.get(trace.threadKey(process, thread))?.sortIndex ?? 0,
  });
  const indices = rawLanes.map((lane, index) => ({ index, lane, place: places[index] ?? {}, sort: sortIndex(lane) }));
  indices.sort(
    (a, b) =>
      compareAbsentLast(a.place.replica, b.place.replica) ||
      compareAbsentLast(a.place.rank, b.place.rank) ||
      a.sort.process - b.sort.process ||
      compareNatural(a.lane.process, b.lane.process) ||
      a.sort.thread - b.sort.thread ||
      compareNatural(a.lane.thread, b.lane.thread) ||
      a.index - b.index,
  );
  const ranks = new Int32Array(rawLanes.length);
  indices.forEach(({ index }, rank) => (ranks[index] = rank));
  return ranks;
}

function compareAbsentLast(a: number | undefined, b: number | undefined): number {
  return (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
}

/** Numbers by value and before words; words by code unit, the same on every machine. */
function compareNatural(a: string, b: string): number {
  const numberA = a === "" ? NaN : Number(a);
  const numberB = b === "" ? NaN : Number(b);
  if (!Number.isNaN(numberA) && !Number.isNaN(numberB) && numberA !== numberB) return numberA - numberB;
  if (Number.isNaN(numberA) !== Number.isNaN(numberB)) return Number.isNaN(numberA) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface NamedLanes {
  readonly lanes: readonly Lane[];
  /** By raw lane: id of its sub-lane 0; sub-lane k has the id + k. */
  readonly firstId: Int32Array;
}

/** The run's lanes; ids are their ordinals. */
export function nameLanes(
  trace: CollectedTrace,
  {
    rawLanes,
    ranks,
    places,
    subLanes,
  }: { rawLanes: readonly RawLane[]; ranks: Int32Array; places: readonly Place[]; subLanes: Int32Array },
): NamedLanes {
  const byRank = new Int32Array(rawLanes.length);
  ranks.forEach((rank, index) => (byRank[rank] = index));
  const firstId = new Int32Array(rawLanes.length);
  const lanes: Lane[] = [];
  for (const index of byRank) {
    const raw = rawLanes[index];
    firstId[index] = lanes.length;
    const device = trace.processes.get(raw.process)?.labels;
    const { replica, rank } = places[index] ?? {};
    for (let sub = 0; sub < subLanes[index]; sub++) {
      lanes.push({
        id: laneId(lanes.length),
        ordinal: lanes.length,
        kind: kindOf(trace, index, raw),
        process: raw.process,
        thread: raw.thread,
        ...(raw.processName === undefined ? {} : { processName: raw.processName }),
        ...(raw.threadName === undefined ? {} : { threadName: raw.threadName }),
        ...(device === undefined || device === "" ? {} : { device }),
        ...(replica === undefined ? {} : { replica }),
        ...(rank === undefined ? {} : { rank }),
        ...(sub === 0 ? {} : { overflowOf: laneId(firstId[index]) }),
      });
    }
  }
  return { lanes, firstId };
}

function kindOf(trace: CollectedTrace, index: number, { thread, threadName }: RawLane): LaneKind {
  const known = trace.laneKinds.get(index);
  if (known !== undefined) return known;
  return /^stream\b/i.test(threadName ?? "") || /^stream\b/i.test(thread) ? "stream" : "thread";
}
