/**
 * Gives lanes their rank and replica. Sources, the first that says something: arguments of the spans, names of thread and
 * process, the file's metadata, the file's name, the process where several do pipeline work, the thread. Lanes that do no
 * pipeline work follow the names and processes of those that do. Nothing is ranked when nothing was recognised.
 */
import { placeFromDisplayNames, placeFromFileName } from "#common/rank-names.ts";

import { UNSAID } from "./contract.ts";
import type { RawLane } from "./contract.ts";
import type { LaneFacts } from "./lane-facts.ts";
import { separateReplicas } from "./replicas.ts";
import { groupThreads } from "./thread-groups.ts";

/** Ranks and replicas by lane; UNSAID where a lane belongs to no rank. */
export interface LaneRanks {
  readonly rank: Int32Array;
  readonly replica: Int32Array;
  /** By lane: dense index of its process, equal in lanes of the same file and process. */
  readonly process: Int32Array;
  readonly notes: readonly string[];
}

export function rankLanes(lanes: readonly RawLane[], facts: readonly LaneFacts[]): LaneRanks {
  const rank = new Int32Array(lanes.length).fill(UNSAID);
  const replica = new Int32Array(lanes.length).fill(UNSAID);
  const process = indexProcesses(lanes);
  if (!facts.some(({ pipelineSpans }) => pipelineSpans > 0)) {
    rankFiles(lanes, { rank, replica });
    return { rank, replica, process, notes: [] };
  }

  const works = (lane: number) => facts[lane].pipelineSpans > 0;
  const fileHasOneProcess = findFilesOfOneProcess(lanes, process, works);
  lanes.forEach((lane, index) => {
    const named = placeFromDisplayNames([lane.threadName, lane.processName]);
    const ofFile = fileHasOneProcess.has(lane.file) ? placeFromFileName(lane.file) : {};
    const fileRank = fileHasOneProcess.has(lane.file) ? lane.fileRank : undefined;
    const given = lane.placeIsGiven === true ? lane : undefined;
    rank[index] = firstSaid(given?.fileRank, facts[index].rank, named.rank, fileRank, ofFile.rank);
    replica[index] = firstSaid(
      given?.fileReplica,
      facts[index].replica,
      named.replica,
      fileRank === undefined ? undefined : lane.fileReplica,
      ofFile.replica,
    );
  });
  inheritWithinProcess(rank, process);
  inheritWithinProcess(replica, process);
  rankTheRest({ lanes, facts, rank, replica, process });
  inheritWithinProcess(rank, process);
  const isFree =
    !replica.some((value) => value !== UNSAID) &&
    !facts.some((of) => of.rank !== UNSAID) &&
    !lanes.some(({ placeIsGiven }) => placeIsGiven === true);
  if (isFree) separateReplicas({ facts, rank, replica });
  for (let lane = 0; lane < lanes.length; lane++) {
    if (replica[lane] === UNSAID && (rank[lane] !== UNSAID || works(lane))) replica[lane] = 0;
  }
  return { rank, replica, process, notes: describeConflicts(lanes, facts) };
}

/**
 * Ranks of a run without a pipeline: only where several files each speak for theirs, which makes its lanes findable. A single
 * trace gets none: there they would say nothing.
 */
function rankFiles(lanes: readonly RawLane[], { rank, replica }: { rank: Int32Array; replica: Int32Array }): void {
  if (new Set(lanes.map(({ file }) => file)).size < 2) return;
  lanes.forEach((lane, index) => {
    const ofFile = placeFromFileName(lane.file);
    rank[index] = firstSaid(lane.fileRank, ofFile.rank);
    if (rank[index] !== UNSAID) replica[index] = firstSaid(lane.fileReplica, ofFile.replica, 0);
  });
}

/** One sentence for all lanes whose spans name several ranks: a lane can only be shown as one. */
function describeConflicts(lanes: readonly RawLane[], facts: readonly LaneFacts[]): readonly string[] {
  const conflicts = lanes.flatMap((lane, index) =>
    facts[index].otherRank === UNSAID ? [] : [{ lane, of: facts[index] }],
  );
  if (conflicts.length === 0) return [];
  const [{ lane, of }] = conflicts;
  return [
    `showed ${conflicts.length} threads as the first of several ranks that their spans name (thread ${lane.thread} of process ${lane.process}: ${of.rank}, not ${of.otherRank})`,
  ];
}

