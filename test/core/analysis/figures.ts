import type { RunReport } from "../../../main/common/report.ts";

/** A report in the shape that the brute force answers in. */
export function figuresOf({ makespanNs, windowStartNs, bubble, initiationInterval }: RunReport): unknown {
  const ranks = bubble.rows.map(({ rank, busyNs, ratio, byCauseNs }, i) => ({
    rank,
    busyNs,
    fillNs: byCauseNs.fill,
    drainNs: byCauseNs.drain,
    otherNs: byCauseNs.other,
    ratio,
    measuredNs: initiationInterval.rows[i]?.measuredNs,
    meanNs: initiationInterval.rows[i]?.meanNs,
    boundNs: initiationInterval.rows[i]?.boundNs,
  }));
  return { makespanNs, windowStartNs, ratio: bubble.ratio, ranks };
}
