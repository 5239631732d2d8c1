/** What the pointer is on, asked of a backend that answers by brute force. */
import { expect, test } from "vitest";

import { HeatmapPlanner } from "../../../renderer/data/heatmap-plan.ts";
import { clientTileSource } from "../../../renderer/data/tile-source.ts";
import { Pointing } from "../../../renderer/views/wavefront/pointing.ts";
import { fakeClient, fakeRun } from "./fake-run.ts";

/** Rank 0 runs stages 0 and 1, rank 1 runs stage 2; one window from 100 to 900. */
const RUN = fakeRun({
  name: "t",
  ops: ["conv", "pool", "fc"],
  rankOfStage: [0, 0, 1],
  lanes: [
    { replica: 0, rank: 0, label: "a" },
    { replica: 0, rank: 1, label: "b" },
  ],
  spans: (
    [
      { lane: 0, startNs: 100, durationNs: 100, stage: 0 },
      { lane: 0, startNs: 300, durationNs: 50, stage: 1 },
      { lane: 1, startNs: 400, durationNs: 500, stage: 2 },
      { lane: 0, startNs: 2_000, durationNs: 10, stage: 0 },
    ] as const
  ).map((span) => ({ ...span, batch: 1, iteration: 0, pass: "forward", phase: "compute" })),
  windows: [{ iteration: 0, replica: 0, startNs: 100, endNs: 900, warmUp: false }],
});

function pointing(): Pointing {
  const source = clientTileSource({ client: fakeClient(RUN), detail: RUN.detail });
  const planner = new HeatmapPlanner({ detail: RUN.detail, source, onChange: () => undefined });
  return new Pointing({ detail: RUN.detail, planner, source });
}

const at = (axis: "rank" | "stage" | "lane", row: number, ns: number) => ({ axis, row, ns, nsPerPx: 1 });

test("a span is a span on every axis", async () => {
  const asked = pointing();
  for (const place of [at("rank", 0, 320), at("stage", 1, 320), at("lane", 0, 320)]) {
    expect(await asked.at(place)).toMatchObject({ kind: "span", startNs: 300, endNs: 350, stage: 1, batch: 1 });
  }
});

test("a bubble reaches to its neighbours, found by asking for more and more", async () => {
  expect(await pointing().at(at("rank", 0, 250))).toEqual({
    kind: "idle",
    row: 0,
    fromNs: 200,
    toNs: 300,
    bubble: true,
  });
});

test("a bubble ends where the compute window does", async () => {
  expect(await pointing().at(at("rank", 0, 800))).toEqual({
    kind: "idle",
    row: 0,
    fromNs: 350,
    toNs: 900,
    bubble: true,
  });
  expect(await pointing().at(at("rank", 1, 150))).toEqual({
    kind: "idle",
    row: 1,
    fromNs: 100,
    toNs: 400,
    bubble: true,
  });
});

test("idle time outside any window is no bubble", async () => {
  expect(await pointing().at(at("rank", 0, 1_500))).toMatchObject({
    kind: "idle",
    fromNs: 350,
    toNs: 2_000,
    bubble: false,
  });
});

test("idle time of a lane is no bubble: its rank may work on another lane", async () => {
  expect(await pointing().at(at("lane", 0, 250))).toMatchObject({ kind: "idle", bubble: false });
});

test("a stage's row is busy elsewhere while its rank runs another stage, and a bubble while the rank rests", async () => {
  expect(await pointing().at(at("stage", 0, 320))).toMatchObject({ kind: "elsewhere", row: 0, span: { stage: 1 } });
  expect(await pointing().at(at("stage", 0, 250))).toEqual({
    kind: "idle",
    row: 0,
    fromNs: 200,
    toNs: 300,
    bubble: true,
  });
});

test("a later question makes the earlier one go away", async () => {
  const asked = pointing();
  const first = asked.at(at("rank", 0, 250)).catch((error: unknown) => error);
  const second = asked.at(at("rank", 0, 150));
  expect(await second).toMatchObject({ kind: "span", startNs: 100 });
  const overtaken = await first;
  expect(overtaken === undefined || (overtaken instanceof DOMException && overtaken.name === "AbortError")).toBe(true);
});
