/** Exposed and hidden transfers of a drawn pipeline, counted by hand and summed against the phases of recorded runs. */
import { expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import type { RunReport } from "../../../main/common/report.ts";
import type { Phase } from "../../../main/common/model.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

const span = (stage: number, phase: Phase, batch: number, [start, end]: readonly [number, number]): Work => ({
  replica: 0,
  rank: stage,
  iteration: -1,
  stage,
  batch,
  pass: "forward",
  phase,
  start,
  duration: end - start,
});

function reportOf(work: readonly Work[]): RunReport {
  const report = buildReport(columnsOf(work));
  if (isNoPipeline(report)) throw new Error(report.error);
  return report;
}

test("a transfer is hidden as far as its rank computes meanwhile, and exposed for the rest", () => {
  const { communication } = reportOf([
    span(0, "compute", 0, [0, 100]),
    span(0, "out", 0, [100, 130]),
    span(0, "compute", 1, [110, 200]),
    span(1, "in", 0, [130, 150]),
    span(1, "compute", 0, [150, 160]),
  ]);
  expect(communication).toEqual({
    exposedNs: 30,
    hiddenNs: 20,
    byStage: [
      { stage: 1, exposedNs: 20, hiddenNs: 0 },
      { stage: 0, exposedNs: 10, hiddenNs: 20 },
    ],
  });
});

test("a receive that waited for its sender counts only while both were under way", () => {
  const { communication, phases } = reportOf([
    span(0, "compute", 0, [0, 100]),
    span(0, "out", 0, [100, 110]),
    span(1, "in", 0, [0, 110]),
    span(1, "compute", 0, [110, 150]),
  ]);
  expect(communication).toMatchObject({ exposedNs: 20, hiddenNs: 0 });
  expect(phases).toMatchObject({ inNs: 10, outNs: 10, exposedCommunicationNs: 20 });
});

test("without transfers there is no figure", () => {
  expect(reportOf([span(0, "compute", 0, [0, 10])])).not.toHaveProperty("communication");
});
