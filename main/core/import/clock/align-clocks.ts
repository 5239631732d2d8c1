/**
 * Sets the files of a run to one clock: first by the epoch that they recorded (integer ns), then by their messages, because a
 * receive cannot end before its send started. Says of every file what was done and how exact it is, or why it cannot be said.
 */
import type { FileClock, ImportedFile } from "#common/report.ts";
import type { MergedFile, MergedTrace } from "../folder/merge-parts.ts";
import { listRawLanes } from "../name-lanes.ts";
import { fitClockLine } from "./clock-line.ts";
import { shiftsToKeepOrder } from "./keep-order.ts";
import { findMessages } from "./find-messages.ts";
import type { Messages } from "./find-messages.ts";
import { extentOf, moveTimes } from "./move-times.ts";
import { solveClocks } from "./solve-clocks.ts";
import type { ClockLink, SolvedClock } from "./solve-clocks.ts";

export interface AlignedFiles {
  readonly files: readonly ImportedFile[];
  /** What had to be assumed, in words. */
  readonly notes: readonly string[];
}

/** Epochs farther apart (ns, 52 days) belong to different runs, and their difference is no exact double. */
const FARTHEST_NS = 2 ** 52;

export function alignClocks(merged: MergedTrace): AlignedFiles {
  const { trace, files } = merged;
  const { bases, notes } = alignBases(merged);
  const messages = findMessages(trace, listRawLanes(trace, ""));
  const { clocks, notes: groups } = refine(merged, messages);
  return {
    notes: [...notes, ...groups],
    files: files.map((file, index) => {
      const place = placeOf(file, messages);
      return {
        file: file.name,
        format: file.format,
        spans: file.spans,
        ...place,
        clock: { base: bases[index], ...clocks[index] },
      };
    }),
  };
}

/**
 * Refines clocks that were set before, where other rules find messages that were not known then.
 * @param before what was done to each file already
 */
export function refineAgain(merged: MergedTrace, before: readonly ImportedFile[]): readonly ImportedFile[] {
  const messages = findMessages(merged.trace, listRawLanes(merged.trace, ""));
  const { clocks } = refine(merged, messages);
  return before.map((file) => {
    const index = merged.files.findIndex(({ name }) => name === file.file);
    if (index < 0 || file.clock === undefined) return file;
    const { base, offsetNs, driftPpm } = file.clock;
    const again = clocks[index];
    const sum = { offsetNs: offsetNs + again.offsetNs, driftPpm: driftPpm + again.driftPpm };
    return { ...file, ...placeOf(merged.files[index], messages), clock: { ...again, ...sum, base } };
  });
}

/** Brings all files to the time base of the first one that recorded an epoch. */
function alignBases({ trace, files }: MergedTrace): { bases: FileClock["base"][]; notes: string[] } {
  const base = files.find(({ baseEpochNs }) => baseEpochNs !== undefined)?.baseEpochNs;
  const extents = files.map((file) => extentOf(trace, file));
  trace.startsAtFirstEvent = true;
  if (base === undefined) return alignWithoutEpoch({ trace, files }, extents);
  trace.baseEpochNs = base;
  const shifts = files.map(({ baseEpochNs }) => (baseEpochNs === undefined ? undefined : baseEpochNs - base));
  const isNear = (shift: bigint | undefined): shift is bigint =>
    shift !== undefined && shift < FARTHEST_NS && shift > -FARTHEST_NS;
  let earliest = Infinity;
  shifts.forEach((shift, index) => {
    const from = extents[index]?.from;
    if (isNear(shift) && from !== undefined) earliest = Math.min(earliest, from + Number(shift));
  });
  const loose: string[] = [];
  const bases = files.map((file, index): FileClock["base"] => {
    const shift = shifts[index];
    if (isNear(shift)) {
      if (shift !== 0n) moveTimes(trace, file, (at) => at + Number(shift));
      return "epoch";
    }
    loose.push(file.name);
    const from = extents[index]?.from ?? earliest;
    moveTimes(trace, file, (at) => at - from + earliest);
    return "first event";
  });
  const notes =
    loose.length === 0
      ? []
      : [
          `let ${loose.length} of ${files.length} files begin with the earliest: they record no usable epoch (${loose[0]}${loose.length > 1 ? ", …" : ""})`,
        ];
  return { bases, notes };
}

