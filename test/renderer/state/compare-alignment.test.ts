/** How the times of two compared runs lie over one another, and how their windows onto it move together. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { epochNs, ns } from "#common/units.ts";
import type { AlignedRun, OfBoth } from "../../../renderer/state/compare-alignment.ts";
import { originsOf, sharedBounds, sharedWindow, sharesClock } from "../../../renderer/state/compare-alignment.ts";
import { AlignedViewport } from "../../../renderer/state/compare-viewport.svelte.ts";
import { Viewport } from "../../../renderer/state/viewport.svelte.ts";

function aligned({
  extent,
  window,
  batchNs,
  epoch,
}: {
  extent: readonly [number, number];
  window?: readonly [number, number];
  batchNs?: number;
  epoch?: bigint;
}): AlignedRun {
  return {
    run: {
      extent: { startNs: ns(extent[0]), endNs: ns(extent[1]) },
      ...(epoch === undefined ? {} : { originEpochNs: epochNs(epoch) }),
    },
    window: window === undefined ? undefined : { fromNs: window[0], toNs: window[1] },
    batchNs,
  };
}

const runs = {
  a: aligned({ extent: [0, 1_000], window: [300, 500], batchNs: 350 }),
  b: aligned({ extent: [50, 3_000], window: [700, 1_200], batchNs: 900 }),
};

test("by start the compared iterations begin at the same place", () => {
  expect(originsOf("start", runs)).toEqual({ a: 300, b: 700 });
});

test("by batch the chosen batch does; while it is not known, the iterations", () => {
  expect(originsOf("batch", runs)).toEqual({ a: 350, b: 900 });
  expect(originsOf("batch", { ...runs, b: { ...runs.b, batchNs: undefined } })).toEqual({ a: 300, b: 700 });
});

test("by clock each run counts from its own origin, unless both were there at the same time", () => {
  expect(originsOf("clock", runs)).toEqual({ a: 0, b: 0 });
  const together = {
    a: aligned({ extent: [0, 1_000], epoch: 5_000n }),
    b: aligned({ extent: [0, 1_000], epoch: 5_400n }),
  };
  // 400 ns after A's origin B begins: at A's 0 B's clock reads −400.
  expect(originsOf("clock", together)).toEqual({ a: 0, b: -400 });
  expect(sharesClock({ a: together.a.run, b: together.b.run })).toBe(true);
  const dayLater = { ...together, b: aligned({ extent: [0, 1_000], epoch: 86_400_000_005_000n }) };
  expect(originsOf("clock", dayLater)).toEqual({ a: 0, b: 0 });
});

test("the shared time reaches over both runs, the first view over both iterations", () => {
  const origins = originsOf("start", runs);
  expect(sharedBounds(runs, origins)).toEqual({ fromNs: -650, toNs: 2_300 });
  const { fromNs, toNs } = sharedWindow(runs, origins);
  expect(fromNs).toBeLessThan(0);
  expect(fromNs).toBeGreaterThan(-50);
  expect(toNs).toBeGreaterThan(500);
  expect(toNs).toBeLessThan(550);
});

test("without a pipeline the runs begin at the same place", () => {
  const bare: OfBoth<AlignedRun> = { a: aligned({ extent: [10, 20] }), b: aligned({ extent: [500, 900] }) };
  expect(originsOf("start", bare)).toEqual({ a: 10, b: 500 });
  expect(sharedWindow(bare, originsOf("start", bare))).toEqual({ fromNs: 0, toNs: 400 });
});

test("whatever is done in one window happens in the other, at the same distance from the origins", () => {
  const act = fc.oneof(
    fc.record({
      kind: fc.constant("zoom" as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      factor: fc.constantFrom(0.5, 1.3, 3),
    }),
    fc.record({ kind: fc.constant("pan" as const), ns: fc.integer({ min: -400, max: 400 }) }),
    fc.record({
      kind: fc.constant("fit" as const),
      from: fc.integer({ min: 0, max: 900 }),
      width: fc.integer({ min: 30, max: 500 }),
    }),
    fc.record({ kind: fc.constantFrom("back" as const, "forward" as const, "all" as const) }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000, max: 1_000 }),
      fc.integer({ min: -1_000, max: 1_000 }),
      fc.array(fc.tuple(fc.boolean(), act), { maxLength: 12 }),
      (a, b, acts) => {
        const shared = new Viewport({ bounds: { fromNs: 0, toNs: 1_000 } });
        const [one, other] = [a, b].map((origin) => new AlignedViewport({ shared, originNs: () => origin }));
        if (one === undefined || other === undefined) throw new Error("two windows were made");
        for (const [first, what] of acts) {
          const viewport = first ? one : other;
          const origin = first ? a : b;
          if (what.kind === "zoom") {
            viewport.zoomAt({ ns: viewport.fromNs + what.at * viewport.widthNs, factor: what.factor });
          } else if (what.kind === "pan") viewport.panBy({ ns: what.ns });
          else if (what.kind === "fit") {
            viewport.fit({ fromNs: what.from + origin, toNs: what.from + what.width + origin });
          } else if (what.kind === "all") viewport.fitAll();
          else viewport[what.kind]();
          expect(one.fromNs - a).toBeCloseTo(other.fromNs - b, 6);
          expect(one.widthNs).toBe(other.widthNs);
          expect(one.fromNs).toBeGreaterThanOrEqual(one.bounds.fromNs);
          expect(other.toNs).toBeLessThanOrEqual(other.bounds.toNs);
        }
      },
    ),
  );
});
