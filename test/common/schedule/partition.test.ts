/** The partition against every partition there is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  parsePartition,
  partitionBalanced,
  partitionEvenly,
  partitionInterval,
  rangeCost,
  type PartitionProblem,
  type StageRange,
} from "#common/schedule/partition.ts";

/** All ways to cut `stages` stages into exactly `parts` ranges. */
function listPartitions({ stages, parts }: { stages: number; parts: number }, first = 0): StageRange[][] {
  if (parts === 1) return [[{ first, last: stages - 1 }]];
  const found: StageRange[][] = [];
  for (let last = first; last <= stages - parts; last++) {
    for (const rest of listPartitions({ stages, parts: parts - 1 }, last + 1)) found.push([{ first, last }, ...rest]);
  }
  return found;
}

/** Costs of a worker, added up here in another way than the product does: stage by stage, cut by cut. */
function costByHand({ costs, cutCosts = [] }: PartitionProblem, { first, last }: StageRange): number {
  const own = costs.filter((_, stage) => stage >= first && stage <= last);
  const cuts = [first > 0 ? first - 1 : undefined, last < costs.length - 1 ? last : undefined];
  return [...own, ...cuts.map((cut) => (cut === undefined ? 0 : (cutCosts[cut] ?? 0)))].reduce((a, b) => a + b, 0);
}

const problems = fc
  .integer({ min: 1, max: 9 })
  .chain((stages) =>
    fc.record({
      costs: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: stages, maxLength: stages }),
      workers: fc.integer({ min: 1, max: 6 }),
      cutCosts: fc.option(
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: stages - 1, maxLength: stages - 1 }),
        {
          nil: undefined,
        },
      ),
    }),
  )
  .map(({ cutCosts, ...problem }): PartitionProblem => (cutCosts === undefined ? problem : { ...problem, cutCosts }));

const covers = (ranges: readonly StageRange[], stages: number): void => {
  expect(ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))).toEqual(
    Array.from({ length: stages }, (_, i) => i),
  );
};

describe("the balanced partition", () => {
  test("has the smallest maximum of all partitions, and the longest last range among those", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const stages = problem.costs.length;
        const parts = Math.min(stages, problem.workers);
        const all = listPartitions({ stages, parts });
        const slowest = (ranges: readonly StageRange[]): number =>
          Math.max(...ranges.map((range) => costByHand(problem, range)));
        const best = Math.min(...all.map(slowest));
        const lastStarts = all.filter((ranges) => slowest(ranges) === best).map((ranges) => ranges.at(-1)?.first ?? 0);
        const found = partitionBalanced(problem);
        covers(found, stages);
        expect(found).toHaveLength(parts);
        expect(partitionInterval(problem, found)).toBe(best);
        expect(found.at(-1)?.first).toBe(Math.min(...lastStarts));
        for (const range of found) expect(rangeCost(problem, range)).toBe(costByHand(problem, range));
      }),
      { numRuns: 300 },
    );
  });

  test("of equal stages is even", () => {
    expect(partitionBalanced({ costs: [5, 5, 5, 5, 5, 5], workers: 3 })).toEqual([
      { first: 0, last: 1 },
      { first: 2, last: 3 },
      { first: 4, last: 5 },
    ]);
  });

  test("gives one heavy stage a worker of its own", () => {
    expect(partitionBalanced({ costs: [1, 1, 50, 1, 1], workers: 3 })).toEqual([
      { first: 0, last: 1 },
      { first: 2, last: 2 },
      { first: 3, last: 4 },
    ]);
  });

  test.each([
    { costs: [], workers: 2 },
    { costs: [1], workers: 0 },
    { costs: [1, -1], workers: 1 },
    { costs: [1, Number.NaN], workers: 1 },
  ])("refuses $costs on $workers workers", (problem) => {
    expect(() => partitionBalanced(problem)).toThrow(RangeError);
  });
});

test("the even partition covers all stages with lengths that differ by at most one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), (stages, workers) => {
      const ranges = partitionEvenly({ stages, workers });
      covers(ranges, stages);
      const lengths = ranges.map(({ first, last }) => last - first + 1);
      expect(ranges).toHaveLength(Math.min(stages, workers));
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
});

describe("a partition that is typed", () => {
  test("is read as it is written", () => {
    expect(parsePartition({ text: "0-2, 3 ,4-7", stages: 8 })).toEqual([
      { first: 0, last: 2 },
      { first: 3, last: 3 },
      { first: 4, last: 7 },
    ]);
  });

  test("reads back what any partition is written as", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10 }), (stages, workers) => {
        const ranges = partitionEvenly({ stages, workers });
        const text = ranges.map(({ first, last }) => `${first}-${last}`).join(",");
        expect(parsePartition({ text, stages })).toEqual(ranges);
      }),
    );
  });

  test.each(["", "0-2", "0-2,4-7", "0-3,3-7", "1-7", "3-0,1-7", "0-8", "a-b", "0-2;3-7", "0-7,"])(
    "%j is none of 8 stages",
    (text) => {
      expect(parsePartition({ text, stages: 8 })).toBeUndefined();
    },
  );
});
