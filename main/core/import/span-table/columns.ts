/**
 * The plain table of spans: which columns mean what, by name (any case, `-`, `_` and spaces are the same). Times carry their
 * unit as a suffix: `start_us`, `duration_ms`. A column of another name becomes an argument of the span, which the rules read:
 * `stage`, `batch`, `pass`, `phase`, `iteration`, `rank`, `replica`, `op` are understood as they stand.
 */
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "#common/units.ts";

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: NS_PER_US, ms: NS_PER_MS, s: NS_PER_S };
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["name", "name"],
  ["category", "category"],
  ["cat", "category"],
  ["process", "process"],
  ["pid", "process"],
  ["thread", "thread"],
  ["tid", "thread"],
  ["lane", "thread"],
  ["start", "start"],
  ["begin", "start"],
  ["end", "end"],
  ["duration", "duration"],
  ["dur", "duration"],
]);
type Meaning = "name" | "category" | "process" | "thread" | "start" | "end" | "duration";

export interface TimeColumn {
  readonly key: string;
  readonly nsPerUnit: number;
}

export interface SpanColumnsByName {
  /** Key of the column as the file spells it. */
  readonly name: string;
  readonly start: TimeColumn;
  /** One of the two is there. */
  readonly end?: TimeColumn;
  readonly duration?: TimeColumn;
  readonly category?: string;
  readonly process?: string;
  readonly thread?: string;
  /** The arguments. */
  readonly others: readonly (readonly [key: string, argument: string])[];
}

/** Arguments under their usual spelling, whatever the file's. */
const ARGUMENTS = new Set(["stage", "batch", "pass", "phase", "iteration", "rank", "replica", "op"]);

/** What the columns mean; undefined when they are not those of a table of spans. */
export function readColumns(keys: readonly string[]): SpanColumnsByName | undefined {
  const texts: Partial<Record<"name" | "category" | "process" | "thread", string>> = {};
  const times: Partial<Record<"start" | "end" | "duration", TimeColumn>> = {};
  const others: (readonly [string, string])[] = [];
  for (const key of keys) {
    const plain = key
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/gu, "_");
    const [, stem, unit] = /^(.+)_(ns|us|ms|s)$/u.exec(plain) ?? [];
    const meaning = MEANINGS.get(plain);
    const timed = stem === undefined ? undefined : MEANINGS.get(stem);
    if (isTime(timed) && times[timed] === undefined) times[timed] = { key, nsPerUnit: UNITS[unit] };
    else if (meaning !== undefined && !isTime(meaning) && texts[meaning] === undefined) texts[meaning] = key;
    else others.push([key, ARGUMENTS.has(plain) ? plain : key]);
  }
  const { name, ...places } = texts;
  const { start, ...ends } = times;
  if (name === undefined || start === undefined || (ends.end === undefined && ends.duration === undefined)) {
    return undefined;
  }
  return { name, start, ...ends, ...places, others };
}

const isTime = (meaning: Meaning | undefined): meaning is "start" | "end" | "duration" =>
  meaning === "start" || meaning === "end" || meaning === "duration";
