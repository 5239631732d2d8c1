/**
 * What the pointer is on, in words: the lines of the tooltip and the sentence for people who do not see it. Texts only.
 */
import { formatDuration } from "#common/format.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { Stage } from "#common/model.ts";
import type { HeatmapRow } from "#common/tile.ts";
import { NO_STAGE } from "#common/tile.ts";
import type { PickedSpan } from "../../data/pick.ts";
import type { Pointed } from "./pointing.ts";

export interface PointedText {
  readonly title: string;
  readonly lines: readonly (readonly [string, string])[];
}

/** `stages` by ordinal; `originNs` is what "start" counts from. */
export function describePointed(
  pointed: Pointed,
  { stages, row, originNs }: { stages: readonly Stage[]; row: HeatmapRow; originNs: number },
): PointedText {
  if (pointed.kind === "span") {
    return { title: spanTitle(pointed, stages), lines: [...spanFacts(pointed), ...times(pointed, originNs)] };
  }
  if (pointed.kind === "elsewhere") {
    return {
      title: `Busy with another stage`,
      lines: [["now", spanTitle(pointed.span, stages)], ...spanFacts(pointed.span), ...times(pointed.span, originNs)],
    };
  }
  const { fromNs, toNs, bubble } = pointed;
  return {
    title: bubble ? `Bubble · ${row.label}` : `Idle, outside any compute window · ${row.label}`,
    lines: [
      ["length", formatDuration(toNs - fromNs)],
      ["from", formatDuration(fromNs - originNs)],
      ["to", formatDuration(toNs - originNs)],
    ],
  };
}

function spanTitle({ stage, kindCode, name }: PickedSpan, stages: readonly Stage[]): string {
  const known = stage === NO_STAGE ? undefined : stages.at(stage);
  const pass = PASSES[kindCode >> 4];
  if (known === undefined) return name ?? (pass === "none" ? "Span" : pass);
  return `${stage} ${known.name === String(stage) ? known.op : known.name}${pass === "none" ? "" : ` · ${pass}`}`;
}

function spanFacts({ batch, iteration, kindCode }: PickedSpan): [string, string][] {
  const phase = PHASES[kindCode & 15];
  return [
    ...(phase === "none" ? [] : ([["phase", phase]] as [string, string][])),
    ...(batch < 0 ? [] : ([["batch", String(batch)]] as [string, string][])),
    ...(iteration < 0 ? [] : ([["iteration", String(iteration)]] as [string, string][])),
  ];
}

function times({ startNs, endNs }: PickedSpan, originNs: number): [string, string][] {
  return [
    ["lasts", formatDuration(endNs - startNs)],
    ["start", formatDuration(startNs - originNs)],
  ];
}
