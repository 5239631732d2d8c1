/** The figures of a report in the shape of the brute force, for comparing the two. */
import { IDLE_CAUSES } from "../../../main/common/report.ts";
import type { RunReport } from "../../../main/common/report.ts";

/** A report in the shape that the brute force answers in. */
export function figuresOf({ makespanNs, windowStartNs, bubble, initiationInterval }: RunReport): unknown {
  const ranks = bubble.rows.map(({ rank, busyNs, ratio, byCauseNs }, i) => ({
    rank,
    busyNs,
    fillNs: byCauseNs.fill,
    drainNs: byCauseNs.drain,
    betweenNs: IDLE_CAUSES.filter((cause) => cause !== "fill" && cause !== "drain").reduce(
      (sum, cause) => sum + (byCauseNs[cause] ?? 0),
      0,
    ),
    ratio,
    measuredNs: initiationInterval.rows[i]?.measuredNs,
    meanNs: initiationInterval.rows[i]?.meanNs,
    boundNs: initiationInterval.rows[i]?.boundNs,
  }));
  return { makespanNs, windowStartNs, ratio: bubble.ratio, ranks };
}
