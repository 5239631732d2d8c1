/**
 * What the address says of a comparison: `#view=compare&a=…&b=…` and, where a person has chosen otherwise than usual, the
 * pairing, the alignment, the layout and what is on screen. Text in, plain data out; what cannot be read is left out.
 */
import type { RunId } from "#common/ids.ts";
import { runId } from "#common/ids.ts";
import { ROW_AXES } from "#common/tile.ts";
import type { RowAxis } from "#common/tile.ts";
import type { Alignment } from "./compare-alignment.ts";
import { ALIGNMENTS } from "./compare-alignment.ts";
import type { TimeRange } from "./viewport.svelte.ts";

export const COMPARE_LAYOUTS = ["stacked", "beside", "overlay"] as const;
/** One above the other, side by side, A outlined over B. */
export type CompareLayout = (typeof COMPARE_LAYOUTS)[number];

export interface ComparisonLink {
  readonly a: RunId;
  readonly b: RunId;
  readonly iterationA?: number | undefined;
  readonly iterationB?: number | undefined;
  readonly replica?: number | undefined;
  readonly alignment?: Alignment | undefined;
  /** Of the alignment by batch. */
  readonly at?: { readonly row: number; readonly batch: number } | undefined;
  readonly layout?: CompareLayout | undefined;
  readonly axis?: RowAxis | undefined;
  /** In shared time. */
  readonly range?: TimeRange | undefined;
}

/** Names and values in the order of the address. */
export function comparisonWords(link: ComparisonLink): readonly (readonly [string, string | number | undefined])[] {
  const { at, range, layout, alignment } = link;
  return [
    ["a", link.a],
    ["b", link.b],
    ["iteration-a", link.iterationA],
    ["iteration-b", link.iterationB],
    ["replica", link.replica],
    ["align", alignment === "batch" && at !== undefined ? `batch:${at.row}:${at.batch}` : alignment],
    ["layout", layout],
    ["axis", link.axis],
    ["from", range && Math.round(range.fromNs)],
    ["to", range && Math.round(range.toNs)],
  ];
}

/** Undefined unless the address names two runs. */
export function parseComparison(parameters: URLSearchParams): ComparisonLink | undefined {
  const [a, b] = [parameters.get("a") ?? "", parameters.get("b") ?? ""];
  if (a === "" || b === "") return undefined;
  const [word, row, batch] = (parameters.get("align") ?? "").split(":");
  const alignment = ALIGNMENTS.find((name) => name === word);
  const at = { row: integer(row), batch: integer(batch) };
  const [fromNs, toNs] = [integer(parameters.get("from")), integer(parameters.get("to"))];
  return {
    a: runId(a),
    b: runId(b),
    iterationA: integer(parameters.get("iteration-a")),
    iterationB: integer(parameters.get("iteration-b")),
    replica: integer(parameters.get("replica")),
    alignment,
    at: at.row === undefined || at.batch === undefined ? undefined : { row: at.row, batch: at.batch },
    layout: COMPARE_LAYOUTS.find((name) => name === parameters.get("layout")),
    axis: ROW_AXES.find((name) => name === parameters.get("axis")),
    range: fromNs === undefined || toNs === undefined || fromNs >= toNs ? undefined : { fromNs, toNs },
  };
}

function integer(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isInteger(value) ? value : undefined;
}
