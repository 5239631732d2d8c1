/**
 * Export, import, equal; export again, identical bytes (DESIGN §8): for the recorded traces and for drawn ones with every kind
 * of event in them. And what an importer says of an export that somebody changed.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";
import type { TestContext } from "vitest";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";

import { exportChromeTrace } from "../../../main/core/export/chrome-trace.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import { createRandom } from "../../db/random-run.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { collectOutput, readModel, withRun } from "./collect.ts";

const RECORDED = [
  "megatron-app/pp-aggregated.json.gz",
  "megatron-app/dpp-aggregated.json.gz",
  "straggler-analysis/timeline-ST.json.gz",
  "straggler-analysis/ideal-timeline-ST.json.gz",
  "kineto/alexnet.json.gz",
  "kineto/falconsai-h100.json.gz",
  "kineto/falconsai-mi300.json.gz",
  "kineto/mi250_minitoy_train_ROCm6_2.json.gz",
  "kineto/nccl_data.json.gz",
  "kineto/rank-0.Apr_03_18_51_38.1102.pt.trace.json.gz",
  "kineto/sampled_rank-0.json.gz",
];

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-round-trip-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const exportText = (file: string): Promise<string> =>
  withRun(file, async (reader) => {
    const output = collectOutput();
    await exportChromeTrace(reader, { output });
    return output.text();
  });

/** Digest of each part of a model: texts of millions of characters make no readable difference. */
async function digestModel(file: string): Promise<Record<string, string>> {
  const model = (await readModel(file)) as Record<string, unknown>;
  const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);
  const digest = (part: unknown): string => createHash("sha256").update(JSON.stringify(part, plain)).digest("hex");
  return Object.fromEntries(Object.entries(model).map(([name, part]) => [name, digest(part)]));
}

/** Imports a trace, exports it, imports that under a name that says nothing, exports again. */
async function goRound(trace: string): Promise<{ first: ImportReport; second: ImportReport; text: string }> {
  const folder = makeFolder();
  const [a, b, unknown] = ["a.pipewave", "b.pipewave", "unknown"].map((name) => path.join(folder, name));
  const first = await importTrace({ path: trace, out: a });
  const text = await exportText(a);
  writeFileSync(unknown, text);
  const second = await importTrace({ path: unknown, out: b });
  expect(await digestModel(b)).toEqual(await digestModel(a));
  expect((await exportText(b)) === text).toBe(true);
  return { first, second, text };
}

describe("a recorded trace", () => {
  test.for(RECORDED.map((name) => ({ name, file: findSharedTrace(name) })))(
    "$name is the same run after export and import",
    { timeout: 60_000 },
    async ({ name, file }, context: TestContext) => {
      if (file === undefined) return context.skip(`needs ../shared/traces/${name}`);
      const { first, second } = await goRound(file);
      expect(second.pipelineSpans).toBe(first.pipelineSpans);
      expect(second.skipped).toEqual([]);
    },
  );
});

const EVENTS: readonly object[] = [
  { ph: "M", name: "process_name", pid: "host a", args: { name: 'trainer "7"' } },
  { ph: "M", name: "thread_name", pid: "host a", tid: "stream 7", args: { name: "PP rank 0, TP rank 0, compute" } },
  {
    ph: "X",
    name: "F3.0.0",
    cat: "nvtx",
    pid: "host a",
    tid: "stream 7",
    ts: 0.123,
    dur: 10,
    args: { pipewave: { stage: 9 } },
  },
  {
    ph: "X",
    name: "a",
    pid: "host a",
    tid: "stream 7",
    ts: 1.5,
    dur: 2.25,
    args: { 'é ,"args":{}': '},"pipewave":{' },
  },
  { ph: "X", name: "overlaps", pid: "host a", tid: "stream 7", ts: 5, dur: 50, id: 3, cname: "good" },
  { ph: "X", name: "overlaps", cat: "", pid: "host a", tid: "stream 7", ts: 6, dur: 60, args: {} },
  { ph: "X", name: "bare", pid: "host a", tid: "stream 7", ts: 80, dur: 0, args: [1, 2] },
  { ph: "B", name: "nested", pid: -1, tid: 7, ts: 100, args: { iteration: 1 } },
  { ph: "B", name: "inner", pid: -1, tid: 7, ts: 100 },
  { ph: "E", pid: -1, tid: 7, ts: 100 },
  { ph: "E", pid: -1, tid: 7, ts: 200, args: { microbatch: 2, stage: 1 } },
  { ph: "b", name: "async", cat: "c", id: "0x1", pid: 1, ts: 3 },
  { ph: "e", name: "async", cat: "c", id: "0x1", pid: 1, ts: 9 },
  { ph: "i", name: "mark", pid: 1, tid: 2, ts: 4.001, s: "g", args: { x: 1.5 } },
  { ph: "I", name: "mark", pid: 1, tid: 2, ts: 4 },
  { ph: "C", name: "memory", pid: 1, tid: 2, ts: 5, args: { 10: 0.1, 2: 1e300, b: -7 } },
  { ph: "C", name: "memory", id: 4, pid: 99, ts: 5, args: { free: 3 } },
  { ph: "s", name: "flow", cat: "f", id: 12, pid: 1, tid: 2, ts: 6 },
  { ph: "t", name: "flow", cat: "f", id: 12, pid: 1, tid: 2, ts: 7 },
  { ph: "f", name: "flow", cat: "f", id: 12, pid: 1, tid: 2, ts: 8, bp: "e" },
  { ph: "f", name: "flow", cat: "f", id: "12", pid: 1, tid: 2, ts: 9 },
];

