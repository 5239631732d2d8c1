/** The windows that a file keeps equal those that the analysis finds in its spans. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { NONE } from "#common/ids.ts";

import { openRun } from "../../db/index.ts";
import { loadAnalysisInput } from "../../main/core/analysis/load-input.ts";
import { nameWindows, surveyRun } from "../../main/core/analysis/windows.ts";
import { createFolder, createRandomSpans, writeRun } from "../db/random-run.ts";

test.each([
  { name: "with iterations", change: () => undefined, hasIterations: true },
  {
    name: "without iterations",
    change: (iteration: Int32Array) => iteration.fill(NONE),
    hasIterations: false,
  },
  {
    name: "with iterations on some spans",
    change: (iteration: Int32Array) => iteration.set(iteration.map((value, i) => (i % 3 > 0 ? NONE : value))),
    hasIterations: true,
  },
])("a run $name", ({ change, hasIterations }) => {
  const spans = createRandomSpans({ count: 70_000, seed: 12, firstStart: -1000 });
  change(spans.columns.iteration);
  const file = path.join(createFolder(), "a.pipewave");
  writeRun(file, spans);
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  const { windows } = surveyRun(loadAnalysisInput(reader));
  expect(windows.length > 2).toBe(hasIterations);
  expect(nameWindows(reader.computeWindows())).toEqual(windows);
});
