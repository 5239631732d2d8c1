/** Times as people type them. */
import { expect, test } from "vitest";

import { parseDuration, parseDurations } from "../../main/common/parse-duration.ts";

test.each([
  ["1ms", 1_000_000],
  ["2.5us", 2_500],
  ["2.5 µs", 2_500],
  [" 300 ns ", 300],
  ["1.5 s", 1_500_000_000],
  ["0ns", 0],
])("%s is %i ns", (text, ns) => expect(parseDuration(text)).toBe(ns));

test.each(["", "1", "ms", "-1ms", "1 minute", "1e400s", "1,5ms", "99999999999999s"])("%j is no time", (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);

test("a list has one time a stage, and one wrong time spoils it", () => {
  expect(parseDurations("1ms")).toBe(1_000_000);
  expect(parseDurations("1us, 2us,3us")).toEqual([1_000, 2_000, 3_000]);
  expect(parseDurations("1us,,3us")).toBeUndefined();
});
