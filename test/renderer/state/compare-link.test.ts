/** The address of a comparison keeps what a person has chosen, and survives nonsense. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { runId } from "#common/ids.ts";
import { ROW_AXES } from "#common/tile.ts";
import { ALIGNMENTS } from "../../../renderer/state/compare-alignment.ts";
import { COMPARE_LAYOUTS } from "../../../renderer/state/compare-link.ts";
import { formatLink, parseLink } from "../../../renderer/state/link.ts";

test("an address names two runs in readable words", () => {
  const comparison = {
    a: runId("pp"),
    b: runId("dpp"),
    iterationA: 10,
    alignment: "batch",
    at: { row: 3, batch: 5 },
  } as const;
  expect(formatLink({ comparison })).toBe("#view=compare&a=pp&b=dpp&iteration-a=10&align=batch:3:5");
});

test("what was written is read back", () => {
  const integer = fc.integer({ min: 0, max: 1_000_000 });
  const maybe = fc.option(integer, { nil: undefined });
  const link = fc
    .record({
      a: fc.string({ minLength: 1 }).map(runId),
      b: fc.string({ minLength: 1 }).map(runId),
      iterationA: maybe,
      iterationB: maybe,
      replica: maybe,
      alignment: fc.constantFrom(...ALIGNMENTS),
      at: fc.record({ row: integer, batch: integer }),
      layout: fc.constantFrom(...COMPARE_LAYOUTS),
      axis: fc.constantFrom(...ROW_AXES),
      range: fc.record({
        fromNs: fc.integer({ min: -1_000_000, max: 0 }),
        toNs: fc.integer({ min: 1, max: 1_000_000 }),
      }),
    })
    .map((all) => ({ ...all, at: all.alignment === "batch" ? all.at : undefined }));
  fc.assert(
    fc.property(link, (comparison) => {
      expect(parseLink(formatLink({ comparison }))).toEqual({ comparison });
    }),
  );
});

test("an address without two runs leads to the library", () => {
  expect(parseLink("#view=compare&a=pp").comparison).toBeUndefined();
  expect(parseLink("#view=compare&a=pp&b=").comparison).toBeUndefined();
});