/** Without epochs the clocks are one if the files overlap in time as they are; else all begin together. */
function alignWithoutEpoch(
  { trace, files }: MergedTrace,
  extents: readonly ({ from: number; to: number } | undefined)[],
): { bases: FileClock["base"][]; notes: string[] } {
  const known = extents.filter((extent) => extent !== undefined);
  const overlap = Math.min(...known.map(({ to }) => to)) >= Math.max(...known.map(({ from }) => from));
  if (overlap || files.length < 2) {
    const notes =
      files.length < 2 ? [] : ["took the clocks of the files as one: they record no epoch, and overlap as they are"];
    return { bases: files.map(() => "as written"), notes };
  }
  files.forEach((file, index) => {
    const from = extents[index]?.from ?? 0;
    moveTimes(trace, file, (at) => at - from);
  });
  return {
    bases: files.map(() => "first event"),
    notes: ["let all files begin together: they record no epoch, and do not overlap in time"],
  };
}

type Refined = Omit<FileClock, "base">;

interface Ends {
  readonly sender: number;
  readonly receiver: number;
  readonly sentNs: number;
  /** From the start of the send to the end of the receive. */
  readonly tookNs: number;
}

/** Messages between files by what the clocks show now. */
function listEnds({ trace, files }: MergedTrace, { messages }: Messages): readonly Ends[] {
  const { start, duration } = trace.spans;
  const fileOf = fileFinder(files);
  return messages.flatMap(({ send, receive }) => {
    const [sender, receiver] = [fileOf(send), fileOf(receive)];
    const tookNs = start[receive] + duration[receive] - start[send];
    return sender === receiver ? [] : [{ sender, receiver, sentNs: start[send], tookNs }];
  });
}

/** Corrects offset and drift of every file that exchanges messages with others. */
function refine(merged: MergedTrace, messages: Messages): { clocks: Refined[]; notes: string[] } {
  const { trace, files } = merged;
  const extents = files.flatMap((file) => extentOf(trace, file) ?? []);
  const from = Math.min(...extents.map((extent) => extent.from));
  const to = Math.max(...extents.map((extent) => extent.to));
  const middle = (from + to) / 2;
  const ends = listEnds(merged, messages);
  const pairs = new Int32Array(files.length);
  for (const { sender, receiver } of ends) {
    pairs[sender]++;
    pairs[receiver]++;
  }
  const { links, contradicting } = fitLines(ends, middle);
  const solved = solveClocks(files.length, links, (to - from) / 2);
  solved.forEach((clock, index) => {
    if (clock === undefined || (clock.offsetNs === 0 && clock.drift === 0)) return;
    // What the clock shows more is taken off.
    moveTimes(trace, files[index], (at) => at - clock.offsetNs - clock.drift * (at - middle));
  });
  const shifts = keepOrder(merged, messages, solved);
  const clocks = files.map((_, index): Refined => {
    const clock = solved[index];
    const shift = shifts.get(index) ?? 0;
    return {
      offsetNs: 0 - Math.round((clock?.offsetNs ?? 0) + shift),
      driftPpm: 0 - (clock?.drift ?? 0) * 1e6,
      pairs: pairs[index],
      ...(clock === undefined ? { unavailable: whyNot(index) } : { residualNs: Math.ceil(clock.withinNs) }),
    };
  });
  const groups = new Set(solved.flatMap((clock) => clock?.reference ?? [])).size;
  const notes =
    groups < 2 ? [] : [`set the clocks within ${groups} groups of files, between which no messages go both ways`];
  return { clocks, notes };

  function whyNot(index: number): string {
    if (files.length < 2) return "there is no other file";
    if (contradicting.has(index)) return "its sends and receives contradict each other";
    if (shifts.has(index)) return "messages go one way only, which bounds its clock from one side";
    return messages.ends === 0
      ? "the trace identifies no sends and receives"
      : "no send or receive of it has its other end in another file";
  }
}

