/** What a person chooses of a comparison: two runs, and which stage belongs to which. */
import fc from "fast-check";
import { expect, test } from "vitest";

import type { LibraryEntry } from "#common/api.ts";
import type { StagePair } from "#common/comparison.ts";
import { runId } from "#common/ids.ts";
import { ComparisonChoice } from "../../../renderer/state/compare-choice.svelte.ts";
import { changedMapping, isGiven } from "../../../renderer/state/compare-mapping.ts";

const mapping: readonly StagePair[] = [
  { a: 0, b: 0, by: "name" },
  { a: 1, b: 1, by: "name" },
  { a: 2, by: "none" },
  { b: 2, by: "none" },
];

test("a stage gets another partner, and whoever had that one has none", () => {
  expect(changedMapping(mapping, { a: 0, b: 1 })).toEqual([{ a: 0, b: 1 }]);
  expect(changedMapping(mapping, { a: 2, b: 2 })).toEqual([
    { a: 0, b: 0 },
    { a: 1, b: 1 },
    { a: 2, b: 2 },
  ]);
});

test("a stage can be left without a partner", () => {
  expect(changedMapping(mapping, { a: 1, b: undefined })).toEqual([{ a: 0, b: 0 }]);
});

test("however it is changed, no stage of either run has two partners", () => {
  const change = fc.record({
    a: fc.integer({ min: 0, max: 5 }),
    b: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      let pairs: readonly StagePair[] = mapping;
      for (const one of changes) {
        const given = changedMapping(pairs, one);
        expect(given.find(({ a }) => a === one.a)?.b).toBe(one.b);
        pairs = given.map((pair) => ({ ...pair, by: "given" }));
      }
      expect(new Set(pairs.map(({ a }) => a)).size).toBe(pairs.length);
      expect(new Set(pairs.map(({ b }) => b)).size).toBe(pairs.length);
      expect(isGiven(pairs)).toBe(pairs.length > 0 && changes.length > 0);
    }),
  );
});

test("the run chosen first is A, a third takes B's place, and what is gone is not chosen", () => {
  let there = ["one", "two", "three"];
  const choice = new ComparisonChoice(() => there.map((id) => ({ id: runId(id) }) as LibraryEntry));
  choice.toggle(runId("two"));
  choice.toggle(runId("one"));
  expect(choice.chosen).toEqual(["two", "one"]);
  choice.toggle(runId("three"));
  expect(choice.chosen).toEqual(["two", "three"]);
  there = ["one", "three"];
  expect(choice.chosen).toEqual(["three"]);
  choice.toggle(runId("three"));
  expect(choice.chosen).toEqual([]);
});
