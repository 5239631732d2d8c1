/**
 * Checks the invariants of every (replica, iteration, rank) while spans stream past in canonical order, a chunk at a time, as
 * an import writes them: busy + idle = window, no cause below 0, bound ≤ mean. Costs some 35 ms of a
 * million spans and keeps nothing of the columns, so that it can run at every import (DESIGN §7).
 *
 * Idle time is counted gap by gap and busy time piece by piece, apart from each other. Only the compute lane's bound is
 * watched; checkReport looks at all resources of one scope.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASE_COMPUTE } from "#common/model.ts";
import type { Lane, SpanColumns, Stage } from "#common/model.ts";

import { rankOfSpan, tabulatePlaces } from "./input.ts";

/** Violations beyond this many say nothing new. */
const MOST_VIOLATIONS = 10;

export interface InvariantWatch {
  /** Looks at the next spans of the canonical order. */
  add(spans: SpanColumns): void;
  /** What was violated, in words; empty when all holds. Call it when all spans were added. */
  violations(): string[];
}

/**
 * Figures of one rank in one scope, as a row of `FIELDS` numbers: in an object every new value would be a number on the heap.
 * Up to END busy and gaps account for everything since FIRST_START. Of the anchors of a direction (forward, then backward):
 * how many, where the first and the last start, and how long the rank had been busy then.
 */
const FIRST_START = 0;
const END = 1;
const BUSY = 2;
const GAPS = 3;
const ANCHORS = 4;
const COUNT = 0;
const FIRST = 1;
const LAST = 2;
const BUSY_AT_FIRST = 3;
const BUSY_AT_LAST = 4;
const ANCHOR_FIELDS = 5;
const FIELDS = ANCHORS + 2 * ANCHOR_FIELDS;

interface RankInScope {
  readonly scope: string;
  readonly rank: number;
  /** Where its row of figures begins. */
  readonly at: number;
}

const IS_BACKWARD = Uint8Array.from(PASSES, (pass) => (pass === "none" || pass === "forward" ? 0 : 1));

export function createInvariantWatch(tables: { lanes: readonly Lane[]; stages: readonly Stage[] }): InvariantWatch {
  const places = tabulatePlaces(tables);
  const ranks = new Map<string, RankInScope>();
  const found: string[] = [];
  let figures = new Float64Array(64 * FIELDS);
  /** By lane: row that the last span went to, and its iteration and rank. */
  const lastRow = new Int32Array(tables.lanes.length);
  const lastIteration = new Int32Array(tables.lanes.length).fill(NONE - 1);
  const lastRank = new Int32Array(tables.lanes.length);
  let lastStart = -Infinity;

  function rowOf(lane: number, iteration: number, rank: number): number {
    if (lastIteration[lane] === iteration && lastRank[lane] === rank) return lastRow[lane];
    const scope = `replica ${places.laneReplica[lane]}, iteration ${iteration}`;
    const key = `${scope}, rank ${rank}`;
    let known = ranks.get(key);
    if (known === undefined) {
      known = { scope, rank, at: ranks.size * FIELDS };
      ranks.set(key, known);
      if (known.at === figures.length) {
        const grown = new Float64Array(figures.length * 2);
        grown.set(figures);
        figures = grown;
      }
      figures[known.at + FIRST_START] = Number.NaN;
    }
    lastIteration[lane] = iteration;
    lastRank[lane] = rank;
    return (lastRow[lane] = known.at);
  }

  return {
    add(spans) {
      for (let i = 0; i < spans.length; i += 1) {
        const start = spans.start[i];
        if (start < lastStart) found.push(`span at ${start} ns comes after one at ${lastStart} ns`);
        lastStart = start;
        if (spans.phase[i] !== PHASE_COMPUTE) continue;
        const rank = rankOfSpan(spans, places, i);
        if (rank === NONE) continue;
        const row = rowOf(spans.lane[i], spans.iteration[i], rank);
        addSpan(figures, row, start, start + spans.duration[i], IS_BACKWARD[spans.pass[i]]);
      }
    },
    violations() {
      for (const [, ofScope] of Map.groupBy(ranks.values(), ({ scope }) => scope)) {
        found.push(...checkScope(figures, ofScope));
      }
      return found.length > MOST_VIOLATIONS
        ? [...found.slice(0, MOST_VIOLATIONS), `and ${found.length - MOST_VIOLATIONS} more`]
        : found;
    },
  };
}

/** Adds the compute span [start, end) to the figures in `row`. */
function addSpan(figures: Float64Array, row: number, start: number, end: number, direction: number): void {
  if (Number.isNaN(figures[row + FIRST_START])) figures[row + FIRST_START] = figures[row + END] = start;
  const covered = figures[row + END];
  const busyBefore = figures[row + BUSY] - (covered > start ? covered - start : 0);
  const anchors = row + ANCHORS + direction * ANCHOR_FIELDS;
  if (figures[anchors + COUNT] === 0) {
    figures[anchors + FIRST] = start;
    figures[anchors + BUSY_AT_FIRST] = busyBefore;
  }
  figures[anchors + COUNT] += 1;
  figures[anchors + LAST] = start;
  figures[anchors + BUSY_AT_LAST] = busyBefore;
  if (start > covered) figures[row + GAPS] += start - covered;
  if (end > covered) {
    figures[row + BUSY] += end - (start > covered ? start : covered);
    figures[row + END] = end;
  } else if (start > covered) figures[row + END] = start;
}

function checkScope(figures: Float64Array, ranks: readonly RankInScope[]): string[] {
  const violations: string[] = [];
  const from = Math.min(...ranks.map(({ at }) => figures[at + FIRST_START]));
  const to = Math.max(...ranks.map(({ at }) => figures[at + END]));
  for (const { scope, rank, at } of ranks) {
    const [firstStart, end, busyNs, gapsNs] = figures.subarray(at, at + ANCHORS);
    const idleNs = firstStart - from + gapsNs + (to - end);
    if (busyNs + idleNs !== to - from || busyNs < 0 || gapsNs < 0) {
      violations.push(
        `${scope}, rank ${rank}: busy ${busyNs} ns + idle ${idleNs} ns is not the window of ${to - from} ns`,
      );
    }
    for (const anchors of [at + ANCHORS, at + ANCHORS + ANCHOR_FIELDS]) {
      const busy = figures[anchors + BUSY_AT_LAST] - figures[anchors + BUSY_AT_FIRST];
      const apart = figures[anchors + LAST] - figures[anchors + FIRST];
      if (busy > apart) {
        violations.push(`${scope}, rank ${rank}: busy ${busy} ns between anchors ${apart} ns apart`);
      }
    }
  }
  return violations;
}
