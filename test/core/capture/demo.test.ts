/** The demo, small: two runs of the same blocks on the same workers, with figures that come from the runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { captureDemo, type DemoResult } from "../../../main/core/capture/demo.ts";
import { reportCapture } from "../../../main/core/capture/figures.ts";
import { readCapturedSpans } from "./captured-spans.ts";

let folder: string;
let demo: DemoResult;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-demo-test-"));
  demo = await captureDemo({ folder, cores: 2, network: "tiny", inputSize: 32, batches: 8 });
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("holds both runs, the pipelined one first, on the same blocks of the same workers", () => {
  const [pipelined, sequential] = demo.files.map((file) => {
    const reader = openRun(file);
    const { run, stages } = reader;
    reader.close();
    return { name: run.name, kind: run.kind, schedule: run.schedule, ranks: stages.map(({ rank }) => rank) };
  });
  expect(pipelined).toMatchObject({ name: "tiny pipelined wasm", kind: "captured", schedule: "pipelined" });
  expect(sequential).toMatchObject({ name: "tiny sequential wasm", kind: "captured", schedule: "sequential" });
  expect(pipelined?.ranks).toEqual(sequential?.ranks);
  expect(new Set(pipelined?.ranks)).toEqual(new Set([0, 1]));
});

test("prints the figures of each run and the speed-up", () => {
  const [sequential, pipelined, speedUp] = demo.text.split("\n");
  expect(sequential).toMatch(
    /^tiny sequential .*images\/s, II .* \(bound .*: worker [01], longest in .*\), bubbles .* %$/u,
  );
  expect(pipelined).toMatch(
    /^tiny pipelined .*images\/s, II .* \(bound .*: worker [01], longest in .*\), bubbles .* %$/u,
  );
  expect(speedUp).toContain(`${demo.speedUp.toFixed(2)} ×`);
});

test("names as bound what the busiest phase of a worker needs for a batch", () => {
  for (const file of demo.files) {
    const interval = reportCapture(file)?.initiationInterval;
    const spans = readCapturedSpans(file);
    // By hand: between the moments at which a worker begins to compute its first and its last batch.
    const byHand = [0, 1].flatMap((rank) =>
      (["compute", "in", "out"] as const).map((phase) => {
        const own = spans.filter((span) => span.rank === rank);
        const computes = own.filter((span) => span.phase === "compute");
        const last = Math.max(...computes.map(({ batch }) => batch));
        const startOf = (wanted: number): number =>
          Math.min(...computes.filter(({ batch }) => batch === wanted).map(({ start }) => start));
        const [from, to] = [startOf(0), startOf(last)];
        const busy = own
          .filter((span) => span.phase === phase)
          .reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
        return { rank, phase, boundNs: Math.round(busy / last) };
      }),
    );
    const bound = byHand.reduce((most, one) => (one.boundNs > most.boundNs ? one : most));
    expect(interval?.boundNs).toBe(bound.boundNs);
    expect(interval?.bottleneck).toMatchObject({ rank: bound.rank, phase: bound.phase });
    expect(interval?.meanNs).toBeGreaterThanOrEqual(bound.boundNs);
  }
});
