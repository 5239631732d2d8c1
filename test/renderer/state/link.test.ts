/** The address keeps run, scope, viewport and selection, and survives nonsense. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { laneId, runId, spanId } from "#common/ids.ts";
import type { Link } from "../../../renderer/state/link.ts";
import { formatLink, parseLink } from "../../../renderer/state/link.ts";
import type { Selected } from "../../../renderer/state/selection.svelte.ts";

test("an address names everything in readable words", () => {
  const text = formatLink({
    run: runId("pp aggregated"),
    iteration: 12,
    replica: 0,
    axis: "stage",
    columns: "steps",
    range: { fromNs: 1200.123, toNs: 3400 },
    scrollRow: 2.5,
    selected: { kind: "stage", stage: 3 },
  });
  expect(text).toBe(
    "#run=pp+aggregated&iteration=12&replica=0&axis=stage&columns=steps&from=1200.1&to=3400&row=2.5&select=stage:3",
  );
});

test("nothing open is an empty address", () => {
  expect(formatLink({})).toBe("");
  expect(parseLink("")).toEqual({});
});

const integer = fc.integer({ min: 0, max: 1_000_000_000 });
const maybe = fc.option(integer, { nil: undefined });
const selected: fc.Arbitrary<Selected> = fc.oneof(
  fc.record({
    kind: fc.constant("span" as const),
    id: integer.map(spanId),
    startNs: integer,
    endNs: integer,
    lane: integer.map(laneId),
    stage: maybe,
    batch: maybe,
    iteration: maybe,
  }),
  fc.record({ kind: fc.constant("stage" as const), stage: integer }),
  fc.record({ kind: fc.constant("batch" as const), batch: integer, iteration: maybe }),
  fc.record({
    kind: fc.constant("bubble" as const),
    row: integer,
    fromNs: integer,
    toNs: integer,
    rank: integer,
    replica: integer,
  }),
);

test("what was written is read back, whatever the run is called", () => {
  const link: fc.Arbitrary<Link> = fc.record({
    run: fc.string({ minLength: 1 }).map(runId),
    iteration: maybe,
    replica: maybe,
    axis: fc.option(fc.constantFrom("rank" as const, "stage" as const, "lane" as const), { nil: undefined }),
    columns: fc.option(fc.constantFrom("time" as const, "steps" as const), { nil: undefined }),
    range: fc.option(
      fc.tuple(integer, integer).map(([a, b]) => ({ fromNs: Math.min(a, b), toNs: Math.max(a, b) + 1 })),
      { nil: undefined },
    ),
    scrollRow: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    selected: fc.option(selected, { nil: undefined }),
  });
  fc.assert(
    fc.property(link, (before) => {
      expect(parseLink(formatLink(before))).toEqual(before);
    }),
  );
});

test.each([
  ["#run=x&axis=columns", { run: "x" }],
  ["#run=x&from=10&to=5", { run: "x" }],
  ["#run=x&from=abc&to=5", { run: "x" }],
  ["#run=x&iteration=1.5", { run: "x" }],
  ["#run=x&select=span:1:2", { run: "x" }],
  ["#run=x&select=planet:1", { run: "x" }],
  ["#select=stage:2&run=", { selected: { kind: "stage", stage: 2 } }],
])("what cannot be read in %s is left out", (hash, expected) => {
  expect(parseLink(hash)).toEqual(expected);
});
