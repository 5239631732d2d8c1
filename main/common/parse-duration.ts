/** Reads lengths of time as people type them, the other way round of format.ts. A number without a unit is refused: nobody knows what it means. */
const NS_PER_UNIT: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9 };

/** `1ms`, `2.5us`, `300 ns`, `1.5 s` as integer ns; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|μs|ms|s)\s*$/u.exec(text);
  if (match === null) return undefined;
  const value = Math.round(Number(match[1]) * NS_PER_UNIT[match[2]]);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** One time, or one a stage separated by commas: `1ms` or `1ms, 2ms, 1ms`. */
export function parseDurations(text: string): number | readonly number[] | undefined {
  const times = text.split(",").map(parseDuration);
  if (!times.every((time) => time !== undefined)) return undefined;
  return times.length === 1 ? times[0] : times;
}
