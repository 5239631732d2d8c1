/** Where the blocks of the network and its skip connections are drawn. */
import { expect, test } from "vitest";

import { stageId } from "#common/ids.ts";
import type { Stage } from "#common/model.ts";
import {
  layoutSkips,
  MOST_TRACKS,
  PITCH_PX,
  visibleBlocks,
  visibleSkips,
} from "../../../renderer/views/network/layout.ts";

/** Ids run against the ordinals, so that one cannot stand for the other. */
const createStages = (count: number): Stage[] =>
  Array.from({ length: count }, (_, i) => ({ id: stageId(count - 1 - i), name: `s${i}`, op: "conv", ordinal: i }));

/** `0>2 4>6` as edges between ordinals. */
function edges(text: string, stages: readonly Stage[]) {
  return text.split(" ").map((edge) => {
    const [from = 0, to = 0] = edge.split(">").map(Number);
    return { from: stages[from]?.id ?? stageId(-1), to: stages[to]?.id ?? stageId(-1) };
  });
}

const skipsOf = (text: string) => {
  const stages = createStages(40);
  return layoutSkips({ stages, edges: edges(text, stages) });
};

test("an edge to the next stage is no skip; one that passes over stages is", () => {
  expect(skipsOf("0>1 1>2 0>2 5>7")).toEqual([
    { from: 0, to: 2, track: 0 },
    { from: 5, to: 7, track: 0 },
  ]);
});

test("the residual blocks of the figure chain in one track", () => {
  expect(new Set(skipsOf("5>7 7>9 9>11 13>15 15>17").map(({ track }) => track))).toEqual(new Set([0]));
});

test("skips that run side by side have tracks of their own, the short one next to the blocks", () => {
  expect(skipsOf("0>10 2>4 3>6")).toEqual([
    { from: 2, to: 4, track: 0 },
    { from: 3, to: 6, track: 1 },
    { from: 0, to: 10, track: 2 },
  ]);
});

test("more skips than there are tracks share the outermost one", () => {
  const tracks = skipsOf("0>20 1>21 2>22 3>23 4>24 5>25 6>26").map(({ track }) => track);
  expect(Math.max(...tracks)).toBe(MOST_TRACKS - 1);
});

test("an edge back is drawn, one of an unknown stage is not", () => {
  const stages = createStages(10);
  const drawn = layoutSkips({
    stages,
    edges: [...edges("7>2", stages), { from: stageId(77), to: stageId(0) }],
  });
  expect(drawn).toEqual([{ from: 7, to: 2, track: 0 }]);
});

test("of ten thousand stages only what is on screen is drawn", () => {
  const { from, to } = visibleBlocks({ scrollPx: 5_000 * PITCH_PX, heightPx: 10 * PITCH_PX, count: 10_000 });
  expect(from).toBeLessThanOrEqual(5_000);
  expect(to).toBeGreaterThanOrEqual(5_010);
  expect(to - from).toBeLessThan(30);
  expect(visibleBlocks({ scrollPx: 0, heightPx: 600, count: 3 })).toEqual({ from: 0, to: 3 });
});

test("a skip is drawn while any part of it is on screen", () => {
  const skips = skipsOf("0>30 2>4 31>33");
  expect(visibleSkips(skips, { from: 10, to: 20 })).toEqual([expect.objectContaining({ from: 0, to: 30 })]);
});
