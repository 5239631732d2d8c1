/** Spans of stages as boxes, the dependencies between them, and the bracket of the initiation interval, on drawn pipelines. */
import { describe, expect, test } from "vitest";

import type { SpanWindow } from "#common/api.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { Pass, Phase } from "#common/model.ts";
import { findBracket, slowestLane } from "../../../renderer/views/stage-lanes/interval-bracket.ts";
import { collectBoxes, linkBoxes } from "../../../renderer/views/stage-lanes/stage-boxes.ts";
import type { StageBox } from "../../../renderer/views/stage-lanes/stage-boxes.ts";

type Span = readonly [stage: number, phase: Phase, batch: number, from: number, to: number, pass?: Pass];

function windowOf(spans: readonly Span[]): SpanWindow {
  const columns = createSpanColumns(spans.length);
  spans.forEach(([stage, phase, batch, from, to, pass = "forward"], i) => {
    columns.stage[i] = stage;
    columns.phase[i] = phaseCode(phase);
    columns.batch[i] = batch;
    columns.start[i] = from;
    columns.duration[i] = to - from;
    columns.pass[i] = passCode(pass);
  });
  return { ids: Float64Array.from(spans.keys(), (i) => i + 100), columns, names: [], truncated: false };
}

const boxesOf = (spans: readonly Span[]): StageBox[] => collectBoxes(windowOf(spans), { ordinalOf: (stage) => stage });
const describeLinks = (boxes: readonly StageBox[]): string[] =>
  linkBoxes(boxes).map(
    ({ from, to, batch }) => `batch ${batch}: ${from.stage} at ${from.ns} to ${to.stage} ${to.lane} at ${to.ns}`,
  );

describe("boxes", () => {
  test("are the in, compute and out of known stages, in order of start; waiting is none", () => {
    const boxes = boxesOf([
      [0, "compute", 0, 20, 50],
      [0, "in", 0, 0, 20],
      [0, "wait", 1, 50, 60],
    ]);
    expect(boxes.map(({ lane, span, fromNs }) => [lane, span, fromNs])).toEqual([
      ["in", 101, 0],
      ["compute", 100, 20],
    ]);
  });

  test("know which part of a receive that waited was the transfer", () => {
    const [box] = collectBoxes(windowOf([[1, "in", 0, 0, 100]]), {
      ordinalOf: (stage) => stage,
      transfers: {
        length: 1,
        span: Int32Array.of(100),
        from: Float64Array.of(80),
        to: Float64Array.of(95),
      },
    });
    expect(box).toMatchObject({ fromNs: 0, toNs: 100, transfer: { fromNs: 80, toNs: 95 } });
  });
});

describe("dependencies", () => {
  test("go from the compute of a stage to the in of the next, and to its compute where nothing is transferred", () => {
    const boxes = boxesOf([
      [0, "compute", 0, 0, 10],
      [1, "in", 0, 12, 14],
      [1, "compute", 0, 14, 20],
      [2, "compute", 0, 20, 25],
      [2, "compute", 1, 30, 35],
    ]);
    expect(describeLinks(boxes)).toEqual(["batch 0: 0 at 10 to 1 in at 12", "batch 0: 1 at 20 to 2 compute at 20"]);
  });

  test("of a backward pass go the other way, and a weight gradient hands nothing on", () => {
    const boxes = boxesOf([
      [1, "compute", 0, 0, 10, "input-grad"],
      [1, "compute", 0, 10, 15, "weight-grad"],
      [0, "compute", 0, 11, 20, "input-grad"],
    ]);
    expect(describeLinks(boxes)).toEqual(["batch 0: 1 at 10 to 0 compute at 11"]);
  });
});

describe("the bracket", () => {
  const stage = { stage: 0, name: "0", op: "conv" } as const;

  test("lies on the lane that is slowest by its medians", () => {
    expect(slowestLane({ ...stage, inNs: 3, computeNs: 9, outNs: 4, ruleNs: 9 })).toBe("compute");
    expect(slowestLane({ ...stage, inNs: 12, computeNs: 9, outNs: 4, ruleNs: 12 })).toBe("in");
    expect(slowestLane(stage)).toBeUndefined();
  });

  test("joins the two starts nearest to the middle, and passes over the pause between groups of batches", () => {
    const starts = [0, 10, 20, 100, 110];
    const boxes = boxesOf(starts.map((from, batch) => [0, "compute", batch, from, from + 8] as const));
    const found = findBracket(boxes, { stage: 0, lane: "compute", middleNs: 58 });
    expect(found).toMatchObject({ fromNs: 10, toNs: 20, batches: [1, 2], medianNs: 10 });
    expect(findBracket(boxes, { stage: 1, lane: "compute", middleNs: 0 })).toBeUndefined();
  });

  test("of training is between backward passes", () => {
    const boxes = boxesOf([
      [0, "compute", 0, 0, 5],
      [0, "compute", 1, 5, 10],
      [0, "compute", 0, 10, 20, "backward"],
      [0, "compute", 1, 30, 40, "backward"],
    ]);
    expect(findBracket(boxes, { stage: 0, lane: "compute", middleNs: 0 })).toMatchObject({ fromNs: 10, toNs: 30 });
  });
});
