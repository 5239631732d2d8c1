/** Recognition of traces recorded on real clusters: the counts of REFERENCE §6, and nothing made up where there is no pipeline. */
import { readdirSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import { findSharedTrace, sharedTrace } from "../../../support/shared-traces.ts";
import { readChromeFile } from "./read-chrome.ts";
import { readTrace } from "./read-trace.ts";
import type { NumberedSpan, ReadTrace } from "./read-trace.ts";

function readRecorded(file: string): ReadTrace {
  const { spans, lanes } = readChromeFile(file);
  return readTrace(spans, { lanes });
}

const isPipeline = ({ stage }: NumberedSpan): boolean => stage !== undefined;

function countDistinct(trace: ReadTrace, value: (span: NumberedSpan) => unknown): number {
  return new Set(trace.spans.filter(isPipeline).map(value)).size;
}

describe.each(["pp", "dpp"])("megatron-app/%s", (schedule) => {
  test("is 4 ranks × 4 chunks, 8 batches, 20 iterations, all of it pipeline work", (context) => {
    const trace = readRecorded(sharedTrace(context, `megatron-app/${schedule}-aggregated.json.gz`));
    expect(trace.pipelineSpans).toBe(5_120);
    expect(trace.spansByRule).toEqual({ megascan: 5_120 });
    expect(trace.spans.filter(({ pass }) => pass === "forward")).toHaveLength(2_560);
    expect(trace.spans.filter(({ pass }) => pass === "backward")).toHaveLength(2_560);
    expect(trace.stages.map(({ ordinal, rank }) => [ordinal, rank])).toEqual(
      Array.from({ length: 16 }, (_, stage) => [stage, stage % 4]),
    );
    expect(countDistinct(trace, ({ batch }) => batch)).toBe(8);
    expect(countDistinct(trace, ({ iteration }) => iteration)).toBe(20);
    // Every (iteration, stage, pass, batch) exactly once: 20 · 16 · 2 · 8.
    expect(countDistinct(trace, (span) => [span.iteration, span.stage, span.pass, span.batch].join())).toBe(5_120);
    expect(trace.pipeline.lanes.map(({ rank, replica }) => `${replica ?? "-"}/${rank ?? "-"}`).toSorted()).toEqual([
      "0/0",
      "0/1",
      "0/2",
      "0/3",
    ]);
  });
});

/** (step, replica, rank, pass, phase, batch) of each pipeline span. */
function keysOf({ spans, pipeline }: ReadTrace, phases: readonly string[]): readonly string[] {
  return spans
    .filter((span) => isPipeline(span) && phases.includes(span.phase))
    .map(({ lane, iteration, pass, phase, batch }) => {
      const { rank, replica } = pipeline.lanes[lane];
      return [iteration, replica, rank, pass, phase, batch].join();
    })
    .toSorted();
}

describe("straggler-analysis", () => {
  test("timeline-ST is 2 replicas × 4 ranks, 4 batches, 32 steps", (context) => {
    const trace = readRecorded(sharedTrace(context, "straggler-analysis/timeline-ST.json.gz"));
    expect(trace.spans).toHaveLength(6_784);
    expect(trace.pipelineSpans).toBe(5_120);
    expect(trace.spans.filter(({ phase }) => phase === "compute")).toHaveLength(2_048);
    expect(trace.spans.filter(({ phase }) => phase === "in" || phase === "out")).toHaveLength(3_072);
    expect(trace.stages.map(({ rank }) => rank)).toEqual([0, 1, 2, 3]);
    expect(countDistinct(trace, ({ batch }) => batch)).toBe(4);
    expect(countDistinct(trace, ({ iteration }) => iteration)).toBe(32);
    const places = trace.pipeline.lanes.map(({ rank, replica }) => `${replica ?? "-"}/${rank ?? "-"}`);
    expect(new Set(places)).toEqual(new Set(["0/0", "0/1", "0/2", "0/3", "1/0", "1/1", "1/2", "1/3"]));
    // Ends of the pipeline receive or send one way only: 3 of 4 ranks do each of four transfers; nothing occurs twice.
    const transfers = keysOf(trace, ["in", "out"]);
    expect(new Set(transfers).size).toBe(32 * 2 * 3 * 4 * 4);
  });

  test("ideal-timeline-ST, without batch ids, gets the batches of timeline-ST", (context) => {
    const recorded = readRecorded(sharedTrace(context, "straggler-analysis/timeline-ST.json.gz"));
    const ideal = readRecorded(sharedTrace(context, "straggler-analysis/ideal-timeline-ST.json.gz"));
    expect(keysOf(ideal, ["compute"])).toHaveLength(2_048);
    expect(keysOf(ideal, ["compute"])).toEqual(keysOf(recorded, ["compute"]));
    expect(keysOf(ideal, ["in", "out"])).toEqual(keysOf(recorded, ["in", "out"]));
  });
});

describe("kineto traces without pipeline annotations", () => {
  const folder = findSharedTrace("kineto");
  const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".json.gz"));

  test("are there to be tried", (context) => {
    sharedTrace(context, "kineto");
    expect(files).toHaveLength(9);
  });

  test.each(files)("%s makes up no pipeline", (name) => {
    const trace = readRecorded(path.join(folder ?? "", name));
    expect(trace.spans.length).toBeGreaterThan(0);
    expect(trace.spansByRule).toEqual({});
    expect(trace.stages).toEqual([]);
    expect(trace.pipeline.lanes.filter(({ rank }) => rank !== undefined)).toEqual([]);
  });
});
