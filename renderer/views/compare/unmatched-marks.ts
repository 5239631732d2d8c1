/** Where the spans without a partner lie in a run's own plot: they are drawn hatched. Pure. */
import type { RunDetail } from "#common/api.ts";
import type { Comparison } from "#common/comparison.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { RowAxis } from "#common/tile.ts";
import type { Side } from "../../state/compare-alignment.ts";

export interface RowRange {
  readonly row: number;
  /** Ns of the run. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** Rows of lanes are left out: the comparison knows stages, not threads. So are transfers, which have no row of a stage. */
export function unmatchedMarks(
  { report, unmatchedA, unmatchedB }: Comparison,
  { side, axis, detail }: { side: Side; axis: RowAxis; detail: RunDetail },
): readonly RowRange[] {
  if (axis === "lane") return [];
  const spans = side === "a" ? unmatchedA : unmatchedB;
  const { windowStartNs, scope } = report[side];
  const rows = detail.rows[axis];
  const rowOfStage = report.stageMapping.map((pair) => {
    const stage = detail.stages.find(({ id }) => Number(id) === pair[side]);
    if (stage === undefined) return -1;
    return rows.findIndex(
      (row) =>
        (row.replica ?? 0) === scope.replica &&
        (axis === "stage" ? row.stage === stage.ordinal : row.rank === stage.rank),
    );
  });
  const marks: RowRange[] = [];
  for (let i = 0; i < spans.length; i++) {
    const row = spans.row[i] < 0 ? -1 : (rowOfStage.at(spans.row[i]) ?? -1);
    if (row === -1 || spans.phase[i] !== PHASE_COMPUTE) continue;
    const fromNs = windowStartNs + spans.startNs[i];
    marks.push({ row, fromNs, toNs: fromNs + spans.durationNs[i] });
  }
  return marks;
}
