/** What must hold for any pipeline whatsoever, on random ones. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { createInvariantWatch } from "../../../main/core/analysis/invariant-watch.ts";
import { checkInvariants, checkReport } from "../../../main/core/analysis/invariants.ts";
import { sliceSpanColumns } from "../../../main/common/model.ts";
import type { RunReport } from "../../../main/common/report.ts";
import { expectScope } from "./brute-force.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

const anyWork = fc.record<Work>({
  replica: fc.constantFrom(0, 1),
  rank: fc.integer({ min: 0, max: 3 }),
  iteration: fc.constantFrom(3, 4),
  stage: fc.integer({ min: 0, max: 5 }),
  batch: fc.integer({ min: -1, max: 4 }),
  pass: fc.constantFrom("forward", "backward"),
  phase: fc.constantFrom("in", "compute", "compute", "out", "wait", "sync"),
  start: fc.integer({ min: -50, max: 200 }),
  duration: fc.integer({ min: 0, max: 60 }),
});
const pipeline = fc
  .array(anyWork, { minLength: 1, maxLength: 60 })
  .filter((work) => work.some(({ phase }) => phase === "compute"));

function reportOf(work: readonly Work[]): RunReport {
  const report = buildReport(columnsOf(work));
  if (isNoPipeline(report)) throw new Error(report.error);
  return report;
}

/** Ids of spans are positions in the input: with another order they differ. */
const withoutSpanIds = ({ findings = [], ...report }: RunReport): unknown => ({
  ...report,
  findings: findings.map(({ evidence, ...finding }) => ({ ...finding, evidence: { ...evidence, spans: [] } })),
});

describe("any pipeline", () => {
  test("keeps every invariant: busy + idle = window, causes sum to idle, bound ≤ mean", () => {
    fc.assert(
      fc.property(pipeline, (work) => {
        expect(checkInvariants(columnsOf(work))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("has the busy time that counting every nanosecond gives", () => {
    fc.assert(
      fc.property(pipeline, (work) => {
        const { scope, windowStartNs, makespanNs, bubble } = reportOf(work);
        const inScope = work.filter(
          ({ iteration, replica }) => iteration === scope.iteration && replica === scope.replica,
        );
        for (const { rank, busyNs } of bubble.rows) {
          const isBusy = new Set<number>();
          for (const one of inScope) {
            if (one.rank !== rank || one.phase !== "compute") continue;
            for (let at = one.start; at < one.start + one.duration; at += 1) isBusy.add(at);
          }
          expect(busyNs).toBe(isBusy.size);
          expect([...isBusy].every((at) => at >= windowStartNs && at < windowStartNs + makespanNs)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("has the same report for every order of its spans", () => {
    const shuffled = pipeline.chain((work) =>
      fc.tuple(fc.constant(work), fc.shuffledSubarray(work, { minLength: work.length })),
    );
    fc.assert(
      fc.property(shuffled, ([work, other]) => {
        // Transfers with one key pair in order of start: equal keys would pair by order of input only where starts tie too.
        expect(withoutSpanIds(reportOf(other))).toEqual(withoutSpanIds(reportOf(work)));
      }),
      { numRuns: 300 },
    );
  });
});

test("a linear pipeline with enough buffers starts a batch every MAX(in, compute, out) of its slowest stage", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      fc.integer({ min: 2, max: 12 }),
      (times, batches) => {
        const report = reportOf(runLinear(times, batches));
        const slowest = Math.max(...times.flat());
        // The anchors are compute starts: of the slowest rank they are never closer than its compute, and from there on the
        // mean interval of every rank behind the slowest sub-stage is exactly that sub-stage's time.
        expect(report.initiationInterval.rows.at(-1)?.meanNs).toBeLessThanOrEqual(slowest);
        expect(report.initiationInterval.stages.map(({ ruleNs }) => ruleNs)).toEqual(times.map((t) => Math.max(...t)));
        expect(report.initiationInterval.boundNs).toBeLessThanOrEqual(slowest);
        const slowestCompute = Math.max(...times.map(([, compute]) => compute));
        if (slowestCompute === slowest) expect(report.initiationInterval.boundNs).toBe(slowest);
      },
    ),
  );
});

/** Runs batches through stages of one rank each; every phase of a stage serves one batch at a time, in order. */
function runLinear(times: readonly (readonly [number, number, number])[], batches: number): Work[] {
  const phases = ["in", "compute", "out"] as const;
  const free = times.map(() => [0, 0, 0]);
  const work: Work[] = [];
  for (let batch = 0; batch < batches; batch += 1) {
    let ready = 0;
    times.forEach((ofStage, stage) => {
      phases.forEach((phase, k) => {
        const start = Math.max(ready, free[stage][k]);
        ready = start + ofStage[k];
        free[stage][k] = ready;
        const duration = ofStage[k];
        work.push({ replica: 0, rank: stage, iteration: -1, stage, batch, pass: "forward", phase, start, duration });
      });
    });
  }
  return work;
}

test("the figures of random training pipelines with matched transfers equal the brute force", () => {
  const unique = fc.uniqueArray(anyWork, {
    selector: ({ stage, batch, pass, phase }) => `${stage}/${batch}/${pass}/${phase}`,
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(unique, (loose) => {
      const work = loose
        .filter(({ phase, batch }) => phase !== "sync" && phase !== "wait" && batch >= 0)
        .map((one) => ({ ...one, replica: 0, iteration: 3, rank: one.stage }));
      fc.pre(work.some(({ phase }) => phase === "compute"));
      const report = reportOf(work);
      const expected = expectScope(work);
      expect(report.makespanNs).toBe(expected.makespanNs);
      expect(report.bubble.rows.map(({ busyNs }) => busyNs)).toEqual(expected.ranks.map(({ busyNs }) => busyNs));
      expect(report.initiationInterval.rows.map(({ boundNs }) => boundNs)).toEqual(
        expected.ranks.map(({ boundNs }) => boundNs),
      );
      expect(checkReport(report)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("the watch over an import's chunks finds nothing wrong in spans in order, however they are cut", () => {
  fc.assert(
    fc.property(pipeline, fc.integer({ min: 1, max: 9 }), (work, size) => {
      const { spans, lanes, stages } = columnsOf(work.toSorted((a, b) => a.start - b.start || b.duration - a.duration));
      const watch = createInvariantWatch({ lanes, stages });
      for (let from = 0; from < spans.length; from += size) {
        watch.add(sliceSpanColumns(spans, { from, to: Math.min(from + size, spans.length) }));
      }
      expect(watch.violations()).toEqual([]);
    }),
  );
});

test("the watch names spans that are out of order", () => {
  const one = { replica: 0, rank: 0, iteration: 0, stage: 0, batch: 0, pass: "forward", phase: "compute" } as const;
  const { spans, lanes, stages } = columnsOf([
    { ...one, start: 50, duration: 10 },
    { ...one, start: 0, duration: 20 },
  ]);
  const watch = createInvariantWatch({ lanes, stages });
  watch.add(spans);
  expect(watch.violations()).toEqual(["span at 0 ns comes after one at 50 ns"]);
});
