/** Values as text: one formatter a unit, never more digits than were measured. */
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatDuration,
  formatExactNs,
  formatShare,
  formatTimeRange,
} from "#common/format.ts";

test.each([
  [0, "0 ns"],
  [1, "1 ns"],
  [42, "42 ns"],
  [999, "999 ns"],
  [1_000, "1.000 µs"],
  [9_999.6, "10.00 µs"],
  [999_960, "1.000 ms"],
  [676_673_000, "676.7 ms"],
  [11_343_000, "11.34 ms"],
  [2_019_167_125, "2.019 s"],
  [99_996_000_000, "100.0 s"],
  [1_000_000_000_000, "16 min 40 s"],
  [7_260_000_000_000, "2 h 1 min"],
  [-11_343_000, "−11.34 ms"],
  [0.25, "0.25 ns"],
])("%d ns reads %s", (durationNs, text) => {
  expect(formatDuration(durationNs)).toBe(text);
});

test("a length of time never loses more than a tenth of a per cent, and never shows a thousand of a unit", () => {
  const size: Record<string, number> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_000_000_000 }), (durationNs) => {
      const [digits = "", unit = ""] = formatDuration(durationNs).split(" ");
      const shown = Number(digits) * (size[unit] ?? Number.NaN);
      expect(Math.abs(shown - durationNs)).toBeLessThanOrEqual(durationNs / 1_000);
      expect(Number(digits)).toBeLessThan(1_000);
      expect(digits.replace(".", "").length).toBeLessThanOrEqual(4);
    }),
  );
});

test.each([
  [0, "0.0 %"],
  [0.0001, "< 0.1 %"],
  [0.43774, "43.8 %"],
  [0.99999, "> 99.9 %"],
  [1, "100.0 %"],
])("a share of %d reads %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test.each([
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [76_900, "77 kB"],
  [999_600, "1.0 MB"],
  [40_123_456, "40 MB"],
  [2_500_000_000, "2.5 GB"],
  [3_000_000_000_000, "3.0 TB"],
])("%d bytes read %s", (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});

test("counts are grouped by thousands, and one thing is singular", () => {
  expect(formatCount(10_480)).toBe("10,480");
  expect(formatCountOf(1, { one: "span" })).toBe("1 span");
  expect(formatCountOf(2_560, { one: "batch", many: "batches" })).toBe("2,560 batches");
  expect(formatExactNs(676_673_000)).toBe("676,673,000 ns");
});

test.each([
  [0, 893_000_000, "0.0 ms to 893.0 ms (893.0 ms)"],
  [11_419_200_000, 12_116_900_000, "11.4192 s to 12.1169 s (697.7 ms)"],
  [12_345_678_901, 12_345_678_951, "12.345678901 s to 12.345678951 s (50 ns)"],
  [-2_000, 1_000, "−2.000 µs to 1.000 µs (3.000 µs)"],
  [0, 0, "0 ns to 0 ns (0 ns)"],
])("the time from %d to %d reads %s", (fromNs, toNs, text) => {
  expect(formatTimeRange({ fromNs, toNs })).toBe(text);
});
