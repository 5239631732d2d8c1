/**
 * Tracks of a Perfetto trace and the lanes they become. Descriptors may come after the first events of a track, so while the
 * trace is read events carry the number of their track; lanes are made when all descriptors are known.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import { UNSAID } from "../recognise/contract.ts";
import { field, idOf, numberOf } from "./messages.ts";
import type { Integer, ProcessTree, TrackDescriptor } from "./messages.ts";

/** A parent chain longer than this is a circle. */
const DEEPEST = 64;

interface Track {
  readonly key: string;
  descriptor: TrackDescriptor | undefined;
  /** Sum so far of a counter that writes differences. */
  sum: number;
}

interface Place {
  readonly process: string;
  readonly thread: string;
  readonly threadName: string | undefined;
}

export class Tracks {
  readonly #tracks: Track[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #processNames = new Map<number, string>();
  readonly #threadNames = new Map<string, string>();

  /** Number of a track; `key` is its uuid as text, or names the thread of an old sequence. */
  number(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#tracks.push({ key, descriptor: undefined, sum: 0 }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** A track is described again when its name or its process changes: what is said later adds to it. */
  describe(descriptor: TrackDescriptor): void {
    const track = this.#tracks[this.number(idOf(field(descriptor, "uuid") ?? 0))];
    track.descriptor = { ...track.descriptor, ...descriptor };
    const process = field(descriptor, "process");
    const name = process === undefined ? undefined : field(process, "name");
    if (process !== undefined && name !== undefined) this.#processNames.set(field(process, "pid") ?? 0, name);
  }

  addProcessTree(tree: ProcessTree): void {
    for (const process of field(tree, "processes") ?? []) {
      const [name] = field(process, "commandLine") ?? [];
      const pid = field(process, "pid") ?? 0;
      if (name !== undefined && !this.#processNames.has(pid)) this.#processNames.set(pid, name);
    }
    for (const thread of field(tree, "threads") ?? []) {
      const name = field(thread, "name");
      if (name !== undefined) {
        this.#threadNames.set(threadKey(String(field(thread, "pid") ?? 0), String(field(thread, "tid") ?? 0)), name);
      }
    }
  }

  /** Value of a counter after one more sample, in the unit of the track. */
  count(number: number, value: number): number {
    const track = this.#tracks[number];
    const counter = track.descriptor === undefined ? undefined : field(track.descriptor, "counter");
    if (counter === undefined) return value;
    if (field(counter, "isIncremental") === true) value = track.sum += value;
    return value * numberOf(field(counter, "unitMultiplier") ?? 1);
  }

  /** Replaces numbers of tracks by lanes, in spans, moments, flows and counters, and names the lanes. */
  settle(trace: CollectedTrace): void {
    const { spans, instants, flows, counters, texts } = trace;
    const used = new Uint8Array(this.#tracks.length);
    for (let row = 0; row < spans.length; row++) used[spans.lane[row]] = 1;
    for (const { place, length } of [instants, flows]) for (let row = 0; row < length; row++) used[place[row]] = 1;
    const taken = new Map<string, number>();
    const laneOf = Int32Array.from(this.#tracks, (track, number) =>
      used[number] === 1 ? this.#addLane(trace, this.#placeOf(track), { taken, track }) : UNSAID,
    );
    for (let row = 0; row < spans.length; row++) spans.lane[row] = laneOf[spans.lane[row]];
    for (const { place, length } of [instants, flows]) {
      for (let row = 0; row < length; row++) place[row] = laneOf[place[row]];
    }
    for (let row = 0; row < counters.length; row++) {
      const track = this.#tracks[counters.place[row]];
      const { process, thread, threadName } = this.#placeOf(track);
      counters.place[row] = texts.add(process);
      counters.name[row] = trace.nameOf(texts.add(threadName ?? thread), UNSAID);
    }
  }

  #addLane(
    trace: CollectedTrace,
    { process, thread, threadName }: Place,
    { taken, track }: { taken: Map<string, number>; track: Track },
  ): number {
    const { texts, lanes, processes, threads } = trace;
    const wanted = threadKey(process, thread);
    const others = taken.get(wanted) ?? 0;
    taken.set(wanted, others + 1);
    // Two tracks of one name are two lanes: their events need not nest.
    const text = others === 0 ? thread : `${thread} #${others + 1}`;
    const processName = this.#processNames.get(Number(process));
    if (processName !== undefined) processes.set(process, { name: processName.toWellFormed() });
    const order = track.descriptor === undefined ? undefined : field(track.descriptor, "siblingOrderRank");
    threads.set(trace.threadKey(process, text), {
      ...(threadName === undefined ? {} : { name: threadName }),
      ...(order === undefined ? {} : { sortIndex: order }),
    });
    return lanes.add(texts.add(process), texts.add(text));
  }

  #placeOf({ key, descriptor }: Track): Place {
    const [, pid, tid] = /^thread (\S+) (\S+)$/.exec(key) ?? [];
    if (descriptor === undefined) {
      if (pid !== undefined) {
        return { process: pid, thread: tid, threadName: this.#threadNames.get(threadKey(pid, tid)) };
      }
      return { process: "tracks", thread: `track ${key}`, threadName: undefined };
    }
    const thread = field(descriptor, "thread");
    const name = nameOf(descriptor);
    if (thread !== undefined) {
      const process = String(field(thread, "pid") ?? 0);
      const text = idOf(field(thread, "tid") ?? 0);
      const known = field(thread, "name") ?? this.#threadNames.get(threadKey(process, text));
      return { process, thread: text, threadName: (name ?? known)?.toWellFormed() };
    }
    return { process: this.#processOf(descriptor), thread: name ?? `track ${key}`, threadName: undefined };
  }

  /** Process id of the track or of the nearest track above it, else the name of the topmost one. */
  #processOf(descriptor: TrackDescriptor): string {
    let topmost: string | undefined;
    let next: TrackDescriptor | undefined = descriptor;
    for (let depth = 0; next !== undefined && depth < DEEPEST; depth++) {
      const process = field(next, "process");
      const thread = field(next, "thread");
      if (process !== undefined) return String(field(process, "pid") ?? 0);
      if (thread !== undefined) return String(field(thread, "pid") ?? 0);
      if (depth > 0) topmost = nameOf(next) ?? topmost;
      const parent: Integer | undefined = field(next, "parentUuid");
      const number: number | undefined = parent === undefined ? undefined : this.#numbers.get(idOf(parent));
      next = number === undefined ? undefined : this.#tracks[number].descriptor;
    }
    return topmost ?? "tracks";
  }
}

function nameOf(descriptor: TrackDescriptor): string | undefined {
  const name = field(descriptor, "name") ?? field(descriptor, "staticName");
  return name === undefined || name === "" ? undefined : name.toWellFormed();
}

const threadKey = (process: string, thread: string): string => `${process} ${thread}`;
