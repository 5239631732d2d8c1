/** Findings and imbalance of drawn pipelines, with figures counted by hand. */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import type { RunReport } from "../../../main/common/report.ts";
import { readDrawing } from "./drawing.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

function reportOf(work: readonly Work[]): RunReport {
  const report = buildReport(columnsOf(work));
  if (isNoPipeline(report)) throw new Error(report.error);
  return report;
}

const uneven = readDrawing(`
  a0 b0 b0 a1 b1 b1 a2 b2 b2 --
  -- -- -- c0 -- -- c1 -- -- c2
`);

describe("imbalance", () => {
  test("compares the ranks and gives the best contiguous partition by measured times", () => {
    const { imbalance } = reportOf(uneven);
    expect(imbalance).toMatchObject({ maxNs: 90, meanNs: 60, ratio: 1.5 });
    expect(imbalance?.best).toMatchObject({ maxNs: 30, currentMaxNs: 30 });
    expect(imbalance?.stragglers.find(({ kind }) => kind === "rank")).toEqual({
      kind: "rank",
      id: 0,
      ns: 90,
      peersNs: 30,
      peers: 1,
      slowdown: 3,
    });
  });

  test("lists a stage and a batch that are slower than the median of their peers", () => {
    const { imbalance } = reportOf(
      readDrawing(`
        a0 a1 a2 -- -- -- --
        -- b0 b1 b2 b2 -- --
        -- -- c0 c0 c1 c1 c2
      `),
    );
    expect(imbalance?.stragglers).toContainEqual(
      expect.objectContaining({ kind: "stage", id: 2, ns: 20, peersNs: 10, peers: 2, slowdown: 2 }),
    );
    expect(imbalance?.stragglers.filter(({ kind }) => kind === "batch")).toEqual([]);
  });
});

describe("findings", () => {
  test("are at most five, the costliest first, each inside the window", () => {
    const { findings = [], makespanNs, windowStartNs } = reportOf(uneven);
    expect(findings.length).toBeGreaterThan(1);
    expect(findings.length).toBeLessThanOrEqual(5);
    const costs = findings.map(({ costNs }) => costNs);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    for (const { costNs, evidence } of findings) {
      expect(costNs).toBeLessThanOrEqual(makespanNs);
      expect(evidence).toMatchObject({ fromNs: windowStartNs, toNs: windowStartNs + makespanNs });
    }
  });

  test("name the rank that bounds the throughput with its figures and its longest spans", () => {
    const { findings = [] } = reportOf(uneven);
    const bottleneck = findings.find(({ kind }) => kind === "bottleneck");
    expect(bottleneck?.text).toContain("Rank 0 bounds the throughput");
    expect(bottleneck?.text).toContain("30 ns of every 30 ns between batches (100");
    expect(bottleneck?.costNs).toBe(40);
    expect(bottleneck?.evidence.ranks).toEqual([0]);
  });

  test("say that ranks work one after the other instead of that they starve", () => {
    const { findings = [] } = reportOf(
      readDrawing(`
        a0 -- a1 -- a2 --
        -- b0 -- b1 -- b2
      `),
    );
    const kinds = findings.map(({ kind }) => kind);
    expect(kinds).toContain("one-at-a-time");
    expect(kinds).not.toContain("starved");
  });

  test("are none where every rank is always busy", () => {
    expect(reportOf(readDrawing("a0 a1 a2 a3")).findings?.map(({ kind }) => kind)).not.toContain("starved");
    expect(reportOf(readDrawing("a0 a1 a2 a3")).imbalance?.stragglers).toEqual([]);
  });
});
