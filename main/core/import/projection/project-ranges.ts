/**
 * From ranges of host time to device time: an annotation on the CPU says when work was launched, not when it ran. Each
 * recognised range of a host thread is projected to the operations that were launched inside it (REFERENCE §3): from the
 * start of the first to the end of the last, on each device. Launches count by time, on the range's own thread and on those
 * threads of the process that carry no ranges themselves, because backward work is launched from an autograd thread.
 *
 * Formats bring the links from calls to operations. Nothing is recognised here, and nothing is thrown away: the host's spans
 * stay, and only what they say moves to the device.
 */
import { PHASES } from "#common/model.ts";
import type { CollectedSpans } from "../collected-spans.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { UNSAID } from "../recognise/contract.ts";
import { firstAtOrAfter, LaunchIndex, noWork } from "./launch-index.ts";
import type { LaunchedWork } from "./launch-index.ts";

/** Entry i: the raw lane and the moment of the host's call that launched the operation of the row `operation[i]`. */
export interface Links {
  readonly lane: readonly number[];
  readonly at: readonly number[];
  readonly operation: readonly number[];
}

/** The work of one host range on one device. */
export interface Projection extends Readonly<LaunchedWork> {
  /** Row of the range. */
  readonly range: number;
  /** Text of the device's process. */
  readonly device: number;
  /** Iteration that the profiler's mark around the range says, or UNSAID. */
  readonly iteration: number;
}

export interface Projections {
  readonly projected: readonly Projection[];
  /** Rows of ranges that launched nothing. */
  readonly idle: readonly number[];
}

/** Category of the spans that `placeProjections` adds. */
export const PROJECTED_CATEGORY = "projected to the device";

/** @param isHostRange leaves out spans that lie on the device already */
export function projectRanges(
  trace: CollectedTrace,
  links: Links,
  isHostRange: (row: number) => boolean = () => true,
): Projections {
  const { spans, lanes, recogniser } = trace;
  if (links.operation.length === 0) return { projected: [], idle: [] };
  const hosts = new Set(links.lane.map((lane) => lanes.first[lane]));
  const ranges: number[] = [];
  const marks = new Map<number, number[]>();
  for (let row = 0; row < spans.length; row++) {
    const rule = spans.recognised.rule(row);
    if (rule < 0 || spans.duration[row] < 0) continue;
    const process = lanes.first[spans.lane[row]];
    if (!hosts.has(process) || !isHostRange(row)) continue;
    if (!recogniser.traits[rule].mark) ranges.push(row);
    else if (spans.recognised.iteration(row) !== UNSAID) {
      const known = marks.get(process);
      if (known === undefined) marks.set(process, [row]);
      else known.push(row);
    }
  }
  const launches = indexLaunches(trace, links, new Set(ranges.map((row) => spans.lane[row])));
  const markOf = createMarkLookup(spans, marks);
  const projected: Projection[] = [];
  const idle: number[] = [];
  for (const range of ranges) {
    const process = lanes.first[spans.lane[range]];
    const from = spans.start[range];
    const iteration = markOf(process, from);
    const works = launches.find(spans.lane[range], process, { from, to: from + spans.duration[range] });
    if (works.length === 0) idle.push(range);
    for (const { device, work } of works) projected.push({ ...work, range, device, iteration });
  }
  return { projected, idle };
}

function indexLaunches({ spans, lanes }: CollectedTrace, links: Links, annotated: ReadonlySet<number>) {
  /** By device, then by lane for annotated threads, and by process for the others together. */
  const ofLane = new Map<number, Map<number, LaunchIndex>>();
  const ofProcess = new Map<number, Map<number, LaunchIndex>>();
  links.operation.forEach((operation, index) => {
    const lane = links.lane[index];
    const device = lanes.first[spans.lane[operation]];
    const table = annotated.has(lane) ? ofLane : ofProcess;
    const key = annotated.has(lane) ? lane : lanes.first[lane];
    const byDevice = table.get(key) ?? new Map<number, LaunchIndex>();
    table.set(key, byDevice);
    const launches = byDevice.get(device) ?? new LaunchIndex();
    byDevice.set(device, launches);
    const start = spans.start[operation];
    launches.add(links.at[index], start, start + spans.duration[operation]);
  });
  for (const table of [ofLane, ofProcess]) {
    for (const byDevice of table.values()) for (const launches of byDevice.values()) launches.build();
  }

  /** A thread that launches on some devices only is helped on those only: several may drive one device each. */
  return {
    find(lane: number, process: number, { from, to }: { from: number; to: number }) {
      const own = ofLane.get(lane);
      const helping = ofProcess.get(process);
      const devices = own ?? helping ?? new Map<number, LaunchIndex>();
      return [...devices.keys()].flatMap((device) => {
        const work = noWork();
        own?.get(device)?.collect(from, to, work);
        helping?.get(device)?.collect(from, to, work);
        return work.count === 0 ? [] : [{ device, work }];
      });
    },
  };
}

/** Iteration of the profiler's mark that a moment of a process lies in. */
function createMarkLookup(spans: CollectedSpans, marks: ReadonlyMap<number, readonly number[]>) {
  const sorted = new Map(
    [...marks].map(([process, unsorted]) => {
      const rows = unsorted.toSorted((a, b) => spans.start[a] - spans.start[b]);
      return [process, { rows, starts: Float64Array.from(rows, (row) => spans.start[row]) }];
    }),
  );
  return (process: number, at: number): number => {
    const known = sorted.get(process);
    const place = known === undefined ? 0 : firstAtOrAfter(known.starts, at + 1);
    if (known === undefined || place === 0) return UNSAID;
    const row = known.rows[place - 1];
    return at < spans.start[row] + spans.duration[row] ? spans.recognised.iteration(row) : UNSAID;
  };
}

/**
 * Adds a span for every projection, on lanes of the device named after what its spans do, and takes what was recognised off
 * the host's ranges, those without work included: a range that launched nothing took no device time.
 */
export function placeProjections(trace: CollectedTrace, { projected, idle }: Projections): void {
  const { spans, texts, tally } = trace;
  const category = texts.add(PROJECTED_CATEGORY);
  const columns = spans.recognised;
  for (const { range, device, startNs, endNs, count, iteration } of projected) {
    const lane = deviceLane(trace, device, PHASES[columns.phase(range)]);
    const row = spans.open(startNs, lane, trace.nameOf(trace.names.first[spans.name[range]], category));
    spans.close(row, endNs - startNs);
    columns.copy(range, row);
    if (spans.recognised.iteration(row) === UNSAID) spans.recognised.setIteration(row, iteration);
    const args = new TextEncoder().encode(`{"operations":${count},"hostDurationNs":${spans.duration[range]}}`);
    spans.setArgs(row, trace.arena.add(args, 0, args.length), args.length);
  }
  for (const { range } of projected) spans.recognised.takeBack(range);
  for (const range of idle) spans.recognised.takeBack(range);
  if (projected.length > 0) {
    tally.repair("added {n} spans: annotations of the host as the device time of what they launched", projected.length);
  }
  if (idle.length > 0) {
    tally.repair("left {n} annotations of the host out of the pipeline, which launched no device work", idle.length);
  }
}

function deviceLane(trace: CollectedTrace, device: number, phase: string): number {
  const { texts, lanes, threads, laneKinds } = trace;
  const thread = `pipeline ${phase}`;
  const lane = lanes.add(device, texts.add(thread));
  if (!laneKinds.has(lane)) {
    laneKinds.set(lane, "stream");
    threads.set(trace.threadKey(texts.text(device), thread), { name: `${phase}, projected`, sortIndex: -1 });
  }
  return lane;
}
