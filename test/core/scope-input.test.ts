/** What is read of a large run for one scope gives the same report and explanation as all of its spans. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { NONE } from "#common/ids.ts";
import { PHASES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import { openRun } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import { buildReport } from "../../main/core/analysis/build-report.ts";
import { explainScope } from "../../main/core/analysis/explain-scope.ts";
import { loadAnalysisInput, loadScopeInput } from "../../main/core/analysis/load-input.ts";
import { surveyRun } from "../../main/core/analysis/windows.ts";
import { createFolder, createRandomSpans, writeRun } from "../db/random-run.ts";

function write(change: (columns: SpanColumns) => void, count = 150_000): RunReader {
  const spans = createRandomSpans({ count, seed: 4, firstStart: -5000 });
  change(spans.columns);
  const file = path.join(createFolder(), "a.pipewave");
  writeRun(file, spans);
  const reader = openRun(file);
  onTestFinished(() => reader.close());
  return reader;
}

/** Iterations one after the other, as training steps are. */
const inSteps = ({ iteration, length }: SpanColumns) => {
  for (let i = 0; i < length; i++) iteration[i] = i % 11 === 0 ? NONE : Math.floor((i / length) * 40);
};

test("the survey that a file keeps equals the one made of its spans", () => {
  const reader = write(inSteps);
  const { survey } = loadScopeInput(reader, {}, { atOnce: 0 });
  expect(survey).toEqual(surveyRun(loadAnalysisInput(reader)));
  expect(survey?.summary.batches).toBeGreaterThan(1);
});

test.each([
  { name: "the default scope", scope: {} },
  { name: "an iteration", scope: { iteration: 17 } },
  { name: "an iteration of a replica", scope: { iteration: 3, replica: 1 } },
])("$name of a run with iterations", ({ scope }) => {
  const reader = write(inSteps);
  const whole = loadAnalysisInput(reader);
  const cut = loadScopeInput(reader, scope, { atOnce: 0 });
  expect(cut.spans.length).toBeLessThan(whole.spans.length / 3);
  const report = buildReport(whole, scope);
  expect("makespanNs" in report && report.findings?.some(({ evidence }) => evidence.spans.length > 0)).toBe(true);
  expect(buildReport(cut, scope)).toEqual(report);
  expect(explainScope(cut, scope)).toEqual(explainScope(whole, scope));
});

test("a run without iterations is its own scope", () => {
  const reader = write(({ iteration }) => iteration.fill(NONE), 70_000);
  expect(buildReport(loadScopeInput(reader, {}, { atOnce: 0 }))).toEqual(buildReport(loadAnalysisInput(reader)));
});

test("a run without a pipeline names what its spans are called", () => {
  const reader = write(({ stage, phase }) => {
    stage.fill(NONE);
    phase.fill(PHASES.indexOf("none"));
  }, 70_000);
  const report = buildReport(loadScopeInput(reader, {}, { atOnce: 0 }));
  expect(report).toEqual(buildReport(loadAnalysisInput(reader)));
  expect("frequentNames" in report && report.frequentNames.length).toBeGreaterThan(0);
});

test("a scope of more spans than can be held is an error that says so", () => {
  const reader = write(({ iteration }) => iteration.fill(NONE), 70_000);
  const load = () => loadScopeInput(reader, {}, { atOnce: 0, ofScope: 1000 });
  expect(load).toThrow(expect.objectContaining({ code: "too-large" }));
});
