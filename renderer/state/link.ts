/**
 * The part of the address after `#`: run, scope, viewport, axis and selection, so that a reload or a copied address finds
 * everything as it was. Pure text in, plain data out; what cannot be read is left out, never guessed.
 *
 *     #view=capture, #view=simulate
 *     #view=compare&a=pp-aggregated&b=dpp-aggregated
 *     #run=pp-aggregated&iteration=12&replica=0&axis=stage&columns=time&from=1200&to=3400&row=0&select=span:42
 */
import { laneId, runId, spanId } from "#common/ids.ts";
import type { RunId } from "#common/ids.ts";
import { ROW_AXES } from "#common/tile.ts";
import type { RowAxis } from "#common/tile.ts";
import type { ComparisonLink } from "./compare-link.ts";
import { comparisonWords, parseComparison } from "./compare-link.ts";
import type { Selected } from "./selection.svelte.ts";
import type { ColumnMode, TimeRange } from "./viewport.svelte.ts";

const VIEWS = ["capture", "simulate"] as const;

export interface Link {
  /** A view without a run. */
  readonly view?: (typeof VIEWS)[number] | undefined;
  /** Two runs instead of one. */
  readonly comparison?: ComparisonLink | undefined;
  readonly run?: RunId | undefined;
  readonly iteration?: number | undefined;
  readonly replica?: number | undefined;
  readonly axis?: RowAxis | undefined;
  readonly columns?: ColumnMode | undefined;
  readonly range?: TimeRange | undefined;
  readonly scrollRow?: number | undefined;
  readonly selected?: Selected | undefined;
}

export function formatLink(link: Link): string {
  const words: (readonly [string, string | number | undefined])[] = [
    ["view", link.comparison === undefined ? link.view : "compare"],
    ...(link.comparison === undefined ? [] : comparisonWords(link.comparison)),
    ["run", link.run],
    ["iteration", link.iteration],
    ["replica", link.replica],
    ["axis", link.axis],
    ["columns", link.columns],
    ["from", link.range && roundNs(link.range.fromNs)],
    ["to", link.range && roundNs(link.range.toNs)],
    ["row", link.scrollRow === undefined || link.scrollRow === 0 ? undefined : Math.round(link.scrollRow * 100) / 100],
    ["select", link.selected && formatSelected(link.selected)],
  ];
  const parameters = new URLSearchParams();
  for (const [key, value] of words) if (value !== undefined) parameters.set(key, String(value));
  // Colons are legal in a fragment, and an address that people read is better with them.
  return parameters.size === 0 ? "" : `#${parameters.toString().replaceAll("%3A", ":")}`;
}

export function parseLink(hash: string): Link {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  if (parameters.get("view") === "compare") return { comparison: parseComparison(parameters) };
  const run = parameters.get("run");
  const axis = ROW_AXES.find((name) => name === parameters.get("axis"));
  const columns = (["time", "steps", "batches"] as const).find((name) => name === parameters.get("columns"));
  const fromNs = parseNumber(parameters.get("from"));
  const toNs = parseNumber(parameters.get("to"));
  return {
    view: VIEWS.find((name) => name === parameters.get("view")),
    run: run === null || run === "" ? undefined : runId(run),
    iteration: parseInteger(parameters.get("iteration")),
    replica: parseInteger(parameters.get("replica")),
    axis,
    columns,
    range: fromNs === undefined || toNs === undefined || !(fromNs < toNs) ? undefined : { fromNs, toNs },
    scrollRow: parseNumber(parameters.get("row")),
    selected: parseSelected(parameters.get("select")),
  };
}

/** A tenth of a nanosecond is far below a pixel. */
const roundNs = (ns: number) => Math.round(ns * 10) / 10;

/** `span:id:start:end:lane:stage:batch:iteration`, `stage:3`, `batch:5:iteration`, `bubble:row:from:to:rank:replica`. */
function formatSelected(selected: Selected): string {
  switch (selected.kind) {
    case "span": {
      const { id, startNs, endNs, lane, stage, batch, iteration } = selected;
      return ["span", id, startNs, endNs, lane, stage, batch, iteration].join(":");
    }
    case "stage":
      return `stage:${selected.stage}`;
    case "batch":
      return ["batch", selected.batch, selected.iteration].join(":");
    case "bubble":
      return ["bubble", selected.row, selected.fromNs, selected.toNs, selected.rank, selected.replica].join(":");
  }
}

function parseSelected(text: string | null): Selected | undefined {
  const [kind, ...words] = (text ?? "").split(":");
  const numbers = words.map((word) => parseNumber(word));
  const [a, b, c, d, e, f, g] = numbers;
  if (kind === "stage" && a !== undefined) return { kind, stage: a };
  if (kind === "batch" && a !== undefined) return { kind, batch: a, iteration: b };
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  if (kind === "span") {
    return { kind, id: spanId(a), startNs: b, endNs: c, lane: laneId(d), stage: e, batch: f, iteration: g };
  }
  if (kind === "bubble" && e !== undefined) return { kind, row: a, fromNs: b, toNs: c, rank: d, replica: e };
  return undefined;
}

function parseNumber(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function parseInteger(text: string | null): number | undefined {
  const value = parseNumber(text);
  return Number.isInteger(value) ? value : undefined;
}
