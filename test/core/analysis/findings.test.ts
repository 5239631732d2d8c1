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
    // Rank 1 computes 10 ns a batch: 2 intervals of 30 ns can become 10 ns each.
    expect(bottleneck?.text).toContain("cannot bring the interval below 10 ns (−66.7 %): that is what rank 1 needs");
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
    for (const kind of ["starved", "fill-drain", "imbalance"]) expect(kinds).not.toContain(kind);
    // Of the 20 ns between batches rank 0 computes 10: no more than these can go, although rank 1 needs only 10 as well.
    const bottleneck = findings.find(({ kind }) => kind === "bottleneck");
    expect(bottleneck?.text).toContain("No rank is near its limit");
    expect(bottleneck?.text).toContain("cannot bring the interval below 10 ns (−50.0 %)");
  });

  test("do not promise from a bottleneck more than its own work where the ranks take turns", () => {
    const { findings = [] } = reportOf(
      readDrawing(`
        a0 a0 a0 -- -- a1 a1 a1 -- --
        -- -- -- b0 -- -- -- -- b1 --
        -- -- -- -- c0 -- -- -- -- c1
      `),
    );
    // An interval of 50 ns: without the 30 of rank 0 it is 20, not the 10 that rank 1 computes.
    expect(findings.find(({ kind }) => kind === "bottleneck")).toMatchObject({ costNs: 30 });
    expect(findings.find(({ kind }) => kind === "bottleneck")?.text).toContain("below 20 ns (−60");
  });

  test("do not count idle time that the busiest rank would outlast", () => {
    const { findings = [], makespanNs } = reportOf(
      readDrawing(`
        a0 a0 a0 a0 a1 a1 a1 a1 a2 a2 a2 a2 --
        -- -- -- -- b0 -- -- -- b1 -- -- -- b2
      `),
    );
    expect(makespanNs).toBe(130);
    // Rank 1 starves for 60 ns, 30 a rank; rank 0 computes 120 of 130 ns whatever the other does.
    for (const { kind, costNs } of findings) {
      if (kind === "starved" || kind === "fill-drain") expect(costNs).toBe(10);
    }
    expect(findings.map(({ kind }) => kind)).toContain("starved");
  });

  test("keep quiet about uneven ranks where no contiguous partition is better", () => {
    const { findings = [], imbalance } = reportOf(
      readDrawing(`
        a0 a0 a0 a0 a1 a1 a1 a1 -- --
        -- -- -- -- b0 c0 -- -- b1 c1
      `),
    );
    expect(imbalance).toMatchObject({ ratio: 80 / 60, best: { maxNs: 40, currentMaxNs: 40 } });
    expect(findings.map(({ kind }) => kind)).not.toContain("imbalance");
  });

  test("name of the slow ones the one that costs most, and no kind where none is known", () => {
    const { findings = [] } = reportOf(
      readDrawing(`
        a0 a1 a2 a3 -- -- -- -- -- -- -- -- --
        -- b0 b1 b2 b3 -- -- -- -- -- -- -- --
        -- -- c0 c0 c0 c1 c1 c1 c2 c2 c2 c3 c3
      `),
    );
    const straggler = findings.find(({ kind }) => kind === "straggler");
    expect(straggler?.text).toBe(
      "Stage 2 takes 3.00 × the median of the 2 others: a median of 30 ns a batch against 10 ns.",
    );
    expect(straggler?.costNs).toBe(80);
  });

  test("are none where every rank is always busy", () => {
    expect(reportOf(readDrawing("a0 a1 a2 a3")).findings?.map(({ kind }) => kind)).not.toContain("starved");
    expect(reportOf(readDrawing("a0 a1 a2 a3")).imbalance?.stragglers).toEqual([]);
  });
});
