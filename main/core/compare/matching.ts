/**
 * Which span of A is the same work as which of B: equal (stage row, batch, pass, phase) within the paired scopes (issue of
 * the comparison, REFERENCE §6). A match is exact or there is none. Spans that share all of these, and those whose batch
 * nobody knows, are numbered by their order of start.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { ComparedSpans } from "./compared-spans.ts";
import { matchKeys } from "./match-keys.ts";

/** One run of the two. */
export interface ComparedSide {
  readonly columns: Pick<SpanColumns, "batch" | "pass" | "phase">;
  readonly spans: Pick<ComparedSpans, "length" | "span" | "row">;
  /** Group of a span, for matching several scopes at once: only spans of equal groups are partners. NONE: of no group. */
  readonly group?: Int32Array;
}

export interface Matching {
  /** For every span of A its partner among those of B, and the other way round; NONE without one. */
  readonly partnerOfA: Int32Array;
  readonly partnerOfB: Int32Array;
}

/** Number of (pass, phase) codes. */
export const KINDS = PASSES.length * PHASES.length;

export const kindOf = ({ pass, phase }: ComparedSide["columns"], span: number): number =>
  pass[span] * PHASES.length + phase[span];

/** @param rows rows of the stage mapping @param groups bound of the groups */
export function matchSpans(
  { a, b }: { readonly a: ComparedSide; readonly b: ComparedSide },
  { rows, groups = 1 }: { readonly rows: number; readonly groups?: number },
): Matching {
  const batches = { first: Infinity, last: -Infinity };
  const kindIndex = new Int32Array(KINDS).fill(NONE);
  let kinds = 0;
  for (const { columns, spans } of [a, b]) {
    for (let i = 0; i < spans.length; i += 1) {
      const batch = columns.batch[spans.span[i]];
      if (batch < batches.first) batches.first = batch;
      if (batch > batches.last) batches.last = batch;
      const kind = kindOf(columns, spans.span[i]);
      if (kindIndex[kind] === NONE) kindIndex[kind] = kinds++;
    }
  }
  const perRow = batches.last < batches.first ? 0 : batches.last - batches.first + 1;
  const keysOf = ({ columns, spans, group }: ComparedSide): Float64Array => {
    const keys = new Float64Array(spans.length);
    for (let i = 0; i < spans.length; i += 1) {
      const inGroup = group === undefined ? 0 : group[i];
      if (spans.row[i] === NONE || inGroup === NONE) {
        keys[i] = NONE;
        continue;
      }
      const span = spans.span[i];
      const place = (inGroup * rows + spans.row[i]) * perRow + columns.batch[span] - batches.first;
      keys[i] = place * kinds + kindIndex[kindOf(columns, span)];
    }
    return keys;
  };
  return matchKeys({ a: keysOf(a), b: keysOf(b) }, { bound: groups * rows * perRow * kinds });
}

/** How many of A have a partner; an entry for each span of A. */
export function countMatched({ partnerOfA }: Matching): number {
  let matched = 0;
  for (const partner of partnerOfA) if (partner !== NONE) matched += 1;
  return matched;
}
