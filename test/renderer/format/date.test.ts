/** Dates as the library shows them. */
import { expect, test } from "vitest";

import { formatDate } from "../../../renderer/format/date.ts";

const nowEpochMs = new Date(2026, 10, 22, 14, 30).getTime();
const textOf = (...parts: [number, number, number, number, number]) =>
  formatDate({ epochMs: new Date(...parts).getTime(), nowEpochMs });

test("a moment of this day is told by its time", () => {
  expect(textOf(2026, 10, 22, 9, 5)).toMatch(/^today 0?9.05/);
});

test("the same time of another day is told by its date", () => {
  const text = textOf(2026, 10, 21, 9, 5);
  expect(text).not.toContain("today");
  expect(text).toContain("21");
});

test("another year is told, the time of day is not", () => {
  const text = textOf(2024, 10, 22, 9, 5);
  expect(text).toContain("2024");
  expect(text).not.toContain("05");
});
