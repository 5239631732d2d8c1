/** What `simulate` and `what-if` say beyond the report of the new run: figures that only a simulator knows, and what would help. */
import { describeContention } from "#common/contention-text.ts";
import { formatDuration, formatShare } from "#common/format.ts";

import type { Simulation } from "../core/simulate/simulation.ts";
import type { WhatIf } from "../core/simulate/what-if.ts";
import { layOutTable } from "./table.ts";
import { paint } from "./terminal.ts";

const MOST_RANKED = 16;

export function describeSimulation({ schedule, bubbleSizeNs, peakInFlight }: Simulation): string {
  const least = Math.min(...peakInFlight);
  const most = Math.max(...peakInFlight);
  const held = least === most ? `${most}` : `${least} to ${most}`;
  return (
    `${paint("bold", `Schedule ${schedule}`)}: bubble size ${formatDuration(bubbleSizeNs)} ` +
    `(most idle rank, between its own first start and last end) · ${held} batches in flight on a rank at most\n`
  );
}

export function describeWhatIf({
  change,
  scope,
  recordedNs,
  replayedNs,
  replayErrorRatio,
  contention,
  simulation,
  ranked,
  stragglers,
}: WhatIf): string {
  const error = replayErrorRatio === undefined ? "" : ` (the model's median error is ${formatShare(replayErrorRatio)})`;
  const saved = 1 - simulation.makespanNs / replayedNs;
  const verdict =
    simulation.makespanNs === replayedNs
      ? ""
      : saved > 0
        ? `: ${formatShare(saved)} less`
        : `: ${formatShare(-saved)} more`;
  const table = layOutTable(
    [
      { title: "would give", align: "right" },
      { title: "saved", align: "right" },
      { title: "change", align: "left" },
    ],
    ranked
      .slice(0, MOST_RANKED)
      .map((row) => [
        formatDuration(row.makespanNs),
        row.gain < 0 ? `−${formatShare(-row.gain)}` : formatShare(row.gain),
        row.change,
      ]),
    { titleStyle: (title) => paint("dim", title) },
  );
  const left = ranked.length - MOST_RANKED;
  return [
    `${paint("bold", `Iteration ${scope.iteration}, replica ${scope.replica}`)}: recorded ${formatDuration(recordedNs)}, ` +
      `replayed ${formatDuration(replayedNs)}${error}`,
    `${paint("bold", change)}: ${formatDuration(simulation.makespanNs)}${verdict}`,
    ...(contention === undefined ? [] : [describeContention(contention)]),
    ...(stragglers === undefined ? [] : [describeStragglers(stragglers)]),
    "",
    `${paint("bold", "What would help most")}\n${table}${left > 0 ? paint("dim", `and ${left} more; --json has them all\n`) : ""}`,
  ].join("\n");
}

function describeStragglers({ slowdown, byStage }: NonNullable<WhatIf["stragglers"]>): string {
  const [worst] = byStage;
  return (
    `Stragglers: ${slowdown.toFixed(4)} × the time that equal operations would take; ` +
    `stage ${worst.stage} alone ${worst.slowdown.toFixed(4)} ×`
  );
}
