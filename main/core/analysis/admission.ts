/**
 * What lets the next batch into the pipeline, where something does: in a sequential run, or with a limit of batches in
 * flight, the first stage waits until an earlier batch has left the last one.
 *
 * Nobody records that dependency. It is seen where the first stage starts at the very moment at which the last stage has
 * handed a batch out (simulated runs), or where its waiting was recorded (captured ones); nowhere else is it assumed.
 */
import { NONE } from "#common/ids.ts";
import { sortByEnd } from "./ends.ts";
import type { Occupancy } from "./occupancy.ts";

export interface Admission {
  /** The span with which the last stage let go of a batch last, at or before a time; NONE when there is none. */
  findLast(atNs: number): number;
  /** The same where it ended at that very moment and the run's clock is exact. */
  findExact(atNs: number): number;
}

export function createAdmission({ kind, spans, places, ranks }: Occupancy): Admission {
  const lastPosition = places.stageOrdinal.length - 1;
  const isLast = (i: number): boolean =>
    spans.stage[i] !== NONE && places.stageOrdinal[spans.stage[i]] === lastPosition;
  const leaving = ranks.map(({ spans: { compute, outbound } }) => {
    const out = outbound.filter(isLast);
    return out.length > 0 ? out : compute.filter(isLast);
  });
  const all = new Int32Array(leaving.reduce((sum, { length }) => sum + length, 0));
  let used = 0;
  for (const list of leaving) {
    all.set(list, used);
    used += list.length;
  }
  const byEnd = sortByEnd(spans, all.sort());
  return {
    findLast: (atNs) => byEnd.findLast(atNs),
    findExact(atNs) {
      const span = kind === "imported" ? NONE : byEnd.findLast(atNs);
      return span !== NONE && spans.start[span] + spans.duration[span] === atNs ? span : NONE;
    },
  };
}
