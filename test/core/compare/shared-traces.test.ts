/** The recorded traces, imported and compared: what the issue of the comparison asks of them, on every iteration. */
import { beforeAll, describe, expect, test } from "vitest";

import type { Comparison } from "#common/comparison.ts";

import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { compareRuns } from "../../../main/core/compare/compare-runs.ts";
import type { RunReader } from "../../../db/index.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { importForAll } from "./import-for-all.ts";

const sumOf = ({ report }: Comparison): number => report.attribution.reduce((sum, { deltaNs }) => sum + deltaNs, 0);
const unexplained = ({ report }: Comparison): number[] =>
  report.attribution.flatMap(({ what, deltaNs }) => (what === "unexplained" ? [deltaNs] : []));

const MEGATRON = ["megatron-app/pp-aggregated.json.gz", "megatron-app/dpp-aggregated.json.gz"] as const;
const STRAGGLER = ["straggler-analysis/timeline-ST.json.gz", "straggler-analysis/ideal-timeline-ST.json.gz"] as const;

function compareTraces(names: readonly [string, string]) {
  const files = names.map(findSharedTrace);
  const missing = files.includes(undefined);
  const readers: RunReader[] = [];
  beforeAll(async () => {
    if (missing) return;
    for (const file of files) readers.push(await importForAll(file ?? ""));
  });
  const compare = (scope: Parameters<typeof compareRuns>[1] = {}): Comparison =>
    compareRuns({ a: loadAnalysisInput(readers[0]), b: loadAnalysisInput(readers[1]) }, scope);
  return { compare, missing };
}

describe("megatron-app pp against dpp", () => {
  const { compare, missing } = compareTraces(MEGATRON);

  test.skipIf(missing)("iteration 10 has the published makespans, and the difference is attributed exactly", () => {
    const comparison = compare({ iterationA: 10 });
    const { report } = comparison;
    expect(report).toMatchObject({ pairing: "same-number", matched: 256, unmatchedA: 0, unmatchedB: 0 });
    expect(report.makespan).toMatchObject({ aNs: 676_673_000, bNs: 933_770_000, deltaNs: 257_097_000 });
    expect(sumOf(comparison)).toBe(257_097_000);
    expect(unexplained(comparison).map((ns) => Math.abs(ns) <= 0.05 * 257_097_000)).toEqual([true]);
    expect(report.wholeRun).toMatchObject({ iterations: 20, matched: 5120, unmatchedA: 0, unmatchedB: 0 });
    expect(report.summary).toMatch(/^B takes 933\.8 ms, 257\.1 ms longer than A with 676\.7 ms \(\+38\.0 %\)/);
  });

  test.skipIf(missing)(
    "every iteration is matched in full and attributed exactly, with next to nothing unexplained",
    () => {
      for (let iteration = 0; iteration < 20; iteration += 1) {
        const comparison = compare({ iterationA: iteration });
        const { matched, unmatchedA, unmatchedB, makespan } = comparison.report;
        expect([matched, unmatchedA, unmatchedB]).toEqual([256, 0, 0]);
        expect(sumOf(comparison)).toBe(makespan.deltaNs);
        expect(unexplained(comparison)).toHaveLength(1);
        expect(Math.abs(unexplained(comparison)[0])).toBeLessThanOrEqual(0.05 * Math.abs(makespan.deltaNs));
      }
    },
  );

  test.skipIf(missing)("by default the iterations of lower median makespan are paired", () => {
    const { a, b, pairing, makespan } = compare().report;
    expect([pairing, a.scope.iteration, b.scope.iteration]).toEqual(["lower-medians", 12, 5]);
    // Warm-up is left out, and 19 against 19 makespans do not overlap.
    expect(makespan.repeated).toMatchObject({ iterationsA: 19, iterationsB: 19, significant: true });
    expect(makespan.repeated?.lowNs).toBeGreaterThan(0);
  });
});

describe("timeline-ST against ideal-timeline-ST", () => {
  const { compare, missing } = compareTraces(STRAGGLER);

  test.skipIf(missing)("all compute spans are matched, although the ideal ones carry no batch ids", () => {
    const { wholeRun } = compare().report;
    expect(wholeRun.iterations).toBe(32);
    expect(wholeRun.compute).toEqual({ matched: 2048, unmatchedA: 0, unmatchedB: 0 });
  });

  test.skipIf(missing)("the difference is put down mostly to stage 3", () => {
    const { attribution, makespan } = compare().report;
    const ofStage = (stage: number): number =>
      attribution.reduce((sum, share) => (share.stage === stage ? sum + share.deltaNs : sum), 0);
    expect(attribution.slice(0, 2).map(({ what, stage }) => [what, stage])).toEqual([
      ["compute", 3],
      ["compute", 3],
    ]);
    expect(ofStage(3) / makespan.deltaNs).toBeGreaterThan(0.5);
  });
});