/** A line for every two files between which messages go both ways. */
function fitLines(ends: readonly Ends[], middle: number): { links: ClockLink[]; contradicting: ReadonlySet<number> } {
  const contradicting = new Set<number>();
  const between = Map.groupBy(ends, ({ sender, receiver }) =>
    sender < receiver ? `${sender} ${receiver}` : `${receiver} ${sender}`,
  );
  const links = [...between.values()].flatMap((list): ClockLink[] => {
    const a = Math.min(list[0].sender, list[0].receiver);
    const b = Math.max(list[0].sender, list[0].receiver);
    const [there, back] = [list.filter(({ sender }) => sender === a), list.filter(({ sender }) => sender === b)];
    if (there.length === 0 || back.length === 0) return [];
    const line = fitClockLine(
      { at: there.map(({ sentNs }) => sentNs - middle), limit: there.map(({ tookNs }) => tookNs) },
      { at: back.map(({ sentNs }) => sentNs - middle), limit: back.map(({ tookNs }) => -tookNs) },
    );
    if (line !== undefined) return [{ from: a, to: b, line }];
    contradicting.add(a).add(b);
    return [];
  });
  return { links, contradicting };
}

/** Shifts files, and groups of files that are set already, so that nothing arrives before it was sent. By file. */
function keepOrder(
  merged: MergedTrace,
  messages: Messages,
  solved: readonly (SolvedClock | undefined)[],
): ReadonlyMap<number, number> {
  const { trace, files } = merged;
  const groupOf = solved.map((clock, index) => clock?.reference ?? index);
  const oneWay = listEnds(merged, messages).filter(({ sender, receiver }) => groupOf[sender] !== groupOf[receiver]);
  if (oneWay.length === 0) return new Map();
  const bounds = oneWay.map(({ sender, receiver, tookNs }) => ({
    from: groupOf[sender],
    to: groupOf[receiver],
    mostNs: tookNs,
  }));
  const sizes = files.map((_, group) => groupOf.filter((of) => of === group).length);
  const shifts = shiftsToKeepOrder(sizes, bounds);
  const linked = new Set(oneWay.flatMap(({ sender, receiver }) => [groupOf[sender], groupOf[receiver]]));
  return new Map(
    groupOf.flatMap((group, index) => {
      if (!linked.has(group)) return [];
      if (shifts[group] !== 0) moveTimes(trace, files[index], (at) => at - shifts[group]);
      return [[index, shifts[group]] as const];
    }),
  );
}

function fileFinder(files: readonly MergedFile[]): (row: number) => number {
  return (row) => {
    let [low, high] = [0, files.length - 1];
    while (low < high) {
      const at = (low + high) >>> 1;
      if (row < files[at].rows.to) high = at;
      else low = at + 1;
    }
    return low;
  };
}

/** Rank and replica of a file: what most of its lanes that have one belong to. */
function placeOf({ lanes }: MergedFile, { lanes: places }: Messages): { rank?: number; replica?: number } {
  const counts = new Map<string, { count: number; place: { rank?: number; replica?: number } }>();
  for (const place of places.slice(lanes.from, lanes.to)) {
    if (place.rank === undefined) continue;
    const key = `${place.replica ?? ""}/${place.rank}`;
    const known = counts.get(key) ?? { count: 0, place };
    counts.set(key, { count: known.count + 1, place });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count).at(0)?.place ?? {};
}
