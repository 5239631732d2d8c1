/** Moves all times of one file of a merged trace, in place: spans by their two ends, so that spans that touch still touch. */
import type { CollectedTrace } from "../collected-trace.ts";
import type { MergedFile } from "../folder/merge-parts.ts";

/** @param move from the file's time to the run's, ns to ns; must not turn time round */
export function moveTimes(trace: CollectedTrace, file: MergedFile, move: (ns: number) => number): void {
  const { start, duration } = trace.spans;
  for (let row = file.rows.from; row < file.rows.to; row++) {
    const from = Math.round(move(start[row]));
    if (duration[row] >= 0) duration[row] = Math.round(move(start[row] + duration[row])) - from;
    start[row] = from;
  }
  const moments = [
    { at: trace.instants.at, rows: file.instants },
    { at: trace.counters.at, rows: file.counters },
    { at: trace.flows.at, rows: file.flows },
  ];
  for (const { at, rows } of moments) {
    for (let row = rows.from; row < rows.to; row++) at[row] = Math.round(move(at[row]));
  }
}

/** Earliest and latest time of a file; undefined without any event. */
export function extentOf(
  trace: CollectedTrace,
  file: MergedFile,
): { readonly from: number; readonly to: number } | undefined {
  const { start, duration } = trace.spans;
  let from = Infinity;
  let to = -Infinity;
  const include = (first: number, last: number) => {
    if (first < from) from = first;
    if (last > to) to = last;
  };
  for (let row = file.rows.from; row < file.rows.to; row++) {
    if (duration[row] >= 0) include(start[row], start[row] + duration[row]);
  }
  for (const [{ at }, rows] of [
    [trace.instants, file.instants],
    [trace.counters, file.counters],
    [trace.flows, file.flows],
  ] as const) {
    for (let row = rows.from; row < rows.to; row++) include(at[row], at[row]);
  }
  return from > to ? undefined : { from, to };
}
