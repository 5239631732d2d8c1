/**
 * What lies over the plot besides cells: outlines of spans and bubbles, the ruler, the fitted diagonal; and what ruler and
 * diagonal say in words. Pure.
 */
import { formatCountOf, formatDuration } from "#common/format.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import type { Diagonal } from "../../data/wavefront-slope.ts";
import { readRuler } from "../../data/wavefront-slope.ts";

/** A rectangle of time on one row. */
export interface Outline {
  readonly row: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly look: "selected" | "related" | "hovered" | "bubble";
}

/** A straight line; rows are fractional, the middle of row 3 is 3.5. */
export interface PlotLine {
  readonly from: { readonly ns: number; readonly row: number };
  readonly to: { readonly ns: number; readonly row: number };
  readonly look: "ruler" | "diagonal";
}

type Ruler = Pick<PlotLine, "from" | "to">;

export function plotLines({
  ruler,
  diagonal,
  rows,
  replica,
}: {
  ruler: Ruler | undefined;
  /** Present where it is shown: on rows of stages. */
  diagonal: Diagonal | undefined;
  rows: readonly HeatmapRow[];
  replica: number;
}): readonly PlotLine[] {
  const lines: PlotLine[] = [];
  if (diagonal !== undefined) {
    const first = rows.findIndex((row) => (row.replica ?? 0) === replica);
    const place = ({ startNs, stage }: Diagonal["from"]) => ({ ns: startNs, row: Math.max(0, first) + stage + 0.5 });
    lines.push({ from: place(diagonal.from), to: place(diagonal.to), look: "diagonal" });
  }
  if (ruler !== undefined) lines.push({ ...ruler, look: "ruler" });
  return lines;
}

/** What a ruler reads, in the rows of the axis. */
export function rulerText(ruler: Ruler, axis: RowAxis): string {
  const { deltaNs, deltaStages, stagesPerMs } = readRuler({
    from: { ns: ruler.from.ns, stage: Math.floor(ruler.from.row) },
    to: { ns: ruler.to.ns, stage: Math.floor(ruler.to.row) },
  });
  const slope = stagesPerMs === undefined || deltaStages === 0 ? "" : ` · ${formatSlope(stagesPerMs, axis)}`;
  return `Δ ${formatDuration(deltaNs)} · ${formatCountOf(deltaStages, { one: axis })}${slope}`;
}

/** The slope of the wavefront, and what it was fitted to. */
export function diagonalText({ stagesPerMs, batch }: Diagonal): { text: string; title: string } {
  return {
    text: `Wavefront ${formatSlope(stagesPerMs, "stage")}`,
    title: `Least-squares line through the forward starts of batch ${batch}`,
  };
}

/** `0.1 stages/ms`, `1 rank/ms`. */
function formatSlope(perMs: number, axis: RowAxis): string {
  const rounded = Number(perMs.toPrecision(3));
  return `${rounded} ${axis}${rounded === 1 ? "" : "s"}/ms`;
}
