/** The simulation as the view sees it: what is chosen, what is wrong with it, the last request wins, what stays on screen. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { SimulatedDraft } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import { runId } from "#common/ids.ts";
import { DEFAULT_DEVICE, type SimulationOptions } from "#common/simulation.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { SimulateSetup } from "../../../renderer/state/simulate-setup.svelte.ts";
import { Simulate } from "../../../renderer/state/simulate.svelte.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const MS = 1_000_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is asked for is what was chosen, and nothing that the schedule does not know", () => {
  const setup = new SimulateSetup();
  expect(setup.options).toEqual({
    schedule: "1f1b",
    ranks: 8,
    batches: 32,
    costs: { kind: "constant", forwardNs: MS, backwardNs: MS, weightNs: MS },
  });
  setup.schedule = "interleaved";
  setup.setTime("forward", "1 ms, 2 ms");
  setup.setTime("latency", "5us");
  expect(setup.options).toMatchObject({
    chunks: 2,
    costs: { forwardNs: [MS, 2 * MS] },
    transfer: { occupancyNs: 0, latencyNs: 5_000 },
  });
  setup.schedule = "dataflow";
  setup.phasesOverlap = false;
  expect(setup.options).toEqual({
    schedule: "dataflow",
    ranks: 8,
    batches: 32,
    bufferDepth: 2,
    phasesOverlap: false,
    costs: { kind: "constant", forwardNs: [MS, 2 * MS], inNs: 0, outNs: 0 },
  });
});

test("a network's dataflow has a rank a block unless ranks are chosen, on the device that is described", () => {
  const setup = new SimulateSetup();
  setup.schedule = "dataflow";
  setup.costKind = "network";
  expect(setup.options).toMatchObject({ costs: { kind: "network", network: "resnet28", device: DEFAULT_DEVICE } });
  expect(setup.options).not.toHaveProperty("ranks");
  setup.rankPerBlock = false;
  setup.setRate("link", "64");
  expect(setup.options).toMatchObject({ ranks: 8, costs: { device: { linkBytesPerSecond: 64e9 } } });
});

test("a wrong value counts only where it is asked for", () => {
  const setup = new SimulateSetup();
  setup.setTime("forward", "1");
  setup.setRate("flops", "many");
  setup.set("chunks", 0);
  expect(Object.keys(setup.problems).toSorted()).toEqual(["chunks", "flops", "forward", "run", "table"]);
  expect(setup.options).toBeUndefined();
  setup.setTime("forward", "1us");
  expect(setup.options).toBeDefined();
  setup.schedule = "table";
  expect(setup.options).toBeUndefined();
  setup.takeTable({ name: "a.csv", csv: "0F0" });
  expect(setup.options).toMatchObject({ schedule: { name: "a.csv", csv: "0F0" } });
  expect(setup.options).not.toHaveProperty("ranks");
  setup.costKind = "measured";
  expect(setup.options).toBeUndefined();
  setup.costRun = runId("wave");
  expect(setup.options).toMatchObject({ costs: { kind: "measured", run: "wave", seed: 1 } });
});

test("the shape of a run that lends its costs is taken over", () => {
  const setup = new SimulateSetup();
  setup.takeShape({ stages: 16, ranks: 4 });
  expect([setup.schedule, setup.numbers.ranks, setup.numbers.chunks]).toEqual(["interleaved", 4, 4]);
  setup.takeShape({ stages: 6, ranks: 6 });
  expect([setup.schedule, setup.numbers.ranks]).toEqual(["1f1b", 6]);
});

test("formulas are offered only for what they speak of", () => {
  const setup = new SimulateSetup();
  expect(setup.closedForms.map(({ of }) => of)).toEqual(["bubbleRatio", "bubbleSizeNs"]);
  setup.setTime("transfer", "1us");
  expect(setup.closedForms).toEqual([]);
  setup.setTime("transfer", "0 ns");
  setup.costKind = "network";
  expect(setup.closedForms).toEqual([]);
});

function open() {
  const host = createFakeHost();
  const notices = new Notices();
  const opened: string[] = [];
  const simulate = new Simulate({ host, notices, openRun: (run) => opened.push(run) });
  const asked = () =>
    host.calls.filter(({ method }) => method === "simulate").map(({ args }) => args as SimulationOptions);
  const draft = async (batches = 32): Promise<SimulatedDraft> => ({
    detail: await host.client.readRun({ run: runId("wave") }),
    report: await host.client.readReport({ run: runId("wave") }),
    figures: {
      schedule: "1f1b",
      stages: 8,
      ranks: 8,
      batches,
      makespanNs: 1,
      bubbleSizeNs: 1,
      peakInFlight: [1],
    },
  });
  return { host, notices, simulate, asked, opened, draft };
}

test("options that change while they are typed are asked for once, when they have come to rest", async () => {
  const { host, simulate, asked, draft } = open();
  host.answers.simulate = ({ batches }) => draft(batches);
  for (const batches of [1, 12, 120]) {
    simulate.setup.set("batches", batches);
    simulate.ask(simulate.setup.options);
  }
  expect(simulate.busy).toBe(true);
  await vi.runAllTimersAsync();
  expect(asked().map(({ batches }) => batches)).toEqual([120]);
  expect(simulate.figures?.batches).toBe(120);
  expect(simulate.busy).toBe(false);
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  expect(asked()).toHaveLength(1);
});

test("when the connection is there again the same is asked for once more, but nothing before there was a question", async () => {
  const { host, simulate, asked, draft } = open();
  host.answers.simulate = () => draft();
  simulate.askAgain();
  await vi.runAllTimersAsync();
  expect(asked()).toHaveLength(0);
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  simulate.askAgain();
  await vi.runAllTimersAsync();
  expect(asked()).toHaveLength(2);
  expect(asked()[1]).toEqual(asked()[0]);
});

test("a late answer to older options is not shown", async () => {
  const { host, simulate, draft } = open();
  const answers: ((draft: SimulatedDraft) => void)[] = [];
  host.answers.simulate = () => new Promise<SimulatedDraft>((resolve) => answers.push(resolve));
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  simulate.setup.set("batches", 64);
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  answers[1]?.(await draft(64));
  await vi.runAllTimersAsync();
  answers[0]?.(await draft(32));
  await vi.runAllTimersAsync();
  expect(simulate.figures?.batches).toBe(64);
  // (p−1)/(m+p−1) of what is on screen.
  expect(simulate.forms.find(({ of }) => of === "bubbleRatio")?.value).toBeCloseTo(7 / 71, 12);
});

test("options that nobody can execute say why, and the last picture stays", async () => {
  const { host, simulate, draft } = open();
  host.answers.simulate = () => draft();
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  const { run } = simulate;
  expect(run).toBeDefined();
  host.answers.simulate = () => {
    throw new AppError({ code: "impossible-order", what: "rank 0 waits for ever" });
  };
  simulate.setup.set("ranks", 3);
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  expect(simulate.failure?.what).toBe("rank 0 waits for ever");
  expect(simulate.run).toBe(run);
  host.answers.simulate = () => draft();
  simulate.setup.set("ranks", 4);
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  expect(simulate.failure).toBeUndefined();
  expect(simulate.run).toBe(run);
});

test("a run beside it shares its time, counted from the starts of the windows", async () => {
  const { host, simulate, draft } = open();
  host.answers.simulate = () => draft();
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  await simulate.showMeasured(runId("wave"));
  await vi.runAllTimersAsync();
  expect(simulate.measured?.detail.id).toBe("wave");
  // Both are the same run here.
  expect(simulate.measuredOffsetNs).toBe(0);
  await simulate.showMeasured(undefined);
  expect(simulate.measured).toBeUndefined();
});

test("what is saved carries a name and can be opened", async () => {
  const { host, notices, simulate, opened, draft } = open();
  host.answers.simulate = () => draft();
  simulate.ask(simulate.setup.options);
  await vi.runAllTimersAsync();
  await simulate.save();
  expect(host.calls.at(-1)).toEqual({
    method: "saveSimulation",
    args: { ...simulate.setup.options, name: "1f1b, 8 ranks, 32 batches" },
  });
  notices.list.at(-1)?.action?.act();
  expect(opened).toEqual(["wave"]);
});

test("only tables are taken from files", async () => {
  const { simulate } = open();
  expect(await simulate.takeFiles([new File(["{}"], "trace.json")])).toBe(false);
  expect(await simulate.takeFiles([new File(["0F0"], "order.CSV")])).toBe(true);
  expect(simulate.setup.table).toEqual({ name: "order.CSV", csv: "0F0" });
});
