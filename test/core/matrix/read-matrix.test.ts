/** The stage × batch matrix against numbers worked out span by span. */
import { expect, test } from "vitest";

import { laneId, stageId } from "#common/ids.ts";
import type { StageMatrix } from "#common/matrix.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { Pass, Phase } from "#common/model.ts";

import { computeMatrix } from "../../../main/core/matrix/read-matrix.ts";
import type { MatrixChoice } from "../../../main/core/matrix/read-matrix.ts";

interface PlainSpan {
  readonly stage: number;
  readonly batch: number;
  readonly phase: Phase;
  readonly start: number;
  readonly duration: number;
  readonly pass?: Pass;
}

/** Stages on ranks of their own; ids run against the ordinals. */
function matrixOf(spans: readonly PlainSpan[], { stages = 3, edges = true, ...choice }: Options = {}): StageMatrix {
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  const columns = createSpanColumns(sorted.length);
  sorted.forEach(({ stage, batch, phase, start, duration, pass = "forward" }, i) => {
    columns.lane[i] = stage;
    columns.stage[i] = stages - 1 - stage;
    columns.batch[i] = batch;
    columns.iteration[i] = -1;
    columns.phase[i] = phaseCode(phase);
    columns.pass[i] = passCode(pass);
    columns.start[i] = start;
    columns.duration[i] = duration;
  });
  const ids = Array.from({ length: stages }, (_, id) => id);
  const matrix = computeMatrix(
    {
      run: { name: "m", kind: "imported" },
      spans: columns,
      names: [],
      lanes: ids.map((id) => ({
        id: laneId(id),
        ordinal: id,
        kind: "thread" as const,
        process: "p",
        thread: `${id}`,
        rank: id,
        replica: 0,
      })),
      stages: ids.map((id) => ({
        id: stageId(id),
        name: `s${id}`,
        op: "other" as const,
        ordinal: stages - 1 - id,
        rank: stages - 1 - id,
      })),
      edges: edges ? ids.slice(1).map((id) => ({ from: stageId(id), to: stageId(id - 1) })) : [],
    },
    choice,
  );
  if (matrix === undefined) throw new Error("no pipeline");
  return matrix;
}
interface Options extends MatrixChoice {
  readonly stages?: number;
  readonly edges?: boolean;
}

/** Batches 10, 11, 12 through three stages, all phases recorded; stage 1 is slow with batch 11. */
const SPANS: PlainSpan[] = [10, 11, 12].flatMap((batch, i) =>
  [0, 1, 2].flatMap((stage): PlainSpan[] => {
    const start = i * 100 + stage * 50;
    const compute = stage === 1 && batch === 11 ? 90 : 20 + stage;
    return [
      { stage, batch, phase: "in", start, duration: 5 },
      { stage, batch, phase: "compute", start: start + 7, duration: compute },
      { stage, batch, phase: "out", start: start + 7 + compute, duration: 3 },
    ];
  }),
);
const rowsOf = ({ valueNs, columns }: StageMatrix) =>
  Array.from({ length: valueNs.length / columns }, (_, row) => [...valueNs.slice(row * columns, (row + 1) * columns)]);

test("durations of a phase by stage and batch", () => {
  const matrix = matrixOf(SPANS);
  expect([...matrix.firstBatch]).toEqual([10, 11, 12]);
  expect(rowsOf(matrix)).toEqual([
    [20, 20, 20],
    [21, 90, 21],
    [22, 22, 22],
  ]);
  expect(rowsOf(matrixOf(SPANS, { quantity: "out" }))).toEqual(Array(3).fill([3, 3, 3]));
  expect(matrix.quantities).toEqual(["in", "compute", "out", "wait", "interval"]);
});

test("a cell selects the compute span of its stage and batch", () => {
  const sorted = SPANS.toSorted((a, b) => a.start - b.start);
  const matrix = matrixOf(SPANS, { quantity: "in" });
  for (let cell = 0; cell < 9; cell++) {
    const span = sorted[matrix.span[cell]];
    expect(span).toMatchObject({ stage: Math.floor(cell / 3), batch: 10 + (cell % 3), phase: "compute" });
    expect([matrix.spanStart[cell], matrix.spanEnd[cell]]).toEqual([span.start, span.start + span.duration]);
  }
});

test("several spans of a phase are summed", () => {
  const matrix = matrixOf([...SPANS, { stage: 2, batch: 12, phase: "compute", start: 900, duration: 8 }]);
  expect(rowsOf(matrix)[2]).toEqual([22, 22, 30]);
});

test("the wait goes from the own input, else from the output of the stages before, else from recorded waiting", () => {
  expect(rowsOf(matrixOf(SPANS, { quantity: "wait" }))).toEqual(Array(3).fill([2, 2, 2]));
  const computed = SPANS.filter(({ phase }) => phase === "compute");
  for (const edges of [true, false]) {
    // Stage 1 ends at start + 7 + 50 + its computing; stage 2 starts at start + 107.
    expect(rowsOf(matrixOf(computed, { quantity: "wait", edges }))).toEqual([
      [NaN, NaN, NaN],
      [30, 30, 30],
      [29, 0, 29],
    ]);
  }
  const waiting: PlainSpan = { stage: 1, batch: 11, phase: "wait", start: 150, duration: 4 };
  expect(rowsOf(matrixOf([...SPANS, waiting], { quantity: "wait" }))[1]).toEqual([NaN, 4, NaN]);
});

test("intervals lie between starts in time, whatever the batches are called", () => {
  const out = [5, 1, 3].map((batch, i): PlainSpan => ({
    stage: 0,
    batch,
    phase: "compute",
    start: i * i * 10,
    duration: 1,
  }));
  const matrix = matrixOf(out, { stages: 1, quantity: "interval" });
  expect([...matrix.firstBatch]).toEqual([1, 3, 5]);
  expect(rowsOf(matrix)).toEqual([[10, 30, NaN]]);
});

test("passes are apart, and a pass that is not there is replaced", () => {
  const back = SPANS.map((span) => ({
    ...span,
    start: span.start + 2000,
    duration: 2 * span.duration,
    pass: "backward" as const,
  }));
  expect(matrixOf([...SPANS, ...back]).passes).toEqual(["forward", "backward"]);
  expect(rowsOf(matrixOf([...SPANS, ...back], { pass: "backward" }))[0]).toEqual([40, 40, 40]);
  expect(matrixOf(back)).toMatchObject({ pass: "backward", passes: ["backward"] });
});

test("of more batches than columns several share one, and the straggler is what is seen", () => {
  const many = Array.from({ length: 1000 }, (_, batch): PlainSpan => ({
    stage: 0,
    batch,
    phase: "compute",
    start: batch * 100,
    duration: batch === 517 ? 99 : 10 + (batch % 3),
  }));
  const matrix = matrixOf(many, { stages: 1, columns: 64 });
  expect(matrix).toMatchObject({ batchesPerColumn: 16, columns: 63 });
  expect([...matrix.valueNs].filter((ns) => ns === 99)).toHaveLength(1);
  const column = matrix.valueNs.indexOf(99);
  expect(matrix.batch[column]).toBe(517);
  expect(matrix.firstBatch[column]).toBe(512);
  for (let at = 0; at < 63; at++) if (at !== column) expect(matrix.valueNs[at]).toBe(12);
});
