/**
 * Counts partners over two whole runs: every iteration of A with that of the same number in B, every replica with the same.
 * What lies in an iteration or a replica that only one of the runs has is left aside: nobody would expect a partner there.
 */
import type { MatchCounts } from "#common/comparison.ts";
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";

import { IS_PIPELINE_PHASE, rankOfSpan, tabulatePlaces } from "../analysis/input.ts";
import type { AnalysisInput } from "../analysis/input.ts";
import type { Survey } from "../analysis/windows.ts";
import { matchSpans } from "./matching.ts";
import type { ComparedSide, Matching } from "./matching.ts";

export interface WholeSide {
  readonly input: AnalysisInput;
  readonly survey: Survey;
  readonly rowOfStage: Int32Array;
}

export interface WholeRunCounts extends MatchCounts {
  readonly iterations: number;
  readonly compute: MatchCounts;
}

/** @param rows rows of the stage mapping */
export function matchWholeRuns(
  { a, b }: { readonly a: WholeSide; readonly b: WholeSide },
  rows: number,
): WholeRunCounts {
  const windowsOfB = new Set(b.survey.windows.map(nameOf));
  const shared = a.survey.windows.filter((window) => windowsOfB.has(nameOf(window)));
  const groups = new Map<number, Map<number, number>>();
  shared.forEach(({ iteration, replica }, group) => {
    let ofReplica = groups.get(replica);
    if (ofReplica === undefined) groups.set(replica, (ofReplica = new Map<number, number>()));
    ofReplica.set(iteration, group);
  });
  const sides = { a: gatherSide(a, groups), b: gatherSide(b, groups) };
  const matching = matchSpans(sides, { rows, groups: Math.max(1, shared.length) });
  const iterations = new Set(shared.map(({ iteration }) => iteration)).size;
  return { ...countWhole(sides, matching), iterations };
}

/** The same where the whole runs are matched already. */
export function countWhole(
  sides: { readonly a: ComparedSide; readonly b: ComparedSide },
  matching: Matching,
): WholeRunCounts {
  const all = { matched: 0, unmatchedA: 0, unmatchedB: 0 };
  const compute = { matched: 0, unmatchedA: 0, unmatchedB: 0 };
  // One loop a side and no closures: runs of ten million spans come by here.
  const { a, b } = sides;
  for (let i = 0; i < a.spans.length; i += 1) {
    const count = matching.partnerOfA[i] === NONE ? "unmatchedA" : "matched";
    all[count] += 1;
    if (a.columns.phase[a.spans.span[i]] === PHASE_COMPUTE) compute[count] += 1;
  }
  for (let i = 0; i < b.spans.length; i += 1) {
    if (matching.partnerOfB[i] !== NONE) continue;
    all.unmatchedB += 1;
    if (b.columns.phase[b.spans.span[i]] === PHASE_COMPUTE) compute.unmatchedB += 1;
  }
  return { iterations: 1, ...all, compute };
}

const nameOf = ({ iteration, replica }: { readonly iteration: number; readonly replica: number }): string =>
  `${iteration}/${replica}`;

/** The spans of the shared windows, in the order of the columns: that of their starts. */
function gatherSide(
  { input, survey, rowOfStage }: WholeSide,
  groups: ReadonlyMap<number, ReadonlyMap<number, number>>,
): ComparedSide {
  const { spans } = input;
  const places = tabulatePlaces(input);
  const span = new Int32Array(spans.length);
  const group = new Int32Array(spans.length);
  const row = new Int32Array(spans.length);
  // Iterations follow one another in the columns: what a lane's group is changes seldom.
  const groupOfReplica = new Int32Array(places.laneReplica.reduce((most, replica) => Math.max(most, replica), 0) + 1);
  let last: number | undefined;
  let length = 0;
  for (let i = 0; i < spans.length; i += 1) {
    if (IS_PIPELINE_PHASE[spans.phase[i]] === 0 || rankOfSpan(spans, places, i) === NONE) continue;
    const iteration = survey.hasIterations ? spans.iteration[i] : 0;
    if (iteration !== last) {
      last = iteration;
      groupOfReplica.fill(NONE);
      for (const [replica, ofReplica] of groups) groupOfReplica[replica] = ofReplica.get(iteration) ?? NONE;
    }
    const found = groupOfReplica[places.laneReplica[spans.lane[i]]];
    if (found === NONE) continue;
    span[length] = i;
    group[length] = found;
    row[length] = spans.stage[i] === NONE ? NONE : rowOfStage[spans.stage[i]];
    length += 1;
  }
  const cut = (column: Int32Array): Int32Array => column.subarray(0, length);
  return { columns: spans, spans: { length, span: cut(span), row: cut(row) }, group: cut(group) };
}
