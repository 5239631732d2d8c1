/**
 * How long the work of every (stage, pass, phase) takes in both runs: median, 95th percentile, total; and whether the
 * difference is more than noise.
 *
 * With enough iterations in both runs the test is over them, one value (the mean) an iteration: batches of one iteration are
 * not independent of each other. With fewer it is over the batches of the scope, which only says that these two iterations
 * differ. Transfers are always tested over batches: how long they really took is known for the scope alone.
 */
import type { StageDelta, StagePair } from "#common/comparison.ts";
import { NONE } from "#common/ids.ts";
import { PASSES, PHASE_COMPUTE, PHASES } from "#common/model.ts";

import type { ComparedSide } from "./matching.ts";
import { KINDS, kindOf } from "./matching.ts";
import type { ComparedSpans } from "./compared-spans.ts";
import type { IterationMeans } from "./iteration-means.ts";
import { findDiscoveries, testRanks } from "./rank-test.ts";

/** With fewer values on a side no difference can be significant at 5 %: 3 against 3 give a p-value of 0.1 at best. */
const LEAST_VALUES = 4;

export interface MeasuredSide {
  readonly columns: ComparedSide["columns"];
  readonly spans: ComparedSpans;
  readonly means: IterationMeans;
}

/** @returns rows in the order of the stage mapping, then pass, then phase */
export function measureStages(
  { a, b }: { readonly a: MeasuredSide; readonly b: MeasuredSide },
  pairs: readonly StagePair[],
): StageDelta[] {
  const groupsA = groupDurations(a, pairs.length);
  const groupsB = groupDurations(b, pairs.length);
  const groups = [...new Set([...groupsA.keys(), ...groupsB.keys()])].sort((one, other) => one - other);
  const none = new Float64Array(0);
  const tests = groups.map((group) => {
    const ofA = groupsA.get(group) ?? none;
    const ofB = groupsB.get(group) ?? none;
    const work = { row: Math.floor(group / KINDS), pass: Math.floor((group % KINDS) / PHASES.length) };
    const isCompute = group % PHASES.length === PHASE_COMPUTE;
    const means = isCompute ? [a.means.valuesOf(work), b.means.valuesOf(work)] : [none, none];
    if (means.every(({ length }) => length >= LEAST_VALUES)) {
      return { over: "iterations" as const, pValue: testRanks({ a: means[0], b: means[1] }) };
    }
    const isEnough = Math.min(ofA.length, ofB.length) >= LEAST_VALUES;
    return { over: "batches" as const, pValue: isEnough ? testRanks({ a: ofA, b: ofB }) : undefined };
  });
  const discoveries = findDiscoveries(tests.map(({ pValue }) => pValue));
  return groups.map((group, at): StageDelta => {
    const row = Math.floor(group / KINDS);
    const kind = group % KINDS;
    const { over, pValue } = tests[at];
    return {
      row,
      stage: pairs[row].a ?? pairs[row].b ?? NONE,
      name: pairs[row].nameA ?? pairs[row].nameB ?? "",
      pass: PASSES[Math.floor(kind / PHASES.length)],
      phase: PHASES[kind % PHASES.length],
      ...compareDurations({ ofA: groupsA.get(group) ?? none, ofB: groupsB.get(group) ?? none }),
      ...(pValue === undefined ? {} : { test: { over, pValue } }),
      significant: discoveries[at],
    };
  });
}

type Durations = Omit<StageDelta, "row" | "stage" | "name" | "pass" | "phase" | "test" | "significant">;

function compareDurations({ ofA, ofB }: { ofA: Float64Array; ofB: Float64Array }): Durations {
  const [medianANs, medianBNs] = [ofA, ofB].map(medianOf);
  const [p95ANs, p95BNs] = [ofA, ofB].map(p95Of);
  const [totalANs, totalBNs] = [ofA, ofB].map((values) => values.reduce((sum, ns) => sum + ns, 0));
  return {
    countA: ofA.length,
    countB: ofB.length,
    ...(medianANs === undefined ? {} : { medianANs }),
    ...(medianBNs === undefined ? {} : { medianBNs }),
    ...(p95ANs === undefined ? {} : { p95ANs }),
    ...(p95BNs === undefined ? {} : { p95BNs }),
    totalANs,
    totalBNs,
    ...(medianANs === undefined || medianBNs === undefined ? {} : { medianDeltaNs: medianBNs - medianANs }),
    totalDeltaNs: totalBNs - totalANs,
  };
}

/** Of sorted values, in whole ns. */
function medianOf(sorted: Float64Array): number | undefined {
  if (sorted.length === 0) return undefined;
  return Math.round((sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2);
}

/** The smallest value that at least 95 % of all do not exceed (nearest rank). */
function p95Of(sorted: Float64Array): number | undefined {
  return sorted.length === 0 ? undefined : sorted[Math.ceil(sorted.length * 0.95) - 1];
}

/** Sorted durations by group (row · KINDS + kind). */
function groupDurations({ columns, spans }: MeasuredSide, rows: number): Map<number, Float64Array> {
  const ends = new Int32Array(rows * KINDS + 1);
  const groupOf = (i: number): number =>
    spans.row[i] === NONE ? NONE : spans.row[i] * KINDS + kindOf(columns, spans.span[i]);
  for (let i = 0; i < spans.length; i += 1) ends[groupOf(i) + 1] += 1;
  ends[0] = 0;
  for (let group = 0; group < rows * KINDS; group += 1) ends[group + 1] += ends[group];
  const filled = ends.slice();
  const durations = new Float64Array(ends[rows * KINDS]);
  for (let i = 0; i < spans.length; i += 1) {
    const group = groupOf(i);
    if (group !== NONE) durations[filled[group]++] = spans.duration[i];
  }
  const groups = new Map<number, Float64Array>();
  for (let group = 0; group < rows * KINDS; group += 1) {
    if (ends[group + 1] > ends[group]) groups.set(group, durations.subarray(ends[group], ends[group + 1]).sort());
  }
  return groups;
}
