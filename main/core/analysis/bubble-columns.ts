/**
 * The pieces of idle time of all ranks as one table, with the work that was waited for; and cuts of such a table.
 *
 * Of very many the longest are kept: a bubble shorter than those is thinner than a pixel in any view that shows them all.
 */
import type { BubbleColumns } from "#common/explanation.ts";
import { NONE } from "#common/ids.ts";
import type { IdleCause } from "#common/report.ts";
import type { Dependencies } from "./dependencies.ts";
import type { RankIdle } from "./idle-causes.ts";
import { CAUSE_CODE } from "./idle-pieces.ts";
import type { Occupancy } from "./occupancy.ts";

/** Causes that name work: the output of others that was missing, or others that had to take the own one. */
const NAMES_WORK = new Set<IdleCause>(["fill", "blocked", "transfer", "starved"]);
const NAMES_WORK_BY_CODE = Uint8Array.from(Object.keys(CAUSE_CODE), (cause) =>
  NAMES_WORK.has(cause as IdleCause) ? 1 : 0,
);

function createBubbleColumns(length: number): BubbleColumns {
  return {
    length,
    rank: new Int32Array(length),
    from: new Float64Array(length),
    to: new Float64Array(length),
    cause: new Uint8Array(length),
    awaitedStage: new Int32Array(length).fill(NONE),
    awaitedBatch: new Int32Array(length).fill(NONE),
    awaitedPass: new Uint8Array(length),
    waitedFor: new Int32Array(length),
    next: new Int32Array(length),
  };
}

/** Every bubble of the scope. @param idle of its ranks */
export function tabulateBubbles(
  occupancy: Occupancy,
  { dependencies, idle }: { dependencies: Dependencies; idle: readonly RankIdle[] },
): BubbleColumns {
  const { spans, places } = occupancy;
  const stageAt = Int32Array.from(places.stageOrdinal.keys(), (ordinal) => places.stageOrdinal.indexOf(ordinal));
  const columns = createBubbleColumns(idle.reduce((sum, { pieces }) => sum + pieces.length, 0));
  let at = 0;
  for (const { rank, pieces } of idle) {
    for (let piece = 0; piece < pieces.length; piece += 1, at += 1) {
      const cause = pieces.cause[piece];
      const waitedFor = pieces.waitedFor[piece];
      const next = pieces.next[piece];
      columns.rank[at] = rank;
      columns.from[at] = pieces.from[piece];
      columns.to[at] = pieces.to[piece];
      columns.cause[at] = cause;
      columns.waitedFor[at] = waitedFor;
      columns.next[at] = next;
      if (NAMES_WORK_BY_CODE[cause] === 0) continue;
      const need = next === NONE ? undefined : dependencies.needOf(next);
      const namesSpan = cause === CAUSE_CODE.blocked || (cause === CAUSE_CODE.starved && need === undefined);
      if (namesSpan && waitedFor !== NONE) {
        columns.awaitedStage[at] = spans.stage[waitedFor];
        columns.awaitedBatch[at] = spans.batch[waitedFor];
        columns.awaitedPass[at] = spans.pass[waitedFor];
      } else if (!namesSpan && need !== undefined && stageAt[need.position] !== NONE) {
        columns.awaitedStage[at] = stageAt[need.position];
        columns.awaitedBatch[at] = need.batch;
        columns.awaitedPass[at] = spans.pass[next];
      }
    }
  }
  return columns;
}

/**
 * Bubbles that reach into [fromNs, toNs), at most `limit` of them, the longest, in the order of the table.
 * @returns `total` says how many reach into it
 */
export function cutBubbles(
  columns: BubbleColumns,
  { fromNs = -Infinity, toNs = Infinity, limit }: { fromNs?: number; toNs?: number; limit: number },
): { bubbles: BubbleColumns; total: number } {
  const { from, to } = columns;
  const found: number[] = [];
  for (let i = 0; i < columns.length; i += 1) if (to[i] > fromNs && from[i] < toNs) found.push(i);
  if (found.length === columns.length && found.length <= limit) return { bubbles: columns, total: found.length };
  const kept =
    found.length <= limit
      ? found
      : found
          .toSorted((a, b) => to[b] - from[b] - (to[a] - from[a]) || a - b)
          .slice(0, limit)
          .sort((a, b) => a - b);
  return { bubbles: gather(columns, kept), total: found.length };
}

function gather(columns: BubbleColumns, indices: readonly number[]): BubbleColumns {
  const gathered = createBubbleColumns(indices.length);
  const names = Object.keys(columns).filter((name) => name !== "length") as Exclude<keyof BubbleColumns, "length">[];
  for (const name of names) {
    const [into, source] = [gathered[name], columns[name]];
    indices.forEach((index, at) => (into[at] = source[index]));
  }
  return gathered;
}
