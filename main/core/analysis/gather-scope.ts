/**
 * The spans of one scope side by side: rank by rank, phase by phase, as the analysis walks over them.
 *
 * In a run file the spans of all ranks lie mixed in order of time, so that every walk over a rank jumps through memory and
 * waits for it. Copied once, the report of a scope of a million spans takes about half the time.
 */
import { NONE } from "#common/ids.ts";
import { createSpanColumns } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import { tabulatePlaces } from "./input.ts";
import { selectScope } from "./scope-spans.ts";
import type { RankSpans } from "./scope-spans.ts";
import type { Survey, SurveyedInput } from "./windows.ts";

/** Of more spans a copy takes more memory than it is worth: 47 bytes a span. */
const MOST_SPANS = 5_000_000;

export interface GatheredInput extends SurveyedInput {
  /** The spans, sorted out: present where they were gathered. */
  readonly selected?: readonly RankSpans[];
}

/** The same input with only the spans of the scope; `ids` says which they are. */
export function gatherScope(
  input: SurveyedInput,
  { window, hasIterations }: { readonly window: Survey["windows"][number]; readonly hasIterations: boolean },
): GatheredInput {
  const { spans, ids } = input;
  if (spans.length > MOST_SPANS) return input;
  const ranks = selectScope(spans, { places: tabulatePlaces(input), scope: window, hasIterations });
  const lists = ranks.flatMap(({ compute, inbound, outbound, wait, sync }) => [compute, inbound, outbound, wait, sync]);
  const order = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let used = 0;
  for (const list of lists) {
    order.set(list, used);
    used += list.length;
  }
  const named = new Float64Array(order.length);
  for (let at = 0; at < order.length; at += 1) named[at] = ids === undefined ? order[at] : ids[order[at]];
  return { ...input, spans: copySpans(spans, order), ids: named, selected: renumber(ranks) };
}

/** The same lists as positions among the gathered spans: one range after the other. */
function renumber(ranks: readonly RankSpans[]): RankSpans[] {
  let next = 0;
  const range = ({ length }: Int32Array): Int32Array => {
    const list = new Int32Array(length);
    for (let at = 0; at < length; at += 1) list[at] = next + at;
    next += length;
    return list;
  };
  return ranks.map(({ rank, compute, inbound, outbound, wait, sync }) => ({
    rank,
    compute: range(compute),
    inbound: range(inbound),
    outbound: range(outbound),
    wait: range(wait),
    sync: range(sync),
  }));
}

/**
 * Reads in the order in which the spans lie and writes to as many places as there are lists: the other way round every line
 * of memory would be fetched again for each list. One loop with every column by its name: one over the columns would meet
 * arrays of three kinds, which is slower.
 */
function copySpans(from: SpanColumns, order: Int32Array): SpanColumns {
  const to = createSpanColumns(order.length);
  const placeOf = new Int32Array(from.length).fill(NONE);
  for (let at = 0; at < order.length; at += 1) placeOf[order[at]] = at;
  for (let i = 0; i < from.length; i += 1) {
    const at = placeOf[i];
    if (at === NONE) continue;
    to.lane[at] = from.lane[i];
    to.depth[at] = from.depth[i];
    to.start[at] = from.start[i];
    to.duration[at] = from.duration[i];
    to.name[at] = from.name[i];
    to.stage[at] = from.stage[i];
    to.batch[at] = from.batch[i];
    to.iteration[at] = from.iteration[i];
    to.pass[at] = from.pass[i];
    to.phase[at] = from.phase[i];
  }
  return to;
}
