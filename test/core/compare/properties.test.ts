/** What must hold for any two pipelines: sums are exact, swapping negates, the order of spans in a file changes nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";

import type { Comparison, CompareReport } from "#common/comparison.ts";
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { compareRuns } from "../../../main/core/compare/compare-runs.ts";
import { simulatePipeline } from "../../support/simulated-pipeline.ts";
import { columnsOf } from "../analysis/work.ts";
import type { Work } from "../analysis/work.ts";
import { importEvents } from "../import/import-text.ts";

const anyWork = fc.record<Work>({
  replica: fc.constantFrom(0, 1),
  rank: fc.integer({ min: 0, max: 3 }),
  iteration: fc.constantFrom(3, 4, 5, 6),
  stage: fc.integer({ min: 0, max: 4 }),
  batch: fc.integer({ min: -1, max: 4 }),
  pass: fc.constantFrom("forward", "backward"),
  phase: fc.constantFrom("in", "compute", "compute", "out", "wait", "sync"),
  start: fc.integer({ min: -50, max: 200 }),
  duration: fc.integer({ min: 0, max: 60 }),
});
const looseRun = fc
  .array(anyWork, { minLength: 1, maxLength: 50 })
  .filter((work) => work.some(({ phase, replica }) => phase === "compute" && replica === 0))
  .map((work) => columnsOf(inOrder(work)));
const pipelineRun = fc.integer({ min: 0, max: 100_000 }).map((seed) => columnsOf(workOf(seed)));
const anyRun = fc.oneof(looseRun, pipelineRun);

const inOrder = (work: readonly Work[]): Work[] =>
  work.toSorted((a, b) => a.start - b.start || b.duration - a.duration);
const workOf = (seed: number): Work[] =>
  inOrder(simulatePipeline(seed).spans.map((span) => ({ ...span, replica: 0, iteration: 0 })));

/** Every figure that a swap must negate, by a name that does not depend on which run is A. */
function deltasOf({
  makespan,
  throughput,
  bubble,
  initiationInterval,
  attribution,
  stages,
  stageMapping,
}: CompareReport) {
  const deltas = new Map<string, number | undefined>([
    ["makespan", makespan.deltaNs],
    ["throughput", throughput.delta],
    ["bubble", bubble.delta],
    ["interval", initiationInterval.deltaNs],
    ["bound", initiationInterval.bound.deltaNs],
    ["shift", makespan.repeated?.shiftNs],
  ]);
  const nameOf = (row: number | undefined): string =>
    row === undefined ? "" : (stageMapping[row].nameA ?? stageMapping[row].nameB ?? "");
  for (const { cause, deltaNs } of bubble.byCause) deltas.set(`idle ${cause}`, deltaNs);
  for (const { what, row, pass, cause, deltaNs } of attribution) {
    deltas.set(`${what} ${nameOf(row)} ${pass ?? ""} ${cause ?? ""}`, deltaNs);
  }
  for (const { row, pass, phase, totalDeltaNs, medianDeltaNs } of stages) {
    deltas.set(`total ${nameOf(row)} ${pass} ${phase}`, totalDeltaNs);
    deltas.set(`median ${nameOf(row)} ${pass} ${phase}`, medianDeltaNs);
  }
  return deltas;
}

const negate = (value: number | undefined): number | undefined => (value === undefined ? undefined : 0 - value);

