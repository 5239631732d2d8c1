/** What lies at a point. */
import { expect, test } from "vitest";

import { pickInPage } from "../../../renderer/data/pick.ts";
import { buildRawPage } from "../../../renderer/data/raw-page.ts";
import { RowIndex } from "../../../renderer/data/row-index.ts";
import { fakeRun } from "../wavefront/fake-run.ts";

const { detail, columns } = fakeRun({
  name: "t",
  ops: ["conv"],
  lanes: [{ label: "a" }, { label: "b" }],
  spans: [
    { lane: 0, startNs: 10, durationNs: 80, pass: "none", phase: "none" },
    { lane: 0, startNs: 20, durationNs: 10, depth: 1, pass: "none", phase: "none" },
    { lane: 1, startNs: 30, durationNs: 10, pass: "none", phase: "none" },
    { lane: 1, startNs: 60, durationNs: 10, pass: "none", phase: "none" },
  ],
});
const index = new RowIndex({ axis: "lane", rows: detail.rows.lane, stages: detail.stages });
const page = buildRawPage(
  { ids: Float64Array.of(100, 101, 102, 103), columns, names: [], truncated: false },
  { index, rowBlock: 0, fromNs: 0, toNs: 100 },
);

test("the innermost span is meant", () => {
  expect(pickInPage(page, { row: 0, ns: 25 })).toMatchObject({ kind: "span", id: 101, startNs: 20, endNs: 30 });
  expect(pickInPage(page, { row: 0, ns: 35 })).toMatchObject({ kind: "span", id: 100 });
});

test("a span holds its start and not its end", () => {
  expect(pickInPage(page, { row: 1, ns: 30 })).toMatchObject({ kind: "span", id: 102 });
  expect(pickInPage(page, { row: 1, ns: 40 })).toMatchObject({ kind: "idle" });
});

test("idle time reaches from the end before to the start after", () => {
  expect(pickInPage(page, { row: 1, ns: 50 })).toEqual({ kind: "idle", row: 1, fromNs: 40, toNs: 60 });
});

test("a side without a span is open", () => {
  expect(pickInPage(page, { row: 1, ns: 5 })).toEqual({ kind: "idle", row: 1, fromNs: undefined, toNs: 30 });
  expect(pickInPage(page, { row: 1, ns: 90 })).toEqual({ kind: "idle", row: 1, fromNs: 70, toNs: undefined });
});
