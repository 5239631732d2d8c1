/** The spans of a stage or a batch as the inspector lists them. */
import { expect, test } from "vitest";

import type { SpanWindow } from "#common/api.ts";
import { NONE } from "#common/ids.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { Pass, Phase } from "#common/model.ts";
import { collectWork } from "../../../renderer/views/inspector/work-items.ts";

interface Drawn {
  readonly at: number;
  readonly length: number;
  readonly stage?: number;
  readonly batch?: number;
  readonly pass?: Pass;
  readonly phase: Phase;
}

function createWindow(spans: readonly Drawn[]): SpanWindow {
  const columns = createSpanColumns(spans.length);
  for (const [i, { at, length, stage = NONE, batch = NONE, pass = "forward", phase }] of spans.entries()) {
    columns.lane[i] = 100 + i;
    columns.start[i] = at;
    columns.duration[i] = length;
    columns.stage[i] = stage;
    columns.batch[i] = batch;
    columns.iteration[i] = 3;
    columns.pass[i] = passCode(pass);
    columns.phase[i] = phaseCode(phase);
  }
  return { ids: Float64Array.from(spans, (_, i) => 100 + i), columns, names: [], truncated: false };
}

test("in, compute and out of one stage, batch and pass are one piece of work", () => {
  const window = createWindow([
    { at: 0, length: 5, stage: 1, batch: 7, phase: "in" },
    { at: 5, length: 10, stage: 1, batch: 7, phase: "compute" },
    { at: 15, length: 3, stage: 1, batch: 7, phase: "out" },
  ]);
  expect(collectWork(window, () => true)).toEqual([
    {
      stage: 1,
      batch: 7,
      iteration: 3,
      pass: "forward",
      startNs: 5,
      endNs: 15,
      inNs: 5,
      computeNs: 10,
      outNs: 3,
      span: 101,
      lane: 101,
    },
  ]);
});

test("compute that comes in two parts is one piece, from the first start to the last end", () => {
  const window = createWindow([
    { at: 20, length: 5, stage: 0, batch: 0, phase: "compute" },
    { at: 10, length: 4, stage: 0, batch: 0, phase: "compute" },
  ]);
  expect(collectWork(window, () => true)).toMatchObject([
    { startNs: 10, endNs: 25, computeNs: 9, span: 101, lane: 101 },
  ]);
});

test("forward and backward of a batch are two pieces, by start", () => {
  const window = createWindow([
    { at: 50, length: 20, stage: 0, batch: 0, pass: "backward", phase: "compute" },
    { at: 10, length: 10, stage: 0, batch: 0, pass: "forward", phase: "compute" },
  ]);
  expect(collectWork(window, () => true).map(({ pass }) => pass)).toEqual(["forward", "backward"]);
});

test("what is no pipeline work, is not asked for, or never computes is left out", () => {
  const window = createWindow([
    { at: 0, length: 5, phase: "compute" },
    { at: 0, length: 5, stage: 1, batch: 0, phase: "wait" },
    { at: 0, length: 5, stage: 1, batch: 1, phase: "in" },
    { at: 0, length: 5, stage: 1, batch: 2, phase: "compute" },
    { at: 0, length: 5, stage: 1, batch: 3, phase: "compute" },
  ]);
  expect(collectWork(window, (i) => window.columns.batch[i] !== 2).map(({ batch }) => batch)).toEqual([3]);
});

test("an unknown batch stays unknown", () => {
  const window = createWindow([{ at: 0, length: 5, stage: 1, phase: "compute" }]);
  expect(collectWork(window, () => true)[0]?.batch).toBeUndefined();
});