test("shares are whole ns and sum to the difference of the makespans", () => {
  fc.assert(
    fc.property(anyRun, anyRun, (a, b) => {
      const { report } = compareRuns({ a, b });
      expect(report.makespan.deltaNs).toBe(report.makespan.bNs - report.makespan.aNs);
      expect(report.attribution.reduce((sum, { deltaNs }) => sum + deltaNs, 0)).toBe(report.makespan.deltaNs);
      expect(report.attribution.every(({ deltaNs }) => Number.isInteger(deltaNs))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("swapping A and B negates every difference exactly and keeps every test", () => {
  fc.assert(
    fc.property(anyRun, anyRun, (a, b) => {
      const there = compareRuns({ a, b });
      const back = compareRuns({ a: b, b: a });
      const deltas = deltasOf(there.report);
      expect(new Map([...deltasOf(back.report)].map(([name, delta]) => [name, negate(delta)]))).toEqual(deltas);
      expect([back.report.matched, back.report.unmatchedB, back.report.unmatchedA]).toEqual([
        there.report.matched,
        there.report.unmatchedA,
        there.report.unmatchedB,
      ]);
      expect(back.report.makespan.repeated?.pValue).toBe(there.report.makespan.repeated?.pValue);
      expect(negate(back.report.makespan.repeated?.highNs)).toBe(there.report.makespan.repeated?.lowNs);
      const significant = ({ report }: Comparison): number => report.stages.filter((row) => row.significant).length;
      expect(significant(back)).toBe(significant(there));
    }),
    { numRuns: 300 },
  );
});

test("a run against itself has no difference anywhere, and the sentence says so", () => {
  fc.assert(
    fc.property(anyRun, (a) => {
      const { report } = compareRuns({ a, b: a });
      expect([...deltasOf(report).values()].filter((delta) => delta !== undefined && delta !== 0)).toEqual([]);
      expect(report.attribution).toEqual([{ what: "unexplained", deltaNs: 0 }]);
      expect(report.stages.every(({ significant }) => !significant)).toBe(true);
    }),
    { numRuns: 100 },
  );
  const { report } = compareRuns({ a: columnsOf(workOf(1)), b: columnsOf(workOf(1)) });
  expect(report.identical).toBe(true);
  expect(report.summary).toMatch(/^Nothing differs: all \d+ matched spans lie at the same place/);
});

test("the matrices hold every matched and unmatched span of a known stage once", () => {
  fc.assert(
    fc.property(anyRun, anyRun, (a, b) => {
      const { report, differences, unmatchedA, unmatchedB } = compareRuns({ a, b });
      const total = (column: "matched" | "onlyA" | "onlyB"): number =>
        differences.reduce((sum, matrix) => sum + matrix[column].reduce((cells, count) => cells + count, 0), 0);
      expect([total("matched"), unmatchedA.total, unmatchedB.total]).toEqual([
        report.matched,
        report.unmatchedA,
        report.unmatchedB,
      ]);
      expect(total("onlyA")).toBe(unmatchedA.row.filter((row) => row >= 0).length);
      expect(total("onlyB")).toBe(unmatchedB.row.filter((row) => row >= 0).length);
    }),
    { numRuns: 200 },
  );
});

test("the order of the spans in the files changes nothing", async () => {
  const eventsOf = (seed: number): object[] =>
    workOf(seed).map(({ rank, stage, batch, pass, phase, start, duration }) => ({
      name: `${pass} ${phase}`,
      ph: "X",
      pid: rank,
      tid: phase,
      ts: start,
      dur: duration,
      args: { stage, batch, pass, phase, rank, op: "conv" },
    }));
  const input = async (events: readonly object[]): Promise<AnalysisInput> =>
    loadAnalysisInput((await importEvents(events)).reader);
  for (const [seedA, seedB] of [
    [2, 5],
    [3, 9],
    [4, 7],
  ]) {
    const [a, b] = [eventsOf(seedA), eventsOf(seedB)];
    const plain = compareRuns({ a: await input(a), b: await input(b) }).report;
    const shuffled = compareRuns({
      a: await input(shuffle(a, seedA)),
      b: await input(shuffle(b, seedB)),
    }).report;
    expect(shuffled).toEqual(plain);
    expect(plain.matched).toBeGreaterThan(0);
  }
});

/** The same order for the same seed. */
function shuffle(events: readonly object[], seed: number): object[] {
  return events
    .map((event, at) => ({ event, key: Math.imul((at + 1) * 2654435761, seed * 2 + 1) >>> 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ event }) => event);
}
