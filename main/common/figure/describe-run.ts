/** What a figure says of a run beside its picture: the scope and the time that it shows, and the report's figures. Texts only. */
import { formatCount, formatCountOf, formatDuration, formatShare, formatTimeRange } from "../format.ts";
import type { Stage } from "../model.ts";
import type { RunReport } from "../report.ts";
import type { RowAxis } from "../tile.ts";

interface ToldFigure {
  readonly label: string;
  readonly value: string;
}

/** Stage 7 as people know it: `7 res`, or `stage 7` where it has no name of its own. */
export function nameStage({ ordinal, name, op }: Pick<Stage, "ordinal" | "name" | "op">): string {
  if (name === String(ordinal)) return op === "other" ? `stage ${ordinal}` : `stage ${ordinal} ${op}`;
  return name.includes(String(ordinal)) ? name : `${ordinal} ${name}`;
}

/** The headline figures of the inspector (REFERENCE §6). */
export function listFigures(report: RunReport, stages: readonly Stage[]): readonly ToldFigure[] {
  const { meanNs, measuredNs, boundNs, bottleneck } = report.initiationInterval;
  const stage = stages.find(({ id }) => id === bottleneck?.stage);
  const told: (ToldFigure | undefined)[] = [
    { label: "makespan", value: formatDuration(report.makespanNs) },
    { label: "bubble", value: formatShare(report.bubble.ratio) },
    meanNs === undefined ? undefined : { label: "mean II", value: formatDuration(meanNs) },
    measuredNs === undefined ? undefined : { label: "median II", value: formatDuration(measuredNs) },
    boundNs === undefined ? undefined : { label: "bound on II", value: formatDuration(boundNs) },
    bottleneck === undefined
      ? undefined
      : {
          label: "bottleneck",
          value: `rank ${bottleneck.rank}${stage === undefined ? "" : `, ${nameStage(stage)}`}, ${bottleneck.phase}`,
        },
  ];
  return told.filter((figure) => figure !== undefined);
}

export const describeScope = ({ scope: { iteration, replica } }: RunReport): string =>
  `iteration ${formatCount(iteration)}, replica ${formatCount(replica)}`;

/** `4 ranks`, `rows 65–128 of 1,024 ranks`. */
export function describeRows({
  axis,
  fromRow,
  toRow,
  count,
}: {
  axis: RowAxis;
  fromRow: number;
  toRow: number;
  /** Rows of the axis. */
  count: number;
}): string {
  const all = formatCountOf(count, { one: axis });
  if (toRow - fromRow >= count) return all;
  return `rows ${formatCount(fromRow + 1)}–${formatCount(toRow)} of ${all}`;
}

export const describeTime = (range: { readonly fromNs: number; readonly toNs: number }): string =>
  formatTimeRange(range);

export const TIME_AXIS = "time from the start of the run";

/** A line of its parts; those that are not there are left out. */
export function joinParts(...parts: readonly (string | undefined)[]): string {
  const [first = "", ...rest] = parts.filter((part) => part !== undefined && part !== "");
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(" · ");
}
