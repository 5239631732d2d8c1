/** Hover and selection of two compared runs: partners by the mapping, in both directions, and nothing where there is none. */
import { expect, test } from "vitest";

import type { StagePair } from "#common/comparison.ts";
import { runId, spanId, stageId } from "#common/ids.ts";
import { PASS_FORWARD, PHASE_COMPUTE } from "#common/model.ts";
import { OpenComparison } from "../../../renderer/state/compare.svelte.ts";
import type { WorkKey } from "../../../renderer/state/compare-partner.ts";
import { partnerKey, SpanFinder } from "../../../renderer/state/compare-partner.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { createFakeHost, STEP_NS } from "../../support/fake-host.ts";

const STAGES = 8;
const scope = { iteration: 1, replica: 0 };
const key = (stage: number, batch: number): WorkKey => ({
  stage: stageId(stage),
  batch,
  ...scope,
  pass: PASS_FORWARD,
  phase: PHASE_COMPUTE,
});
/** Ids of the fake's spans: all stages of a batch, then those of the next. */
const idOf = (stage: number, batch: number) => spanId(batch * STAGES + stage);

const spanOf = (stage: number, batch: number) => ({
  id: idOf(stage, batch),
  startNs: (stage + batch) * STEP_NS,
  key: key(stage, batch),
});

/** The fake's run with itself, every stage of A with the next one of B: the last of A and the first of B are alone. */
const shifted: readonly StagePair[] = [
  ...Array.from({ length: STAGES - 1 }, (_, a): StagePair => ({ a, b: a + 1, by: "given" })),
  { a: STAGES - 1, by: "none" },
  { b: 0, by: "none" },
];

async function compare(): Promise<{ comparison: OpenComparison; calls: () => number }> {
  const host = createFakeHost({ stages: STAGES, batches: 6 });
  const { client } = host;
  const lengthNs = 13 * STEP_NS;
  const side = { scope, windowStartNs: 0, makespanNs: lengthNs };
  const report = { a: side, b: side, stageMapping: shifted };
  host.answers.readComparison = () => ({ report });
  const run = runId("wave");
  const details = { a: await client.readRun({ run }), b: await client.readRun({ run }) };
  const comparison = new OpenComparison({ client, details, notices: new Notices() });
  await comparison.start({ a: run, b: run });
  return { comparison, calls: () => host.calls.filter(({ method }) => method === "readSpans").length };
}

test("the span under the pointer has its partner outlined in the other run, in either direction", async () => {
  const { comparison } = await compare();
  const { a, b } = comparison.sides;
  await comparison.coupling.hoverSpan("a", spanOf(3, 5));
  expect(b.selection.hover).toMatchObject({ id: idOf(4, 5), stage: 4, batch: 5, startNs: 9 * STEP_NS });
  expect(a.selection.hover).toBeUndefined();
  expect(comparison.coupling.hovered).toMatchObject({ row: 3, batch: 5, a: { startNs: 8 * STEP_NS } });

  await comparison.coupling.hoverSpan("b", spanOf(4, 5));
  expect(a.selection.hover).toMatchObject({ id: idOf(3, 5) });
  expect(b.selection.hover).toBeUndefined();

  await comparison.coupling.hoverSpan("b", undefined);
  expect(a.selection.hover).toBeUndefined();
  expect(comparison.coupling.hovered).toBeUndefined();
});

test("a span whose stage has no partner marks nothing in the other run", async () => {
  const { comparison } = await compare();
  await comparison.coupling.hoverSpan("a", spanOf(7, 2));
  expect(comparison.sides.b.selection.hover).toBeUndefined();
  expect(comparison.coupling.hovered).toMatchObject({ row: 7, a: { id: idOf(7, 2) } });
  expect(comparison.coupling.hovered?.b).toBeUndefined();
});

