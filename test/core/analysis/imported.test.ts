/**
 * The whole way from a recorded trace to its report: imported into a run file, read from it, analysed; equal to the nanosecond
 * to what the brute force makes of the raw JSON, for every iteration of every replica.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { checkInvariants } from "../../../main/core/analysis/invariants.ts";
import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { surveyRun } from "../../../main/core/analysis/windows.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { expectScope } from "./brute-force.ts";
import { figuresOf } from "./figures.ts";
import { readMegatronWork, readStragglerWork } from "./raw-traces.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "pipewave-imported-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const TRACES = [
  { name: "megatron-app/pp-aggregated.json.gz", read: readMegatronWork, spans: 5120, windows: 20, iteration: 12 },
  { name: "megatron-app/dpp-aggregated.json.gz", read: readMegatronWork, spans: 5120, windows: 20, iteration: 5 },
  {
    name: "straggler-analysis/timeline-ST.json.gz",
    read: readStragglerWork,
    spans: 6784,
    windows: 64,
    iteration: undefined,
  },
];

async function importAndLoad(trace: string): Promise<AnalysisInput> {
  const out = path.join(folder, `${path.basename(trace)}.pipewave`);
  rmSync(out, { force: true });
  await importTrace({ path: trace, out });
  const reader = openRun(out);
  try {
    return loadAnalysisInput(reader);
  } finally {
    reader.close();
  }
}

describe.each(TRACES)("$name", ({ name, read, spans, windows, iteration }) => {
  const file = findSharedTrace(name);

  test.skipIf(file === undefined)("reports what the raw JSON says, for every iteration of every replica", async () => {
    if (file === undefined) return;
    const input = await importAndLoad(file);
    const work = read(file);
    expect(checkInvariants(input)).toEqual([]);
    const listed = surveyRun(input).windows;
    expect(listed).toHaveLength(windows);
    for (const scope of listed) {
      const expected = expectScope(
        work.filter((one) => one.iteration === scope.iteration && one.replica === scope.replica),
      );
      const report = buildReport(input, scope);
      if (isNoPipeline(report)) throw new Error(report.error);
      expect(figuresOf(report)).toEqual({ ...expected, windowStartNs: report.windowStartNs });
    }
  });

  test.skipIf(file === undefined)("has the counts and the default scope of the reference", async () => {
    if (file === undefined) return;
    const report = buildReport(await importAndLoad(file));
    if (isNoPipeline(report)) throw new Error(report.error);
    expect(report.run).toMatchObject({ spans, pipelineSpans: 5120, ranks: 4 });
    if (iteration !== undefined) expect(report.scope).toEqual({ iteration, replica: 0 });
  });
});

const KINETO = [
  "alexnet",
  "nccl_data",
  "sampled_rank-0",
  "falconsai-mi300",
  "mi250_minitoy_train_ROCm6_2",
  "rank-0.Apr_03_18_51_38.1102.pt.trace",
  "sampled_rank-1",
  "resnet50-2021.worker0.pt.trace",
  "falconsai-h100",
];

describe.each(KINETO)("kineto/%s", (name) => {
  const file = findSharedTrace(`kineto/${name}.json.gz`);

  test.skipIf(file === undefined)("has no pipeline, and its most frequent names instead", async () => {
    if (file === undefined) return;
    const input = await importAndLoad(file);
    const report = buildReport(input);
    if (!isNoPipeline(report)) throw new Error("a pipeline was made up");
    expect(report.error).toBe(`0 of ${input.spans.length} spans recognised: no pipeline names`);
    const counts = Map.groupBy(input.spans.name, (id) => input.names[id].text);
    const most = Math.max(...[...counts.values()].map((ids) => ids.length));
    expect(report.frequentNames[0].count).toBe(most);
    expect(counts.get(report.frequentNames[0].name)).toHaveLength(most);
  });
});