function firstSaid(...values: readonly (number | undefined)[]): number {
  return values.find((value) => value !== undefined && value >= 0) ?? UNSAID;
}

function indexProcesses(lanes: readonly RawLane[]): Int32Array {
  const indexes = new Map<string, number>();
  return Int32Array.from(lanes, ({ file, process }) => {
    const key = `${file}\0${process}`;
    const index = indexes.get(key) ?? indexes.size;
    indexes.set(key, index);
    return index;
  });
}

/** A file speaks for a rank only if one process of it does pipeline work: a merged trace holds many ranks under one name. */
function findFilesOfOneProcess(
  lanes: readonly RawLane[],
  process: Int32Array,
  works: (lane: number) => boolean,
): ReadonlySet<string> {
  const processes = new Map<string, Set<number>>();
  lanes.forEach(({ file }, lane) => {
    if (!works(lane)) return;
    const known = processes.get(file) ?? new Set<number>();
    processes.set(file, known.add(process[lane]));
  });
  return new Set([...processes].flatMap(([file, { size }]) => (size === 1 ? [file] : [])));
}

/** Lanes without a value take that of their process, where all its other lanes agree. */
function inheritWithinProcess(values: Int32Array, process: Int32Array): void {
  const MIXED = -2;
  const ofProcess = new Map<number, number>();
  values.forEach((value, lane) => {
    if (value === UNSAID) return;
    const known = ofProcess.get(process[lane]);
    ofProcess.set(process[lane], known === undefined || known === value ? value : MIXED);
  });
  values.forEach((value, lane) => {
    const known = ofProcess.get(process[lane]);
    if (value === UNSAID && known !== undefined && known !== MIXED) values[lane] = known;
  });
}

interface RankingState {
  readonly lanes: readonly RawLane[];
  readonly facts: readonly LaneFacts[];
  readonly rank: Int32Array;
  readonly replica: Int32Array;
  readonly process: Int32Array;
}

/** Working lanes of which nothing says the rank: by process where several such processes work, else by thread. */
function rankTheRest({ lanes, facts, rank, replica, process }: RankingState): void {
  const rest = lanes.flatMap((_, lane) => (facts[lane].pipelineSpans > 0 && rank[lane] === UNSAID ? [lane] : []));
  if (rest.length === 0) return;
  const taken = new Set<string>();
  rank.forEach((value, lane) => {
    if (value !== UNSAID) taken.add(`${replica[lane]}/${value}`);
  });
  const byProcess = [...Map.groupBy(rest, (lane) => process[lane]).values()];
  const groups: readonly (readonly number[])[] = byProcess.length > 1 ? byProcess : groupThreads(rest, facts);
  const least = new Map(groups.map((group) => [group, leastStage(group, facts)]));
  const byOrder = groups.toSorted(
    (a, b) => compareStages(least.get(a), least.get(b)) || compareLanes(lanes[a[0]], lanes[b[0]]),
  );
  const next = new Map<number, number>();
  for (const group of byOrder) {
    const of = replica[group[0]];
    let value = next.get(of) ?? 0;
    while (taken.has(`${of}/${value}`)) value++;
    next.set(of, value + 1);
    for (const lane of group) rank[lane] = value;
  }
}

const natural = new Intl.Collator("en", { numeric: true });

/** Groups stand along the pipeline where stages are known, else as processes and threads are numbered. */
function leastStage(group: readonly number[], facts: readonly LaneFacts[]): number {
  return group.reduce((least, lane) => Math.min(least, facts[lane].stages.least), Infinity);
}

function compareStages(a = Infinity, b = Infinity): number {
  return a === b ? 0 : a - b;
}

function compareLanes(a: RawLane, b: RawLane): number {
  return (
    natural.compare(a.file, b.file) || natural.compare(a.process, b.process) || natural.compare(a.thread, b.thread)
  );
}
