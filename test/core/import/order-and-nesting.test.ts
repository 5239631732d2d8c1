/** Canonical order, nesting and sub-lanes, against plain brute force on random spans. */
import { describe, expect, test } from "vitest";

import { orderRows } from "#common/order-spans.ts";
import { packLanes } from "../../../main/core/import/pack-lanes.ts";
import { createRandom } from "./random.ts";

function randomSpans(seed: number) {
  const random = createRandom(seed);
  const count = random.below(400);
  const spread = 1 + random.below(2000);
  const start = Float64Array.from({ length: count }, () => random.below(spread) - 50);
  if (seed % 3 === 0) start.sort();
  const duration = Float64Array.from({ length: count }, () => random.below(4) * random.below(60));
  const lane = Int32Array.from({ length: count }, () => random.below(3));
  return {
    start,
    duration,
    lane,
    laneRank: Int32Array.of(2, 0, 1),
    rows: Uint32Array.from({ length: count }, (_, row) => row),
  };
}

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

test.each(SEEDS)("rows are ordered as a plain sort orders them, seed %i", (seed) => {
  const { rows, ...keys } = randomSpans(seed);
  const { start, duration, lane, laneRank } = keys;
  const expected = Array.from(rows).sort(
    (a, b) => start[a] - start[b] || laneRank[lane[a]] - laneRank[lane[b]] || duration[b] - duration[a] || a - b,
  );
  orderRows(rows, keys);
  expect(Array.from(rows)).toEqual(expected);
});

describe.each(SEEDS)("nesting, seed %i", (seed) => {
  const { rows, ...keys } = randomSpans(seed);
  const { start, duration, lane } = keys;
  orderRows(rows, keys);
  const { subLane, depth, subLanes, moved } = packLanes(rows, { start, duration, lane, laneCount: 3 });
  const spans = Array.from(rows, (row, place) => ({
    from: start[row],
    to: start[row] + duration[row],
    lane: lane[row],
    sub: subLane[place],
    depth: depth[place],
    place,
  }));

  test("within a sub-lane spans nest or follow each other, and the depth is the number of spans around", () => {
    for (const span of spans) {
      let around = 0;
      for (const other of spans) {
        if (other === span || other.lane !== span.lane || other.sub !== span.sub) continue;
        const crosses = other.from < span.from && span.from < other.to && other.to < span.to;
        expect(crosses).toBe(false);
        if (other.place < span.place && other.to > span.from) around++;
      }
      expect(span.depth).toBe(around);
    }
  });

  test("no span is lost, and the sub-lanes in use are counted", () => {
    expect(new Set(rows).size).toBe(start.length);
    expect(spans.filter(({ sub }) => sub > 0)).toHaveLength(moved);
    for (let one = 0; one < 3; one++) {
      const highest = Math.max(0, ...spans.filter(({ lane: of }) => of === one).map(({ sub }) => sub));
      expect(subLanes[one]).toBe(highest + 1);
    }
  });

  test("spans that start together on a lane follow their sub-lanes, the longer first", () => {
    for (let place = 1; place < spans.length; place++) {
      const [before, span] = [spans[place - 1], spans[place]];
      if (before.from !== span.from || before.lane !== span.lane) continue;
      expect(before.sub).toBeLessThanOrEqual(span.sub);
      if (before.sub === span.sub) expect(before.to).toBeGreaterThanOrEqual(span.to);
    }
  });
});

test("nesting deeper than a byte can say goes on in a sub-lane", () => {
  const count = 300;
  const start = Float64Array.from({ length: count }, (_, row) => row);
  const duration = Float64Array.from({ length: count }, (_, row) => 1000 - 2 * row);
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const { subLane, depth } = packLanes(rows, { start, duration, lane: new Int32Array(count), laneCount: 1 });
  expect([depth[255], subLane[255]]).toEqual([255, 0]);
  expect([depth[256], subLane[256]]).toEqual([0, 1]);
});
