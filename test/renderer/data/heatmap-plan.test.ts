/** The plan: what is drawn now and what is asked for, with tiles and pages that come when the test says so. */
import { expect, test } from "vitest";

import { tileKeyText } from "#common/tile.ts";
import type { TileKey } from "#common/tile.ts";
import { HeatmapPlanner } from "../../../renderer/data/heatmap-plan.ts";
import type { HeatmapView } from "../../../renderer/data/heatmap-plan.ts";
import type { RawPage } from "../../../renderer/data/raw-page.ts";
import { clientTileSource } from "../../../renderer/data/tile-source.ts";
import type { TileSource } from "../../../renderer/data/tile-source.ts";
import { bruteTile, fakeClient, fakeRun } from "../wavefront/fake-run.ts";

/** 1,024 ns on one rank, bins of 1 ns at the finest level: 4 tiles there, 1 at level 2. */
const RUN = fakeRun({
  name: "t",
  ops: ["conv"],
  rankOfStage: [0],
  lanes: [{ replica: 0, rank: 0, label: "a" }],
  spans: Array.from({ length: 64 }, (_, i) => ({
    lane: 0,
    startNs: i * 16,
    durationNs: 16,
    stage: 0,
    batch: i,
    pass: "forward" as const,
    phase: "compute" as const,
  })),
  baseNs: 1,
});

const settle = async () => {
  for (let i = 0; i < 8; i++) await Promise.resolve();
};

/** A planner whose requests wait until they are answered by their text. */
function planned({ truncate = () => false }: { truncate?: (page: RawPage) => boolean } = {}) {
  const waiting = new Map<string, () => void>();
  const aborted: string[] = [];
  const real = clientTileSource({ client: fakeClient(RUN), detail: RUN.detail });
  const hold = <Value>(text: string, signal: AbortSignal, value: () => Promise<Value>) =>
    new Promise<Value>((resolve, reject) => {
      waiting.set(text, () => void value().then(resolve, reject));
      signal.addEventListener("abort", () => {
        aborted.push(text);
        waiting.delete(text);
      });
    });
  const source: TileSource = {
    readTile: (key, signal) => hold(`tile ${tileKeyText(key)}`, signal, () => Promise.resolve(bruteTile(RUN, key))),
    readPage: (key, signal) =>
      hold(`page ${tileKeyText(key)}`, signal, async () => {
        const page = await real.readPage(key, signal);
        return { ...page, truncated: truncate(page) };
      }),
    readWindow: real.readWindow,
  };
  const planner = new HeatmapPlanner({ detail: RUN.detail, source, onChange: () => undefined });
  const answer = async (text: string) => {
    const go = waiting.get(text);
    if (go === undefined) throw new Error(`nobody asked for ${text}, only for ${[...waiting.keys()].join(", ")}`);
    waiting.delete(text);
    go();
    await settle();
  };
  return { planner, waiting, aborted, answer };
}

const view = (fromNs: number, toNs: number, widthPx: number): HeatmapView => ({
  axis: "rank",
  fromNs,
  toNs,
  fromRow: 0,
  toRow: 1,
  widthPx,
});

const texts = (keys: Iterable<{ readonly key: TileKey }>) => [...keys].map(({ key }) => tileKeyText(key));

test("the level of the zoom is asked for, and the whole run's tile so that there is always something", () => {
  const { planner, waiting } = planned();
  const plan = planner.plan(view(0, 512, 512));
  expect(plan).toMatchObject({ level: 0, tiles: [], pages: [], complete: false });
  expect([...waiting.keys()].slice(0, 3)).toEqual(["tile rank/0/0/0", "tile rank/0/0/1", "tile rank/2/0/0"]);
});

test("the parent is drawn in the place of tiles that have not come", async () => {
  const { planner, answer } = planned();
  planner.plan(view(0, 512, 512));
  await answer("tile rank/2/0/0");
  await answer("tile rank/0/0/1");
  const plan = planner.plan(view(0, 512, 512));
  expect(texts(plan.tiles)).toEqual(["rank/2/0/0", "rank/0/0/1"]);
  expect(plan.tiles[0]).toMatchObject({ fromNs: 0, toNs: 256 });
  expect(plan.complete).toBe(false);
  await answer("tile rank/0/0/0");
  expect(planner.plan(view(0, 512, 512))).toMatchObject({ complete: true });
});

