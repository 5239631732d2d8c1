/**
 * Puts the difference of two makespans down to what lies on the two critical paths. Each path tiles its window, so the
 * difference of the paths, share by share, is the difference of the makespans to the ns.
 *
 * Computing on a path differs for two reasons: the same work takes another time, or the path runs over other work. With d(w)
 * the time of work w, and P and Q the works on the paths of A and B,
 *
 *     Σ over Q of dB − Σ over P of dA = ½ [Σ over P of (dB − dA) + Σ over Q of (dB − dA)]        the same work takes longer
 *                                     + ½ [Σ over Q of (dA + dB) − Σ over P of (dA + dB)]        another path: order
 *
 * Work on both paths counts in full in the first line and not at all in the second; neither run is preferred, so swapping
 * them negates every share. Halves of a ns are cut off, towards zero, and go to the order. Work on a path that the other run
 * does not do has no dA or dB, and is a share of its own.
 */
import type { Attribution, PathWait, StagePair } from "#common/comparison.ts";
import { ATTRIBUTIONS } from "#common/comparison.ts";
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { ComparedSpans } from "./compared-spans.ts";
import type { Matching } from "./matching.ts";
import type { PathSums } from "./path-sums.ts";

/** One run of the two. */
export interface AttributedSide {
  readonly columns: Pick<SpanColumns, "length" | "pass">;
  readonly spans: ComparedSpans;
  readonly path: PathSums;
}

/** Sums over both paths of one stage row and pass. */
interface WorkSum {
  readonly row: number;
  readonly pass: number;
  /** Of matched work: B's path − A's path, and twice the part of it that the same work takes longer. */
  pathNs: number;
  doubledChangeNs: number;
  unmatchedNs: number;
}

/** @returns shares, the most weighty first, that sum to the difference of the makespans exactly */
export function attributeDifference(
  { a, b }: { readonly a: AttributedSide; readonly b: AttributedSide },
  { matching, pairs }: { readonly matching: Matching; readonly pairs: readonly StagePair[] },
): Attribution[] {
  const works = new Map<number, WorkSum>();
  addComputing(works, { own: a, other: b, partners: matching.partnerOfA, sign: -1 });
  addComputing(works, { own: b, other: a, partners: matching.partnerOfB, sign: 1 });
  const [pathA, pathB] = [a.path, b.path];
  const attribution: Attribution[] = [];
  let orderNs = 0;
  for (const { row, pass, pathNs, doubledChangeNs, unmatchedNs } of works.values()) {
    const changeNs = Math.trunc(doubledChangeNs / 2);
    orderNs += pathNs - changeNs;
    const place = { ...placeOf(pairs, row), pass: PASSES[pass] };
    attribution.push({ what: "compute", ...place, deltaNs: changeNs });
    attribution.push({ what: "unmatched", ...place, deltaNs: unmatchedNs });
  }
  attribution.push({ what: "order", deltaNs: orderNs });
  attribution.push({ what: "transfer", deltaNs: pathB.transferNs - pathA.transferNs });
  attribution.push({ what: "sync", deltaNs: pathB.syncNs - pathA.syncNs });
  const causes = new Set<PathWait>([...pathA.waits.keys(), ...pathB.waits.keys()]);
  for (const cause of causes) {
    const deltaNs = (pathB.waits.get(cause) ?? 0) - (pathA.waits.get(cause) ?? 0);
    attribution.push({ what: "wait", cause, deltaNs });
  }
  const shares = attribution.filter(({ deltaNs }) => deltaNs !== 0);
  const lost: Attribution = { what: "unexplained", deltaNs: pathB.lostNs - pathA.lostNs };
  return [...shares, lost].sort(compareShares);
}

function placeOf(pairs: readonly StagePair[], row: number): Pick<Attribution, "row" | "stage"> {
  if (row === NONE) return {};
  const stage = pairs[row].a ?? pairs[row].b;
  return { row, ...(stage === undefined ? {} : { stage }) };
}

/** Independent of which run is A: by weight, then by kind. */
function compareShares(one: Attribution, other: Attribution): number {
  return (
    Math.abs(other.deltaNs) - Math.abs(one.deltaNs) ||
    ATTRIBUTIONS.indexOf(one.what) - ATTRIBUTIONS.indexOf(other.what) ||
    (one.row ?? NONE) - (other.row ?? NONE) ||
    (one.pass ?? "").localeCompare(other.pass ?? "") ||
    (one.cause ?? "").localeCompare(other.cause ?? "")
  );
}

/** Adds the computing of one path to the sums. */
function addComputing(
  works: Map<number, WorkSum>,
  { own, other, partners, sign }: { own: AttributedSide; other: AttributedSide; partners: Int32Array; sign: 1 | -1 },
): void {
  const { path, spans, columns } = own;
  const entryOf = indexSpans(spans, columns.length);
  path.spans.forEach((span, at) => {
    const entry = entryOf[span];
    const sum = findSum(works, { row: spans.row[entry], pass: columns.pass[span] });
    const partner = partners[entry];
    if (partner === NONE) {
      sum.unmatchedNs += sign * path.lengths[at];
      return;
    }
    sum.pathNs += sign * path.lengths[at];
    // dB − dA, whichever of the two is our own.
    sum.doubledChangeNs += sign * (spans.duration[entry] - other.spans.duration[partner]);
  });
}

/** Position among the compared spans by position in the columns. */
function indexSpans({ length, span }: ComparedSpans, columns: number): Int32Array {
  const entries = new Int32Array(columns).fill(NONE);
  for (let i = 0; i < length; i += 1) entries[span[i]] = i;
  return entries;
}

function findSum(works: Map<number, WorkSum>, { row, pass }: Pick<WorkSum, "row" | "pass">): WorkSum {
  const key = row * PASSES.length + pass;
  let sum = works.get(key);
  if (sum === undefined) works.set(key, (sum = { row, pass, pathNs: 0, doubledChangeNs: 0, unmatchedNs: 0 }));
  return sum;
}