test("what the pointer has left meanwhile is not marked", async () => {
  const { comparison } = await compare();
  const first = comparison.coupling.hoverSpan("a", spanOf(1, 0));
  await comparison.coupling.hoverSpan("a", undefined);
  await first;
  expect(comparison.sides.b.selection.hover).toBeUndefined();
  expect(comparison.coupling.hovered).toBeUndefined();
});

test("a selected span selects its partner, clearing clears both", async () => {
  const { comparison } = await compare();
  const { a, b } = comparison.sides;
  await comparison.coupling.selectPlace({ row: 2, batch: 4, pass: "forward", phase: "compute" });
  expect(a.selection.current).toMatchObject({ id: idOf(2, 4), stage: 2 });
  expect(b.selection.current).toMatchObject({ id: idOf(3, 4), stage: 3 });
  b.selection.clear();
  expect(a.selection.current).toBeUndefined();
  expect(comparison.coupling.selected).toBeUndefined();
});

test("a stage selects the one that it is mapped to", async () => {
  const { comparison } = await compare();
  const { a, b } = comparison.sides;
  a.selection.select({ kind: "stage", stage: 2 });
  expect(b.selection.current).toEqual({ kind: "stage", stage: 3 });
  b.selection.select({ kind: "stage", stage: 0 });
  expect(a.selection.current).toBeUndefined();
});

test("a stage of an iteration is read once, however often the pointer passes it", async () => {
  const { comparison, calls } = await compare();
  for (const batch of [0, 1, 2, 1, 0]) {
    await comparison.coupling.hoverSpan("a", spanOf(3, batch));
  }
  expect(calls()).toBe(2);
});

test("iterations beside the compared ones keep their distance to them, replicas their number", () => {
  const pairing = { mapping: shifted, scopes: { a: { iteration: 12, replica: 0 }, b: { iteration: 5, replica: 1 } } };
  expect(partnerKey({ ...key(0, 3), iteration: 13 }, { from: "a", pairing })).toMatchObject({
    stage: 1,
    iteration: 6,
    replica: 1,
  });
  expect(partnerKey({ ...key(1, 3), iteration: 4, replica: 1 }, { from: "b", pairing })).toMatchObject({
    stage: 0,
    iteration: 11,
    replica: 0,
  });
});

test("aligned by a batch its starts lie above one another, and what is on screen of A stays", async () => {
  const { comparison } = await compare();
  const { a, b } = comparison.sides;
  a.viewport.fit({ fromNs: 2 * STEP_NS, toNs: 6 * STEP_NS });
  const before = a.viewport.range;
  await comparison.align("batch", { row: 3, batch: 2 });
  // Stage 3 of batch 2 starts at step 5 in A, its partner stage 4 at step 6 in B.
  expect(comparison.origins).toEqual({ a: 5 * STEP_NS, b: 6 * STEP_NS });
  expect(a.viewport.range).toEqual(before);
  expect(b.viewport.fromNs - before.fromNs).toBe(STEP_NS);
});

test("in a long iteration the partner is looked for around its likely place, further and further", async () => {
  const host = createFakeHost({ stages: STAGES, batches: 6 });
  const detail = await host.client.readRun({ run: runId("wave") });
  const finder = new SpanFinder({ client: host.client, detail: { ...detail, spanCount: 100_000_000 } });
  // Far from where the work is: several looks, each wider than the one before.
  const found = await finder.find(key(6, 5), { ns: 0 });
  expect(found).toMatchObject([{ id: idOf(6, 5), startNs: 11 * STEP_NS }]);
  const looks = host.calls
    .filter(({ method }) => method === "readSpans")
    .map(({ args }) => args as { fromNs: number; toNs: number });
  expect(looks.length).toBeGreaterThan(1);
  const widths = looks.map(({ fromNs, toNs }) => toNs - fromNs);
  expect(widths).toEqual(widths.toSorted((a, b) => a - b));
  expect(await finder.find(key(6, 99), { ns: 0 })).toEqual([]);
});
