/**
 * Cuts a rank's idle time into pieces of one cause each, in the order of precedence of REFERENCE §6: whoever comes first
 * takes what is left of a gap. Pieces of a gap follow each other without a hole, so that their sum is the gap's to the ns.
 */
import { NONE } from "#common/ids.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { IdleCause } from "#common/report.ts";
import type { Intervals } from "./intervals.ts";

export const CAUSE_CODE = Object.fromEntries(IDLE_CAUSES.map((cause, code) => [cause, code])) as Readonly<
  Record<IdleCause, number>
>;

/** Pieces of idle time of one rank in order of time, as columns. */
export interface IdlePieces {
  length: number;
  from: Float64Array;
  to: Float64Array;
  /** Index in `IDLE_CAUSES`. */
  cause: Uint8Array;
  /** The compute span that ends the gap, or NONE after the last. */
  next: Int32Array;
  /** The span that was waited for, or NONE. */
  waitedFor: Int32Array;
}

export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly cause: number;
  readonly waitedFor: number;
}

export function createIdlePieces(): IdlePieces {
  const capacity = 64;
  return {
    length: 0,
    from: new Float64Array(capacity),
    to: new Float64Array(capacity),
    cause: new Uint8Array(capacity),
    next: new Int32Array(capacity),
    waitedFor: new Int32Array(capacity),
  };
}

/** Appends one piece; empty ones vanish, and one that continues the last is joined to it. */
export function addPiece(pieces: IdlePieces, { from, to, cause, waitedFor }: Cut, next: number): void {
  if (to <= from) return;
  const last = pieces.length - 1;
  if (
    last >= 0 &&
    pieces.to[last] === from &&
    pieces.cause[last] === cause &&
    pieces.waitedFor[last] === waitedFor &&
    pieces.next[last] === next
  ) {
    pieces.to[last] = to;
    return;
  }
  const at = pieces.length;
  if (at === pieces.from.length) growPieces(pieces);
  pieces.from[at] = from;
  pieces.to[at] = to;
  pieces.cause[at] = cause;
  pieces.next[at] = next;
  pieces.waitedFor[at] = waitedFor;
  pieces.length += 1;
}

function growPieces(pieces: IdlePieces): void {
  const grow = <T extends Float64Array | Int32Array | Uint8Array>(old: T, grown: T): T => {
    grown.set(old);
    return grown;
  };
  const capacity = pieces.length * 2;
  pieces.from = grow(pieces.from, new Float64Array(capacity));
  pieces.to = grow(pieces.to, new Float64Array(capacity));
  pieces.cause = grow(pieces.cause, new Uint8Array(capacity));
  pieces.next = grow(pieces.next, new Int32Array(capacity));
  pieces.waitedFor = grow(pieces.waitedFor, new Int32Array(capacity));
}

/** One gap that is being cut: the parts that nobody took yet, and those taken. */
export interface Gap {
  /** Starts from anew with [from, to) untaken. */
  open(from: number, to: number): void;
  /** Takes what is left of [from, to) for a cause. */
  take(cut: Cut): void;
  /** Takes what is left of a union before `until`, whose intervals before `cursor.at` end before the gap: gaps are opened in order of time. */
  takeUnion(union: CursoredUnion, taking: { cause: number; until?: number; waitedFor?: (at: number) => number }): void;
  /** Gives the rest to a cause and hands all cuts over in order of time. */
  close(cause: number, add: (cut: Cut) => void): void;
}

/** A union that is walked along with the gaps. */
export interface CursoredUnion extends Intervals {
  at: number;
}

export function createGap(): Gap {
  let free: { from: number; to: number }[] = [];
  let cuts: Cut[] = [];
  const gap: Gap = {
    open(from, to) {
      free = [{ from, to }];
      cuts = [];
    },
    take({ from, to, cause, waitedFor }) {
      if (to <= from || free.length === 0) return;
      if (to <= free[0].from || from >= free[free.length - 1].to) return;
      const rest: { from: number; to: number }[] = [];
      for (const part of free) {
        const start = Math.max(part.from, from);
        const end = Math.min(part.to, to);
        if (end <= start) {
          rest.push(part);
          continue;
        }
        cuts.push({ from: start, to: end, cause, waitedFor });
        if (part.from < start) rest.push({ from: part.from, to: start });
        if (end < part.to) rest.push({ from: end, to: part.to });
      }
      free = rest;
    },
    takeUnion(union, { cause, until = Infinity, waitedFor }) {
      if (free.length === 0) return;
      const { from } = free[0];
      const { to } = free[free.length - 1];
      while (union.at < union.ends.length && union.ends[union.at] <= from) union.at += 1;
      for (let i = union.at; i < union.starts.length && union.starts[i] < to; i += 1) {
        gap.take({
          from: union.starts[i],
          to: Math.min(union.ends[i], until),
          cause,
          waitedFor: waitedFor?.(i) ?? NONE,
        });
      }
    },
    close(cause, add) {
      for (const { from, to } of free) cuts.push({ from, to, cause, waitedFor: NONE });
      if (cuts.length > 1) cuts.sort((a, b) => a.from - b.from);
      for (const cut of cuts) add(cut);
    },
  };
  return gap;
}
