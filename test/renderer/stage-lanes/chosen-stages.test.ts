/** Which stages the stage view shows, and how it follows the selection. */
import { expect, test } from "vitest";

import { ChosenStages } from "../../../renderer/views/stage-lanes/chosen-stages.svelte.ts";

const choose = (count: number, bottleneck: number | undefined) =>
  new ChosenStages({ count: () => count, bottleneck: () => bottleneck });

test("the bottleneck comes with its neighbours, at the ends of the chain with two on one side", () => {
  expect(choose(28, 7).shown).toEqual([6, 7, 8]);
  expect(choose(28, 27).shown).toEqual([25, 26, 27]);
  expect(choose(28, undefined).shown).toEqual([0, 1, 2]);
  expect(choose(2, 0).shown).toEqual([0, 1]);
});

test("a stage that is selected elsewhere comes into view, one that is shown moves nothing", () => {
  const chosen = choose(28, 7);
  chosen.follow(8);
  expect(chosen.isDefault).toBe(true);
  chosen.follow(20);
  expect(chosen.shown).toEqual([19, 20, 21]);
  chosen.moveBy(1);
  expect(chosen.shown).toEqual([20, 21, 22]);
  chosen.reset();
  expect(chosen.shown).toEqual([6, 7, 8]);
});

test("more stages can be shown, and fewer", () => {
  const chosen = choose(28, 7);
  chosen.widenBy(1);
  expect(chosen.shown).toEqual([5, 6, 7, 8, 9]);
  chosen.widenBy(-2);
  expect(chosen.shown).toEqual([7]);
});
