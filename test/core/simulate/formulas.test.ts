/** Every closed form of REFERENCE §3, over several ranks, batches, chunks and costs. */
import { describe, expect, test } from "vitest";

import { createOrder, type ScheduleName, type ScheduleShape } from "../../../main/common/schedule/catalogue.ts";
import { createConstantCosts, type ConstantCosts } from "../../../main/core/simulate/costs.ts";
import { simulateOrder } from "../../../main/core/simulate/simulate.ts";
import type { Simulation } from "../../../main/core/simulate/simulation.ts";

interface Times {
  /** Forward, input-grad, weight-grad of one stage. */
  readonly f: number;
  readonly b: number;
  readonly w: number;
}

function simulate(schedule: ScheduleName, shape: ScheduleShape, { f, b, w }: Times, more?: Partial<ConstantCosts>) {
  const order = createOrder(schedule, shape);
  const costs = { forwardNs: f, inputGradNs: b, weightNs: w, ...more };
  return simulateOrder(order, createConstantCosts(costs, { stages: order.stages }));
}

/** Idle share of the common window, mean over ranks. */
function bubbleShare({ ranks, makespanNs, spans }: Simulation): number {
  const busy = spans.reduce((sum, { lane, durationNs }) => sum + (lane === "compute" ? durationNs : 0), 0);
  return 1 - busy / (ranks * makespanNs);
}

const RANKS = [2, 3, 4, 6, 8];
const TIMES: readonly Times[] = [
  { f: 1, b: 1, w: 1 },
  { f: 1_000, b: 1_000, w: 1_000 },
  { f: 10, b: 12, w: 8 },
  { f: 30, b: 31, w: 29 },
  { f: 7, b: 9, w: 5 },
  { f: 100, b: 100, w: 60 },
];

describe.each(RANKS)("on %i ranks", (p) => {
  test.each([1, 2, p, 2 * p, 3 * p + 1])("GPipe and 1F1B idle (p−1)/(m+p−1) of the window for m = %i", (m) => {
    for (const f of [1, 17]) {
      const times = { f, b: Math.floor(f / 2), w: f - Math.floor(f / 2) };
      for (const schedule of ["gpipe", "1f1b"] as const) {
        const simulation = simulate(schedule, { ranks: p, batches: m }, times);
        expect(bubbleShare(simulation)).toBeCloseTo((p - 1) / (m + p - 1), 12);
        // As overhead on the ideal time of 2 f a batch.
        expect(simulation.makespanNs / (m * 2 * f) - 1).toBeCloseTo((p - 1) / m, 12);
      }
    }
  });

  test.each([1, 2, 3, 4])("interleaved 1F1B has an overhead of (p−1)/(v·m) with v = %i chunks", (v) => {
    for (const m of [p, 2 * p, 5 * p]) {
      const simulation = simulate("interleaved", { ranks: p, batches: m, chunks: v }, { f: 6, b: 4, w: 2 });
      const ideal = m * v * 12;
      expect(simulation.makespanNs / ideal - 1).toBeCloseTo((p - 1) / (v * m), 12);
    }
  });

  test.each(TIMES)("bubble sizes of 1F1B, ZB-H1 and ZB-H2 with F, B, W = %o", ({ f, b, w }) => {
    for (const m of [2 * p, 4 * p, 4 * p + 3]) {
      const shape = { ranks: p, batches: m };
      expect(simulate("1f1b", shape, { f, b, w }).bubbleSizeNs).toBe((p - 1) * (f + b + w));
      expect(simulate("zb-h1", shape, { f, b, w }).bubbleSizeNs).toBe((p - 1) * (f + b - w));
      expect(simulate("zb-h2", shape, { f, b, w }).bubbleSizeNs).toBe((p - 1) * (f + b - 2 * w));
    }
  });

  test("with F = B = W ZB-H2 has no bubble of its own, while the common window still shows the staggered start", () => {
    const simulation = simulate("zb-h2", { ranks: p, batches: 4 * p }, { f: 5, b: 5, w: 5 });
    expect(simulation.bubbleSizeNs).toBe(0);
    expect(simulation.makespanNs).toBe(4 * p * 15 + (p - 1) * 5);
    expect(bubbleShare(simulation)).toBeGreaterThan(0);
  });

  test("memory in flight: GPipe m, 1F1B p − rank, ZB-H1 p, ZB-H2 2p − 1", () => {
    const m = 4 * p;
    const ranks = Array.from({ length: p }, (_, rank) => rank);
    const peaks = (schedule: ScheduleName) =>
      simulate(schedule, { ranks: p, batches: m }, { f: 4, b: 4, w: 4 }).peakInFlight;
    expect(peaks("gpipe")).toEqual(ranks.map(() => m));
    expect(peaks("1f1b")).toEqual(ranks.map((rank) => p - rank));
    expect(Math.max(...peaks("zb-h1"))).toBe(p);
    expect(Math.max(...peaks("zb-h2"))).toBe(2 * p - 1);
    expect(peaks("sequential")).toEqual(ranks.map(() => 1));
  });

  test("sequential takes the sum of everything", () => {
    expect(simulate("sequential", { ranks: p, batches: 5 }, { f: 3, b: 2, w: 2 }).makespanNs).toBe(5 * p * 7);
  });
});

