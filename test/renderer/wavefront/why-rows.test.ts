/** Rows of ranks, stages and lanes on which idle time and the critical path belong. */
import { expect, test } from "vitest";

import type { RunDetail } from "#common/api.ts";
import { laneId, stageId } from "#common/ids.ts";
import type { PathColumns } from "#common/explanation.ts";
import { rowsOfPath, rowsOfRanks } from "../../../renderer/views/wavefront/why-rows.ts";

/** Two replicas of two ranks; rank 0 runs stages 0 and 2, rank 1 stage 1; a lane a rank. */
const ranks = [0, 1, 2, 3].map((lane) => ({
  replica: lane >> 1,
  rank: lane & 1,
  lanes: [laneId(lane)],
  label: "",
}));
const stages = [0, 1].flatMap((replica) =>
  [0, 1, 2].map((stage) => ({
    replica,
    stage,
    rank: stage & 1,
    lanes: [laneId(replica * 2 + (stage & 1))],
    label: "",
  })),
);
const rows = { rank: ranks, stage: stages, lane: ranks.map(({ lanes }) => ({ lanes, label: "" })) };
const detail = {
  rows,
  stages: [0, 1, 2].map((ordinal) => ({ id: stageId(2 - ordinal), name: "", op: "other" as const, ordinal })),
} satisfies Pick<RunDetail, "rows" | "stages"> as unknown as RunDetail;

const column = (...values: number[]) => Int32Array.from(values);
const path = {
  length: 2,
  from: Float64Array.of(0, 1),
  to: Float64Array.of(1, 2),
  phase: new Uint8Array(2),
  rank: column(0, 1),
  span: column(5, 6),
  lane: column(2, 3),
  // Ids run the other way than the chain does.
  stage: column(0, 1),
  batch: column(0, 0),
} satisfies PathColumns;

test("bubbles of a rank are on its row, or on the rows of all its stages, in their replica; lanes show none", () => {
  const at = (axis: "rank" | "stage" | "lane") => [...rowsOfRanks({ detail, axis, replica: 1 })];
  expect(at("rank")).toEqual([
    [0, [2]],
    [1, [3]],
  ]);
  expect(at("stage")).toEqual([
    [0, [3, 5]],
    [1, [4]],
  ]);
  expect(at("lane")).toEqual([]);
});

test("the path is on the row of its rank, of its stage by ordinal, or of its lane", () => {
  const at = (axis: "rank" | "stage" | "lane") => [...rowsOfPath(path, { detail, axis, replica: 1 })];
  expect(at("rank")).toEqual([2, 3]);
  expect(at("stage")).toEqual([5, 4]);
  expect(at("lane")).toEqual([2, 3]);
});
