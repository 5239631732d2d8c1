/** The longest bubbles of a scope as a table: where, how long, why, and what was waited for. */
import type { Awaited, BubbleList } from "../core/analysis/list-bubbles.ts";
import { formatCount, formatDuration } from "#common/format.ts";
import { layOutTable } from "./table.ts";

const describeAwaited = (awaited: Awaited | undefined): string =>
  awaited === undefined ? "" : `${awaited.pass} of batch ${awaited.batch} at stage ${awaited.stage}`;

export function describeBubbles({ bubbles, total }: BubbleList): string {
  const longestFirst = bubbles.toSorted((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs) || a.fromNs - b.fromNs);
  const table = layOutTable(
    [
      { title: "rank", align: "right" },
      { title: "from", align: "right" },
      { title: "length", align: "right" },
      { title: "cause", align: "left" },
      { title: "waited for", align: "left" },
    ],
    longestFirst.map(({ rank, fromNs, toNs, cause, awaited }) => [
      String(rank),
      formatDuration(fromNs),
      formatDuration(toNs - fromNs),
      cause,
      describeAwaited(awaited),
    ]),
  );
  return `Longest bubbles (${formatCount(bubbles.length)} of ${formatCount(total)})\n${table}`;
}
