/** One job in every format gives one pipeline: the same stages, batches and passes, and device times equal to the ns. */
import path from "node:path";

import { describe, expect, test } from "vitest";

import { PASSES, PHASES } from "#common/model.ts";
import type { RunReader } from "../../../db/index.ts";
import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { createJob, deviceTimeOf } from "../../support/exports/synthetic-job.ts";
import type { SyntheticJob } from "../../support/exports/synthetic-job.ts";
import { writeChromeJson, writeKineto } from "../../support/exports/write-json.ts";
import { writeNsight } from "../../support/exports/write-nsight.ts";
import { writePerfetto } from "../../support/exports/write-perfetto.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";
import { importContent, importFile } from "./import-text.ts";
import type { Imported } from "./import-text.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Pipeline work as text, times from the first of it. */
function listWork(reader: RunReader): string[] {
  const spans = reader.readAllSpans();
  const rows = Array.from({ length: spans.length }, (_, row) => row).filter((row) => spans.stage[row] >= 0);
  const originNs = Math.min(...rows.map((row) => spans.start[row]));
  return rows
    .map((row) => {
      const { rank, replica } = reader.lanes[spans.lane[row]];
      const startNs = spans.start[row] - originNs;
      const what = `stage ${spans.stage[row]} batch ${spans.batch[row]} iteration ${spans.iteration[row]}`;
      return `${replica}/${rank} ${what} ${PASSES[spans.pass[row]]} ${PHASES[spans.phase[row]]} ${startNs}+${spans.duration[row]}`;
    })
    .toSorted();
}

/** The same from the job itself. */
function listTruth({ actions }: SyntheticJob): string[] {
  const originNs = Math.min(...actions.map((action) => deviceTimeOf(action).startNs));
  return actions
    .map((action) => {
      const { rank, stage, batch, iteration, pass, phase } = action;
      const { startNs, endNs } = deviceTimeOf(action);
      return `0/${rank} stage ${stage} batch ${batch} iteration ${iteration} ${pass} ${phase} ${startNs - originNs}+${endNs - startNs}`;
    })
    .toSorted();
}

/** Figures of the report that do not depend on where the run's origin lies. */
function figuresOf(reader: RunReader) {
  const report = buildReport(loadAnalysisInput(reader));
  if (isNoPipeline(report)) throw new Error("no pipeline");
  const { makespanNs, bubble, initiationInterval, phases, criticalPath } = report;
  return { makespanNs, bubble, initiationInterval, phases, criticalPath };
}

const WRITERS: Readonly<Record<string, { format: string; write: (job: SyntheticJob) => Promise<Imported> }>> = {
  "Chrome JSON": { format: "chrome-trace", write: (job) => importContent(writeChromeJson(job)) },
  Kineto: { format: "kineto", write: (job) => importContent(writeKineto(job)) },
  "Kineto of 2021": { format: "kineto", write: (job) => importContent(writeKineto(job, { year: 2021 })) },
  "Kineto linked by arrows": { format: "kineto", write: (job) => importContent(writeKineto(job, { link: "arrows" })) },
  "Kineto with device annotations of the annotating thread only": {
    format: "kineto",
    write: (job) => importContent(writeKineto(job, { deviceAnnotations: "own thread" })),
  },
  "Nsight SQLite": { format: "nsight-sqlite", write: (job) => importNsight(job, {}) },
  "Nsight SQLite with texts in the rows": {
    format: "nsight-sqlite",
    write: (job) => importNsight(job, { textInRow: true }),
  },
  Perfetto: { format: "perfetto", write: (job) => importContent(writePerfetto(job)) },
};

function importNsight(job: SyntheticJob, options: Parameters<typeof writeNsight>[2]): Promise<Imported> {
  const file = path.join(makeTemporaryFolder(), "unknown");
  writeNsight(file, job, options);
  return importFile(file);
}

describe.each(Object.entries(WRITERS))("%s", (_, { format, write }) => {
  test.each(SEEDS)("gives the job of seed %i", async (seed) => {
    const job = createJob(seed);
    const { report, reader } = await write(job);
    expect(report.format).toBe(format);
    expect(listWork(reader)).toEqual(listTruth(job));
    expect(report.pipelineSpans).toBe(job.actions.length);
    expect(report.violations).toEqual([]);
    expect(reader.stages.map(({ rank }) => rank)).toEqual(reader.stages.map(({ ordinal }) => ordinal % job.ranks));
    expect(reader.edges).toHaveLength(reader.stages.length - 1);
  });

  test("gives the figures of Chrome JSON: bubbles and their causes, transfers apart from waiting", async () => {
    const job = createJob(7);
    const { reader } = await write(job);
    const chrome = await importContent(writeChromeJson(job));
    expect(figuresOf(reader)).toEqual(figuresOf(chrome.reader));
    expect(figuresOf(reader).phases.waitNs).toBeGreaterThan(0);
  });
});
