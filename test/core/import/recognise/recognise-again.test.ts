/** A run recognised again, without its trace, is the run that importing the trace with the same rules gives. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";
import { onTestFinished } from "vitest";

import { openRun } from "../../../../db/index.ts";
import type { RunReader } from "../../../../db/index.ts";
import { parseRules } from "../../../../main/core/import/recognise/load-rules.ts";
import { previewRules } from "../../../../main/core/import/recognise/preview-rules.ts";
import { recogniseAgain } from "../../../../main/core/import/recognise/recognise-again.ts";
import { BUILT_IN_RULES } from "../../../../main/core/import/recognise/rules.ts";
import { dumpRun } from "../../../support/dump-run.ts";
import { findSharedTrace } from "../../../support/shared-traces.ts";
import { makeTemporaryFolder } from "../../../support/sample-trace.ts";
import { importTogether } from "../folder/import-together.ts";
import { importContent, importFile } from "../import-text.ts";

/** Names that no built-in rule knows. */
function inventTrace(rank: number): string {
  const events = [0, 1, 2].flatMap((batch) => [
    { name: `work/${batch}/fwd@${rank}`, cat: "mine", ph: "X", pid: 1, tid: 1, ts: 10 * batch + 3 * rank, dur: 3 },
    {
      name: `work/${batch}/bwd@${rank}`,
      cat: "mine",
      ph: "X",
      pid: 1,
      tid: 1,
      ts: 100 + 10 * batch - 3 * rank,
      dur: 3,
    },
    { name: "noise", ph: "X", pid: 1, tid: 2, ts: 10 * batch, dur: 15, args: { depth: batch } },
    { name: "note", ph: "i", s: "t", pid: 1, tid: 1, ts: 10 * batch, args: { text: "ü" } },
    { name: "memory", ph: "C", pid: 1, ts: 10 * batch, args: { used: batch } },
    { name: "arrow", cat: "a", ph: "s", id: batch, pid: 1, tid: 1, ts: 10 * batch },
    { name: "arrow", cat: "a", ph: "f", bp: "e", id: batch, pid: 1, tid: 2, ts: 10 * batch + 5 },
  ]);
  return JSON.stringify({ baseTimeNanoseconds: 1_700_000_000_000_000_000, traceEvents: events });
}

const RULES = JSON.stringify({
  rules: [
    {
      name: "invented",
      pattern: String.raw`^work/(?<batch>\d+)/(?<pass>fwd|bwd)@(?<stage>\d+)$`,
      fields: { pass: { group: "pass", words: { fwd: "forward", bwd: "backward" } }, phase: "compute" },
    },
  ],
});

async function again(reader: RunReader, rules?: string): Promise<RunReader> {
  const out = path.join(makeTemporaryFolder(), "again.pipewave");
  await recogniseAgain(reader, { rules, out, name: reader.run.name });
  const opened = openRun(out);
  onTestFinished(() => opened.close());
  return opened;
}

describe("a run with invented names", () => {
  test("gets its pipeline by rules alone, exactly as an import with them", async () => {
    const own = [...parseRules(RULES, "rules"), ...BUILT_IN_RULES];
    const plain = await importContent(inventTrace(1), { name: "rank-1.json" });
    const wanted = await importContent(inventTrace(1), { name: "rank-1.json", rules: own });
    expect(plain.report.pipelineSpans).toBe(0);
    const found = await again(plain.reader, RULES);
    expect(found.pipelineSpanCount).toBe(6);
    expect(dumpRun(found)).toBe(wanted.dump);
    expect(found.instants()).toEqual(wanted.reader.instants());
    expect(found.counters()).toEqual(wanted.reader.counters());
    expect(found.flows()).toEqual(wanted.reader.flows());
    expect(found.importReport?.rules).toBe(RULES);
  });

  test("loses it again by the built-in rules alone", async () => {
    const plain = await importContent(inventTrace(0));
    const back = await again(await again(plain.reader, RULES));
    expect(dumpRun(back)).toBe(plain.dump);
  });

  test("of several files keeps its files apart, with their ranks", async () => {
    const folder = makeTemporaryFolder();
    for (const rank of [0, 1]) writeFileSync(path.join(folder, `rank-${rank}.json`), inventTrace(rank));
    const plain = await importTogether([folder]);
    const own = [...parseRules(RULES, "rules"), ...BUILT_IN_RULES];
    const wanted = await importTogether([folder], { rules: own });
    const found = await again(plain.reader, RULES);
    expect(dumpRun(found)).toBe(dumpRun(wanted.reader));
    expect(found.stages.map(({ rank }) => rank)).toEqual([0, 1]);
  });

  test("is told that rules are wrong before anything is written", async () => {
    const plain = await importContent(inventTrace(0));
    await expect(again(plain.reader, '{"rules":[{"name":"x","pattern":"("}]}')).rejects.toThrow(/regular expression/);
  });
});

describe("a run that was recognised", () => {
  test("is the same after it was recognised again by the same rules: fused spans are split once", async () => {
    const events = [
      { name: "PP:(0F1;1B0)OVERLAP_F_B", ph: "X", pid: 1, tid: 1, ts: 0, dur: 5 },
      { name: "PP:0F2", ph: "X", pid: 1, tid: 1, ts: 6, dur: 5 },
      { name: "PP:0F2", ph: "X", pid: 1, tid: 1, ts: 6, dur: 5 },
    ];
    const first = await importContent(JSON.stringify({ traceEvents: events }));
    expect(dumpRun(await again(first.reader))).toBe(first.dump);
  });

  test.each([
    "megatron-app/pp-aggregated.json.gz",
    "straggler-analysis/timeline-ST.json.gz",
    "kineto/rank-0.Apr_03_18_51_38.1102.pt.trace.json.gz",
  ])(
    "is the same after it was recognised again by the same rules: %s",
    async (name) => {
      const file = findSharedTrace(name);
      if (file === undefined) return;
      const first = await importFile(file);
      expect(dumpRun(await again(first.reader))).toBe(first.dump);
    },
    60_000,
  );
});

describe("the preview of rules", () => {
  test("says what each rule recognised, with examples, and what none did", async () => {
    const { reader } = await importContent(inventTrace(1));
    const preview = previewRules(reader, RULES);
    expect(preview).toMatchObject({ sampled: 9, spans: 9, recognised: 6 });
    expect(preview.rules.map(({ name, isOwn, spans }) => ({ name, isOwn, spans }))).toEqual([
      { name: "invented", isOwn: true, spans: 6 },
    ]);
    expect(preview.rules[0].examples[0]).toEqual({
      name: "work/0/fwd@1",
      category: "mine",
      count: 1,
      fields: [{ batch: 0, stage: 1, pass: "forward", phase: "compute" }],
    });
    expect(preview.unrecognised).toEqual([{ name: "noise", shape: "noise", count: 3, names: 1, args: '{"depth":0}' }]);
    const none = previewRules(reader, undefined);
    expect(none.unrecognised.map(({ shape, count, names }) => [shape, count, names])).toEqual([
      ["noise", 3, 1],
      ["work/#/bwd@#", 3, 3],
      ["work/#/fwd@#", 3, 3],
    ]);
  });

  test("says what is wrong with rules instead of failing", async () => {
    const { reader } = await importContent(inventTrace(1));
    const preview = previewRules(reader, '{"rules":[{"name":"x","pattern":"(a+)+"}]}');
    expect(preview.problem).toContain("repeats a group");
    expect(preview.recognised).toBe(0);
  });
});
