/** What the cards above a simulated wavefront say: the figure, the formula, and the run beside it. */
import { expect, test } from "vitest";

import type { RunReport } from "#common/report.ts";
import type { SimulationFigures } from "#common/simulation.ts";
import { listCards } from "../../../renderer/views/simulate/figure-cards.ts";

const figures: SimulationFigures = {
  schedule: "1f1b",
  stages: 4,
  ranks: 4,
  batches: 12,
  makespanNs: 45_000_000,
  bubbleSizeNs: 9_000_000,
  peakInFlight: [4, 3, 2, 1],
};

const report = (makespanNs: number): RunReport => ({
  run: {
    name: "",
    kind: "simulated",
    spans: 0,
    pipelineSpans: 0,
    stages: 4,
    ranks: 4,
    replicas: 1,
    batches: 12,
    iterations: 1,
    warmUpIterations: [],
  },
  scope: { iteration: 0, replica: 0 },
  makespanNs,
  windowStartNs: 0,
  extentNs: makespanNs,
  bubble: { ratio: 0.2, byCauseNs: {}, rows: [] },
  initiationInterval: { meanNs: 3_000_000, boundNs: 2_900_000, rows: [], stages: [] },
  phases: {},
});

test("a figure that keeps to its formula names it, another one shows what the formula gives", () => {
  const forms = [
    { of: "bubbleRatio", formula: "(p−1)/(m+p−1)", value: 0.2 },
    { of: "bubbleSizeNs", formula: "(p−1)(F+B−W)", value: 3_000_000 },
  ] as const;
  const cards = listCards({ report: report(45_000_000), figures, forms });
  expect(cards.map(({ name, value, formula }) => [name, value, formula?.text, formula?.agrees])).toEqual([
    ["Makespan", "45.00 ms", undefined, undefined],
    ["Mean II", "3.000 ms", undefined, undefined],
    ["Bubble", "20.0 %", "= (p−1)/(m+p−1)", true],
    ["Bubble size", "9.000 ms", "(p−1)(F+B−W) = 3.000 ms", false],
  ]);
  expect(cards[1]?.title).toContain("no order of its work is faster than 2.900 ms");
});

test("a formula of nothing agrees with nothing", () => {
  const forms = [{ of: "bubbleSizeNs", formula: "(p−1)(F+B−2W)", value: 0 }] as const;
  const [card] = listCards({ report: report(1), figures: { ...figures, bubbleSizeNs: 0 }, forms }).slice(-1);
  expect(card?.formula).toEqual({ text: "= (p−1)(F+B−2W)", agrees: true });
});

test("a run beside it is compared by its own figures", () => {
  const cards = listCards({ report: report(45_000_000), figures, forms: [], measured: report(50_000_000) });
  expect(cards.map(({ measured }) => measured)).toEqual([
    "measured 50.00 ms (−10.0 %)",
    "measured 3.000 ms (+0.0 %)",
    "measured 20.0 %",
    undefined,
  ]);
});