test("zooming out, finer tiles stand in until the coarser one comes", async () => {
  const { planner, answer } = planned();
  planner.plan(view(0, 512, 512));
  await answer("tile rank/0/0/0");
  await answer("tile rank/0/0/1");
  const plan = planner.plan(view(0, 512, 256));
  expect(plan.level).toBe(1);
  expect(texts(plan.tiles)).toEqual(["rank/0/0/0", "rank/0/0/1"]);
});

test("what left the screen is cancelled", () => {
  const { planner, aborted } = planned();
  planner.plan(view(0, 128, 128));
  planner.plan(view(896, 1_024, 128));
  expect(aborted).toContain("tile rank/0/0/0");
});

test("below the finest level raw spans are asked for, and a coarser page serves every deeper zoom", async () => {
  const { planner, waiting, answer } = planned();
  const plan = planner.plan(view(0, 1_024, 4_096));
  expect(plan).toMatchObject({ complete: false, pages: [] });
  await answer("page rank/2/0/0");
  expect(planner.plan(view(0, 1_024, 4_096))).toMatchObject({ complete: true, tiles: [] });
  const asked = waiting.size;
  const deep = planner.plan(view(100, 101.5, 4_096));
  expect(deep.complete).toBe(true);
  expect(deep.pages.map(({ fromNs, toNs }) => fromNs <= 100 && toNs >= 101.5)).toEqual([true]);
  expect([...waiting.keys()].filter((text) => text.startsWith("page"))).toEqual([]);
  expect(waiting.size).toBeLessThanOrEqual(asked);
});

test("tiles stand in while raw spans load", async () => {
  const { planner, answer } = planned();
  planner.plan(view(0, 200, 200));
  await answer("tile rank/0/0/0");
  const plan = planner.plan(view(0, 200, 2_000));
  expect(plan.complete).toBe(false);
  expect(texts(plan.tiles)).toEqual(["rank/0/0/0"]);
});

test("a page with too many spans is not drawn but cut in halves", async () => {
  const { planner, waiting, answer } = planned({ truncate: ({ fromNs, toNs }) => toNs - fromNs > 512 });
  planner.plan(view(0, 1_024, 4_096));
  await answer("page rank/2/0/0");
  expect(planner.plan(view(0, 1_024, 4_096)).pages).toEqual([]);
  expect([...waiting.keys()].filter((text) => text.startsWith("page"))).toEqual(["page rank/1/0/0", "page rank/1/0/1"]);
  await answer("page rank/1/0/0");
  await answer("page rank/1/0/1");
  const plan = planner.plan(view(0, 1_024, 4_096));
  expect(plan.complete).toBe(true);
  expect(plan.pages.map(({ fromNs, toNs }) => [fromNs, toNs])).toEqual([
    [0, 512],
    [512, 1_024],
  ]);
});

test("rows of stages also ask for the spans of the ranks, for the pale tint", async () => {
  const { planner, answer } = planned();
  planner.plan({ ...view(0, 1_024, 4_096), axis: "stage" });
  await answer("page stage/2/0/0");
  expect(planner.plan({ ...view(0, 1_024, 4_096), axis: "stage" }).complete).toBe(false);
  await answer("page rank/2/0/0");
  expect(planner.plan({ ...view(0, 1_024, 4_096), axis: "stage" })).toMatchObject({ complete: true });
});

test("a point within a page needs no request", async () => {
  const { planner, answer } = planned();
  expect(planner.pageAt({ axis: "rank", row: 0, ns: 700 })).toBeUndefined();
  planner.plan(view(0, 1_024, 4_096));
  await answer("page rank/2/0/0");
  expect(planner.pageAt({ axis: "rank", row: 0, ns: 700 })?.offsets[1]).toBe(64);
});
