/** Ticks of the time axis: round, exact, and never one text over another. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { niceStep, timeTicks } from "#common/time-ticks.ts";
import type { TimeTicks } from "#common/time-ticks.ts";

const UNIT_NS: Record<string, number> = { s: 1e9, ms: 1e6, µs: 1e3, ns: 1 };
const CHAR_PX = 7;

/** What a text says, in ns. */
function nsOfText(text: string): number {
  const [value, unit] = text.replace("+", "").replace("−", "-").split(" ");
  return Number(value) * UNIT_NS[unit];
}

function texts({ major }: TimeTicks): string[] {
  return major.map(({ text }) => text);
}

const anyRange = fc
  .record({
    fromNs: fc.double({ min: -1e12, max: 1e14, noNaN: true }),
    exponent: fc.double({ min: 1.3, max: 13.5, noNaN: true }),
    widthPx: fc.integer({ min: 120, max: 4_000 }),
  })
  // Millionths of a ns: below that doubles have nothing to say about an axis.
  .map(({ fromNs: from, exponent, widthPx }) => {
    const fromNs = Math.round(from * 1e6) / 1e6;
    return { fromNs, toNs: fromNs + 10 ** exponent, widthPx };
  });

test("a second in ten ticks", () => {
  expect(texts(timeTicks({ fromNs: 0, toNs: 1e9, widthPx: 1_000 }))).toEqual([
    "0 ms",
    "100 ms",
    "200 ms",
    "300 ms",
    "400 ms",
    "500 ms",
    "600 ms",
    "700 ms",
    "800 ms",
    "900 ms",
    "1000 ms",
  ]);
});

test("steps are 1, 2 or 5 times a power of ten", () => {
  expect([1, 1.5, 3, 7, 11, 430, 99_999].map(niceStep)).toEqual([1, 2, 5, 10, 20, 500, 100_000]);
});

test("texts never touch each other", () => {
  fc.assert(
    fc.property(anyRange, (range) => {
      const { major } = timeTicks({ ...range, charPx: CHAR_PX });
      const nsPerPx = (range.toNs - range.fromNs) / range.widthPx;
      for (const [i, tick] of major.entries()) {
        if (i === 0) continue;
        const before = major[i - 1];
        const apartPx = (tick.ns - before.ns) / nsPerPx;
        expect(apartPx).toBeGreaterThan(((tick.text.length + before.text.length) / 2) * CHAR_PX);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("every text says exactly the time of its tick, counted from the base where there is one", () => {
  fc.assert(
    fc.property(anyRange, (range) => {
      const { major, base } = timeTicks(range);
      for (const tick of major) {
        expect(Math.abs(nsOfText(tick.text) - (tick.ns - (base?.ns ?? 0)))).toBeLessThan(
          Math.max(0.5, Math.abs(tick.ns) * 1e-12),
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

test("ticks lie within the range and minor ticks between major ones", () => {
  fc.assert(
    fc.property(anyRange, (range) => {
      const { major, minorNs } = timeTicks(range);
      const marked = new Set(major.map(({ ns }) => ns));
      for (const ns of [...marked, ...minorNs]) {
        expect(ns).toBeGreaterThanOrEqual(range.fromNs);
        expect(ns).toBeLessThanOrEqual(range.toNs);
      }
      expect(minorNs.some((ns) => marked.has(ns))).toBe(false);
    }),
  );
});

test("deep in a long run texts count from a base", () => {
  const { base, major } = timeTicks({ fromNs: 3_600e9, toNs: 3_600e9 + 2_000, widthPx: 800 });
  expect(base?.text).toBe("3600.0 s");
  expect(major[0].text).toBe("0 ns");
  expect(major[1].text).toMatch(/^\+\d+ ns$/);
});

test("an axis may count from the start of a scope", () => {
  const { major } = timeTicks({ fromNs: 7e6, toNs: 9e6, widthPx: 500, originNs: 7e6 });
  expect(major[0]).toEqual({ ns: 7e6, text: "0 µs" });
});