describe("a trace with every kind of event", () => {
  test.each([
    ["as an object with a clock base", { baseTimeNanoseconds: 1_700_000_000_000_000_000, traceEvents: EVENTS }],
    ["as a bare array", EVENTS],
    [
      "in epoch microseconds",
      EVENTS.map((event) => ("ts" in event ? { ...event, ts: 1.7e15 + Number(event.ts) * 8 } : event)),
    ],
  ])("%s is the same run after export and import", async (_, document) => {
    const trace = path.join(makeFolder(), "all.json");
    writeFileSync(trace, JSON.stringify(document));
    const { first, second } = await goRound(trace);
    expect(second.events).toMatchObject({ spans: first.events.spans, instants: 2, flows: 4 });
    expect(first.packedOverlaps).toBeGreaterThan(0);
  });
});

describe("an export that was changed", () => {
  async function importChanged(change: (text: string) => string, options = {}): Promise<unknown> {
    const folder = makeFolder();
    const [trace, a, changed, b] = ["t.json", "a.pipewave", "changed.json", "b.pipewave"].map((n) =>
      path.join(folder, n),
    );
    writeFileSync(trace, JSON.stringify(EVENTS));
    await importTrace({ path: trace, out: a });
    const text = await exportText(a);
    const after = change(text);
    expect(after).not.toBe(text);
    writeFileSync(changed, after);
    return importTrace({ path: changed, out: b, ...options }).catch((error: unknown) => {
      if (error instanceof AppError) return error.fields;
      throw error;
    });
  }

  test.each([
    [
      "an unknown name",
      (text: string) => text.replace('"ph":"X","name":"a"', '"ph":"X","name":"z"'),
      /name "z" is not listed/,
    ],
    ["a lane that is not there", (text: string) => text.replace(/"tid":0,"ts"/, '"tid":77,"ts"'), /belongs to no lane/],
    ["a stage that is not there", (text: string) => text.replace(/\{"stage":0/, '{"stage":50'), /the stage 50/],
    ["an unknown phase", (text: string) => text.replace('"phase":"compute"', '"phase":"computing"'), /"computing"/],
    ["a kind of event that exports never have", (text: string) => text.replace('"ph":"X"', '"ph":"B"'), /type "B"/],
    [
      "lanes in another order",
      (text: string) => text.replace('"lanes":[{"id":0', '"lanes":[{"id":1'),
      /lanes are not numbered/,
    ],
    ["an unknown kind of run", (text: string) => text.replace('"kind":"imported"', '"kind":"dreamt"'), /run\.kind/],
  ])("by %s is refused with what is wrong", async (_, change, what) => {
    expect(await importChanged(change)).toMatchObject({
      code: "malformed-trace",
      what: expect.stringMatching(what) as string,
    });
  });

  test("by a later version is refused as newer", async () => {
    expect(await importChanged((text) => text.replace('"version":1', '"version":2'))).toMatchObject({
      code: "newer-run-file",
    });
  });

  test("by cutting it off needs --keep-partial, and then gives what is whole", async () => {
    const cut = (text: string): string => text.slice(0, text.indexOf('"name":"bare"'));
    expect(await importChanged(cut)).toMatchObject({ code: "truncated-trace" });
    expect(await importChanged(cut, { keepPartial: true })).toMatchObject({ events: { instants: 0 }, skipped: [] });
  });

  test("by printing it again with other white space is still the same run", async () => {
    const reprint = (text: string): string => JSON.stringify(JSON.parse(text), null, 2);
    expect(await importChanged(reprint)).toMatchObject({ events: { instants: 2, flows: 4, counters: 2 }, skipped: [] });
  });
});

test("an export with flipped, cut and repeated bytes gives a run or one clear error, never anything else", async () => {
  const folder = makeFolder();
  const [trace, a, damaged, b] = ["t.json", "a.pipewave", "damaged.json", "b.pipewave"].map((n) =>
    path.join(folder, n),
  );
  writeFileSync(trace, JSON.stringify(EVENTS));
  await importTrace({ path: trace, out: a });
  const whole = Buffer.from(await exportText(a));
  const random = createRandom(42);
  const below = (limit: number): number => Math.floor(random() * limit);
  const outcomes = { runs: 0, errors: 0 };
  for (let round = 0; round < 300; round += 1) {
    const at = below(whole.length);
    const length = 1 + below(40);
    const mutations = [
      () => Buffer.concat([whole.subarray(0, at), Buffer.from([below(256)]), whole.subarray(at + 1)]),
      () => whole.subarray(0, at),
      () => Buffer.concat([whole.subarray(0, at + length), whole.subarray(at)]),
      () => Buffer.concat([whole.subarray(0, at), Buffer.from(String(below(10))), whole.subarray(at + 1)]),
    ];
    writeFileSync(damaged, mutations[round % mutations.length]());
    try {
      await importTrace({ path: damaged, out: b, keepPartial: round % 3 === 0, replace: true });
      outcomes.runs += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      outcomes.errors += 1;
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".writing"))).toEqual([]);
  }
  expect(outcomes.runs).toBeGreaterThan(20);
  expect(outcomes.errors).toBeGreaterThan(20);
});

test("the header of an export names what it is of, and nothing of the place or time it was written", async () => {
  const folder = makeFolder();
  const trace = path.join(folder, "t.json");
  writeFileSync(trace, JSON.stringify(EVENTS));
  await importTrace({ path: trace, out: path.join(folder, "a.pipewave") });
  const text = await exportText(path.join(folder, "a.pipewave"));
  expect(text).toMatch(/^\{"pipewave":\{"version":1,"run":\{"name":"t","kind":"imported"/);
  expect(text).not.toContain(folder);
  expect(readFileSync(trace, "utf8")).toBe(JSON.stringify(EVENTS));
});
