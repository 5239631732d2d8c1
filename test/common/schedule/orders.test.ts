/** The orders of every schedule, drawn small, and valid in every shape that the schedule has. */
import { describe, expect, test } from "vitest";

import { describeAction, type Order } from "../../../main/common/schedule/action.ts";
import { createOrder, SCHEDULE_NAMES } from "../../../main/common/schedule/catalogue.ts";
import type { ScheduleName, ScheduleShape } from "../../../main/common/schedule/catalogue.ts";
import { AppError } from "../../../main/common/errors.ts";
import { validateOrder } from "../../../main/common/schedule/validate.ts";

/** One line a rank; the stage is left out where it is the rank. */
const draw = ({ ranks }: Order, { withStage = false } = {}): string[] =>
  ranks.map((actions) =>
    actions
      .map((action) => (withStage ? describeAction(action) : describeAction(action).replace(/^\d+/, "")))
      .join(" "),
  );

test("sequential runs one batch forward and back at a time", () => {
  expect(draw(createOrder("sequential", { ranks: 2, batches: 2 }))).toEqual(["F0 B0 F1 B1", "F0 B0 F1 B1"]);
});

test("dataflow runs the stages of a rank batch by batch", () => {
  const partition = [
    { first: 0, last: 1 },
    { first: 2, last: 2 },
  ];
  const order = createOrder("dataflow", { ranks: 2, batches: 2, partition });
  expect(draw(order, { withStage: true })).toEqual(["0F0 1F0 0F1 1F1", "2F0 2F1"]);
});

test("GPipe runs all forwards, then all backwards", () => {
  expect(draw(createOrder("gpipe", { ranks: 2, batches: 3 }))).toEqual(["F0 F1 F2 B0 B1 B2", "F0 F1 F2 B0 B1 B2"]);
});

test("1F1B runs p − rank forwards ahead", () => {
  expect(draw(createOrder("1f1b", { ranks: 3, batches: 4 }))).toEqual([
    "F0 F1 F2 B0 F3 B1 B2 B3",
    "F0 F1 B0 F2 B1 F3 B2 B3",
    "F0 B0 F1 B1 F2 B2 F3 B3",
  ]);
});

test("interleaved 1F1B takes p batches of a chunk before the next chunk, as Megatron-LM does", () => {
  expect(draw(createOrder("interleaved", { ranks: 2, batches: 4, chunks: 2 }), { withStage: true })).toEqual([
    "0F0 0F1 2F0 2F1 0F2 2B0 0F3 2B1 2F2 0B0 2F3 0B1 2B2 2B3 0B2 0B3",
    "1F0 1F1 3F0 3B0 3F1 3B1 1F2 1B0 1F3 1B1 3F2 3B2 3F3 3B3 1B2 1B3",
  ]);
});

test("ZB-H1 lets rank r lag r weight-grads behind", () => {
  expect(draw(createOrder("zb-h1", { ranks: 3, batches: 4 }))).toEqual([
    "F0 F1 F2 I0 W0 F3 I1 W1 I2 W2 I3 W3",
    "F0 F1 I0 F2 I1 W0 F3 I2 W1 I3 W2 W3",
    "F0 I0 F1 I1 F2 I2 W0 F3 I3 W1 W2 W3",
  ]);
});

test("ZB-H2 runs 2(p − r) − 1 forwards ahead and lags 2r weight-grads behind", () => {
  expect(draw(createOrder("zb-h2", { ranks: 2, batches: 4 }))).toEqual([
    "F0 F1 F2 I0 W0 F3 I1 W1 I2 W2 I3 W3",
    "F0 I0 F1 I1 F2 I2 W0 F3 I3 W1 W2 W3",
  ]);
});

test("DualPipe feeds batches in at both ends and overlaps the directions", () => {
  expect(draw(createOrder("dualpipe", { ranks: 2, batches: 4 }), { withStage: true })).toEqual([
    "0F0 1F2 0F1 1B2 (1F3;0B0)OVERLAP_F_B 1B3 0I1 0W1",
    "0F2 1F0 0F3 1B0 (1F1;0B2)OVERLAP_F_B 1B1 0I3 0W3",
  ]);
});

const SHAPES: Readonly<Record<ScheduleName, (ranks: number, batches: number) => ScheduleShape | undefined>> = {
  sequential: (ranks, batches) => ({ ranks, batches }),
  dataflow: (ranks, batches) => ({ ranks, batches }),
  gpipe: (ranks, batches) => ({ ranks, batches }),
  "1f1b": (ranks, batches) => ({ ranks, batches }),
  interleaved: (ranks, batches) => (batches % ranks === 0 ? { ranks, batches, chunks: 3 } : undefined),
  "zb-h1": (ranks, batches) => ({ ranks, batches }),
  "zb-h2": (ranks, batches) => ({ ranks, batches }),
  dualpipe: (ranks, batches) =>
    ranks % 2 === 0 && batches % 2 === 0 && batches >= 2 * ranks ? { ranks, batches } : undefined,
};

describe.each(SCHEDULE_NAMES)("%s", (name) => {
  test("has an order that can be executed for every shape it takes, and a named refusal for the others", () => {
    for (const ranks of [1, 2, 3, 4, 8]) {
      for (const batches of [1, 2, 3, 8, 16, 24]) {
        const shape = SHAPES[name](ranks, batches);
        if (shape === undefined) expect(() => createOrder(name, { ranks, batches })).toThrow(AppError);
        else expect(() => validateOrder(createOrder(name, shape))).not.toThrow();
      }
    }
  });

  test.each([0, -1, 1.5])("refuses %d of ranks and of batches", (count) => {
    expect(() => createOrder(name, { ranks: count, batches: 8 })).toThrow(/at least one of its ranks/);
    expect(() => createOrder(name, { ranks: 2, batches: count })).toThrow(/at least one of its batches/);
  });
});