describe.each([2, 4, 6, 8])("DualPipe on %i ranks", (p) => {
  const shapes = [2 * p, 3 * p, 5 * p].filter((m) => m % 2 === 0).map((batches) => ({ ranks: p, batches }));
  /** With T_B the whole backward. */
  const closedForm = ({ b, w }: Times, overlapNs: number) => (p / 2 - 1) * (overlapNs + b + w - 3 * w);

  // The closed form takes forward and input-grad as equally long, as the paper's chunks are.
  describe.each([
    { f: 1, b: 1, w: 1 },
    { f: 10, b: 10, w: 10 },
    { f: 11, b: 11, w: 9 },
    { f: 10, b: 10, w: 6 },
  ])("with F, B, W = %o", (times) => {
    test("has a bubble size of (p/2−1)(T_F&B + T_B − 3·T_W) where overlapping saves nothing", () => {
      const overlapNs = times.f + times.b + times.w;
      for (const shape of shapes) {
        const { bubbleSizeNs } = simulate("dualpipe", shape, times, { overlapNs });
        expect(bubbleSizeNs).toBe(closedForm(times, overlapNs));
      }
    });

    test("is idle for that long in the common window on the most idle rank, whatever overlapping saves", () => {
      for (const shape of shapes) {
        for (const saved of [0, 1, 2, Math.floor(times.f / 2)]) {
          const overlapNs = times.f + times.b + times.w - saved;
          if (saved >= times.w) continue;
          const simulation = simulate("dualpipe", shape, times, { overlapNs });
          const idle = Array.from({ length: p }, (_, rank) => simulation.makespanNs - busyOf(simulation, rank));
          expect(Math.max(...idle)).toBe(closedForm(times, overlapNs));
        }
      }
    });
  });

  test("holds p + 1 batches on every rank", () => {
    const { peakInFlight } = simulate("dualpipe", { ranks: p, batches: 4 * p }, { f: 10, b: 10, w: 10 });
    expect(peakInFlight).toEqual(peakInFlight.map(() => p + 1));
  });
});

/** Overlapped halves have equal times: they count once. */
function busyOf({ spans }: Simulation, rank: number): number {
  const byStart = new Map(
    spans.filter((span) => span.rank === rank).map(({ startNs, durationNs }) => [startNs, durationNs]),
  );
  return [...byStart.values()].reduce((sum, ns) => sum + ns, 0);
}

describe("dataflow", () => {
  test.each([1, 2, 3, 5, 28])("with %i stages and overlapped phases takes latency + (N − 1)·II", (stages) => {
    let seed = stages;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return 1 + (seed % 97);
    };
    const draw = () => Array.from({ length: stages }, random);
    for (const batches of [1, 2, 8, 33]) {
      for (const bufferDepth of [2, 3, 7]) {
        const [inNs, computeNs, outNs] = [draw(), draw(), draw()];
        const order = createOrder("dataflow", { ranks: stages, batches, bufferDepth });
        const { spans } = simulateOrder(
          order,
          createConstantCosts({ forwardNs: computeNs, inputGradNs: 0, weightNs: 0, inNs, outNs }, { stages }),
        );
        const last = Math.max(...spans.map(({ startNs, durationNs }) => startNs + durationNs));
        const latency = [...inNs, ...computeNs, ...outNs].reduce((sum, time) => sum + time, 0);
        const interval = Math.max(...inNs, ...computeNs, ...outNs);
        expect(last).toBe(latency + (batches - 1) * interval);
      }
    }
  });

  test("a rank that cannot overlap its phases has an interval of their sum", () => {
    const order = createOrder("dataflow", { ranks: 3, batches: 20, bufferDepth: 2 });
    const costs = createConstantCosts(
      { forwardNs: [5, 9, 4], inputGradNs: 0, weightNs: 0, inNs: [2, 3, 1], outNs: [3, 1, 6] },
      { stages: 3 },
    );
    const { spans } = simulateOrder(order, costs, { phasesOverlap: false, sharesDevice: false });
    const starts = spans.filter(({ rank, lane }) => rank === 1 && lane === "compute").map(({ startNs }) => startNs);
    expect(starts[19] - starts[18]).toBe(3 + 9 + 1);
  });

  test("ranks that share one device have an interval of the sum of all computing", () => {
    const order = createOrder("dataflow", { ranks: 3, batches: 20, bufferDepth: 2 });
    const costs = createConstantCosts({ forwardNs: [5, 9, 4], inputGradNs: 0, weightNs: 0 }, { stages: 3 });
    const { makespanNs } = simulateOrder(order, costs, { phasesOverlap: true, sharesDevice: true });
    expect(makespanNs).toBe(20 * (5 + 9 + 4));
  });

  test("a rank of several stages serialises what it runs", () => {
    const order = createOrder("dataflow", {
      ranks: 2,
      batches: 10,
      partition: [
        { first: 0, last: 1 },
        { first: 2, last: 2 },
      ],
    });
    const costs = createConstantCosts({ forwardNs: [5, 9, 4], inputGradNs: 0, weightNs: 0 }, { stages: 3 });
    expect(simulateOrder(order, costs).makespanNs).toBe(5 + 9 + 4 + 9 * (5 + 9));
  });
});
