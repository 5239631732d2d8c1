/** Which window a report speaks of, and what it says of runs that are short of something. */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { checkCounts, checkReport } from "../../../main/core/analysis/invariants.ts";
import { surveyRun } from "../../../main/core/analysis/windows.ts";
import { AppError } from "../../../main/common/errors.ts";
import type { NoPipelineReport, RunReport, Scope } from "../../../main/common/report.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

const base: Work = {
  replica: 0,
  rank: 0,
  iteration: 0,
  stage: 0,
  batch: 0,
  pass: "forward",
  phase: "compute",
  start: 0,
  duration: 10,
};

/** One compute span an iteration, of the lengths given. */
const iterations = (lengths: readonly number[], replica = 0): Work[] =>
  lengths.map((duration, iteration) => ({ ...base, replica, iteration, start: 1000 * iteration, duration }));

function reportOf(work: readonly Work[], scope?: Partial<Scope>): RunReport {
  const report = buildReport(columnsOf(work), scope);
  if (isNoPipeline(report)) throw new Error(report.error);
  return report;
}

describe("default scope", () => {
  test("is the iteration of the middle makespan, the lower of the two middle ones", () => {
    expect(reportOf(iterations([50, 10, 30, 20])).scope).toEqual({ iteration: 3, replica: 0 });
    expect(reportOf(iterations([50, 10, 30])).scope).toEqual({ iteration: 2, replica: 0 });
  });

  test("is the first of several iterations of equal makespan in the middle", () => {
    expect(reportOf(iterations([20, 20, 20])).scope.iteration).toBe(1);
  });

  test("flags iterations of more than three times the median as warm-up, not of exactly three times", () => {
    const report = reportOf(iterations([301, 300, 100, 100, 100]));
    expect(report.run.warmUpIterations).toEqual([0]);
    expect(surveyRun(columnsOf(iterations([301, 300, 100, 100, 100]))).windows.map(({ warmUp }) => warmUp)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("is the first replica there is when replica 0 has no compute", () => {
    expect(reportOf(iterations([10], 2)).scope).toEqual({ iteration: 0, replica: 2 });
  });

  test("names what there is when the scope does not exist", () => {
    const work = [...iterations([10, 20, 30]), ...iterations([10], 1)];
    expect(() => reportOf(work, { iteration: 7 })).toThrow(AppError);
    expect(() => reportOf(work, { iteration: 7 })).toThrow("no iteration 7; choose one of 0…2");
    expect(() => reportOf(work, { replica: 5 })).toThrow("no replica 5; choose one of 0…1");
  });
});

describe("runs that are short of something", () => {
  test("a run without iterations is iteration 0, and spans without one are left aside where others have one", () => {
    const loose = { ...base, iteration: -1 };
    expect(reportOf([loose]).scope.iteration).toBe(0);
    expect(reportOf([loose]).run.iterations).toBe(1);
    const mixed = reportOf([
      { ...loose, start: -500 },
      { ...base, iteration: 4 },
    ]);
    expect(mixed.scope.iteration).toBe(4);
    expect(mixed.makespanNs).toBe(10);
    expect(mixed.run.iterations).toBe(1);
  });

  test("one batch has no initiation interval, but a bubble", () => {
    const report = reportOf([base, { ...base, rank: 1, stage: 1, start: 10, duration: 30 }]);
    expect(report.initiationInterval.rows).toEqual([{ rank: 0 }, { rank: 1 }]);
    expect(report.initiationInterval).not.toHaveProperty("meanNs");
    expect(report.bubble.rows).toEqual([
      { rank: 0, ratio: 0.75, busyNs: 10, byCauseNs: { fill: 0, drain: 30, starved: 0, other: 0 } },
      { rank: 1, ratio: 0.25, busyNs: 30, byCauseNs: { fill: 10, drain: 0, starved: 0, other: 0 } },
    ]);
  });

  test("input-grad spans are the anchors of a schedule that splits the backward pass", () => {
    const grads = [0, 1, 2].map((batch) => ({ ...base, batch, pass: "input-grad" as const, start: 100 + 40 * batch }));
    const weights = grads.map((one) => ({ ...one, pass: "weight-grad" as const, start: one.start + 10 }));
    expect(reportOf([base, ...grads, ...weights]).initiationInterval).toMatchObject({
      measuredNs: 40,
      meanNs: 40,
      boundNs: 20,
    });
  });

  test("a rank that only transfers is idle for a reason that is not fill or drain", () => {
    const report = reportOf([base, { ...base, rank: 1, stage: 1, phase: "in" }]);
    expect(report.bubble.rows[1]).toEqual({
      rank: 1,
      ratio: 1,
      busyNs: 0,
      byCauseNs: { fill: 0, drain: 0, blocked: 0, transfer: 0, starved: 0, other: 10 },
    });
    expect(checkReport(report)).toEqual([]);
  });

  test("a compute span without length at the edge belongs to the window and to no bubble", () => {
    const report = reportOf([{ ...base, start: -5, duration: 0 }, base]);
    expect(report.makespanNs).toBe(15);
    expect(report.bubble.rows[0]?.byCauseNs).toEqual({ fill: 0, drain: 0, starved: 0, other: 5 });
  });

  test("figures of kinds of spans that were not recorded are left out", () => {
    expect(reportOf([base]).phases).toEqual({ computeNs: 10 });
    expect(reportOf([base]).initiationInterval.stages).toEqual([
      { stage: 0, name: "stage 0", op: "other", rank: 0, computeNs: 10, ruleNs: 10 },
    ]);
  });
});

describe("transfers", () => {
  const send: Work = { ...base, phase: "out", start: 10, duration: 5 };
  const recv: Work = { ...base, rank: 1, stage: 1, phase: "in", start: 0, duration: 14 };

  test("of a send and recv that overlap last as long as the overlap; the rest is waiting", () => {
    expect(reportOf([base, send, recv]).phases).toEqual({
      inNs: 4,
      computeNs: 10,
      outNs: 4,
      waitNs: 11,
      exposedCommunicationNs: 8,
    });
  });

  test("that go through a buffer never overlap and count in full", () => {
    expect(reportOf([base, send, { ...recv, start: 15 }]).phases).toMatchObject({ inNs: 14, outNs: 5, waitNs: 0 });
  });

  test("of other batches, stages, passes or directions are no pair", () => {
    for (const other of [{ batch: 1 }, { stage: 2 }, { pass: "backward" as const }, { phase: "out" as const }]) {
      expect(reportOf([base, send, { ...recv, ...other }]).phases.waitNs).toBe(0);
    }
  });

  test("of the backward pass come from the stage after", () => {
    const backSend = { ...recv, phase: "out" as const, pass: "backward" as const };
    const backRecv = { ...send, phase: "in" as const, pass: "backward" as const };
    expect(reportOf([base, backSend, backRecv]).phases).toMatchObject({ inNs: 4, outNs: 4 });
  });
});

test("a run without pipeline names gets no bubbles, but its most frequent names", () => {
  const names = ["gemm", "relu", "gemm", "copy", "gemm", "relu"];
  const report = buildReport(
    columnsOf(
      names.map((name, i) => ({
        ...base,
        name,
        phase: "none" as const,
        pass: "none" as const,
        stage: -1,
        start: i * 20,
      })),
    ),
  ) as NoPipelineReport;
  expect(report.error).toBe("0 of 6 spans recognised: no pipeline names");
  expect(report.extentNs).toBe(110);
  expect(report.frequentNames).toEqual([
    { name: "gemm", count: 3 },
    { name: "relu", count: 2 },
    { name: "copy", count: 1 },
  ]);
  expect(report).not.toHaveProperty("bubble");
});

describe("violations", () => {
  test("of a report that was tampered with are named", () => {
    const report = reportOf(iterations([10]));
    const row = report.bubble.rows[0];
    expect(checkReport({ ...report, bubble: { ...report.bubble, rows: [{ ...row, busyNs: 11 }] } })).toEqual([
      "rank 0: busy 11 ns + idle 0 ns is not the window of 10 ns",
    ]);
    const interval = { ...report.initiationInterval, rows: [{ rank: 0, meanNs: 4, boundNs: 5 }] };
    expect(checkReport({ ...report, initiationInterval: interval })).toEqual([
      "rank 0: bound 5 ns exceeds the mean interval 4 ns",
    ]);
  });

  test("of the counts of an import are named", () => {
    const events = { read: 10, spans: 3, instants: 1, counters: 1, flows: 1, metadata: 1 };
    const skipped = [{ reason: "no name", count: 1, example: "{}" }];
    expect(checkCounts({ events, skipped }, { pairedEvents: 2, storedSpans: 3 })).toEqual([]);
    expect(checkCounts({ events, skipped }, { pairedEvents: 1, storedSpans: 2 })).toEqual([
      "10 events read, but 9 stored or skipped",
      "3 spans imported, but 2 stored",
    ]);
  });
});
