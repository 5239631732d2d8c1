/** Arrows of a trace as dependencies of the critical path. */
import { describe, expect, test } from "vitest";

import { explainScope } from "../../../main/core/analysis/explain-scope.ts";
import { bindFlows } from "../../../main/core/analysis/flow-edges.ts";
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { laneId, nameId } from "../../../main/common/ids.ts";
import type { FlowPoint } from "../../../main/common/model.ts";
import { ns } from "../../../main/common/units.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

const compute = (rank: number, stage: number, start: number, duration: number): Work => ({
  replica: 0,
  rank,
  iteration: -1,
  stage,
  batch: 0,
  pass: "forward",
  phase: "compute",
  start,
  duration,
});

/** Stage 0 on rank 1 begins when stage 1 on rank 0 has ended: the order of stages cannot know why. */
const work = [compute(1, 0, 0, 10), compute(0, 1, 10, 30), { ...compute(1, 0, 40, 20), batch: 1 }];

function point(at: number, lane: number, step: FlowPoint["step"], more: Partial<FlowPoint> = {}): FlowPoint {
  return { at: ns(at), lane: laneId(lane), name: nameId(0), flow: "7", step, binding: "enclosing", ...more };
}

const pathOf = (input: AnalysisInput): (readonly [number | undefined, number, number | undefined])[] => {
  const { path } = explainScope(input) ?? { path: undefined };
  return Array.from(path?.from ?? [], (from, i) => [path?.span[i], from, path?.phase[i]] as const);
};

test("without an arrow the path waits, with one it goes through the span that the arrow comes from", () => {
  const input = columnsOf(work);
  const imported = { ...input, run: { name: "test", kind: "imported" as const } };
  const waiting = 3;
  expect(pathOf(imported)).toEqual([
    [0, 0, 1],
    [2, 10, waiting],
    [2, 40, 1],
  ]);
  const flows = [point(35, 1, "start"), point(45, 0, "end")];
  expect(pathOf({ ...imported, flows })).toEqual([
    [0, 0, 1],
    [1, 10, 1],
    [2, 40, 1],
  ]);
});

describe("a point", () => {
  const input = columnsOf(work);
  const bind = (flows: readonly FlowPoint[]): [number, number[]][] =>
    [...bindFlows(flows, input)].map(([to, from]) => [to, [...from]]);

  test("belongs to the span around it, or to the next one where the trace says so", () => {
    expect(bind([point(5, 0, "start"), point(20, 1, "end")])).toEqual([[1, [0]]]);
    expect(bind([point(20, 1, "start"), point(15, 0, "end", { binding: "next" })])).toEqual([]);
    expect(bind([point(12, 1, "start"), point(15, 0, "end", { binding: "next" })])).toEqual([[2, [1]]]);
  });

  test("beside any span of the pipeline joins nothing, and a step passes the arrow on", () => {
    expect(bind([point(5, 0, "start"), point(61, 1, "end")])).toEqual([]);
    expect(bind([point(5, 0, "start"), point(20, 1, "step"), point(50, 0, "end")])).toEqual([
      [1, [0]],
      [2, [1]],
    ]);
  });

  test("of another category or id is of another flow", () => {
    expect(bind([point(5, 0, "start"), point(20, 1, "end", { flow: "8" })])).toEqual([]);
  });
});
