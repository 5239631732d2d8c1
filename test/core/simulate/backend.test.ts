/** Simulations and what-ifs through the backend, with real workers: read like runs, cancelled, refused by name, kept. */
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { CallContext } from "#common/api.ts";
import type { SimulationOptions } from "#common/simulation.ts";
import { createBackend } from "../../../main/core/backend.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

const context: CallContext = { signal: new AbortController().signal };

const PIPELINE: SimulationOptions = {
  schedule: "1f1b",
  ranks: 4,
  batches: 8,
  costs: { kind: "constant", forwardNs: 1_000, backwardNs: 1_000, weightNs: 1_000 },
};

function open() {
  const libraryPath = path.join(makeTemporaryFolder(), "library");
  const backend = createBackend({ libraryPath, version: "1.2.3", emit: () => undefined });
  onTestFinished(() => backend.close());
  return backend.handlers;
}

test("a simulation can be drawn and reported without being in the library", async () => {
  const handlers = open();
  const { detail, report, figures } = await handlers.simulate(PIPELINE, context);
  expect(figures).toMatchObject({ schedule: "1f1b", stages: 4, ranks: 4, batches: 8, peakInFlight: [4, 3, 2, 1] });
  // (p−1)(T_F + T_B + T_W) and (p−1)/(m+p−1), REFERENCE §3.
  expect(figures.bubbleSizeNs).toBe(9_000);
  expect(report).toMatchObject({ bubble: { ratio: expect.closeTo(3 / 11, 12) as number } });

  const { id: run, levels } = detail;
  const everything = { run, axis: "rank", fromRow: 0, toRow: 4, fromNs: 0, toNs: 40_000, limit: 1_000 } as const;
  const { columns } = await handlers.readSpans(everything, context);
  expect(columns.length).toBe(2 * 4 * 8);
  const key = { axis: "rank", level: levels.count - 1, rowBlock: 0, column: 0 } as const;
  const tile = await handlers.readTile({ run, key }, context);
  expect(tile.coverage.some((coverage) => coverage > 0)).toBe(true);
  expect(await handlers.readReport({ run }, context)).toEqual(report);
  expect(await handlers.readRun({ run }, context)).toEqual(detail);
  expect(await handlers.listRuns({}, context)).toEqual([]);
});

test("every answer has a run of its own, and the oldest give way", async () => {
  const handlers = open();
  const first = await handlers.simulate(PIPELINE, context);
  const second = await handlers.simulate({ ...PIPELINE, batches: 9 }, context);
  expect(second.detail.id).not.toBe(first.detail.id);
  await expect(handlers.readRun({ run: first.detail.id }, context)).resolves.toEqual(first.detail);
  for (let batches = 1; batches <= 40; batches++) await handlers.simulate({ ...PIPELINE, batches }, context);
  const forgotten = Promise.try(() => handlers.readRun({ run: first.detail.id }, context));
  await expect(forgotten).rejects.toMatchObject({ code: "unknown-run" });
});

test("what is cancelled before its turn is never answered, and the next one is", async () => {
  const handlers = open();
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const calls = controllers.map(({ signal }, at) =>
    Promise.try(() => handlers.simulate({ ...PIPELINE, batches: 10 + at }, { signal })),
  );
  for (const controller of controllers.slice(0, 4)) controller.abort(new Error("newer options"));
  const results = await Promise.allSettled(calls);
  expect(results.map(({ status }) => status)).toEqual([...new Array<string>(4).fill("rejected"), "fulfilled"]);
  expect(await calls[4]).toMatchObject({ figures: { batches: 14 } });
});

test.each([
  [{ schedule: "dualpipe", ranks: 3 }, "invalid-argument", /DualPipe/],
  [{ schedule: { name: "t.csv", csv: "0F0,0X1" } }, "malformed-schedule", /"0X1" is no action/],
  [{ schedule: { name: "t.csv", csv: "0F0,0B0\n1B0,1F0" } }, "impossible-order", /rank 0 waits for ever at 0B0/],
  [{ batches: 900_000 }, "too-large", /more than can be drawn/],
  [{ costs: { kind: "network", network: "lenet" } }, "unknown-network", /lenet/],
  [{ costs: { kind: "measured", run: "nothing" } }, "unknown-run", /nothing/],
  [{ ranks: 0 }, "invalid-argument", /ranks/],
] as const)("%j is refused with %s", async (wrong, code, message) => {
  const handlers = open();
  const call = Promise.try(() => handlers.simulate({ ...PIPELINE, ...wrong } as SimulationOptions, context));
  await expect(call).rejects.toMatchObject({ code });
  await expect(call).rejects.toThrow(message);
});

test("a simulation is saved, lends its costs to another one, and tells what would help it most", async () => {
  const handlers = open();
  const slow = {
    kind: "constant",
    forwardNs: [1_000, 1_000, 3_000, 1_000],
    backwardNs: 1_000,
    weightNs: 1_000,
  } as const;
  const run = await handlers.saveSimulation({ ...PIPELINE, batches: 20, costs: slow, name: "truth" }, context);
  expect(await handlers.listRuns({}, context)).toMatchObject([{ id: "truth", kind: "simulated", ranks: 4 }]);

  const sampled = await handlers.simulate({ ...PIPELINE, batches: 20, costs: { kind: "measured", run } }, context);
  const saved = await handlers.readReport({ run }, context);
  expect(sampled.figures.makespanNs).toBe("makespanNs" in saved ? saved.makespanNs : undefined);

  const answer = await handlers.rankChanges({ run }, context);
  expect(answer.change).toBe("as recorded");
  expect(answer.replayedNs).toBe(sampled.figures.makespanNs);
  const best = answer.ranked.find(({ changes }) => changes.faster !== undefined);
  expect(best?.changes).toEqual({ faster: [{ stage: 2, share: 0.2 }] });
  const asked = { faster: [{ stage: 2, share: 0.5 }], batches: 10 };
  const other = await handlers.rankChanges({ run, changes: asked }, context);
  expect(other.change).toBe("stage 2 50.0 % faster, 10 batches");

  const derived = await handlers.deriveRun({ run, changes: best?.changes ?? {} }, context);
  const detail = await handlers.readRun({ run: derived }, context);
  expect(detail.run).toMatchObject({ kind: "simulated", derivedFrom: "truth", name: "truth: stage 2 20.0 % faster" });
  const report = await handlers.readReport({ run: derived }, context);
  expect("makespanNs" in report ? report.makespanNs : undefined).toBe(best?.makespanNs);
});
