/**
 * The figures of REFERENCE §6 on the three recorded traces, and every (replica, iteration) of them against the brute force.
 */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { checkReport } from "../../../main/core/analysis/invariants.ts";
import { surveyRun } from "../../../main/core/analysis/windows.ts";
import type { RunReport, Scope } from "../../../main/common/report.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { expectScope } from "./brute-force.ts";
import { figuresOf } from "./figures.ts";
import { readMegatronWork, readStragglerWork } from "./raw-traces.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

/** Rows of the table in REFERENCE §6, in µs, and the counts below it. */
const ORACLES = [
  {
    file: "megatron-app/pp-aggregated.json.gz",
    read: readMegatronWork,
    scope: { iteration: 10, replica: 0 },
    makespanUs: 676_673,
    ratios: [0.50327, 0.52439, 0.51701, 0.2063],
    ratio: 0.43774,
    gapsUs: [10_817, 11_462, 11_343, 11_332],
    defaultIteration: 12,
    counts: {
      pipelineSpans: 5120,
      ranks: 4,
      stages: 16,
      batches: 8,
      iterations: 20,
      replicas: 1,
      warmUpIterations: [0],
    },
  },
  {
    file: "megatron-app/dpp-aggregated.json.gz",
    read: readMegatronWork,
    scope: { iteration: 10, replica: 0 },
    makespanUs: 933_770,
    ratios: [0.48427, 0.57372, 0.56197, 0.31321],
    ratio: 0.48329,
    gapsUs: [12_592, 12_524, 12_544, 11_060],
    defaultIteration: 5,
    counts: {
      pipelineSpans: 5120,
      ranks: 4,
      stages: 16,
      batches: 8,
      iterations: 20,
      replicas: 1,
      warmUpIterations: [0],
    },
  },
  {
    file: "straggler-analysis/timeline-ST.json.gz",
    read: readStragglerWork,
    scope: { iteration: 519, replica: 0 },
    makespanUs: 2_019_167.125,
    ratios: [0.57864, 0.58126, 0.57782, 0.31783],
    ratio: 0.51389,
    gapsUs: [354_304.6, 352_030.8, 348_086.6, 344_468.1],
    defaultIteration: undefined,
    counts: { pipelineSpans: 5120, ranks: 4, stages: 4, batches: 4, iterations: 32, replicas: 2, warmUpIterations: [] },
  },
] as const;

function reportOf(work: readonly Work[], scope?: Partial<Scope>): RunReport {
  const report = buildReport(columnsOf(work), scope);
  if (isNoPipeline(report)) throw new Error(report.error);
  return report;
}

describe.each(ORACLES)("$file", (oracle) => {
  const path = findSharedTrace(oracle.file);
  const missing = path === undefined;
  const work = path === undefined ? [] : oracle.read(path);

  test.skipIf(missing)("gives the figures of the reference table", () => {
    const report = reportOf(work, oracle.scope);
    expect(Math.abs(report.makespanNs / 1000 / oracle.makespanUs - 1)).toBeLessThan(1e-6);
    expect(report.bubble.ratio).toBeCloseTo(oracle.ratio, 5);
    expect(report.bubble.rows.map(({ rank }) => rank)).toEqual([0, 1, 2, 3]);
    report.bubble.rows.forEach((row, rank) => expect(row.ratio).toBeCloseTo(oracle.ratios[rank], 5));
    report.initiationInterval.rows.forEach((row, rank) =>
      expect(Math.abs((row.measuredNs ?? 0) / 1000 - oracle.gapsUs[rank])).toBeLessThanOrEqual(0.5),
    );
  });

  test.skipIf(missing)("has the counts of the reference", () => {
    expect(reportOf(work).run).toMatchObject(oracle.counts);
  });

  test.skipIf(missing)("chooses the iteration of lower median makespan of replica 0", () => {
    const compute = work.filter(({ replica, phase }) => replica === 0 && phase === "compute");
    const lengths = [...Map.groupBy(compute, ({ iteration }) => iteration)].map(([iteration, spans]) => ({
      iteration,
      length: Math.max(...spans.map((s) => s.start + s.duration)) - Math.min(...spans.map(({ start }) => start)),
    }));
    const chosen = lengths.toSorted((a, b) => a.length - b.length)[lengths.length / 2 - 1].iteration;
    expect(reportOf(work).scope).toEqual({ iteration: chosen, replica: 0 });
    if (oracle.defaultIteration !== undefined) expect(chosen).toBe(oracle.defaultIteration);
  });

  test.skipIf(missing)("equals the brute force on every iteration of every replica", () => {
    const input = columnsOf(work);
    const scopes = new Map(work.map(({ iteration, replica }) => [`${replica}/${iteration}`, { iteration, replica }]));
    expect(
      surveyRun(input)
        .windows.map(({ iteration, replica }) => `${replica}/${iteration}`)
        .sort(),
    ).toEqual([...scopes.keys()].sort());
    for (const { iteration, replica } of scopes.values()) {
      const expected = expectScope(work.filter((one) => one.iteration === iteration && one.replica === replica));
      const report = buildReport(input, { iteration, replica });
      if (isNoPipeline(report)) throw new Error(report.error);
      expect(figuresOf(report)).toEqual(expected);
      expect(checkReport(report)).toEqual([]);
    }
  });
});
