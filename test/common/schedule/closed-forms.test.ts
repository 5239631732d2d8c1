/** Every closed form is what the simulator gives where the form says that it holds. */
import { expect, test } from "vitest";

import { createOrder, SCHEDULE_NAMES, splitsBackward } from "../../../main/common/schedule/catalogue.ts";
import { listClosedForms, type ClosedFormQuestion } from "../../../main/common/schedule/closed-forms.ts";
import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { createConstantCosts } from "../../../main/core/simulate/costs.ts";
import { simulateOrder } from "../../../main/core/simulate/simulate.ts";
import { describeSimulatedRun } from "../../../main/core/simulate/simulated-run.ts";

/** What the report and the simulator say of the same three figures. */
function simulate({ schedule, forwardNs, backwardNs, weightNs, inNs = 0, outNs = 0, ...shape }: ClosedFormQuestion) {
  const order = createOrder(schedule, shape);
  const costs = createConstantCosts({ forwardNs, inputGradNs: backwardNs, weightNs, inNs, outNs }, order);
  const simulation = simulateOrder(order, costs);
  const report = buildReport(describeSimulatedRun(simulation, { name: "", createdAtEpochMs: 0 }));
  if (isNoPipeline(report)) throw new Error("a simulated run is a pipeline");
  return {
    bubbleRatio: report.bubble.ratio,
    bubbleSizeNs: simulation.bubbleSizeNs,
    extentNs: report.extentNs,
  };
}

const TIMES = [
  { forwardNs: 1_000, backwardNs: 1_000, weightNs: 1_000 },
  { forwardNs: 1_000, backwardNs: 1_000, weightNs: 600 },
  { forwardNs: 900, backwardNs: 1_100, weightNs: 1_000 },
];

test.each(SCHEDULE_NAMES.filter((name) => name !== "sequential"))("%s", (schedule) => {
  const seen = new Set<string>();
  for (const ranks of [2, 4, 8]) {
    for (const batches of [ranks, 2 * ranks, 4 * ranks]) {
      for (const times of TIMES) {
        if (schedule === "dualpipe" && batches < 2 * ranks) continue;
        const chunks = schedule === "interleaved" ? 3 : 1;
        const question = { schedule, ranks, batches, chunks, ...times };
        const forms = listClosedForms(splitsBackward(schedule) ? question : { ...question, weightNs: 0 });
        if (forms.length === 0) continue;
        const simulated = simulate(splitsBackward(schedule) ? question : { ...question, weightNs: 0 });
        for (const { of, value } of forms) {
          seen.add(of);
          expect(simulated[of]).toBeCloseTo(value, 9);
        }
      }
    }
  }
  expect([...seen]).not.toEqual([]);
});

test("a dataflow whose stages and phases differ", () => {
  const flow = {
    schedule: "dataflow",
    ranks: 3,
    batches: 20,
    chunks: 1,
    forwardNs: [5, 9, 4],
    backwardNs: 0,
    weightNs: 0,
    inNs: [2, 3, 1],
    outNs: 6,
  } as const;
  const [form] = listClosedForms(flow);
  expect(form.value).toBe(5 + 9 + 4 + 2 + 3 + 1 + 3 * 6 + 19 * 9);
  expect(simulate(flow).extentNs).toBe(form.value);
});

test("nothing is promised where the assumptions do not hold", () => {
  const shape = { ranks: 4, chunks: 1, forwardNs: 1, backwardNs: 1, weightNs: 1 };
  expect(listClosedForms({ ...shape, schedule: "gpipe", batches: 8, forwardNs: [1, 1, 2, 1] })).toEqual([]);
  expect(listClosedForms({ ...shape, schedule: "zb-h1", batches: 5 })).toEqual([]);
  expect(listClosedForms({ ...shape, schedule: "interleaved", chunks: 2, batches: 6 })).toEqual([]);
  expect(listClosedForms({ ...shape, schedule: "dualpipe", batches: 8, overlapNs: 2 })).toEqual([]);
});
