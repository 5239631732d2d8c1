/** A stage view without boxes says why, and what it offers shows some. */
import { expect, test } from "vitest";

import { laneId, spanId } from "#common/ids.ts";
import { explainGap } from "../../../renderer/views/stage-lanes/lane-gap.ts";
import type { StageBox } from "../../../renderer/views/stage-lanes/stage-boxes.ts";

/** Boxes of a stage that starts a batch every `everyNs` and works for half of it. */
const batches = ({ count, everyNs, firstNs = 0 }: { count: number; everyNs: number; firstNs?: number }): StageBox[] =>
  Array.from({ length: count }, (_, batch) => ({
    span: spanId(batch),
    spanLane: laneId(0),
    stage: 0,
    lane: "compute",
    fromNs: firstNs + batch * everyNs,
    toNs: firstNs + batch * everyNs + everyNs / 2,
    pass: "forward",
    batch,
    iteration: 0,
    transfer: undefined,
  }));

const view = { truncated: false, widthPx: 800, intervalNs: 1_000, window: undefined };

test("boxes that can be seen need no word", () => {
  const boxes = batches({ count: 100, everyNs: 1_000 });
  expect(explainGap({ ...view, boxes, visible: { fromNs: 0, toNs: 100_000 } })).toBeUndefined();
});

test("too much time on screen is said, and twelve batches are offered, from one of those in the middle", () => {
  const boxes = batches({ count: 10_000, everyNs: 1_000 });
  const gap = explainGap({ ...view, boxes, visible: { fromNs: 0, toNs: 10_000_000 } });
  expect(gap?.text).toBe("10.00 ms on screen: too much to tell batches apart.");
  const show = gap?.remedy?.show ?? { fromNs: 0, toNs: 0 };
  expect(boxes.filter(({ fromNs }) => fromNs >= show.fromNs && fromNs < show.toNs)).toHaveLength(12);
  // What is offered is enough.
  expect(explainGap({ ...view, boxes, visible: show })).toBeUndefined();
});

test("where most spans were left out, the rest is not drawn as lines", () => {
  const boxes = batches({ count: 100, everyNs: 1_000 });
  // A box is 2 px wide.
  const visible = { fromNs: 0, toNs: 200_000 };
  expect(explainGap({ ...view, boxes, visible })).toBeUndefined();
  expect(explainGap({ ...view, boxes, visible, truncated: true })?.remedy?.title).toBe("Show 12 batches");
});

test("stages that do nothing here say so, and the nearest of their work is offered, else the compute window", () => {
  const boxes = batches({ count: 3, everyNs: 1_000, firstNs: 50_000 });
  const gap = explainGap({ ...view, boxes, visible: { fromNs: 0, toNs: 10_000 } });
  expect(gap?.text).toBe("These stages do nothing in the time on screen.");
  const { fromNs, toNs } = gap?.remedy?.show ?? { fromNs: 0, toNs: 0 };
  expect(toNs - fromNs).toBe(10_000);
  expect([fromNs < 50_000, toNs > 50_500]).toEqual([true, true]);

  const nothing = { ...view, boxes: [], visible: { fromNs: 0, toNs: 10_000 } };
  expect(explainGap(nothing)?.remedy).toBeUndefined();
  const window = { fromNs: 80_000, toNs: 90_000 };
  expect(explainGap({ ...nothing, window })?.remedy?.show).toEqual({ fromNs: 77_500, toNs: 87_500 });
});
