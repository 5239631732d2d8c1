/** What lies over the plot, and what ruler and diagonal say. */
import { expect, test } from "vitest";

import { laneId, spanId } from "#common/ids.ts";
import { clientTileSource } from "../../../renderer/data/tile-source.ts";
import { readDiagonal } from "../../../renderer/views/wavefront/diagonal-reader.ts";
import { diagonalText, plotLines, rulerText } from "../../../renderer/views/wavefront/plot-lines.ts";
import { inSteps, selectedRows, selectionOutlines } from "../../../renderer/views/wavefront/selection-outlines.ts";
import { trainingRun } from "./fake-pipelines.ts";
import { fakeClient, fakeRun } from "./fake-run.ts";

test("a ruler over stages reads their slope, over ranks that of ranks", () => {
  const ruler = { from: { ns: 0, row: 2.5 }, to: { ns: 2e6, row: 6.5 } };
  expect(rulerText(ruler, "stage")).toBe("Δ 2.000 ms · 4 stages · 2 stages/ms");
  expect(rulerText(ruler, "rank")).toBe("Δ 2.000 ms · 4 ranks · 2 ranks/ms");
  expect(rulerText({ from: { ns: 0, row: 2.5 }, to: { ns: 1e6, row: 3.5 } }, "lane")).toBe(
    "Δ 1.000 ms · 1 lane · 1 lane/ms",
  );
});

test("the diagonal of a linear pipeline has one stage per stage time", async () => {
  const run = fakeRun({
    name: "t",
    ops: ["conv", "conv", "conv", "conv"],
    rankOfStage: [0, 1, 2, 3],
    lanes: [0, 1, 2, 3].map((rank) => ({ replica: 0, rank, label: `rank ${rank}` })),
    spans: [0, 1, 2].flatMap((batch) =>
      [0, 1, 2, 3].map((stage) => ({
        lane: stage,
        startNs: 5e6 + (stage + batch) * 250_000,
        durationNs: 250_000,
        stage,
        batch,
        pass: "forward" as const,
        phase: "compute" as const,
      })),
    ),
  });
  const source = clientTileSource({ client: fakeClient(run), detail: run.detail });
  const { signal } = new AbortController();
  const diagonal = await readDiagonal({ detail: run.detail, source, fromNs: 5e6, toNs: 7e6, replica: 0, signal });
  expect(diagonal?.batch).toBe(0);
  expect(diagonal?.stagesPerMs).toBeCloseTo(4, 9);
  if (diagonal === undefined) return;
  expect(diagonalText(diagonal).text).toBe("Wavefront 4 stages/ms");
  const [line] = plotLines({ ruler: undefined, diagonal, rows: run.detail.rows.stage, replica: 0 });
  expect(line.from.row).toBeCloseTo(0.5, 9);
  expect(line.to.row).toBeCloseTo(3.5, 9);
});

test("the diagonal of the second replica lies on its rows", async () => {
  const run = trainingRun({ iterations: 1, replicas: 2 });
  const source = clientTileSource({ client: fakeClient(run), detail: run.detail });
  const { startNs: fromNs, endNs: toNs } = run.detail.windows[1];
  const { signal } = new AbortController();
  const diagonal = await readDiagonal({ detail: run.detail, source, fromNs, toNs, replica: 1, signal });
  const [line] = plotLines({ ruler: undefined, diagonal, rows: run.detail.rows.stage, replica: 1 });
  expect(line.from.row).toBeGreaterThan(15);
});

const { detail } = trainingRun({ iterations: 1, replicas: 2 });

test("a selected span is outlined on its row of every axis", () => {
  const selected = { kind: "span", id: spanId(0), startNs: 5, endNs: 9, lane: laneId(6), stage: 2 } as const;
  const rowOn = (axis: "rank" | "stage" | "lane") =>
    selectionOutlines({ selected, axis, detail, pages: [] }).map(({ row }) => row);
  // Lane 6 is rank 2 of replica 1; each replica has 4 ranks and 16 stages.
  expect([rowOn("rank"), rowOn("stage"), rowOn("lane")]).toEqual([[6], [18], [6]]);
});

test("a selected bubble is outlined on the row of its rank", () => {
  const selected = { kind: "bubble", row: 1, fromNs: 5, toNs: 9, rank: 1, replica: 1 } as const;
  expect(selectionOutlines({ selected, axis: "rank", detail, pages: [] })).toEqual([
    { row: 5, fromNs: 5, toNs: 9, look: "bubble" },
  ]);
});

test("a selected stage marks its row in every replica", () => {
  expect(selectedRows({ selected: { kind: "stage", stage: 3 }, axis: "stage", detail })).toEqual([3, 19]);
  expect(selectedRows({ selected: { kind: "stage", stage: 3 }, axis: "rank", detail })).toEqual([]);
});

test("in the step grid a span's outline is its square", () => {
  const outline = { row: 2, fromNs: 130, toNs: 150, look: "selected" } as const;
  const scale = { firstNs: 100, toNs: 500, intervalNs: 20 };
  expect(inSteps([outline, { ...outline, fromNs: 900 }, { ...outline, look: "bubble" }], scale)).toEqual([
    { row: 2, fromNs: 120, toNs: 140, look: "selected" },
  ]);
});
