/** The event-driven simulator against a naive longest path, and resources that serve one task at a time. */
import { expect, test } from "vitest";

import { createTaskGraph } from "../../../main/core/simulate/engine.ts";

/** A linear congruential generator: the same graphs in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test("without resources every task starts when the longest chain before it ends", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = createRandom(seed);
    const graph = createTaskGraph();
    const durations = Array.from({ length: 40 }, () => random(20));
    for (const durationNs of durations) graph.addTask({ durationNs });
    const ends: number[] = [];
    const starts = durations.map((duration, task) => {
      let start = 0;
      for (let i = 0; task > 0 && i < random(4); i += 1) {
        const wait = { task, other: random(task), latencyNs: random(5) };
        graph.addWait(wait);
        start = Math.max(start, ends[wait.other] + wait.latencyNs);
      }
      ends.push(start + duration);
      return start;
    });
    const timed = graph.run();
    expect([...timed.startNs]).toEqual(starts);
    expect([...timed.endNs]).toEqual(ends);
    expect(timed.stuck).toEqual([]);
  }
});

test("a resource serves in order of arrival, among equals whoever was added first", () => {
  const graph = createTaskGraph();
  const resource = graph.addResource();
  const late = graph.addTask({ durationNs: 10 });
  const tasks = [7, 3, 5].map((durationNs) => graph.addTask({ durationNs, resource }));
  graph.addWait({ task: tasks[0], other: late });
  const { startNs } = graph.run();
  expect(tasks.map((task) => startNs[task])).toEqual([10, 0, 3]);
});

test("tasks that wait in a circle are named, and those behind them", () => {
  const graph = createTaskGraph();
  const [a, b, c, d] = [1, 1, 1, 1].map((durationNs) => graph.addTask({ durationNs }));
  graph.addWait({ task: a, other: b });
  graph.addWait({ task: b, other: a });
  graph.addWait({ task: c, other: b });
  expect(graph.run().stuck).toEqual([a, b, c]);
  expect(graph.run().endNs[d]).toBe(1);
});

test("a duration that is no integer of 0 or more is a bug", () => {
  const graph = createTaskGraph();
  expect(() => graph.addTask({ durationNs: 0.5 })).toThrow(RangeError);
  expect(() => graph.addTask({ durationNs: -1 })).toThrow(RangeError);
});
