/**
 * What repeated iterations of a run measured: the mean duration of the computing of every (stage row, pass) in each of them,
 * and their makespans. Warm-up iterations are left out: they are slow for reasons that have nothing to do with what is
 * compared. Of very many iterations some hundred are taken, evenly spread: more would not make a test any surer.
 */
import type { Repeated } from "#common/comparison.ts";
import { NONE } from "#common/ids.ts";
import { PASSES, PHASE_COMPUTE } from "#common/model.ts";

import { rankOfSpan, tabulatePlaces } from "../analysis/input.ts";
import type { AnalysisInput } from "../analysis/input.ts";
import type { Survey } from "../analysis/windows.ts";
import { estimateShift, testRanks } from "./rank-test.ts";

const MOST_ITERATIONS = 400;
const SIGNIFICANCE = 0.05;

export interface IterationMeans {
  /** Sorted means of a stage row and a pass (its code), one an iteration that has any. */
  valuesOf(work: { readonly row: number; readonly pass: number }): Float64Array;
}

/** Iterations of a replica that are no warm-up, evenly spread when there are too many. */
function chooseIterations({ windows }: Survey, replica: number): Survey["windows"] {
  const steady = windows.filter((window) => window.replica === replica && !window.warmUp);
  if (steady.length <= MOST_ITERATIONS) return steady;
  return Array.from({ length: MOST_ITERATIONS }, (_, k) => steady[Math.floor((k * steady.length) / MOST_ITERATIONS)]);
}

/** Reads every span once. @param rows number of stage rows @param rowOfStage by stage id */
export function measureIterationMeans(
  input: AnalysisInput,
  { survey, replica, rows, rowOfStage }: { survey: Survey; replica: number; rows: number; rowOfStage: Int32Array },
): IterationMeans {
  const chosen = survey.hasIterations ? chooseIterations(survey, replica) : [];
  if (chosen.length < 2) return { valuesOf: () => new Float64Array(0) };
  const { spans } = input;
  const places = tabulatePlaces(input);
  const slotOf = new Map(chosen.map(({ iteration }, slot) => [iteration, slot]));
  const groups = rows * PASSES.length;
  const sums = new Float64Array(groups * chosen.length);
  const counts = new Uint32Array(groups * chosen.length);
  let lastIteration = NONE;
  let slot: number | undefined;
  for (let i = 0; i < spans.length; i += 1) {
    if (spans.phase[i] !== PHASE_COMPUTE || spans.stage[i] === NONE) continue;
    if (spans.iteration[i] !== lastIteration) {
      lastIteration = spans.iteration[i];
      slot = slotOf.get(lastIteration);
    }
    if (slot === undefined || places.laneReplica[spans.lane[i]] !== replica) continue;
    if (rankOfSpan(spans, places, i) === NONE) continue;
    const at = slot * groups + rowOfStage[spans.stage[i]] * PASSES.length + spans.pass[i];
    sums[at] += spans.duration[i];
    counts[at] += 1;
  }
  return {
    valuesOf({ row, pass }) {
      const values: number[] = [];
      for (let at = row * PASSES.length + pass; at < sums.length; at += groups) {
        if (counts[at] > 0) values.push(sums[at] / counts[at]);
      }
      return Float64Array.from(values).sort();
    },
  };
}

/** What the makespans of all iterations say; undefined unless both runs repeat. */
export function compareRepeatedMakespans(
  { a, b }: { readonly a: Survey; readonly b: Survey },
  replica: { readonly a: number; readonly b: number },
): Repeated | undefined {
  const lengthsOf = (survey: Survey, of: number): Float64Array =>
    Float64Array.from(chooseIterations(survey, of), ({ startNs, endNs }) => endNs - startNs).sort();
  const samples = { a: lengthsOf(a, replica.a), b: lengthsOf(b, replica.b) };
  const pValue = testRanks(samples);
  if (pValue === undefined || Math.min(samples.a.length, samples.b.length) < 2) return undefined;
  const { shift, low, high, confidence } = estimateShift(samples);
  return {
    iterationsA: samples.a.length,
    iterationsB: samples.b.length,
    shiftNs: shift,
    lowNs: low,
    highNs: high,
    confidence,
    pValue,
    significant: pValue < SIGNIFICANCE,
  };
}
