/** Overlapping spans of a row cut into pieces of which the latest is on top, against a search through all of them. */
import { expect, test } from "vitest";

import { flattenSpans } from "../../../renderer/figure/flatten-spans.ts";
import { seededRandom } from "../wavefront/fake-pipelines.ts";

const spanOf = (from: number, to: number, key: number) => ({ from, to, key, number: key });

test("a call within a call is on top, and what is around it goes on after", () => {
  const pieces = flattenSpans([spanOf(0, 10, 1), spanOf(2, 8, 2), spanOf(3, 5, 3), spanOf(20, 30, 4)]);
  expect(pieces.map(({ from, to, key }) => [from, to, key])).toEqual([
    [0, 2, 1],
    [2, 3, 2],
    [3, 5, 3],
    [5, 8, 2],
    [8, 10, 1],
    [20, 30, 4],
  ]);
});

test("at every time the span that began last is shown, whatever overlaps", () => {
  const random = seededRandom(7);
  for (let round = 0; round < 20; round += 1) {
    const spans = Array.from({ length: 20 }, (_, key) => {
      const from = Math.floor(random() * 80);
      return spanOf(from, from + 1 + Math.floor(random() * 30), key);
    }).toSorted((a, b) => a.from - b.from || b.to - a.to);
    const pieces = flattenSpans(spans);
    for (let at = 0; at < 120; at += 1) {
      const on = spans.filter(({ from, to }) => from <= at && at < to).at(-1)?.key;
      const drawn = pieces.filter(({ from, to }) => from <= at && at < to).map(({ key }) => key);
      expect(drawn, `round ${round}, ${at}`).toEqual(on === undefined ? [] : [on]);
    }
  }
});
